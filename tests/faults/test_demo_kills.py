"""The demo's voters and official under kills, at short length; and the check finds a loss where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import demo_kills
from tests.postgres import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "PostgreSQL can run")


def test_what_voters_and_the_official_were_told_holds_whatever_is_killed(tmp_path: Path) -> None:
    outcome = demo_kills.run(tmp_path, voters=3, kills=2)
    assert not outcome.wrong
    assert (outcome.kills, outcome.restarts) == (2, 1)
    assert outcome.received >= 2 * 3


def test_the_check_finds_what_an_early_acknowledgement_loses(tmp_path: Path) -> None:
    assert demo_kills.control(tmp_path, 1)["acknowledged and lost"] > 0
