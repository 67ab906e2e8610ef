"""Cases: a voter's request with its versions, its state, its sealed content and its history.

A case is named by its request's id. Its content and pictures are sealed under a key of its own, which hangs from the
master key; `erase` deletes that key. States move only by the table of `registration.model.case`, and only from the
version that the mover has seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, tuple_, update

from registration.model.case import WAITS_FREE, Action, Actor, CaseState, IllegalTransition, transition
from registration.model.ids import AccountId, CaseId
from server import audit, counting
from server.casework import case_counts, identities
from server.casework.case_counts import Place
from server.context import Server
from server.problems import Problem
from server.register import lookup
from server.sealing import MasterKey, seal, unseal
from server.store import Unit, shard_of
from server.store.schema import case_events, case_files, cases


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands; its content is read apart (`read_content`)."""

    case_id: CaseId
    account_id: AccountId
    service: str
    reference: str
    state: CaseState
    revision: int
    version: int
    """Counts every change; an action names the one it saw."""
    language: str
    received: datetime
    due: date
    kiosk_id: str
    flags: tuple[str, ...]
    reasons: tuple[str, ...]
    claimed_by: str
    lease_until: datetime | None
    decided: datetime | None
    erased: datetime | None
    comment_sealed: bytes | None = field(repr=False)
    data_key: bytes | None = field(repr=False)
    """Wrapped; None once erased."""

    def key(self, master: MasterKey) -> bytes:
        """Return the key of the case's content. Raises LookupError when it was erased."""
        if self.data_key is None:
            raise LookupError("case")
        return master.data_key(self.data_key, self.case_id)


@dataclass(frozen=True, slots=True)
class Event:
    """One move in a case's history."""

    at: datetime
    action: str
    actor: str
    actor_id: str
    source: str
    target: str
    revision: int
    version: int
    """Of the case after this move."""
    reasons: tuple[str, ...]
    comment: str = field(repr=False)


# ---------------------------------------------------------------- reading


def get(connection: Connection, election: str, case_id: str) -> Case | None:
    """Return a case, None when there is none."""
    row = connection.execute(select(cases).where(is_case(election, case_id))).one_or_none()
    return None if row is None else case_of(row)


