"""Kiosks: enrolment by a single-use token, their tokens, keys and certificates, revocation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, and_, insert, select, update

from registration.model.ids import KioskId
from server import audit, keyring
from server.context import Server, address_of, server_of
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit, shard_of
from server.store.schema import enrolment_tokens, kiosk_certificates, kiosks
from sync import certificate, protocol, sshsig
from sync.certificate import RENEWAL, Certificate
from sync.packet import PacketRefused

ENROLMENT_LIFE = timedelta(hours=24)
KIOSK_LIFE = timedelta(days=400)
CERTIFICATE_LIFE = timedelta(days=90)
CLOCKS_DIFFER = timedelta(hours=1)
"""A certificate holds from so long before it is made: whoever checks one may have a clock that is a little behind."""
NO_GRACE = timedelta(0)
LATE_BATCH = timedelta(days=30)
"""How long after its certificate (or its enrolment) ran out a kiosk's packets are still taken from a stick, judged by
the server's time of receipt and never by what the kiosk's clock says."""

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


def certify(unit: Unit, master: MasterKey, kiosk_id: str) -> Certificate:
    """Issue a kiosk's certificate anew, for the key it was enrolled with.

    From the first one on its bare key is no longer taken for packets on a stick, or a certificate's end would mean
    nothing.

    Raises:
        Problem: 404 ``call.not_found``: no such kiosk, or revoked.
    """
    row = unit.connection.execute(select(kiosks).where(_is_kiosk(unit.election, kiosk_id))).one_or_none()
    if row is None or row.revoked is not None:
        raise Problem(404, "call.not_found")
    made = certificate.issue(
        keyring.load(unit.connection, unit.election, master).authority,
        sshsig.parse_public_line(row.public_key),
        KioskId(kiosk_id),
        serial=secrets.randbelow(2**63 - 1) + 1,
        valid_after=unit.now - CLOCKS_DIFFER,
        valid_before=unit.now + CERTIFICATE_LIFE,
    )
    unit.connection.execute(
        insert(kiosk_certificates).values(
            election=unit.election,
            shard=shard_of(kiosk_id),
            kiosk_id=kiosk_id,
            serial=made.serial,
            line=made.line,
            valid_until=made.valid_before,
            issued=unit.now,
        )
    )
    audit.record(
        unit, kind="kiosk.certify", actor="system", subject=kiosk_id, details={"until": made.valid_before.isoformat()}
    )
    return made


def renewed_line(unit: Unit, master: MasterKey, kiosk_id: str) -> str:
    """Return a certified kiosk's newest certificate, made anew when it is due; "" for one that never had any."""
    newest = unit.connection.execute(
        select(kiosk_certificates)
        .where(
            kiosk_certificates.c.election == unit.election,
            kiosk_certificates.c.shard == shard_of(kiosk_id),
            kiosk_certificates.c.kiosk_id == kiosk_id,
        )
        .order_by(kiosk_certificates.c.valid_until.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return ""
    if newest.valid_until - unit.now >= RENEWAL:
        return str(newest.line)
    return certify(unit, master, kiosk_id).line


def revoke(unit: Unit, kiosk_id: str, *, by: str) -> None:
    """Shut a kiosk out from this moment: no calls, no packets, not even from a stick.

    Raises:
        Problem: 404 ``call.not_found``.
    """
    found = update(kiosks).where(_is_kiosk(unit.election, kiosk_id), kiosks.c.revoked.is_(None))
    if unit.connection.execute(found.values(revoked=unit.now)).rowcount != 1:
        raise Problem(404, "call.not_found")
    audit.record(unit, kind="kiosk.revoke", actor=by, subject=kiosk_id)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose packets are taken at one moment of the server's, read anew for each: a revocation holds at once.

    Args:
        connection: sees one state of the database.
        election: the election served.
        at: when the packet was received.
        grace: how long ago certificate or enrolment may have run out. None: any time ago, for a kiosk that is at the
            other end of the line and admitted now stands for what it sealed earlier.
    """

    connection: Connection
    election: str
    at: datetime
    grace: timedelta | None = NO_GRACE

    def key_of(self, kiosk_id: str) -> sshsig.PublicKey | None:
        """Return the bare key taken for packets; None: unknown, revoked, run out, or certified since.

        From the line a certified kiosk's bare key is still taken: the kiosk itself stands for it (see `grace`).
        """
        certified = select(kiosk_certificates.c.serial).where(
            kiosk_certificates.c.election == self.election,
            kiosk_certificates.c.shard == shard_of(kiosk_id),
            kiosk_certificates.c.kiosk_id == kiosk_id,
        )
        if self.grace is not None and self.connection.execute(certified.limit(1)).one_or_none() is not None:
            return None
        return self.enrolled_key(kiosk_id)

    def enrolled_key(self, kiosk_id: str) -> sshsig.PublicKey | None:
        """Return the key a kiosk was enrolled with; None: unknown, revoked or run out."""
        row = self._row(kiosk_id)
        if row is None or row.revoked is not None or not self._holds(row.valid_from, row.valid_until):
            return None
        return sshsig.parse_public_line(row.public_key)

    def judge(self, kiosk_id: KioskId, found: Certificate) -> None:
        """Raises PacketRefused ``packet.unknown_kiosk``, ``packet.revoked``, ``packet.certificate``,
        ``packet.certificate_expired``."""
        row = self._row(kiosk_id)
        if row is None:
            raise PacketRefused("packet.unknown_kiosk", kiosk=kiosk_id)
        if row.revoked is not None:
            raise PacketRefused("packet.revoked", kiosk=kiosk_id)
        if found.key.line != row.public_key or not found.issued_by(keyring.authorities(self.connection, self.election)):
            raise PacketRefused("packet.certificate")
        if not self._holds(found.valid_after, found.valid_before):
            raise PacketRefused("packet.certificate_expired", until=f"{found.valid_before:%Y-%m-%d}")

    def _row(self, kiosk_id: str) -> Row[Any] | None:
        return self.connection.execute(select(kiosks).where(_is_kiosk(self.election, kiosk_id))).one_or_none()

    def _holds(self, after: datetime, before: datetime) -> bool:
        return after <= self.at and (self.grace is None or self.at < before + self.grace)


def known_keys(
    connection: Connection, election: str
) -> tuple[dict[KioskId, sshsig.PublicKey], list[tuple[KioskId, sshsig.PublicKey]]]:
    """Return the bare keys of kiosks that were never certified, and the keys of all revoked ones."""
    certified = set(
        connection.execute(
            select(kiosk_certificates.c.kiosk_id).where(kiosk_certificates.c.election == election).distinct()
        ).scalars()
    )
    bare: dict[KioskId, sshsig.PublicKey] = {}
    revoked: list[tuple[KioskId, sshsig.PublicKey]] = []
    rows = connection.execute(select(kiosks).where(kiosks.c.election == election).order_by(kiosks.c.kiosk_id))
    for row in rows:
        kiosk, key = KioskId(row.kiosk_id), sshsig.parse_public_line(row.public_key)
        if row.revoked is not None:
            revoked.append((kiosk, key))
        elif row.kiosk_id not in certified:
            bare[kiosk] = key
    return bare, revoked


def _is_kiosk(election: str, kiosk_id: str) -> Any:
    return and_(kiosks.c.election == election, kiosks.c.shard == shard_of(kiosk_id), kiosks.c.kiosk_id == kiosk_id)


def bearer(request: Request) -> str:
    """Return the bearer token of a call. Raises Problem 401 ``server.not_admitted``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "server.not_admitted")
    return token.strip()


def kiosk_of(request: Request, server: Annotated[Server, Depends(server_of)]) -> Kiosk:
    """FastAPI dependency: the kiosk that calls.

    Raises:
        Problem: 401 ``server.not_admitted``; 400 ``server.version_kiosk_old`` or ``server.version_server_old``.
    """
    mismatch = protocol.mismatch(protocol.named(request.headers.get(protocol.HEADER, "")), protocol.taken())
    if mismatch:
        raise Problem(400, mismatch)
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


def spend_enrolment(request: Request, server: OpenServer) -> None:
    """FastAPI dependency: Problem 429 ``server.busy`` when there were too many."""
    server.enrolments.spend(address_of(request))


@router.post("/v1/kiosks/enrol", dependencies=[Depends(spend_enrolment)])
def enrol_kiosk(body: Enrolment, server: OpenServer) -> dict[str, object]:
    with server.store.write() as unit:
        kiosk_id, token = enrol(
            unit, server.master, token=body.enrolment_token, public_key=body.public_key, name=body.name
        )
        certified = certify(unit, server.master, kiosk_id)
    with server.store.read() as connection:
        ring = keyring.load(connection, server.election, server.master)
        return {
            "kiosk_id": kiosk_id,
            "kiosk_token": token,
            "certificate": certified.line,
            "election": server.election,
            "root_public_key": sshsig.public_of(ring.root).line,
            "keyset": keyring.newest(connection, server.election, keyring.KEYSET),
            "config": keyring.newest(connection, server.election, keyring.CONFIG),
        }


def spend_call(server: OpenServer, kiosk: CallingKiosk) -> None:
    """FastAPI dependency: no kiosk asks for codes, tries them or signs in faster than people can."""
    server.calls.spend(kiosk.kiosk_id)


@router.post("/v1/kiosks/certificate")
def renew_certificate(server: OpenServer, kiosk: CallingKiosk) -> dict[str, str]:
    server.calls.spend(kiosk.kiosk_id)
    with server.store.write() as unit:
        return {"certificate": certify(unit, server.master, kiosk.kiosk_id).line}


@router.get("/v1/keyset")
def get_keyset(server: OpenServer, kiosk: CallingKiosk) -> dict[str, str] | None:
    with server.store.read() as connection:
        return keyring.newest(connection, server.election, keyring.KEYSET)


@router.get("/v1/config")
def get_config(server: OpenServer, kiosk: CallingKiosk) -> dict[str, str] | None:
    with server.store.read() as connection:
        return keyring.newest(connection, server.election, keyring.CONFIG)
