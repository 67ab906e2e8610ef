"""Counts for observers: how many, never who. A count of 1 to 4 persons could point at somebody and is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection, func, select

from registration.model.case import CaseState
from server.devices import OpenServer
from server.notify.outbox import count_by_state
from server.official_routes import Counter
from server.store.schema import accounts, case_versions, cases

SMALL = 5
"""Cells below this are suppressed."""

router = APIRouter()


@router.get("/v1/statistics")
def statistics(server: OpenServer, official: Counter) -> dict[str, object]:
    with server.store.read() as connection:
        return {"as_of": server.clock.now().isoformat(), **count(connection, server.election)}


def count(connection: Connection, election: str) -> dict[str, object]:
    """Return the counts; a suppressed cell is null, and so is the next smallest of its group when it gives it away."""
    here = cases.c.election == election

    def by(column: Any) -> dict[str, int]:
        rows = connection.execute(select(column.label("key"), func.count().label("n")).where(here).group_by(column))
        return {str(row.key): int(row.n) for row in rows}

    states = {state.value: 0 for state in CaseState} | by(cases.c.state)
    days: dict[str, int] = {}
    for received in connection.execute(select(cases.c.received).where(here)).scalars():
        day = received.date().isoformat()
        days[day] = days.get(day, 0) + 1
    reasons: dict[str, int] = {}
    refused = select(cases.c.reasons).where(here, cases.c.state == CaseState.REFUSED.value)
    for row in connection.execute(refused).scalars():
        for reason in row:
            reasons[reason] = reasons.get(reason, 0) + 1
    versions = connection.execute(
        select(func.count()).select_from(case_versions).where(case_versions.c.election == election)
    ).scalar_one()
    voters = connection.execute(select(func.count(func.distinct(cases.c.account_id))).where(here)).scalar_one()
    opened = connection.execute(
        select(func.count()).select_from(accounts).where(accounts.c.election == election)
    ).scalar_one()
    return {
        "totals": {"accounts": opened, "requests": versions, "cases": sum(states.values()), "voters": voters},
        "by_state": suppressed(states),
        "by_day": suppressed(days),
        "by_kiosk": suppressed(by(cases.c.kiosk_id)),
        "by_language": suppressed(by(cases.c.language)),
        "by_reason": suppressed(reasons, total_shown=False),
        "notifications": count_by_state(connection, election),
    }


def suppressed(counts: Mapping[str, int], *, total_shown: bool = True) -> dict[str, int | None]:
    """Hide cells of 1 to 4.

    Args:
        counts: cells of one group.
        total_shown: their sum is published, so one hidden cell alone could be worked out; then the smallest of the
            others is hidden with it.
    """
    small = {key for key, number in counts.items() if 0 < number < SMALL}
    if total_shown and len(small) == 1:
        small |= set(_smallest((key, number) for key, number in counts.items() if number >= SMALL))
    return {key: None if key in small else number for key, number in sorted(counts.items())}


def _smallest(cells: Iterable[tuple[str, int]]) -> list[str]:
    found = min(cells, key=lambda cell: cell[1], default=None)
    return [] if found is None else [found[0]]