def rows_of(connection: Connection, election: str, case_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the rows of cases by id, each found by its whole key."""
    keys = [(shard_of(case_id), case_id) for case_id in case_ids]
    wanted = and_(cases.c.election == election, tuple_(cases.c.shard, cases.c.case_id).in_(keys))
    return {row.case_id: row for row in connection.execute(select(cases).where(wanted))} if keys else {}


def of_account(connection: Connection, election: str, account_id: str) -> tuple[Case, ...]:
    """Return an account's cases, the newest first."""
    rows = connection.execute(select(cases).where(cases.c.election == election, cases.c.account_id == account_id)).all()
    return tuple(case_of(row) for row in sorted(rows, key=lambda row: row.received, reverse=True))


def files_of(connection: Connection, election: str, case_id: str, revision: int) -> dict[str, str]:
    """Return the files of a version by name (``request.json``, ``img/...jpg``), each with the name of its blob."""
    wanted = select(case_files.c.name, case_files.c.blob).where(_is_version(election, case_id, revision))
    return {row.name: row.blob for row in connection.execute(wanted.order_by(case_files.c.name))}


def read_file(server: Server, case: Case, blob: str, name: str) -> bytes:
    """Return one file of the latest version, decrypted; `blob` as `files_of` gives it.

    Raises:
        LookupError: the case was erased.
    """
    return unseal(case.key(server.master), server.blobs.get(blob), file_place(case.case_id, case.revision, name))


def read_content(connection: Connection, server: Server, case_id: str, revision: int = 0) -> Mapping[str, bytes]:
    """Return all files of a version (0: the latest), as `registration.model.submission.decode` takes them.

    Raises:
        LookupError: no such case or version, or the case was erased.
    """
    case = get(connection, server.election, case_id)
    if case is None:
        raise LookupError("case")
    wanted = revision or case.revision
    key = case.key(server.master)
    files = files_of(connection, server.election, case_id, wanted)
    if not files:
        raise LookupError("version")
    return {
        name: unseal(key, server.blobs.get(blob), file_place(case_id, wanted, name)) for name, blob in files.items()
    }


def comment_of(master: MasterKey, case: Case) -> str:
    """Return the comment of the last decision, decrypted; "" when there is none or the case was erased."""
    if case.comment_sealed is None or case.data_key is None:
        return ""
    return unseal(case.key(master), case.comment_sealed, f"comment:{case.case_id}").decode()


def history(connection: Connection, server: Server, case: Case) -> tuple[Event, ...]:
    """Return every move of a case, the oldest first."""
    key = case.key(server.master) if case.data_key else None
    mine = and_(
        case_events.c.election == server.election,
        case_events.c.shard == shard_of(case.case_id),
        case_events.c.case_id == case.case_id,
    )
    rows = connection.execute(select(case_events).where(mine).order_by(case_events.c.version, case_events.c.event_id))
    return tuple(_event_of(each, key) for each in rows.all())


# ---------------------------------------------------------------- moving


def apply_transition(
    unit: Unit,
    master: MasterKey,
    case_id: str,
    action: Action,
    by: Actor,
    *,
    actor_id: str,
    expected_version: int | None,
    reasons: Sequence[str] = (),
    comment: str = "",
    lease_until: datetime | None = None,
) -> Case:
    """Move a case by the table and return it as it then stands.

    Args:
        unit: the transaction of the whole deed.
        master: to seal the comment under the case's key.
        case_id, action, by: the move and the kind of person who makes it.
        actor_id: who it is: an official's name, an account's id, ``system``.
        expected_version: the version the mover has seen; None: whatever it is now (a lease that ran out).
        reasons: of `REFUSAL_REASONS`, with a refusal.
        comment: words for the voter.
        lease_until: with CLAIM and REOPEN, until when the case is the mover's.

    Raises:
        LookupError: there is no such case.
        Problem: 409 ``case.stale``: the case changed meanwhile or the table does not allow the move; 422
            ``case.reason_required``, ``case.comment_required``.
    """
    case = locked(unit, case_id)
    if case is None:
        raise LookupError("case")
    if expected_version is not None and expected_version != case.version:
        raise Problem(409, "case.stale")
    return move(
        unit,
        master,
        case,
        action,
        by,
        actor_id=actor_id,
        reasons=reasons,
        comment=comment,
        lease_until=lease_until,
    )


def move(
    unit: Unit,
    master: MasterKey,
    case: Case,
    action: Action,
    by: Actor,
    *,
    actor_id: str,
    reasons: Sequence[str] = (),
    comment: str = "",
    lease_until: datetime | None = None,
) -> Case:
    """Move a case that `locked` gave in this unit; otherwise as `apply_transition`."""
    try:
        back_to = _waited_as(unit, case.case_id) if action is Action.RELEASE else CaseState.SUBMITTED
        step = transition(case.state, action, by, back_to=back_to)
    except IllegalTransition:
        raise Problem(409, "case.stale") from None
    if step.reason_required and not reasons:
        raise Problem(422, "case.reason_required")
    if step.comment_required and not comment.strip():
        raise Problem(422, "case.comment_required")
    sealed = _seal_comment(master, case, comment)
    taken = action in (Action.CLAIM, Action.REOPEN)
    decided = action in (Action.APPROVE, Action.REFUSE, Action.RETURN)
    values: dict[str, Any] = {
        "state": step.target.value,
        "version": case.version + 1,
        "updated": unit.now,
        "claimed_by": actor_id if taken else None,
        "lease_until": lease_until if taken else None,
    }
    if decided:
        values |= {"reasons": list(reasons), "comment_sealed": sealed, "decided": unit.now}
    elif action is Action.COMPLETE:
        values |= {"reasons": [], "comment_sealed": None, "decided": None}
    changed = update(cases).where(is_case(unit.election, case.case_id)).values(**values).returning(*cases.c)
    moved = case_of(unit.connection.execute(changed).one())
    case_counts.move(unit, place_of(case), place_of(moved))
    record_event(
        unit,
        case,
        action.value,
        by,
        actor_id,
        target=step.target.value,
        version=moved.version,
        reasons=reasons,
        sealed=sealed,
    )
    key = case.key(master) if case.data_key else None
    counting.moved(unit, key, case.case_id, step.source, step.target, case.reasons, reasons)
    return moved


def locked(unit: Unit, case_id: str) -> Case | None:
    """Return a case with its row locked, None when there is none."""
    row = unit.connection.execute(select(cases).where(is_case(unit.election, case_id)).with_for_update()).one_or_none()
    return None if row is None else case_of(row)


def place_of(case: Case) -> Place:
    """Return where a case is counted."""
    return Place(case.state.value, case.language, case.due)


def _waited_as(unit: Unit, case_id: str) -> CaseState:
    """Return as what the case last waited in the queue: the history knows."""
    last = (
        select(case_events.c.target)
        .where(
            case_events.c.election == unit.election,
            case_events.c.shard == shard_of(case_id),
            case_events.c.case_id == case_id,
            case_events.c.target.in_([state.value for state in WAITS_FREE]),
        )
        .order_by(case_events.c.version.desc())
        .limit(1)
    )
    found = unit.connection.execute(last).scalar_one_or_none()
    return CaseState.SUBMITTED if found is None else CaseState(found)


def erase(unit: Unit, server: Server, case_id: str, *, by: str) -> None:
    """Destroy a case's content for ever by deleting its key; the row stays as the record (B7-05).

    Raises:
        LookupError: there is no such case.
    """
    mine = is_case(unit.election, case_id)
    row = unit.connection.execute(select(cases.c.data_key, cases.c.state).where(mine).with_for_update()).one_or_none()
    if row is not None and row.data_key is not None:
        counting.erased(unit, server.master.data_key(row.data_key, case_id), case_id, CaseState(row.state))
    found = update(cases).where(mine).values(data_key=None, comment_sealed=None, erased=unit.now, updated=unit.now)
    if unit.connection.execute(found).rowcount != 1:
        raise LookupError("case")
    here = and_(
        case_files.c.election == unit.election,
        case_files.c.shard == shard_of(case_id),
        case_files.c.case_id == case_id,
    )
    blobs = unit.connection.execute(select(case_files.c.blob).where(here)).scalars().all()
    unit.connection.execute(case_files.delete().where(here))
    identities.forget(unit, case_id)
    lookup.forget(unit, case_id)
    for blob in blobs:
        unit.after_commit(partial(server.blobs.delete, blob))
    audit.record(unit, kind="case.erase", actor=by, subject=case_id, details={"files": len(blobs)})


# ---------------------------------------------------------------- inside


def record_event(
    unit: Unit,
    case: Case,
    action: str,
    by: Actor,
    actor_id: str,
    *,
    target: str,
    version: int,
    source: str | None = None,
    revision: int | None = None,
    reasons: Sequence[str] = (),
    sealed: bytes | None = None,
) -> None:
    """Write a move of the case (as it was before) into its history and the audit log."""
    unit.connection.execute(
        insert(case_events).values(
            election=unit.election,
            shard=shard_of(case.case_id),
            case_id=case.case_id,
            event_id=unit.new_id(),
            at=unit.now,
            action=action,
            actor=by.value,
            actor_id=actor_id,
            source=case.state.value if source is None else source,
            target=target,
            revision=case.revision if revision is None else revision,
            version=version,
            reasons=list(reasons),
            comment_sealed=sealed,
        )
    )
    audit.record(
        unit,
        kind=f"case.{action}",
        actor=f"{by.value}:{actor_id}",
        subject=case.case_id,
        details={"to": target, "version": version, "reasons": list(reasons)},
    )


def _seal_comment(master: MasterKey, case: Case, comment: str) -> bytes | None:
    if not comment.strip() or case.data_key is None:
        return None
    return seal(case.key(master), comment.strip().encode(), f"comment:{case.case_id}")


def case_of(row: Row[Any]) -> Case:
    """Return the case of a row of `cases`."""
    return Case(
        case_id=CaseId(row.case_id),
        account_id=AccountId(row.account_id),
        service=row.service,
        reference=row.reference,
        state=CaseState(row.state),
        revision=row.revision,
        version=row.version,
        language=row.language,
        received=row.received,
        due=row.due,
        kiosk_id=row.kiosk_id,
        flags=tuple(row.flags),
        reasons=tuple(row.reasons),
        claimed_by=row.claimed_by or "",
        lease_until=row.lease_until,
        decided=row.decided,
        erased=row.erased,
        comment_sealed=row.comment_sealed,
        data_key=row.data_key,
    )


def _event_of(row: Row[Any], key: bytes | None) -> Event:
    sealed = row.comment_sealed
    comment = unseal(key, sealed, f"comment:{row.case_id}").decode() if key and sealed else ""
    return Event(
        row.at,
        row.action,
        row.actor,
        row.actor_id,
        row.source,
        row.target,
        row.revision,
        row.version,
        tuple(row.reasons),
        comment,
    )


def is_case(election: str, case_id: str) -> ColumnElement[bool]:
    """Return the condition that picks one row of `cases`."""
    return and_(cases.c.election == election, cases.c.shard == shard_of(case_id), cases.c.case_id == case_id)


def _is_version(election: str, case_id: str, revision: int) -> ColumnElement[bool]:
    return and_(
        case_files.c.election == election,
        case_files.c.shard == shard_of(case_id),
        case_files.c.case_id == case_id,
        case_files.c.revision == revision,
    )


def file_place(case_id: str, revision: int, name: str) -> str:
    """Return what a file's ciphertext is bound to."""
    return f"case-file:{case_id}/{revision}/{name}"
