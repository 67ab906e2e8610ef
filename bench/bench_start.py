"""From the start of the process to the first page painted (warm), and memory with the camera running.

`kiosk run` itself is started, on the offscreen platform, by this file as a child: it watches the program from inside
its process and changes nothing. Frames come from a folder of pictures through the program's own camera and face
capture, at 1280x720.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

STARTS = 5
FRAMES = 60
PASSPHRASE = "bench: four plain words"  # noqa: S105  (of a vault made for this run)


def run() -> list[dict[str, Any]]:
    """Return the figures: name, value, unit, n."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _frames(place / "frames")
        _start(place, PASSPHRASE)  # makes the vault and the server's database, warms the disk cache
        unlock = [_start(place, "") for _ in range(STARTS)]
        voter = [_start(place, PASSPHRASE) for _ in range(STARTS)]
        running = _start(place, PASSPHRASE, FRAMES)
    return [
        *_times("unlock_page", unlock),
        # With the passphrase given to the process: unlocking the vault (Argon2id) is part of it.
        *_times("voter_page", voter),
        _row("start.memory_first_page", statistics.median(each["memory"] for each in voter), "MB", STARTS),
        _row("start.memory_camera_running", running["memory"], "MB", 1),
        _row("start.memory_embedded_server", running["children"], "MB", 1),
    ]


def _times(name: str, starts: list[dict[str, float]]) -> list[dict[str, Any]]:
    """The wall's time, and the program's own, which other work on the machine does not lengthen much."""
    return [
        _row(f"start.{name}", statistics.median(each["seconds"] for each in starts), "s", len(starts)),
        _row(f"start.{name}_cpu", statistics.median(each["cpu"] for each in starts), "s", len(starts)),
    ]


def _row(name: str, value: float, unit: str, n: int) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "n": n}


def _frames(folder: Path) -> None:
    import cv2

    from kiosk.demo.animated_head import AnimatedHead

    folder.mkdir()
    head = AnimatedHead()
    head.open()
    for n in range(10):
        cv2.imwrite(str(folder / f"{n:02}.jpg"), head.read().pixels)
    head.close()


def _start(place: Path, passphrase: str, frames: int = 0) -> dict[str, float]:
    """Start the program and return what its watcher saw."""
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    child = subprocess.run(
        [sys.executable, "-m", "bench.bench_start", str(place), str(began), str(frames)],
        env={
            **os.environ,
            "KIOSK_PASSPHRASE": passphrase,
            "QT_QPA_PLATFORM": "offscreen",
            # Warm means compiled, as a packed kiosk is.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(place / "bytecode"),
        },
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    seen: dict[str, float] = json.loads(child.stdout.splitlines()[-1])
    return seen


def _watched(place: Path, began: float, frames: int) -> int:
    """Run the program in this process; when its first page has been painted, look at the clock, measure and quit."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    import ui.app
    from kiosk import __main__ as program
    from ui.page import KioskPage

    class Watcher(QObject):
        painted = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() == QEvent.Type.Paint and isinstance(watched, KioskPage) and not self.painted:
                self.painted = True
                # The turn of the loop after the one that paints.
                QTimer.singleShot(0, self.measure)
            return False

        def measure(self) -> None:
            seconds = time.clock_gettime(time.CLOCK_MONOTONIC) - began
            cpu = time.process_time()
            try:
                memory = _film(place / "frames", frames) if frames else _memory("self")
                children = sum(map(_memory, _children()))
                print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": memory, "children": children}), flush=True)
            except Exception:  # noqa: BLE001  the program goes on after an exception in a slot; this run must not
                traceback.print_exc()
                QApplication.exit(1)
                return
            QApplication.quit()

    watcher = Watcher()
    start_application = ui.app.start_application

    def start(arguments: list[str]) -> QApplication:
        application = start_application(arguments)
        application.installEventFilter(watcher)
        return application

    ui.app.start_application = start
    camera = f"images:{place / 'frames'}"
    return program.main(["run", "--window", "--profile", str(place / "profile"), "--camera", camera])


def _film(folder: Path, frames: int) -> float:
    """Run face capture on frames and return the most memory seen, MB."""
    from biometrics.camera import open_camera
    from biometrics.face.session import open_face_session

    camera, session = open_camera(f"images:{folder}", paced=False), open_face_session()
    camera.open()
    most = 0.0
    for _ in range(frames):
        session.step(camera.read())
        most = max(most, _memory("self"))
    camera.close()
    session.close()
    return most


def _memory(process: str) -> float:
    """Return the resident set of a process, MB (proc_pid_status(5), kB of 1024 bytes)."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _children() -> list[str]:
    """Return the ids of this process's own children: the embedded server."""
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


if __name__ == "__main__":
    sys.exit(_watched(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
