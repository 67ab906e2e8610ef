"""How many cases there are by state, language and time limit: kept as they move, so that nobody counts a million rows.

A count moves in the transaction of the case itself. `recount` holds the table against the cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Date, bindparam, case, delete, func, insert, select, text

from registration.model.case import CaseState
from server.store import Unit
from server.store.schema import case_counts, cases

_ADD = text(
    "INSERT INTO case_counts (election, state, language, due, number)"
    " VALUES (:election, :state, :language, :due, :number)"
    " ON CONFLICT (election, state, language, due) DO UPDATE SET number = case_counts.number + excluded.number"
).bindparams(bindparam("due", type_=Date))


class Place(NamedTuple):
    """Where a case is counted."""

    state: str
    language: str
    due: date


def move(unit: Unit, before: Place | None, after: Place) -> None:
    """Count a case at `after` instead of `before` (None: it is new)."""
    if before == after:
        return
    moves = [(after, 1)] if before is None else [(before, -1), (after, 1)]
    unit.connection.execute(_ADD, [{"election": unit.election, **at._asdict(), "number": n} for at, n in moves])


class Tally(NamedTuple):
    """How many cases of one state and language there are."""

    state: str
    language: str
    number: int
    within: int
    """Due on the asked day or before."""
    overdue: int
    """Due before today."""
    due_today: int


def tally(connection: Connection, election: str, *, today: date, due_by: date | None = None) -> list[Tally]:
    """Return all counts by state and language in one look.

    Args:
        connection, election: where.
        today: the civil day.
        due_by: what `Tally.within` counts; None: all.
    """
    due, number = case_counts.c.due, case_counts.c.number
    of_days = (due <= (date.max if due_by is None else due_by), due < today, due == today)
    sums = [func.sum(number), *(func.sum(case((day, number), else_=0)) for day in of_days)]
    group = (case_counts.c.state, case_counts.c.language)
    rows = connection.execute(select(*group, *sums).where(case_counts.c.election == election).group_by(*group))
    return [Tally(state, language, *map(int, counted)) for state, language, *counted in rows]


def by_state(connection: Connection, election: str) -> dict[str, int]:
    """Return the number of cases in every state."""
    summed = select(case_counts.c.state, func.sum(case_counts.c.number).label("number"))
    rows = connection.execute(summed.where(case_counts.c.election == election).group_by(case_counts.c.state))
    return {state.value: 0 for state in CaseState} | {row.state: int(row.number) for row in rows}


def total(connection: Connection, election: str, *conditions: ColumnElement[bool]) -> int:
    """Return the number of cases under conditions on the columns of `case_counts`."""
    summed = select(func.coalesce(func.sum(case_counts.c.number), 0))
    return int(connection.execute(summed.where(case_counts.c.election == election, *conditions)).scalar_one())


def recount(unit: Unit) -> Mapping[Place, int]:
    """Count all cases anew; returns by how much each place was wrong, normally nothing."""
    here = case_counts.c.election == unit.election
    kept = {
        Place(row.state, row.language, row.due): row.number
        for row in unit.connection.execute(select(case_counts).where(here))
    }
    place = (cases.c.state, cases.c.language, cases.c.due)
    counted = select(*place, func.count().label("number")).where(cases.c.election == unit.election).group_by(*place)
    true = {Place(row.state, row.language, row.due): row.number for row in unit.connection.execute(counted)}
    wrong = {
        at: true.get(at, 0) - kept.get(at, 0) for at in true.keys() | kept.keys() if true.get(at, 0) != kept.get(at, 0)
    }
    if wrong:
        unit.connection.execute(delete(case_counts).where(here))
        rows = [{"election": unit.election, **at._asdict(), "number": number} for at, number in true.items()]
        if rows:
            unit.connection.execute(insert(case_counts), rows)
    return wrong
