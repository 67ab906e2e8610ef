"""Phone hand-off (PR-13): a voter's phone brings one file to a kiosk; the server passes ciphertext on and nothing else.

The kiosk opens a hand-off and draws a QR code of its address, whose fragment carries a key that no browser sends. The
phone's page encrypts under that key (AES-256-GCM) and uploads once; the kiosk fetches the ciphertext and it is gone.
An address is good for ten minutes and for one file.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
    true,
    update,
)
from starlette.concurrency import run_in_threadpool

from server.context import Server
from server.intake import phone_page
from server.kiosks.devices import CallingKiosk, OpenServer, spend_call
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit, shard_of
from server.store.metadata import Moment, metadata
from server.store.schema import key_columns

LIFE = timedelta(minutes=10)
FETCH_LIFE = timedelta(minutes=5)
"""How long the ciphertext waits for the kiosk beyond the end of the address."""
MOST_BYTES = 12 * 1024 * 1024
"""Largest ciphertext; the page makes a photo smaller than this, a PDF has to be."""
OVERHEAD = 12 + 16
"""Bytes of nonce and tag: what is no larger holds no file."""
CIPHERTEXT = "application/octet-stream"

router = APIRouter()


class HandoffState(StrEnum):
    WAITING = "waiting"
    RECEIVED = "received"
    EXPIRED = "expired"
    """Too late, or given up by the kiosk."""


handoffs = Table(
    "handoffs",
    metadata,
    *key_columns("handoff_id"),
    Column("token_hash", LargeBinary(32), nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("received", Moment),
    Column("blob", String(64)),
    Column("size", Integer, nullable=False),
    Index(None, "election", "token_hash"),
    Index(None, "election", "kiosk_id"),
    Index(None, "election", "expires"),
)


def begin(unit: Unit, server: Server, kiosk_id: str) -> tuple[str, str]:
    """Open a hand-off; returns its id for the kiosk and its token for the phone. The kiosk's earlier ones end."""
    _forget(unit, server, handoffs.c.kiosk_id == kiosk_id)
    handoff_id, token = unit.new_id(), secrets.token_urlsafe(16)
    unit.connection.execute(
        insert(handoffs).values(
            election=unit.election,
            shard=shard_of(handoff_id),
            handoff_id=handoff_id,
            token_hash=_hash(server.master, token),
            kiosk_id=kiosk_id,
            created=unit.now,
            expires=unit.now + LIFE,
            size=0,
        )
    )
    return handoff_id, token


def take(unit: Unit, server: Server, token: str, content: bytes) -> None:
    """Take the one file of a hand-off.

    Raises:
        Problem: as `_open`.
    """
    row = _open(unit.connection, server, token, unit.now)
    blob = server.blobs.put(content)
    still = update(handoffs).where(_is(unit.election, row.handoff_id), handoffs.c.received.is_(None))
    if unit.connection.execute(still.values(received=unit.now, blob=blob, size=len(content))).rowcount != 1:
        raise Problem(409, "handoff.used")


def sweep(unit: Unit, server: Server) -> int:
    """Forget hand-offs whose time is over, with their ciphertext; return how many."""
    return _forget(unit, server, handoffs.c.expires <= unit.now - FETCH_LIFE)


def destroy(unit: Unit, server: Server) -> int:
    """Forget every hand-off of the election, with its ciphertext; return how many."""
    return _forget(unit, server, true())


def _forget(unit: Unit, server: Server, which: ColumnElement[bool]) -> int:
    mine = and_(handoffs.c.election == unit.election, which)
    rows = unit.connection.execute(select(handoffs.c.blob).where(mine)).scalars().all()
    for blob in filter(None, rows):
        unit.after_commit(partial(server.blobs.delete, blob))
    if rows:
        unit.connection.execute(delete(handoffs).where(mine))
    return len(rows)


