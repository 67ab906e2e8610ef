"""The queue that officials work through: which cases wait, whose they are, which are overdue.

Beside it: `server.review_leases` (taking and giving back), `server.review_case` (looking), `server.review_decisions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, select

from registration.model.case import CaseState
from registration.model.civil_day import civil_day
from server.cases import Case, case_of
from server.store.schema import cases

PAGE = 25
WAITING = (CaseState.SUBMITTED, CaseState.COMPLETED, CaseState.IN_REVIEW)
"""States in which the five days run."""


@dataclass(frozen=True, slots=True)
class QueueRows:
    """One page of the queue."""

    cases: tuple[Case, ...]
    counts: Mapping[str, int]
    page: int
    pages: int


def queue(
    connection: Connection,
    election: str,
    *,
    state: CaseState | None,
    language: str,
    page: int,
    due_by: date | None = None,
) -> QueueRows:
    """Return a page of cases, nearest time limit first; `due_by`: only those whose limit is this day or earlier."""
    here = cases.c.election == election
    states = WAITING if state is None else (state,)
    wanted: list[ColumnElement[bool]] = [here, cases.c.state.in_([each.value for each in states])]
    if language:
        wanted.append(cases.c.language == language)
    if due_by is not None:
        wanted.append(cases.c.due <= due_by)
    total = connection.execute(select(func.count()).select_from(cases).where(*wanted)).scalar_one()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    ordered = select(cases).where(*wanted).order_by(cases.c.due, cases.c.received, cases.c.case_id)
    rows = connection.execute(ordered.offset((page - 1) * PAGE).limit(PAGE)).all()
    counted = connection.execute(
        select(cases.c.state, func.count().label("number")).where(here).group_by(cases.c.state)
    ).all()
    counts = {each.value: 0 for each in CaseState} | {row.state: int(row.number) for row in counted}
    return QueueRows(tuple(case_of(row) for row in rows), counts, page, pages)


def count_due(connection: Connection, election: str, today: date) -> tuple[int, int]:
    """Return how many waiting cases are overdue, and how many are due today; read from the queue's index."""
    waiting = (cases.c.election == election, cases.c.state.in_([state.value for state in WAITING]))
    numbers = (
        connection.execute(select(func.count()).select_from(cases).where(*waiting, limit)).scalar_one()
        for limit in (cases.c.due < today, cases.c.due == today)
    )
    overdue, due_today = numbers
    return int(overdue), int(due_today)


def is_overdue(case: Case, now: datetime) -> bool:
    """Tell whether the time limit has passed and nothing was decided."""
    return case.state in WAITING and civil_day(now) > case.due


def holder(case: Case, now: datetime) -> str:
    """Return who holds the case now, "" when nobody does or the lease ran out."""
    return case.claimed_by if case.lease_until is not None and case.lease_until > now else ""
