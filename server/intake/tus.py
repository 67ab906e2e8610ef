"""Uploads that survive any line: tus 1.0 (core and creation), the upload's id is the packet's SHA-256.

What a 204 acknowledges is on disk: the piece is fsynced before it. The offset is the file's real length, one call at
a time per upload, a wrong offset is answered with the true one. Parts nobody came back for are swept.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import Row, and_, delete, insert, select, update

from server.context import Server
from server.intake import packet_intake
from server.intake.packet_intake import PacketState, Route
from server.intake.upload_turns import Body, Turns
from server.kiosks.devices import CallingKiosk, Kiosk, OpenServer
from server.problems import Problem
from server.store import shard_of
from server.store.blobs import sync_folder
from server.store.schema import packets, uploads
from sync.packet import MAX_PACKET

try:
    import fcntl
except ImportError:  # Windows: one process serves there
    fcntl = None  # type: ignore[assignment]

TUS = "1.0.0"
DIGEST_MISMATCH = 460
ABANDONED = timedelta(days=14)
OPEN_UPLOADS = 50
"""Most unfinished uploads of one kiosk."""
_HEX = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_COMMON = {"Tus-Resumable": TUS}


def _speaks_tus(request: Request) -> None:
    if request.headers.get("tus-resumable") != TUS:
        raise Problem(412, "call.invalid")


router = APIRouter()
tus_only = [Depends(_speaks_tus)]


def turns_of(request: Request) -> Turns:
    if not hasattr(request.app.state, "upload_turns"):
        request.app.state.upload_turns = Turns()
    found: Turns = request.app.state.upload_turns
    return found


InTurn = Annotated[Turns, Depends(turns_of)]


@router.options("/v1/packets")
def offer() -> Response:
    headers = {"Tus-Version": TUS, "Tus-Extension": "creation", "Tus-Max-Size": str(MAX_PACKET)}
    return Response(status_code=204, headers=_COMMON | headers)


@router.post("/v1/packets", status_code=201, dependencies=tus_only)
async def create(request: Request, server: OpenServer, kiosk: CallingKiosk, turns: InTurn) -> Response:
    """Begin an upload, or find the one begun before: the answer is the same, so a lost one does no harm."""
    size = _number(request, "upload-length")
    if size > MAX_PACKET:
        raise Problem(413, "packet.too_large", megabytes=MAX_PACKET >> 20)
    metadata = _metadata(request.headers.get("upload-metadata", ""))
    sha256, packet_id = metadata.get("sha256", ""), metadata.get("packet_id", "")
    if not _HEX.fullmatch(sha256) or not _ID.fullmatch(packet_id) or size < 1:
        raise Problem(422, "call.invalid")
    async with turns.take(part_of(server, kiosk.kiosk_id, sha256)):
        offset = await to_thread.run_sync(_begin, server, kiosk, sha256, packet_id, size)
        if offset == size:
            offset = await to_thread.run_sync(_finish_whole, server, kiosk, sha256)
    headers = {"Location": f"/v1/packets/{sha256}", "Upload-Offset": str(offset)}
    return Response(status_code=201, headers=_COMMON | headers)


@router.head("/v1/packets/{sha256}", dependencies=tus_only)
async def held(sha256: str, server: OpenServer, kiosk: CallingKiosk, turns: InTurn) -> Response:
    async with turns.take(part_of(server, kiosk.kiosk_id, _digest(sha256))):
        row = await to_thread.run_sync(_upload, server, kiosk, sha256)
        headers = {"Upload-Offset": str(_offset(server, row)), "Upload-Length": str(row.size)}
    return Response(status_code=200, headers=_COMMON | headers)


@router.patch("/v1/packets/{sha256}", status_code=204, dependencies=tus_only)
async def append(sha256: str, request: Request, server: OpenServer, kiosk: CallingKiosk, turns: InTurn) -> Response:
    if request.headers.get("content-type") != "application/offset+octet-stream":
        raise Problem(415, "call.invalid")
    claimed = _number(request, "upload-offset")
    file = part_of(server, kiosk.kiosk_id, _digest(sha256))
    async with turns.take(file) as turn:
        body = Body(request, turn)
        # Read before anything is looked up: what has not been read when the line breaks was sent for nothing.
        piece = await body.read()
        row = await to_thread.run_sync(_upload, server, kiosk, sha256)
        offset = _offset(server, row)
        if claimed != offset:
            return _conflict(offset)
        if row.done is not None:
            return Response(status_code=204, headers=_COMMON | {"Upload-Offset": str(offset)})
        while piece:
            if offset + len(piece) > row.size:
                raise Problem(413, "packet.too_large", megabytes=MAX_PACKET >> 20)
            ours, offset = await to_thread.run_sync(_append, file, offset, piece)
            if not ours:
                return _conflict(offset)
            piece = await body.read()
        if body.broken:
            raise Problem(408, "server.busy")
        if offset == row.size:
            await to_thread.run_sync(_finish, server, kiosk, row, file)
    return Response(status_code=204, headers=_COMMON | {"Upload-Offset": str(offset)})


@router.get("/v1/packets/{sha256}")
def get_packet(sha256: str, server: OpenServer, kiosk: CallingKiosk) -> dict[str, Any]:
    """Tell what became of a packet, however it came (a stick may have been faster)."""
    with server.store.read() as connection:
        highest = packet_intake.highest_seq(connection, server.election, kiosk.kiosk_id)
        row = connection.execute(
            select(packets).where(
                packets.c.election == server.election,
                packets.c.shard == shard_of(kiosk.kiosk_id),
                packets.c.kiosk_id == kiosk.kiosk_id,
                packets.c.sha256 == sha256,
            )
        ).one_or_none()
    if row is not None:
        taken = packet_intake.taken_of(row)
        return {"state": taken.state, "code": taken.code, "receipt": taken.receipt, "highest_seq": highest}
    upload = _upload(server, kiosk, sha256)
    if upload.done is None and _offset(server, upload) == upload.size:
        _finish_whole(server, kiosk, sha256)
        return get_packet(sha256, server, kiosk)
    state = "receiving" if upload.done is None else upload.state
    return {"state": state, "code": upload.code, "receipt": None, "highest_seq": highest}


def part_of(server: Server, kiosk_id: str, sha256: str) -> Path:
    """Return the file of an upload under way."""
    return server.uploads / f"{kiosk_id}.{sha256}.part"


def sweep(server: Server) -> int:
    """Remove uploads nobody went on with for `ABANDONED`; return how many."""
    with server.store.write() as unit:
        old = and_(uploads.c.election == unit.election, uploads.c.touched < unit.now - ABANDONED)
        rows = unit.connection.execute(select(uploads.c.kiosk_id, uploads.c.sha256).where(old)).all()
        unit.connection.execute(delete(uploads).where(old))
    for row in rows:
        part_of(server, row.kiosk_id, row.sha256).unlink(missing_ok=True)
    return len(rows)


def _append(file: Path, offset: int, piece: bytes) -> tuple[bool, int]:
    """Append durably if the file ends at `offset`; return whether, and where it ends now.

    The file's own lock keeps processes that share the folder apart.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return False, offset  # another process has just finished it: whoever asks again is told
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size != offset:
            return False, size
        left = memoryview(piece)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
        return True, offset + len(piece)
    finally:
        os.close(descriptor)


