"""Leases: a case is one official's for a quarter of an hour, and longer while they work on it.

A case is looked at and decided only by who holds its lease. It goes back to the queue as what it waited there before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from registration.model.case import Action, Actor, CaseState
from registration.review_desk import MOST_COMMENT, Role
from server.casework import cases as casework
from server.casework.cases import Case, case_of, get, is_case, move
from server.context import Server
from server.desk.officials import Official
from server.desk.proposals import proposal_on
from server.desk.waiting import holder
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit
from server.store.schema import cases

LEASE = timedelta(minutes=15)
RENEW_WHEN_LEFT = timedelta(minutes=14)
"""Looking at a picture renews the lease, but not with one write for every picture."""


def claim(unit: Unit, master: MasterKey, official: Official, case_id: str, *, take_over: bool = False) -> Case:
    """Take a case, or renew one's own lease.

    Raises:
        Problem: 404 ``case.not_found``; 409 ``case.claimed`` (params: by), ``case.stale``, ``case.second_official``,
            ``request.content_erased``; 403 ``official.not_allowed`` (take-over by other than a supervisor).
    """
    if take_over and official.role is not Role.SUPERVISOR:
        raise Problem(403, "official.not_allowed")
    case = unerased(locked(unit, case_id))
    proposal = proposal_on(unit.connection, unit.election, case)
    if proposal is not None and proposal.by == official.name:
        raise Problem(409, "case.second_official")
    if case.state is CaseState.IN_REVIEW:
        held_by = holder(case, unit.now)
        if held_by == official.name:
            return _renew(unit, case)
        if held_by and not take_over:
            raise Problem(409, "case.claimed", by=held_by)
        case = give_back(unit, master, case, Actor.SUPERVISOR if held_by else Actor.SYSTEM, official.name)
    return move(
        unit,
        master,
        case,
        Action.CLAIM,
        actor_of(official),
        actor_id=official.name,
        lease_until=unit.now + LEASE,
    )


def release(unit: Unit, master: MasterKey, official: Official, case_id: str) -> Case:
    """Give a case back; nothing happens when it is not one's own. Raises Problem 404 ``case.not_found``."""
    case = locked(unit, case_id)
    if case.state is not CaseState.IN_REVIEW or case.claimed_by != official.name:
        return case
    return give_back(unit, master, case, actor_of(official), official.name)


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
        give_back(unit, master, locked(unit, case_id), Actor.SYSTEM, "system")
    return len(found)


def reopen(unit: Unit, master: MasterKey, official: Official, case_id: str, comment: str) -> Case:
    """Take a decided case up again; it is the supervisor's at once.

    Raises:
        Problem: 404 ``case.not_found``, 403 ``official.not_allowed``, 409 ``case.stale``, 422
            ``case.comment_required``, ``case.comment_too_long``.
    """
    if official.role is not Role.SUPERVISOR:
        raise Problem(403, "official.not_allowed")
    check_comment(comment)
    case = unerased(locked(unit, case_id))
    return move(
        unit,
        master,
        case,
        Action.REOPEN,
        Actor.SUPERVISOR,
        actor_id=official.name,
        comment=comment,
        lease_until=unit.now + LEASE,
    )


def hold(server: Server, official: Official, case_id: str) -> Case:
    """Make sure that the official holds the case, and keep it theirs; every look begins here.

    Raises:
        Problem: 404 ``case.not_found``, 409 ``case.not_claimed``.
    """
    with server.store.read() as connection:
        case = get(connection, server.election, case_id)
    now = server.clock.now()
    case = held(case, official, now)
    assert case.lease_until is not None
    if case.lease_until - now < RENEW_WHEN_LEFT:
        with server.store.write() as unit:
            case = _renew(unit, held(locked(unit, case_id), official, unit.now))
    return case


# ---------------------------------------------------------------- what the other rules stand on


def check_comment(comment: str) -> None:
    """Raise Problem 422 ``case.comment_required`` or ``case.comment_too_long``."""
    if not comment.strip():
        raise Problem(422, "case.comment_required")
    if len(comment.strip()) > MOST_COMMENT:
        raise Problem(422, "case.comment_too_long", most=MOST_COMMENT)


def locked(unit: Unit, case_id: str) -> Case:
    """Return a case with its row locked. Raises Problem 404 ``case.not_found``."""
    case = casework.locked(unit, case_id)
    if case is None:
        raise Problem(404, "case.not_found")
    return case


def unerased(case: Case) -> Case:
    """Return the case. Raises Problem 409 ``request.content_erased``."""
    if case.erased is not None:
        raise Problem(409, "request.content_erased")
    return case


def held(case: Case | None, official: Official, now: datetime) -> Case:
    """Return the case when the official holds it. Raises Problem 404 ``case.not_found``, 409 ``case.not_claimed``."""
    if case is None:
        raise Problem(404, "case.not_found")
    if case.state is not CaseState.IN_REVIEW or holder(case, now) != official.name:
        raise Problem(409, "case.not_claimed")
    return case


def _renew(unit: Unit, case: Case) -> Case:
    """Prolong a lease; the version stays, for nothing that anybody decides on has changed."""
    mine = is_case(unit.election, case.case_id)
    prolonged = update(cases).where(mine).values(lease_until=unit.now + LEASE).returning(*cases.c)
    return case_of(unit.connection.execute(prolonged).one())


def give_back(unit: Unit, master: MasterKey, case: Case, by: Actor, who: str) -> Case:
    """Put a case that `locked` gave back into the queue, as what it waited there before."""
    return move(unit, master, case, Action.RELEASE, by, actor_id="system" if by is Actor.SYSTEM else who)


def actor_of(official: Official) -> Actor:
    """Return in which part the official moves a case."""
    return Actor.SUPERVISOR if official.role is Role.SUPERVISOR else Actor.OFFICIAL
