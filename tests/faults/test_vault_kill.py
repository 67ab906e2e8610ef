"""kill -9 at every single write to the disk: nothing acknowledged is lost, nothing is half. See `vault_crash.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts system calls with Linux ptrace")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: a killed process leaves the same behind there, only sooner."""
    memory = Path("/dev/shm")  # noqa: S108
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as name:
        yield Path(name)


def crash(folder: Path, scenario: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.vault_crash", str(folder), scenario],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("scenario", "points", "acknowledged"),
    [("finish", 80, 200), ("keys", 60, 10), ("create", 30, 0), ("restore", 25, 15)],
)
def test_killed_at_every_write_nothing_is_lost_or_half(
    folder: Path, scenario: str, points: int, acknowledged: int
) -> None:
    result = crash(folder, scenario)
    assert result["points"] > points
    assert result["acknowledged"] > acknowledged
    assert (result["lost"], result["half"], result["notes"]) == (0, 0, [])
    assert result["slowest_reopen"] < 2


@pytest.mark.parametrize("scenario", ["finish-control", "keys-control"])
def test_without_what_protects_it_the_same_work_is_lost(folder: Path, scenario: str) -> None:
    result = crash(folder, scenario)
    assert result["lost"] + result["half"] > 5