def _conflict(offset: int) -> Response:
    return Response(status_code=409, headers=_COMMON | {"Upload-Offset": str(offset)})


def _digest(sha256: str) -> str:
    if not _HEX.fullmatch(sha256):
        raise Problem(404, "call.not_found")
    return sha256


def _begin(server: Server, kiosk: Kiosk, sha256: str, packet_id: str, size: int) -> int:
    with server.store.write() as unit:
        known = packet_intake.find(unit.connection, unit.election, kiosk.kiosk_id, packet_id)
        conflict = known is not None and known.sha256 != sha256
        if conflict:
            packet_intake.raise_alarm(
                unit,
                "other_digest",
                kiosk_id=kiosk.kiosk_id,
                packet_id=packet_id,
                sha256=sha256,
                seq=known.seq if known else 0,
            )
        mine = _is_upload(unit.election, kiosk.kiosk_id, sha256)
        row = unit.connection.execute(select(uploads).where(mine)).one_or_none()
        if row is None and not conflict:
            _check_quota(unit.connection, unit.election, kiosk)
            part_of(server, kiosk.kiosk_id, sha256).touch(mode=0o600)
            sync_folder(server.uploads)
            unit.connection.execute(
                insert(uploads).values(
                    election=unit.election,
                    shard=shard_of(kiosk.kiosk_id),
                    kiosk_id=kiosk.kiosk_id,
                    sha256=sha256,
                    packet_id=packet_id,
                    size=size,
                    created=unit.now,
                    touched=unit.now,
                    state="receiving",
                    code="",
                )
            )
        elif row is not None and row.size != size:
            raise Problem(409, "packet.conflict")
    if conflict:
        raise Problem(409, "packet.conflict")
    return 0 if row is None else _offset(server, row)


