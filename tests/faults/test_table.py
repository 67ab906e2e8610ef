"""The table of faults says no better than what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.faults.row import Control, Row
from tools.faults import Timed, page

ROW = Row("a fault", 10, 7, 0, Control("without it", 10, 3), "seen")


@pytest.mark.parametrize(
    "row",
    [replace(ROW, lost=1), replace(ROW, tries=0), replace(ROW, control=Control("without it", 10, 0))],
    ids=["lost something", "tried nothing", "control lost nothing"],
)
def test_a_fault_that_does_not_hold_is_said_on_the_page(row: Row) -> None:
    assert ROW.holds
    assert not row.holds
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert "Verdict: all hold" in page([Timed(ROW, 1.0)], "make faults", at)
    assert "Verdict: NOT ALL HOLD" in page([Timed(ROW, 1.0), Timed(row, 1.0)], "make faults", at)


def test_every_figure_of_a_row_is_in_the_table() -> None:
    text = page([Timed(ROW, 2.0)], "make faults", datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    assert "| a fault | 10 | 7 | 0 | without it | 10 | 3 | seen; 2 s |" in text
    assert "2026-11-20 12:00 UTC" in text
