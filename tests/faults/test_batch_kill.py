"""A stick written and taken in under kill -9: nothing lost, nothing half. Every write is tried by `make faults`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.full_vault import child

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts system calls with Linux ptrace")

CODE = (
    "import sys, pathlib; from tests.faults import batch_crash as crash;"
    "crash.main(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))"
)


@pytest.mark.parametrize(("scenario", "stride", "points"), [("export", 3, 10), ("import", 9, 8)])
def test_killed_while_the_stick_is_written_nothing_is_lost_or_half(
    tmp_path: Path, scenario: str, stride: int, points: int
) -> None:
    result = child(CODE, str(tmp_path), scenario, str(stride))
    assert result["points"] >= points
    assert result["acknowledged"] > 0
    assert (result["lost"], result["half"]) == (0, 0)


def test_files_written_in_place_are_left_half(tmp_path: Path) -> None:
    assert child(CODE, str(tmp_path), "export-control", "1")["half"] > 0