def _check_quota(connection: Any, election: str, kiosk: Kiosk) -> None:
    mine = and_(
        uploads.c.election == election,
        uploads.c.shard == shard_of(kiosk.kiosk_id),
        uploads.c.kiosk_id == kiosk.kiosk_id,
        uploads.c.done.is_(None),
    )
    if len(connection.execute(select(uploads.c.sha256).where(mine).limit(OPEN_UPLOADS)).all()) >= OPEN_UPLOADS:
        raise Problem(429, "server.busy", retry_after=300)


def _finish_whole(server: Server, kiosk: Kiosk, sha256: str) -> int:
    """Finish an upload whose last piece came just before a crash; returns what is then held."""
    row = _upload(server, kiosk, sha256)
    if row.done is None:
        try:
            _finish(server, kiosk, row, part_of(server, kiosk.kiosk_id, sha256))
        except Problem:
            return 0
    return int(row.size)


def _finish(server: Server, kiosk: Kiosk, row: Row[Any], file: Path) -> None:
    """The whole packet is here: hold it against its name, then take it in. Doing it twice is harmless."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return  # another call has just finished it
    if hashlib.sha256(content).hexdigest() != row.sha256:
        os.truncate(file, 0)
        raise Problem(DIGEST_MISMATCH, "server.upload_mismatch")
    taken = packet_intake.take(server, content, route=Route.LINK, sender=kiosk.kiosk_id)
    refused = taken.state in (PacketState.REFUSED, PacketState.QUARANTINED)
    with server.store.write() as unit:
        mine = _is_upload(unit.election, kiosk.kiosk_id, row.sha256)
        unit.connection.execute(
            update(uploads)
            .where(mine)
            .values(done=unit.now, touched=unit.now, state=taken.state.value, code=taken.code if refused else "")
        )
    file.unlink(missing_ok=True)


def _upload(server: Server, kiosk: Kiosk, sha256: str) -> Row[Any]:
    """Return the kiosk's own upload. Raises Problem 404 ``call.not_found``."""
    with server.store.read() as connection:
        row = connection.execute(
            select(uploads).where(_is_upload(server.election, kiosk.kiosk_id, sha256))
        ).one_or_none()
    if row is None:
        raise Problem(404, "call.not_found")
    return row


def _offset(server: Server, row: Row[Any]) -> int:
    if row.done is not None:
        return int(row.size)
    file = part_of(server, row.kiosk_id, row.sha256)
    try:
        return file.stat().st_size
    except FileNotFoundError:
        # The folder's entry was lost or removed by hand: begin again rather than refuse for ever.
        file.touch(mode=0o600)
        return 0


def _is_upload(election: str, kiosk_id: str, sha256: str) -> Any:
    return and_(
        uploads.c.election == election,
        uploads.c.shard == shard_of(kiosk_id),
        uploads.c.kiosk_id == kiosk_id,
        uploads.c.sha256 == sha256,
    )


def _number(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise Problem(422, "call.invalid")
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    """Read Upload-Metadata: comma-separated ``key base64`` pairs."""
    found: dict[str, str] = {}
    for pair in header[:2000].split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            raise Problem(422, "call.invalid") from None
    return found
