"""Letting go: what ran out goes by itself, a case's content on demand, everything after the election with a record."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from registration.errors import StaffMustFix
from registration.model.civil_day import civil_day
from server import audit, keyring
from server.casework import case_counts, cases
from server.context import Server
from server.intake import handoff, tus
from server.intake.packet_intake import PacketState
from server.notify.outbox import notifications
from server.store import Unit
from server.store.schema import (
    account_files,
    accounts,
    alarms,
    case_files,
    case_versions,
    codes,
    enrolment_tokens,
    packets,
    server_keys,
    sign_in_failures,
    uploads,
    voter_sessions,
)
from server.store.schema import cases as case_rows
from server.voters.codes import PROOF_LIFE
from sync import signed

log = logging.getLogger(__name__)

NAMESPACE = "destruction@per-kiosk/v1"
FAILURES_KEPT = timedelta(days=7)
BLOB_REST = timedelta(days=1)
"""A blob younger than this may be of a unit that is not committed yet."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many rows and files went."""

    rows: int
    uploads: int
    blobs: int


def tidy(server: Server) -> Tidied:
    """Remove what ran out (codes, sessions, tokens, failures, uploads) and blobs that nothing names."""
    rows = 0
    with server.store.write() as unit:
        now = unit.now
        for table, old in (
            (codes, codes.c.created < now - PROOF_LIFE),
            (voter_sessions, voter_sessions.c.expires < now),
            (enrolment_tokens, enrolment_tokens.c.expires < now),
            (sign_in_failures, sign_in_failures.c.since < now - FAILURES_KEPT),
        ):
            rows += unit.connection.execute(delete(table).where(table.c.election == unit.election, old)).rowcount
        if wrong := case_counts.recount(unit):
            log.error("counts of cases were wrong at %d places and are put right", len(wrong))
    return Tidied(rows, tus.sweep(server), _sweep_blobs(server))


def destroy_all(server: Server, *, by: str, witnesses: Sequence[str] = ()) -> dict[str, str]:
    """Erase all cases, accounts, packets, notices and epoch keys after the election (B7-05).

    Broken off and run again it goes on, and the record counts everything that was destroyed.

    Args:
        by: who does it; `witnesses`: the names of who is present. All of them stand in the record and the audit log.

    Returns:
        the record, signed by the election's root key.

    Raises:
        StaffMustFix: ``purge.too_early`` (params: day) before the day after the election.
    """
    day = server.config().election_day
    if civil_day(server.clock.now()) <= day:
        raise StaffMustFix("purge.too_early", day=day.isoformat())
    with server.store.read() as connection:
        mine = (case_rows.c.election == server.election) & case_rows.c.erased.is_(None)
        case_ids = connection.execute(select(case_rows.c.case_id).where(mine)).scalars().all()
    for case_id in case_ids:
        with server.store.write() as unit:
            cases.erase(unit, server, case_id, by=by)
    with server.store.write() as unit:
        here = accounts.c.election == unit.election
        people = unit.connection.execute(select(func.count()).select_from(accounts).where(here)).scalar_one()
        files = account_files.c.election == unit.election
        for blob in unit.connection.execute(select(account_files.c.blob).where(files)).scalars().all():
            unit.after_commit(partial(server.blobs.delete, blob))
        unit.connection.execute(delete(account_files).where(files))
        unit.connection.execute(delete(accounts).where(here))
        unit.connection.execute(delete(voter_sessions).where(voter_sessions.c.election == unit.election))
        unit.connection.execute(delete(codes).where(codes.c.election == unit.election))
        handoff.destroy(unit, server)
        _destroy_packets(unit, server)
        told = notifications.c.election == unit.election
        counts = {
            "cases": _count(unit, case_rows, case_rows.c.erased.is_not(None)),
            "versions": _count(unit, case_versions),
            "accounts": int(people),
            "packets": _count(unit, packets),
            "notices": _count(unit, notifications),
        }
        unit.connection.execute(delete(notifications).where(told))
        unit.connection.execute(delete(sign_in_failures).where(sign_in_failures.c.election == unit.election))
        logged = audit.record(unit, kind="purge.all", actor=by, details={**counts, "witnesses": list(witnesses)})
        record = {
            "election": unit.election,
            "destroyed": unit.now.isoformat(),
            "by": by,
            "witnesses": list(witnesses),
            **counts,
            **audit.evidence(unit, logged),
        }
        ring = keyring.load(unit.connection, unit.election, server.master)
    return signed.sign(record, ring.root, NAMESPACE)


def _count(unit: Unit, table: Table, *conditions: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(table).where(table.c.election == unit.election, *conditions)
    return int(unit.connection.execute(wanted).scalar_one())


def _destroy_packets(unit: Unit, server: Server) -> None:
    """Delete packets kept unopened or aside, and the epoch keys: what is still on a stick opens no more, here."""
    kept = packets.c.election == unit.election
    aside = alarms.c.election == unit.election
    for column, condition in ((packets.c.blob, kept & packets.c.blob.is_not(None)), (alarms.c.sha256, aside)):
        for blob in unit.connection.execute(select(column).where(condition).distinct()).scalars().all():
            unit.after_commit(partial(server.blobs.delete, blob))
    waiting = kept & (packets.c.state == PacketState.STORED.value)
    unit.connection.execute(update(packets).where(waiting).values(state=PacketState.QUARANTINED.value))
    unit.connection.execute(update(packets).where(kept).values(blob=None))
    epochs = (server_keys.c.election == unit.election) & (server_keys.c.kind == "epoch")
    unit.connection.execute(update(server_keys).where(epochs).values(sealed_private=None))


def _sweep_blobs(server: Server) -> int:
    """Delete ciphertext that no row names: left behind by a unit that was rolled back, or by a crash."""
    swept = 0
    for names in server.blobs.older_than(server.clock.now() - BLOB_REST):
        with server.store.read() as connection:
            named: set[str] = set()
            for column in (packets.c.blob, account_files.c.blob, case_files.c.blob, alarms.c.sha256, uploads.c.sha256):
                named.update(connection.execute(select(column).where(column.in_(names))).scalars())
        for stray in set(names) - named:
            server.blobs.delete(stray)
            swept += 1
    return swept
