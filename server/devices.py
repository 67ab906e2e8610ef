"""Kiosks: enrolment by a single-use token, their tokens and keys, revocation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, insert, select, update

from registration.model.ids import KioskId
from server import audit, keyring
from server.context import Server, server_of
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit, shard_of
from server.store.schema import enrolment_tokens, kiosks
from sync import sshsig

ENROLMENT_LIFE = timedelta(hours=24)
KIOSK_LIFE = timedelta(days=400)
NO_GRACE = timedelta(0)
LATE_BATCH = timedelta(days=30)
"""How long after its key ran out a kiosk's packets are still taken from a stick."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Kiosk:
    """An enrolled machine."""

    kiosk_id: KioskId
    name: str


class Enrolment(BaseModel):
    enrolment_token: str = Field(max_length=200)
    public_key: str = Field(max_length=2000)
    name: str = Field(min_length=1, max_length=100)


def new_enrolment_token(unit: Unit, master: MasterKey, life: timedelta = ENROLMENT_LIFE) -> str:
    """Make a single-use token (32 random bytes, base64url) for one kiosk."""
    token = secrets.token_urlsafe(32)
    unit.connection.execute(
        insert(enrolment_tokens).values(
            election=unit.election,
            token_hash=master.hash("enrolment-token", token),
            created=unit.now,
            expires=unit.now + life,
        )
    )
    return token


def enrol(unit: Unit, master: MasterKey, *, token: str, public_key: str, name: str) -> tuple[KioskId, str]:
    """Take a kiosk in; returns its id and its token.

    The same token with the same key is answered again with a fresh kiosk token, for the first answer may be lost.

    Raises:
        Problem: 403 ``server.enrolment_refused``: unknown, expired or used by another key; 422 ``call.invalid``.
    """
    try:
        key = sshsig.parse_public_line(public_key)
    except sshsig.BadKey:
        raise Problem(422, "call.invalid") from None
    mine = (enrolment_tokens.c.election == unit.election) & (
        enrolment_tokens.c.token_hash == master.hash("enrolment-token", token)
    )
    row = unit.connection.execute(select(enrolment_tokens).where(mine).with_for_update()).one_or_none()
    if row is None or row.expires <= unit.now:
        raise Problem(403, "server.enrolment_refused")
    kiosk_token = secrets.token_urlsafe(32)
    token_hash = master.hash("kiosk-token", kiosk_token)
    if row.used is not None:
        return _answer_again(unit, row, key.line, token_hash), kiosk_token
    kiosk_id = KioskId(f"k-{unit.new_id()}")
    unit.connection.execute(update(enrolment_tokens).where(mine).values(used=unit.now, kiosk_id=kiosk_id))
    unit.connection.execute(
        insert(kiosks).values(
            election=unit.election,
            shard=shard_of(kiosk_id),
            kiosk_id=kiosk_id,
            name=name,
            public_key=key.line,
            token_hash=token_hash,
            valid_from=unit.now,
            valid_until=unit.now + KIOSK_LIFE,
        )
    )
    audit.record(unit, kind="kiosk.enrol", actor="system", subject=kiosk_id, details={"key": key.fingerprint})
    return kiosk_id, kiosk_token


def _answer_again(unit: Unit, row: Row[tuple[object, ...]], key: str, token_hash: bytes) -> KioskId:
    again = update(kiosks).where(
        kiosks.c.election == unit.election,
        kiosks.c.shard == shard_of(row.kiosk_id),
        kiosks.c.kiosk_id == row.kiosk_id,
        kiosks.c.public_key == key,
        kiosks.c.revoked.is_(None),
    )
    if unit.connection.execute(again.values(token_hash=token_hash)).rowcount != 1:
        raise Problem(403, "server.enrolment_refused")
    return KioskId(row.kiosk_id)


def revoke(unit: Unit, kiosk_id: str, *, by: str) -> None:
    """Shut a kiosk out from this moment: no calls, no packets, not even from a stick.

    Raises:
        Problem: 404 ``call.not_found``.
    """
    mine = (kiosks.c.election == unit.election) & (kiosks.c.shard == shard_of(kiosk_id))
    found = update(kiosks).where(mine, kiosks.c.kiosk_id == kiosk_id, kiosks.c.revoked.is_(None))
    if unit.connection.execute(found.values(revoked=unit.now)).rowcount != 1:
        raise Problem(404, "call.not_found")
    audit.record(unit, kind="kiosk.revoke", actor=by, subject=kiosk_id)


def key_of(
    connection: Connection, election: str, kiosk_id: str, at: datetime, grace: timedelta = NO_GRACE
) -> sshsig.PublicKey | None:
    """Return the key whose packets are taken at the server's time `at`; None: unknown, revoked or run out."""
    row = connection.execute(
        select(kiosks.c.public_key, kiosks.c.valid_from, kiosks.c.valid_until, kiosks.c.revoked).where(
            kiosks.c.election == election, kiosks.c.shard == shard_of(kiosk_id), kiosks.c.kiosk_id == kiosk_id
        )
    ).one_or_none()
    if row is None or row.revoked is not None or not row.valid_from <= at < row.valid_until + grace:
        return None
    return sshsig.parse_public_line(row.public_key)


def bearer(request: Request) -> str:
    """Return the bearer token of a call. Raises Problem 401 ``server.not_admitted``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "server.not_admitted")
    return token.strip()


def kiosk_of(request: Request, server: Annotated[Server, Depends(server_of)]) -> Kiosk:
    """FastAPI dependency: the kiosk that calls. Raises Problem 401 ``server.not_admitted``."""
    token_hash = server.master.hash("kiosk-token", bearer(request))
    now = server.clock.now()
    with server.store.read() as connection:
        row = connection.execute(
            select(kiosks).where(kiosks.c.election == server.election, kiosks.c.token_hash == token_hash)
        ).one_or_none()
    if row is None or row.revoked is not None or not row.valid_from <= now < row.valid_until:
        raise Problem(401, "server.not_admitted")
    return Kiosk(KioskId(row.kiosk_id), row.name)


CallingKiosk = Annotated[Kiosk, Depends(kiosk_of)]
OpenServer = Annotated[Server, Depends(server_of)]


@router.post("/v1/kiosks/enrol")
def enrol_kiosk(body: Enrolment, server: OpenServer) -> dict[str, object]:
    with server.store.write() as unit:
        kiosk_id, token = enrol(
            unit, server.master, token=body.enrolment_token, public_key=body.public_key, name=body.name
        )
    with server.store.read() as connection:
        ring = keyring.load(connection, server.election, server.master)
        return {
            "kiosk_id": kiosk_id,
            "kiosk_token": token,
            "election": server.election,
            "root_public_key": sshsig.public_of(ring.root).line,
            "keyset": keyring.newest(connection, server.election, keyring.KEYSET),
            "config": keyring.newest(connection, server.election, keyring.CONFIG),
        }


@router.get("/v1/keyset")
def get_keyset(server: OpenServer, kiosk: CallingKiosk) -> dict[str, str] | None:
    with server.store.read() as connection:
        return keyring.newest(connection, server.election, keyring.KEYSET)


@router.get("/v1/config")
def get_config(server: OpenServer, kiosk: CallingKiosk) -> dict[str, str] | None:
    with server.store.read() as connection:
        return keyring.newest(connection, server.election, keyring.CONFIG)
