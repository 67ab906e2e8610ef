"""How long the window's thread is busy at one time, while a voter and an official go through everything.

`kiosk demo` is played in a child process, offscreen, with its real capture, OCR, sealing and sync; every event that Qt
delivers to the window's thread is timed. The wall's time includes waiting for a processor; the thread's own time does
not, so on a machine that does other things too it is what the program itself is responsible for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

STALL_MS = 50.0


def run() -> list[dict[str, Any]]:
    """Return the figures: name, value, unit, n."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.run(
            [sys.executable, "-m", "bench.bench_ui", folder],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            timeout=600,
            check=True,
        )
    seen = json.loads(child.stdout.splitlines()[-1])
    n = seen["events"]

    def row(name: str, value: float, unit: str) -> dict[str, Any]:
        return {"name": f"ui.{name}", "value": round(value, 3), "unit": unit, "n": n}

    return [
        row("longest_own_work_of_one_event", seen["longest_cpu"], "ms"),
        row("events_with_own_work_over_50_ms", seen["stalls_cpu"], "events"),
        row("longest_event", seen["longest_wall"], "ms"),
        row("events_over_50_ms", seen["stalls_wall"], "events"),
        row("longest_event_while_a_camera_ran", seen["longest_camera"], "ms"),
    ]


def _played(out: Path) -> dict[str, Any]:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from kiosk.demo.show import run_demo
    from kiosk.demo.stagehand import Stagehand
    from ui.live_view import LiveView

    class Timed(QApplication):
        def __init__(self) -> None:
            super().__init__(["kiosk"])
            self.deep, self.own = False, threading.get_ident()
            self.others = [0.0, 0.0]
            self.events: list[tuple[float, float, bool, str]] = []
            self.cameras: list[LiveView] = []

        def notify(self, receiver: QObject, event: QEvent) -> bool:
            # Every thread's events come through here.
            if self.deep or threading.get_ident() != self.own:
                return bool(super().notify(receiver, event))
            self.deep, self.others = True, [0.0, 0.0]
            # Told before, since the receiver may be gone afterwards.
            what = f"{type(receiver).__name__} {event.type().name}"
            cpu, wall = time.thread_time(), time.perf_counter()
            try:
                return bool(super().notify(receiver, event))
            finally:
                self.deep = False
                cpu = 1000 * (time.thread_time() - cpu - self.others[0])
                wall = 1000 * (time.perf_counter() - wall - self.others[1])
                self.events.append((cpu, wall, any(live.live for live in self.cameras), what))

    application = Timed()
    begin = LiveView.begin

    def noted(self: LiveView, *given: Any) -> None:
        if self not in application.cameras:
            application.cameras.append(self)
        begin(self, *given)

    LiveView.begin = noted  # type: ignore[method-assign]
    look = Stagehand.look

    def looked(self: Stagehand, name: str) -> Path:
        cpu, wall = time.thread_time(), time.perf_counter()
        file = look(self, name)
        application.others[0] += time.thread_time() - cpu
        application.others[1] += time.perf_counter() - wall
        return file

    Stagehand.look = looked  # type: ignore[method-assign]
    run_demo(out, offline=False, language="sq")
    events = application.events
    for cpu, wall, camera, what in sorted(events, reverse=True)[:12]:
        print(f"{cpu:8.1f} ms own, {wall:8.1f} ms, {'camera' if camera else '      '} {what}", file=sys.stderr)
    return {
        "events": len(events),
        "longest_cpu": max(cpu for cpu, _, _, _ in events),
        "stalls_cpu": sum(cpu > STALL_MS for cpu, _, _, _ in events),
        "longest_wall": max(wall for _, wall, _, _ in events),
        "stalls_wall": sum(wall > STALL_MS for _, wall, _, _ in events),
        "longest_camera": max((wall for _, wall, camera, _ in events if camera), default=0.0),
    }


if __name__ == "__main__":
    print(json.dumps(_played(Path(sys.argv[1]))))
