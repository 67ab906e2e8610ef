"""A crash of the program leaves no memory on the disk, and its pages are not swapped where that can be had."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import memory_guard

CRASH = (
    "import os, resource, sys; from kiosk.memory_guard import guard_memory;"
    "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2);"
    "sys.argv[1] == 'guarded' and guard_memory();"
    "needle = ' '.join(sys.argv[2:][::-1]); os.abort()"
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux writes core files")


def dumped(folder: Path, how: str) -> int:
    """Let a program crash that holds a secret; return how many dumps of it lie in its folder."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", CRASH, how, "needle", "a"]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True)
    assert done.returncode == -signal.SIGABRT
    return sum(b"a needle" in file.read_bytes() for file in folder.iterdir())


def test_a_crash_leaves_no_memory_on_the_disk(tmp_path: Path) -> None:
    assert dumped(tmp_path, "guarded") == 0
    assert list(tmp_path.iterdir()) == []


def test_without_the_guard_the_same_crash_does(tmp_path: Path) -> None:
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith(("|", "/")) or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this system keeps core files elsewhere or forbids them")
    assert dumped(tmp_path, "bare") == 1


def test_swap_that_is_not_encrypted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swaps = tmp_path / "swaps"
    monkeypatch.setattr(memory_guard, "_SWAPS", swaps)
    assert memory_guard.swap_in_use() == ()
    head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    swaps.write_text(head)
    assert memory_guard.swap_in_use() == ()
    swaps.write_text(head + "/swapfile file 2097148 0 -2\n/dev/zram0 partition 1000 0 100\n")
    assert memory_guard.swap_in_use() == ("/swapfile",)
