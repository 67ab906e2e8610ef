"""What officials do with cases: take them by a lease, look at them, decide. The rules behind `server.review`.

A case is looked at only by who holds its lease. A decision names the version it was made on and moves the case by
the table of `registration.model.case`; the voter's notice goes into the outbox in the same transaction. Where the
service demands four eyes the first decision is only a proposal, and another official must make the same one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
    update,
)

import resources
from registration.catalog.loader import load_catalog
from registration.model.case import REFUSAL_REASONS, Action, Actor, CaseState
from registration.model.register import RegisterResult
from registration.model.submission import RequestSubmission, decode
from registration.review_desk import MOST_COMMENT, Role, SameAs
from server import accounts, audit, case_counts, identities, notify, register
from server.cases import (
    Case,
    Event,
    apply_transition,
    case_of,
    file_names,
    get,
    history,
    is_case,
    read_content,
    rows_of,
)
from server.context import Server
from server.officials import Official
from server.problems import Problem
from server.schema import Moment, metadata
from server.sealing import MasterKey, seal, unseal
from server.store import Unit, shard_of
from server.store.schema import WAITING, cases, is_waiting, key_columns
from server.store.schema import case_counts as case_counts_table

LEASE = timedelta(minutes=15)
RENEW_WHEN_LEFT = timedelta(minutes=14)
"""Looking at a picture renews the lease, but not with one write for every picture."""
PAGE = 25
MOST_PAGES = 400
"""10,000 cases: nobody leafs further; narrow the queue by state, language or time limit."""
DECISIONS = {Action.APPROVE: "approved", Action.REFUSE: "refused", Action.RETURN: "returned"}
"""Decision -> its notice to the voter."""

case_proposals = Table(
    "case_proposals",
    metadata,
    *key_columns("case_id"),
    Column("revision", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("comment_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class QueueRows:
    """One page of the queue."""

    cases: tuple[Case, ...]
    counts: Mapping[str, int]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A first decision that waits for the second."""

    by: str
    action: Action
    reasons: tuple[str, ...]
    comment: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as its holder sees it."""

    case: Case
    history: tuple[Event, ...]
    names: tuple[str, ...]
    request: Mapping[str, Any] = field(repr=False)
    duplicates: Sequence[tuple[str, str, CaseState, SameAs]]
    contact_verified: bool
    four_eyes: bool
    proposal: Proposed | None
    register: RegisterResult


@dataclass(frozen=True, slots=True)
class Outcome:
    case: Case
    awaiting_second: bool


# ---------------------------------------------------------------- the queue


def queue(
    connection: Connection,
    election: str,
    *,
    state: CaseState | None,
    language: str,
    page: int,
    due_by: date | None = None,
) -> QueueRows:
    """Return a page of cases, nearest time limit first, at most `MOST_PAGES` of them.

    Args:
        connection: to read from.
        election: the election.
        state: only this one; None: all that wait.
        language: only this one; "": all.
        page: from 1; beyond the last one is the last one.
        due_by: only those whose time limit is this day or earlier.
    """
    here = cases.c.election == election
    wanted: list[ColumnElement[bool]] = [here, is_waiting if state is None else cases.c.state == state.value]
    states = [each.value for each in (WAITING if state is None else (state,))]
    counted: list[ColumnElement[bool]] = [case_counts_table.c.state.in_(states)]
    if language:
        wanted.append(cases.c.language == language)
        counted.append(case_counts_table.c.language == language)
    if due_by is not None:
        wanted.append(cases.c.due <= due_by)
        counted.append(case_counts_table.c.due <= due_by)
    pages = min(max(1, -(-case_counts.total(connection, election, *counted) // PAGE)), MOST_PAGES)
    page = min(max(1, page), pages)
    # First the ids alone, from the index, however far down; then the few rows.
    ordered = select(cases.c.case_id).where(*wanted).order_by(cases.c.due, cases.c.received, cases.c.case_id)
    ids = connection.execute(ordered.offset((page - 1) * PAGE).limit(PAGE)).scalars().all()
    found = rows_of(connection, election, ids)
    counts = case_counts.by_state(connection, election)
    return QueueRows(tuple(case_of(found[each]) for each in ids if each in found), counts, page, pages)


def is_overdue(case: Case, now: datetime) -> bool:
    """Tell whether the time limit has passed and nothing was decided."""
    return case.state in WAITING and now.date() > case.due


def holder(case: Case, now: datetime) -> str:
    """Return who holds the case now, "" when nobody does or the lease ran out."""
    return case.claimed_by if case.lease_until is not None and case.lease_until > now else ""


# ---------------------------------------------------------------- leases


def claim(unit: Unit, master: MasterKey, official: Official, case_id: str, *, take_over: bool = False) -> Case:
    """Take a case, or renew one's own lease.

    Raises:
        Problem: 404 ``case.not_found``; 409 ``case.claimed`` (params: by), ``case.stale``, ``case.second_official``,
            ``request.content_erased``; 403 ``official.not_allowed`` (take-over by other than a supervisor).
    """
    if take_over and official.role is not Role.SUPERVISOR:
        raise Problem(403, "official.not_allowed")
    case = _unerased(_locked(unit, case_id))
    proposal = _proposal_row(unit.connection, unit.election, case)
    if proposal is not None and proposal.by == official.name:
        raise Problem(409, "case.second_official")
    if case.state is CaseState.IN_REVIEW:
        held_by = holder(case, unit.now)
        if held_by == official.name:
            return _renew(unit, case)
        if held_by and not take_over:
            raise Problem(409, "case.claimed", by=held_by)
        case = _give_back(unit, master, case, Actor.SUPERVISOR if held_by else Actor.SYSTEM, official.name)
    return apply_transition(
        unit,
        master,
        case_id,
        Action.CLAIM,
        _actor(official),
        actor_id=official.name,
        expected_version=case.version,
        lease_until=unit.now + LEASE,
    )


def release(unit: Unit, master: MasterKey, official: Official, case_id: str) -> Case:
    """Give a case back; nothing happens when it is not one's own. Raises Problem 404 ``case.not_found``."""
    case = _locked(unit, case_id)
    if case.state is not CaseState.IN_REVIEW or case.claimed_by != official.name:
        return case
    return _give_back(unit, master, case, _actor(official), official.name)


