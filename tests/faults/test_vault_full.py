"""A full disk: a clear sentence, nothing lost, and work goes on when there is room. See `vault_full.py`."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def can_mount(folder: Path) -> bool:
    try:
        return run(["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]).returncode == 0
    except FileNotFoundError:
        return False


def check(done: subprocess.CompletedProcess[str], at_least: int) -> None:
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert result["acknowledged"] >= at_least
    assert result["whole"] == result["acknowledged"]
    assert result["codes"] == ["vault.disk_full"]
    assert result["draft_kept"]
    assert result["seq_afterwards"] == 1
    assert done.stderr == ""


def test_a_full_file_system_of_its_own(tmp_path: Path) -> None:
    """In a mount namespace of its own where the system allows one, else as the next test does."""
    work = [sys.executable, "-m", "tests.faults.vault_full", str(tmp_path)]
    if can_mount(tmp_path):
        script = f"mount -t tmpfs -o size=6m tmpfs {shlex.quote(str(tmp_path))} && exec {shlex.join([*work, 'mount'])}"
        check(run(["unshare", "-rm", "sh", "-c", script]), 5)
    else:
        check(run([*work, "pages"]), 5)


def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    check(run([sys.executable, "-m", "tests.faults.vault_full", str(tmp_path), "pages"]), 5)
