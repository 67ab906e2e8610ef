"""Two serving processes and their PostgreSQL, killed during load; and the check finds a loss where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import many_processes
from tests.postgres import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "PostgreSQL can run")


def test_killing_processes_and_postgresql_during_load_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    outcome = many_processes.run(tmp_path, requests=20, kills=4)
    assert not outcome.wrong
    assert outcome.kills == 4
    assert outcome.restarts > 0
    assert outcome.received == 21


def test_the_check_finds_what_an_early_acknowledgement_loses(tmp_path: Path) -> None:
    assert many_processes.control(tmp_path, 1)["acknowledged and lost"] > 0
