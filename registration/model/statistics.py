"""Counts for observers: how many, never who. What is counted, by what, and which counts may be shown.

A count of 1 to 4 could point at somebody: it is hidden, and enough others with it that it cannot be worked out from
the sums (primary and complementary suppression).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from registration.model.case import CaseState
from registration.model.person import VOTING_AGE, Sex, age_on

SMALL = 5
"""Counts below this, but not 0, are hidden."""


class Measure(StrEnum):
    """What is counted; ids of texts under ``review.statistics.measure.``."""

    REQUESTS = "requests"
    """Every version sent: a voter who applies anew counts again (domain.md B3-07)."""
    VOTERS = "voters"
    PENDING = "pending"
    RETURNED = "returned"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Dimension(StrEnum):
    """What is counted by; ids of texts under ``review.statistics.by.``."""

    TOTAL = "total"
    DAY = "day"
    """ISO date on which the server received the version."""
    COUNTRY = "country"
    """ISO 3166-1 alpha-2 of the address abroad."""
    COUNTY = "county"
    """Of `registration.model.register.COUNTIES`; "" while the register has not told."""
    SEX = "sex"
    AGE = "age"
    KIOSK = "kiosk"
    LANGUAGE = "language"
    REASON = "reason"
    """Reasons of the refusals that stand; a refusal may have several."""


STATE_OF = {
    CaseState.SUBMITTED: Measure.PENDING,
    CaseState.IN_REVIEW: Measure.PENDING,
    CaseState.COMPLETED: Measure.PENDING,
    CaseState.RETURNED: Measure.RETURNED,
    CaseState.APPROVED: Measure.APPROVED,
    CaseState.REFUSED: Measure.REFUSED,
    CaseState.WITHDRAWN: Measure.WITHDRAWN,
}
STATES = tuple(dict.fromkeys(STATE_OF.values()))
"""Measures that tell how the cases stand: each case counts in exactly one."""

_BANDS = ((25, "18-24"), (35, "25-34"), (45, "35-44"), (55, "45-54"), (65, "55-64"))
AGE_BANDS = ("under-18", *(name for _, name in _BANDS), "65+")
SEXES = (Sex.FEMALE.value, Sex.MALE.value, Sex.UNSPECIFIED.value)

Table = Mapping[str, Mapping[Measure, int]]
"""Value of a dimension -> counts; a measure left out is 0."""
Shown = Mapping[str, Mapping[Measure, int | None]]
"""The same with hidden counts as None."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an observer sees."""

    as_of: datetime
    tables: Mapping[Dimension, Shown]


def age_band(born: date, on: date) -> str:
    """Return the band of `AGE_BANDS` of somebody born then, on the election day."""
    age = age_on(on, born)
    if age < VOTING_AGE:
        return AGE_BANDS[0]
    return next((name for below, name in _BANDS if age < below), AGE_BANDS[-1])


def suppressed(table: Table) -> Shown:
    """Hide every count of 1 to 4, and in each line that sums to a known number enough others to cover it.

    A line is a column (its sum is in the totals) or the states of one row (their sum is the row's voters when nobody
    applied anew). The hidden counts of a line are at least two and sum to at least `SMALL`, or the whole line is
    hidden.
    """
    cells = {(row, measure): table[row].get(measure, 0) for row in table for measure in Measure}
    hidden = {cell for cell, count in cells.items() if 0 < count < SMALL}
    lines = [[(row, measure) for row in table] for measure in Measure]
    lines += [[(row, measure) for measure in STATES] for row in table]
    grew = True
    while grew:
        grew = False
        for line in lines:
            while _given_away([cells[cell] for cell in line if cell in hidden]):
                rest = [cell for cell in line if cell not in hidden]
                if not rest:
                    break
                # A larger count covers best; a zero only where there is nothing else.
                hidden.add(min(rest, key=lambda cell: (cells[cell] == 0, cells[cell])))
                grew = True
    return {
        row: {measure: None if (row, measure) in hidden else cells[row, measure] for measure in Measure}
        for row in table
    }


def _given_away(counts: list[int]) -> bool:
    """Tell whether the hidden counts of a line can be worked out from its sum: one alone, or several that are tiny."""
    return bool(counts) and (len(counts) < 2 or sum(counts) < SMALL)
