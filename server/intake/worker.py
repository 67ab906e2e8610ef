"""Opens stored packets: accounts are adopted, requests become cases, each once however often it is tried.

The only part that uses the decryption keys. A packet is leased, opened, worked and marked in one transaction with
what came of it; a packet that cannot be opened is quarantined with the reason, never dropped. A request that is
faster than its account waits for it.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from registration.errors import Expected, WillRetry
from registration.model.ids import KioskId
from registration.model.submission import AccountSubmission, Submission, UnreadableSubmission, decode
from server import audit, keyring, problems
from server.context import Server
from server.intake import case_intake, packet_intake, tus
from server.intake.packet_intake import PacketState, Route, is_packet
from server.keyring import KeyRing
from server.kiosks import devices
from server.store import Unit
from server.store.schema import packets
from server.voters import accounts
from sync import packet

LEASE = timedelta(seconds=30)
"""What a killed worker had taken waits so long; one that is only slow does no harm, for opening twice is once."""
POLL = 5.0
"""Seconds between looks when nothing woke the worker: leases that ran out, requests whose account came."""
BATCH = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
SWEEP = timedelta(hours=6)


def run(server: Server, stop: threading.Event) -> None:
    """Work until `stop`; `server.wake` says that there may be something to do."""
    swept = None
    while not stop.is_set():
        server.wake.clear()
        try:
            while work_once(server) and not stop.is_set():
                pass
            now = server.clock.now()
            if swept is None or now - swept > SWEEP:
                tus.sweep(server)
                swept = now
        except (SQLAlchemyError, OSError) as error:
            server.trouble.note(error)
            problems.log_fault(error, "worker")  # the packets are safe; the next round tries again
        if not stop.is_set():
            server.wake.wait(POLL)


def work_once(server: Server) -> int:
    """Open what is due, at most `BATCH` packets, in the order it came; return how many were worked."""
    leased = _lease(server)
    if not leased:
        return 0
    ring = server.ring()
    for row in leased:
        try:
            _open(server, ring, row)
        except Exception as error:  # noqa: BLE001 - one packet's bug may not stop the others; it is tried again
            problems.log_fault(error, "worker")
            _put_off(server, row, "unexpected")
    return len(leased)


def _lease(server: Server) -> list[Row[Any]]:
    with server.store.write() as unit:
        due = and_(
            packets.c.election == unit.election,
            packets.c.state == PacketState.STORED.value,
            packets.c.next_try <= unit.now,
            or_(packets.c.leased_until.is_(None), packets.c.leased_until < unit.now),
        )
        rows = unit.connection.execute(
            select(packets)
            .where(due)
            .order_by(packets.c.received, packets.c.seq)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            mine = is_packet(unit.election, row.kiosk_id, row.packet_id)
            unit.connection.execute(update(packets).where(mine).values(leased_until=unit.now + LEASE))
    return list(rows)


def _open(server: Server, ring: KeyRing, row: Row[Any]) -> None:
    try:
        submission = _decrypt(server, ring, row)
    except WillRetry as error:
        _put_off(server, row, error.code)
        return
    except Expected as error:
        _quarantine(server, row, error.code)
        return
    except UnreadableSubmission:
        _quarantine(server, row, "packet.content")
        return
    try:
        with server.store.write() as unit:
            _adopt(unit, server, ring, row, submission)
            _mark(unit, row, PacketState.OPENED, "")
            audit.record(unit, kind="packet.open", actor="system", subject=row.packet_id)
    except case_intake.AccountMissing:
        _put_off(server, row, "packet.account_missing")
    except WillRetry as error:
        _put_off(server, row, error.code)
    except (case_intake.NotTaken, accounts.NotAdopted) as error:
        _quarantine(server, row, error.code)
    else:
        if row.blob:
            server.blobs.delete(row.blob)


def _decrypt(server: Server, ring: KeyRing, row: Row[Any]) -> Submission:
    """Raises Expected ``packet.*`` or UnreadableSubmission."""
    content = server.blobs.get(row.blob)
    with server.store.read() as connection:
        # The signature is looked at again: the kiosk may have been revoked since, and intake is another's machine.
        grace = packet_intake.grace_of(Route(row.route), KioskId(row.kiosk_id))
        trust = devices.Trust(connection, server.election, row.received, grace)
        checked = packet.check(content, trust.key_of, election=server.election, judge=trust.judge)
    opened = packet.open_packet(checked, ring.identities)
    submission = decode(opened.files)
    header = opened.header
    if isinstance(submission, AccountSubmission):
        same = header.type == "account" and header.request_id == submission.account_id and header.revision == 1
    else:
        same = (header.type, header.request_id, header.revision) == (
            "request",
            submission.request_id,
            submission.revision,
        )
    if not same:
        raise packet.PacketRefused("packet.inner_differs")
    return submission


def _adopt(unit: Unit, server: Server, ring: KeyRing, row: Row[Any], submission: Submission) -> None:
    config = keyring.current_config(unit.connection, unit.election, ring)
    if isinstance(submission, AccountSubmission):
        accounts.adopt(
            unit,
            server,
            config,
            submission,
            kiosk_id=row.kiosk_id,
            packet_id=row.packet_id,
            received=row.received,
        )
        waiting = and_(
            packets.c.election == unit.election,
            packets.c.state == PacketState.STORED.value,
            packets.c.code == "packet.account_missing",
        )
        unit.connection.execute(update(packets).where(waiting).values(next_try=unit.now))
        unit.after_commit(server.wake.set)
        return
    case_intake.receive(
        unit,
        server,
        config,
        submission,
        kiosk_id=row.kiosk_id,
        packet_id=row.packet_id,
        received=row.received,
    )


def _mark(unit: Unit, row: Row[Any], state: PacketState, code: str) -> None:
    values: dict[str, Any] = {"state": state.value, "code": code, "leased_until": None}
    if state is PacketState.OPENED:
        values["blob"] = None
    mine = is_packet(unit.election, row.kiosk_id, row.packet_id)
    unit.connection.execute(update(packets).where(mine).values(**values))


def _quarantine(server: Server, row: Row[Any], code: str) -> None:
    with server.store.write() as unit:
        _mark(unit, row, PacketState.QUARANTINED, code)
        audit.record(unit, kind="packet.quarantine", actor="system", subject=row.packet_id, details={"code": code})


def _put_off(server: Server, row: Row[Any], code: str) -> None:
    wait = min(FIRST_WAIT * 2 ** min(row.attempts, 12), LONGEST_WAIT)
    with server.store.write() as unit:
        mine = is_packet(unit.election, row.kiosk_id, row.packet_id)
        unit.connection.execute(
            update(packets)
            .where(mine)
            .values(code=code, attempts=row.attempts + 1, next_try=unit.now + wait, leased_until=None)
        )
