"""The queue that officials work through: which cases wait, whose they are, which are overdue.

Beside it: `server.review_leases` (taking and giving back), `server.review_case` (looking), `server.review_decisions`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, select

from registration.model.case import CaseState
from registration.model.civil_day import civil_day
from server.casework import case_counts
from server.casework.cases import Case, case_of, rows_of
from server.store.schema import WAITING, cases, is_waiting

PAGE = 25
MOST_PAGES = 400
"""10,000 cases: nobody leafs further; narrow the queue by state, language or time limit."""


@dataclass(frozen=True, slots=True)
class QueueRows:
    """One page of the queue."""

    cases: tuple[Case, ...]
    counts: Mapping[str, int]
    by_language: Mapping[str, int]
    page: int
    pages: int
    overdue: int
    """Of all that wait."""
    due_today: int


def queue(
    connection: Connection,
    election: str,
    *,
    state: CaseState | None,
    language: str,
    page: int,
    today: date,
    due_by: date | None = None,
) -> QueueRows:
    """Return a page of cases, nearest time limit first, at most `MOST_PAGES` of them.

    Args:
        connection: to read from.
        election: the election.
        state: only this one; None: all that wait.
        language: only this one; "": all.
        page: from 1; beyond the last one is the last one.
        today: the civil day, for what is overdue.
        due_by: only those whose time limit is this day or earlier.
    """
    here = cases.c.election == election
    wanted: list[ColumnElement[bool]] = [here, is_waiting if state is None else cases.c.state == state.value]
    if language:
        wanted.append(cases.c.language == language)
    if due_by is not None:
        wanted.append(cases.c.due <= due_by)
    tallies = case_counts.tally(connection, election, today=today, due_by=due_by)
    counts: Counter[str] = Counter({each.value: 0 for each in CaseState})
    by_language: Counter[str] = Counter()
    for each in tallies:
        counts[each.state] += each.number
        if each.within and each.state in (WAITING if state is None else (state,)):
            by_language[each.language] += each.within
    number = by_language.get(language, 0) if language else sum(by_language.values())
    pages = min(max(1, -(-number // PAGE)), MOST_PAGES)
    page = min(max(1, page), pages)
    # First the ids alone, from the index, however far down; then the few rows.
    ordered = select(cases.c.case_id).where(*wanted).order_by(cases.c.due, cases.c.received, cases.c.case_id)
    ids = connection.execute(ordered.offset((page - 1) * PAGE).limit(PAGE)).scalars().all()
    found = rows_of(connection, election, ids)
    waiting = [each for each in tallies if each.state in WAITING]
    return QueueRows(
        cases=tuple(case_of(found[each]) for each in ids if each in found),
        counts=counts,
        by_language=by_language,
        page=page,
        pages=pages,
        overdue=sum(each.overdue for each in waiting),
        due_today=sum(each.due_today for each in waiting),
    )


def is_overdue(case: Case, now: datetime) -> bool:
    """Tell whether the time limit has passed and nothing was decided."""
    return case.state in WAITING and civil_day(now) > case.due


def holder(case: Case, now: datetime) -> str:
    """Return who holds the case now, "" when nobody does or the lease ran out."""
    return case.claimed_by if case.lease_until is not None and case.lease_until > now else ""
