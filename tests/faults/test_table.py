"""The table of faults says no better than what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.faults.row import Control, Row
from tools.faults import Timed, line, line_holds, machines_of, merged, page

ROW = Row("a fault", 10, 7, 0, Control("without it", 10, 3), "seen")
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def page_of(*rows: Row) -> str:
    lines = [line(Timed(row, 2.0, AT)) for row in rows]
    return page(lines, all(map(line_holds, lines)), "make faults", AT, {"2026-11-20": "a machine"})


@pytest.mark.parametrize(
    "row",
    [replace(ROW, lost=1), replace(ROW, tries=0), replace(ROW, control=Control("without it", 10, 0))],
    ids=["lost something", "tried nothing", "control lost nothing"],
)
def test_a_fault_that_does_not_hold_is_said_on_the_page(row: Row) -> None:
    assert ROW.holds
    assert not row.holds
    assert page_of(ROW).count("Verdict: all hold") == 1
    assert page_of(ROW, row).count("Verdict: NOT ALL HOLD") == 1


def test_every_figure_of_a_row_is_in_the_table() -> None:
    text = page_of(ROW)
    assert "| a fault | 10 | 7 | 0 | without it | 10 | 3 | 2026-11-20 | seen; 2 s |" in text
    assert "2026-11-20 12:00 UTC" in text


def test_a_row_measured_again_takes_its_place_and_the_others_stay() -> None:
    other = replace(ROW, fault="another fault, with 1,000 tries", tries=1000, control=None, note="")
    text = page_of(ROW, other)
    later = Timed(replace(ROW, acknowledged=8), 3.0, AT.replace(day=21))
    new = Timed(replace(ROW, fault="a new one"), 1.0, AT.replace(day=21))
    lines = merged(text, [later, new])
    assert lines == [line(later), line(Timed(other, 2.0, AT)), line(new)]
    assert all(map(line_holds, lines))


def test_each_days_machine_is_named_while_its_lines_are_there() -> None:
    text = page_of(ROW)
    assert "- Machine on 2026-11-20: a machine" in text
    today = AT.replace(day=26)
    newer = line(Timed(ROW, 1.0, today))
    assert set(machines_of(text, [newer], today)) == {"2026-11-26"}
    assert set(machines_of(text, [newer, line(Timed(ROW, 1.0, AT))], today)) == {"2026-11-20", "2026-11-26"}
