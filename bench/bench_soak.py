"""Eight hours of people who come, begin and walk away, in fast motion: does memory stay flat?

In a child process, offscreen, the voter's real window with a real vault goes from the first page to the question for a
contact, is left alone for five minutes, asks for 45 seconds whether anybody is there, and wipes itself: again and again
until eight hours are over by its own clock, which is the only thing that is not real.
"""

from __future__ import annotations

import gc
import json
import os
import secrets
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOURS = 8.0
_WARM = 10
"""Visits before the memory that the rest is compared with: caches fill."""


def run() -> list[dict[str, Any]]:
    """Return the figures: name, value, unit, n."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.run(
            [sys.executable, "-m", "bench.bench_soak", folder],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            timeout=900,
            check=True,
        )
    seen = json.loads(child.stdout.splitlines()[-1])
    sizes, n = seen["memory"], seen["visits"]

    def row(name: str, value: float, unit: str) -> dict[str, Any]:
        return {"name": f"soak.{name}", "value": round(value, 3), "unit": unit, "n": n}

    return [
        row("idle_hours_in_fast_motion", seen["hours"], "h"),
        row("idle_growth_of_memory_most", 100 * (max(sizes[_WARM:]) / sizes[_WARM - 1] - 1), "%"),
        row("idle_growth_of_memory_end", 100 * (sizes[-1] / sizes[_WARM - 1] - 1), "%"),
        row("idle_threads_more", seen["threads"][-1] - seen["threads"][_WARM - 1], "threads"),
    ]


class _FastClock:
    """A clock that somebody else moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


def _visits(folder: Path) -> dict[str, Any]:
    from dataclasses import replace

    from kiosk.bootstrap import open_kiosk, open_vault, voter_services
    from kiosk.demo.animated_head import AnimatedHead
    from kiosk.demo.stagehand import turn_until
    from kiosk.settings import load_settings
    from ui.app import VoterWindow, start_application

    application = start_application(["kiosk"])
    settings = load_settings(folder / "profile", server="http://127.0.0.1:9")
    kiosk = open_kiosk(settings, open_vault(settings, secrets.token_urlsafe(24)))
    clock, head = _FastClock(), AnimatedHead()
    services = replace(voter_services(kiosk, face_camera=head, document_camera=head), clock=clock)
    window = VoterWindow(services, sync_every_seconds=3600)
    pages = lambda: window.stage.pages  # noqa: E731  made afresh at every wipe
    memory, threads, began = [], [], clock.passed

    def shows(name: str) -> bool:
        return window.shell.page is getattr(pages(), name)

    window.start(full_screen=False)
    while clock.passed - began < HOURS * 3600:
        assert turn_until(lambda: shows("start") and window.shell.takes_presses, 30), "no first page"
        window.flow.enter()
        assert turn_until(lambda: shows("choice"), 30), "no choice"
        window.flow.create_account()
        assert turn_until(lambda: shows("form"), 30), "no question"
        while not shows("start"):
            clock.passed += 1.0
            window.idle.look()
            application.processEvents()
        gc.collect()
        memory.append(_resident())
        threads.append(sum(1 for _ in Path("/proc/self/task").iterdir()))
    window.close()
    kiosk.close()
    return {
        "visits": len(memory),
        "hours": (clock.passed - began) / 3600,
        "memory": memory,
        "threads": threads,
    }


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    print(json.dumps(_visits(Path(sys.argv[1]))))