def _open(connection: Connection, server: Server, token: str, now: datetime) -> Row[Any]:
    """Return the hand-off that waits for this token's file.

    Raises:
        Problem: 410 ``handoff.expired`` (also for a token nobody made: no answer tells which there are), 409
            ``handoff.used``.
    """
    wanted = select(handoffs).where(
        handoffs.c.election == server.election, handoffs.c.token_hash == _hash(server.master, token)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None or row.expires <= now:
        raise Problem(410, "handoff.expired")
    if row.received is not None:
        raise Problem(409, "handoff.used")
    return row


def _of_kiosk(connection: Connection, server: Server, kiosk_id: str, handoff_id: str) -> Row[Any] | None:
    wanted = select(handoffs).where(_is(server.election, handoff_id), handoffs.c.kiosk_id == kiosk_id)
    return connection.execute(wanted).one_or_none()


def _hash(master: MasterKey, token: str) -> bytes:
    return master.hash("handoff-token", token)


def _is(election: str, handoff_id: str) -> ColumnElement[bool]:
    return and_(
        handoffs.c.election == election,
        handoffs.c.shard == shard_of(handoff_id),
        handoffs.c.handoff_id == handoff_id,
    )


# ---------------------------------------------------------------- the kiosk's side


@router.get("/v1/handoffs")
def offer(server: OpenServer, kiosk: CallingKiosk) -> dict[str, bool]:
    """Whether this server has an address that phones can reach."""
    return {"offered": bool(server.settings.public_url)}


@router.post("/v1/handoffs", status_code=201, dependencies=[Depends(spend_call)])
def open_handoff(server: OpenServer, kiosk: CallingKiosk) -> dict[str, object]:
    if not server.settings.public_url:
        raise Problem(409, "server.phone_not_offered")
    with server.store.write() as unit:
        handoff_id, token = begin(unit, server, kiosk.kiosk_id)
    page = f"{server.settings.public_url.rstrip('/')}{phone_page.PATH}{quote(token)}"
    return {"handoff_id": handoff_id, "token": token, "page": page, "expires_in": int(LIFE.total_seconds())}


@router.get("/v1/handoffs/{handoff_id}")
def look(handoff_id: str, server: OpenServer, kiosk: CallingKiosk) -> dict[str, str]:
    with server.store.read() as connection:
        row = _of_kiosk(connection, server, kiosk.kiosk_id, handoff_id)
    if row is not None and row.received is not None:
        return {"state": HandoffState.RECEIVED}
    gone = row is None or row.expires <= server.clock.now()
    return {"state": HandoffState.EXPIRED if gone else HandoffState.WAITING}


@router.get("/v1/handoffs/{handoff_id}/content")
def fetch(handoff_id: str, server: OpenServer, kiosk: CallingKiosk) -> Response:
    """Return the ciphertext; again, if the answer was lost, until the kiosk has closed the hand-off."""
    with server.store.read() as connection:
        row = _of_kiosk(connection, server, kiosk.kiosk_id, handoff_id)
    if row is None or row.blob is None:
        raise Problem(410, "handoff.expired")
    return Response(server.blobs.get(row.blob), media_type=CIPHERTEXT)


@router.delete("/v1/handoffs/{handoff_id}", status_code=204)
def close(handoff_id: str, server: OpenServer, kiosk: CallingKiosk) -> Response:
    """The kiosk has the file, or gave it up: the address is dead and the ciphertext gone."""
    with server.store.write() as unit:
        _forget(unit, server, and_(handoffs.c.handoff_id == handoff_id, handoffs.c.kiosk_id == kiosk.kiosk_id))
    return Response(status_code=204)


# ---------------------------------------------------------------- the phone's side


@router.get(phone_page.PATH + "{token}")
def page(token: str, request: Request, server: OpenServer, lang: str = "") -> Response:
    """The page of a phone; looking at it uses nothing up."""
    language = phone_page.language_of(request, lang)
    try:
        with server.store.read() as connection:
            _open(connection, server, token[:100], server.clock.now())
    except Problem as problem:
        return phone_page.over(language, problem.code, problem.status)
    return phone_page.page(language)


@router.get(phone_page.PATH + "part/{name}")
def part(name: str) -> Response:
    """The page's script and style."""
    return phone_page.part(name)


@router.put(phone_page.PATH + "{token}", status_code=204)
async def upload(token: str, request: Request, server: OpenServer) -> Response:
    """Take the encrypted file. Nothing is read from a caller whose token is none."""
    if request.headers.get("content-type", "") != CIPHERTEXT:
        raise Problem(415, "call.invalid")
    await run_in_threadpool(_look_for, server, token[:100])
    content = await _body(request)
    if len(content) <= OVERHEAD:
        raise Problem(422, "call.invalid")
    await run_in_threadpool(_keep, server, token[:100], content)
    return Response(status_code=204)


def _look_for(server: Server, token: str) -> None:
    with server.store.read() as connection:
        _open(connection, server, token, server.clock.now())


def _keep(server: Server, token: str, content: bytes) -> None:
    with server.store.write() as unit:
        take(unit, server, token, content)


async def _body(request: Request) -> bytes:
    """Raises Problem 413 ``handoff.too_large`` before more than `MOST_BYTES` are held."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared[:12]) > MOST_BYTES:
        raise Problem(413, "handoff.too_large", megabytes=MOST_BYTES // 1024**2)
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise Problem(413, "handoff.too_large", megabytes=MOST_BYTES // 1024**2)
        pieces.append(piece)
    return b"".join(pieces)