def release_all(unit: Unit, master: MasterKey, official: Official) -> None:
    """Give back everything an official holds."""
    theirs = select(cases.c.case_id).where(
        cases.c.election == unit.election,
        cases.c.state == CaseState.IN_REVIEW.value,
        cases.c.claimed_by == official.name,
    )
    for case_id in unit.connection.execute(theirs).scalars().all():
        release(unit, master, official, case_id)


def release_expired(unit: Unit, master: MasterKey, limit: int = 100) -> int:
    """Give back cases whose lease ran out; return how many."""
    over = (
        select(cases.c.case_id)
        .where(
            cases.c.election == unit.election,
            cases.c.state == CaseState.IN_REVIEW.value,
            cases.c.lease_until <= unit.now,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = unit.connection.execute(over).scalars().all()
    for case_id in found:
        _give_back(unit, master, _locked(unit, case_id), Actor.SYSTEM, "system")
    return len(found)


def reopen(unit: Unit, master: MasterKey, official: Official, case_id: str, comment: str) -> Case:
    """Take a decided case up again; it is the supervisor's at once.

    Raises:
        Problem: 404 ``case.not_found``, 403 ``official.not_allowed``, 409 ``case.stale``, 422
            ``case.comment_required``, ``case.comment_too_long``.
    """
    if official.role is not Role.SUPERVISOR:
        raise Problem(403, "official.not_allowed")
    _check_comment(comment)
    case = _unerased(_locked(unit, case_id))
    return apply_transition(
        unit,
        master,
        case_id,
        Action.REOPEN,
        Actor.SUPERVISOR,
        actor_id=official.name,
        expected_version=case.version,
        comment=comment,
        lease_until=unit.now + LEASE,
    )


# ---------------------------------------------------------------- looking


def hold(server: Server, official: Official, case_id: str) -> Case:
    """Make sure that the official holds the case, and keep it theirs; every look begins here.

    Raises:
        Problem: 404 ``case.not_found``, 409 ``case.not_claimed``.
    """
    with server.store.read() as connection:
        case = get(connection, server.election, case_id)
    now = server.clock.now()
    case = _held(case, official, now)
    assert case.lease_until is not None
    if case.lease_until - now < RENEW_WHEN_LEFT:
        with server.store.write() as unit:
            case = _renew(unit, _held(_locked(unit, case_id), official, unit.now))
    return case


def open_case(server: Server, official: Official, case_id: str) -> Opened:
    """Return everything about a case that one holds; that it was opened is audited.

    Raises:
        Problem: as `hold`; 409 ``request.content_erased``.
    """
    case = hold(server, official, case_id)
    with server.store.read() as connection:
        try:
            files = read_content(connection, server, case_id)
        except LookupError:
            raise Problem(409, "request.content_erased") from None
        submission = decode(files)
        assert isinstance(submission, RequestSubmission)
        account = accounts.get(connection, server.election, server.master, case.account_id)
        opened = Opened(
            case=case,
            history=history(connection, server, case_id),
            names=file_names(connection, server.election, case_id, case.revision),
            request=json.loads(files["request.json"]),
            duplicates=identities.same_person(connection, server.election, server.master, submission),
            contact_verified=account is not None and account.contact_verified is not None,
            four_eyes=needs_four_eyes(case.service),
            proposal=_proposal(connection, server, case),
            register=register.result_of(connection, server, case_id),
        )
    with server.store.write() as unit:
        audit.record(unit, kind="case.open", actor=official.actor, subject=case_id, details={"revision": case.revision})
    return opened


# ---------------------------------------------------------------- deciding


def decide(
    unit: Unit,
    master: MasterKey,
    official: Official,
    case_id: str,
    *,
    action: Action,
    version: int,
    reasons: Sequence[str],
    comment: str,
) -> Outcome:
    """Decide a case that one holds, or propose the decision where the service wants four eyes.

    Raises:
        Problem: 404 ``case.not_found``; 409 ``case.not_claimed``, ``case.stale``, ``case.second_official``; 422
            ``call.invalid``, ``case.reason_required``, ``case.reason_unknown``, ``case.comment_required``,
            ``case.comment_too_long``.
    """
    reasons, comment = _checked(action, reasons, comment)
    case = _held(_locked(unit, case_id), official, unit.now)
    if case.version != version:
        raise Problem(409, "case.stale")
    second = None
    if needs_four_eyes(case.service):
        second = _proposal_row(unit.connection, unit.election, case)
        if second is not None and second.by == official.name:
            raise Problem(409, "case.second_official")
        if second is None or second.action != action.value or sorted(second.reasons) != sorted(reasons):
            return _propose(unit, master, official, case, action, reasons, comment)
        _forget_proposal(unit, case_id)
        details = {"first": second.by, "action": action.value}
        audit.record(unit, kind="case.second", actor=official.actor, subject=case_id, details=details)
    moved = apply_transition(
        unit,
        master,
        case_id,
        action,
        _actor(official),
        actor_id=official.name,
        expected_version=version,
        reasons=reasons,
        comment=comment,
    )
    _tell_voter(unit, master, moved, action, reasons, comment)
    return Outcome(moved, awaiting_second=False)


def needs_four_eyes(service_id: str) -> bool:
    """Tell whether a service's decisions need a second official."""
    return service_id in _four_eyes_services()


@cache
def _four_eyes_services() -> frozenset[str]:
    services = load_catalog(resources.path("services"))
    return frozenset(service.id for service in services if service.review is not None and service.review.four_eyes)


def _checked(action: Action, reasons: Sequence[str], comment: str) -> tuple[tuple[str, ...], str]:
    if action not in DECISIONS:
        raise Problem(422, "call.invalid")
    if any(reason not in REFUSAL_REASONS for reason in reasons) or (reasons and action is not Action.REFUSE):
        raise Problem(422, "case.reason_unknown")
    if action is Action.REFUSE and not reasons:
        raise Problem(422, "case.reason_required")
    if action is Action.RETURN:
        _check_comment(comment)
    if len(comment.strip()) > MOST_COMMENT:
        raise Problem(422, "case.comment_too_long", most=MOST_COMMENT)
    return tuple(reason for reason in REFUSAL_REASONS if reason in reasons), comment.strip()


def _check_comment(comment: str) -> None:
    if not comment.strip():
        raise Problem(422, "case.comment_required")
    if len(comment.strip()) > MOST_COMMENT:
        raise Problem(422, "case.comment_too_long", most=MOST_COMMENT)


def _propose(
    unit: Unit,
    master: MasterKey,
    official: Official,
    case: Case,
    action: Action,
    reasons: Sequence[str],
    comment: str,
) -> Outcome:
    """Keep the decision as a proposal and give the case back for the second official."""
    _forget_proposal(unit, case.case_id)
    key = _case_key(unit.connection, unit.election, master, case.case_id)
    unit.connection.execute(
        insert(case_proposals).values(
            election=unit.election,
            shard=shard_of(case.case_id),
            case_id=case.case_id,
            revision=case.revision,
            by=official.name,
            action=action.value,
            reasons=list(reasons),
            comment_sealed=seal(key, comment.encode(), f"proposal:{case.case_id}"),
            at=unit.now,
        )
    )
    details = {"action": action.value, "reasons": list(reasons)}
    audit.record(unit, kind="case.propose", actor=official.actor, subject=case.case_id, details=details)
    given = _give_back(unit, master, case, _actor(official), official.name)
    return Outcome(given, awaiting_second=True)


def _tell_voter(
    unit: Unit, master: MasterKey, case: Case, action: Action, reasons: Sequence[str], comment: str
) -> None:
    account = accounts.get(unit.connection, unit.election, master, case.account_id)
    assert account is not None  # a case never exists without its account
    notify.enqueue(
        unit,
        master,
        kind=DECISIONS[action],
        contact=account.contact,
        language=case.language,
        params={"reference": case.reference, "reasons": ",".join(reasons), "comment": comment},
        dedupe=f"decision:{case.case_id}:{case.version}",
    )


# ---------------------------------------------------------------- inside


def _locked(unit: Unit, case_id: str) -> Case:
    row = unit.connection.execute(select(cases).where(is_case(unit.election, case_id)).with_for_update()).one_or_none()
    if row is None:
        raise Problem(404, "case.not_found")
    return case_of(row)


def _unerased(case: Case) -> Case:
    if case.erased is not None:
        raise Problem(409, "request.content_erased")
    return case


def _held(case: Case | None, official: Official, now: datetime) -> Case:
    if case is None:
        raise Problem(404, "case.not_found")
    if case.state is not CaseState.IN_REVIEW or holder(case, now) != official.name:
        raise Problem(409, "case.not_claimed")
    return case


def _renew(unit: Unit, case: Case) -> Case:
    """Prolong a lease; the version stays, for nothing that anybody decides on has changed."""
    mine = is_case(unit.election, case.case_id)
    unit.connection.execute(update(cases).where(mine).values(lease_until=unit.now + LEASE))
    renewed = get(unit.connection, unit.election, case.case_id)
    assert renewed is not None
    return renewed


def _give_back(unit: Unit, master: MasterKey, case: Case, by: Actor, who: str) -> Case:
    return apply_transition(
        unit,
        master,
        case.case_id,
        Action.RELEASE,
        by,
        actor_id="system" if by is Actor.SYSTEM else who,
        expected_version=case.version,
    )


def _actor(official: Official) -> Actor:
    return Actor.SUPERVISOR if official.role is Role.SUPERVISOR else Actor.OFFICIAL


def _is_proposal(election: str, case_id: str) -> ColumnElement[bool]:
    return and_(
        case_proposals.c.election == election,
        case_proposals.c.shard == shard_of(case_id),
        case_proposals.c.case_id == case_id,
    )


def _proposal_row(connection: Connection, election: str, case: Case) -> Any:
    """Return the proposal on the present revision; one on an older version of the request means nothing any more."""
    wanted = select(case_proposals).where(
        _is_proposal(election, case.case_id), case_proposals.c.revision == case.revision
    )
    return connection.execute(wanted).one_or_none()


def _proposal(connection: Connection, server: Server, case: Case) -> Proposed | None:
    row = _proposal_row(connection, server.election, case)
    if row is None:
        return None
    key = _case_key(connection, server.election, server.master, case.case_id)
    comment = unseal(key, row.comment_sealed, f"proposal:{case.case_id}").decode()
    return Proposed(row.by, Action(row.action), tuple(row.reasons), comment)


def _forget_proposal(unit: Unit, case_id: str) -> None:
    unit.connection.execute(delete(case_proposals).where(_is_proposal(unit.election, case_id)))


def _case_key(connection: Connection, election: str, master: MasterKey, case_id: str) -> bytes:
    wrapped = connection.execute(select(cases.c.data_key).where(is_case(election, case_id))).scalar_one()
    if wrapped is None:
        raise Problem(409, "request.content_erased")
    return master.data_key(wrapped, case_id)
