"""A voter's visit on a disk that fills up in the middle.

    python -m tests.journeys.full FOLDER SERVER TOKEN PHONE {mount,pages}

`mount`: FOLDER is a small file system of its own, filled and freed with a file beside the vault. `pages`: SQLite
itself is told that the file may not grow. Prints one JSON object. See `tests/faults/test_journey_full.py`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
from PIL import Image

from registration.model.evidence import Liveness, LivenessOutcome, Photo, Portrait
from tests.fakes.captures import FakeCaptures, _Session
from tests.journeys.machine import Machine
from ui.widgets.photo_view import PhotoView


def noisy() -> Photo:
    """A picture of a few hundred kilobytes: noise does not compress."""
    pixels = np.random.default_rng(7).integers(0, 256, (800, 640, 3), np.uint8)
    memory = io.BytesIO()
    Image.fromarray(pixels).save(memory, "JPEG", quality=92)
    return Photo(memory.getvalue(), 640, 800)


class Captures(FakeCaptures):
    def face(self) -> _Session:
        return _Session(Portrait(noisy(), Liveness(LivenessOutcome.PASSED, attempts=1)))


class Disk:
    """Fills up and is freed again."""

    def __init__(self, machine: Machine, how: str) -> None:
        self._machine, self._how = machine, how
        self._ballast = machine.profile / "ballast"

    def fill(self) -> None:
        if self._how == "mount":
            block = bytes(1 << 16)
            with self._ballast.open("wb", buffering=0) as file:
                try:
                    while file.write(block) == len(block):
                        pass
                    while file.write(b"x"):
                        pass
                except OSError:
                    return
        with self._machine.kiosk.vault._database.reading() as sql:
            (pages,) = sql.execute("PRAGMA page_count").fetchone()
            sql.execute(f"PRAGMA max_page_count = {pages}").fetchall()

    def free(self) -> None:
        if self._how == "mount":
            self._ballast.unlink()
            return
        with self._machine.kiosk.vault._database.reading() as sql:
            sql.execute("PRAGMA max_page_count = 1000000").fetchall()


def main(folder: Path, server: str, token: str, phone: str, how: str) -> None:
    machine = Machine(
        folder / "profile", other={"captures": Captures()}, phone=Path(phone), server=server, enrolment_token=token
    )
    machine.kiosk.connection.enrolment()
    machine.open_window()
    disk = Disk(machine, how)
    said: list[str] = []
    kept: list[object] = []
    for _ in machine.open_account("face"):
        pass

    # The photo cannot be saved: that is said, and the photo is there to be confirmed when there is room.
    disk.fill()
    machine.go_on()
    machine.until_problem("vault.disk_full")
    said.append(machine.window.words("errors.vault.disk_full") * machine.says("errors.vault.disk_full"))
    kept.append(machine.step)
    kept.append(sum(photo.isVisible() for photo in machine.pages.face.findChildren(PhotoView)))
    machine.go_on()
    machine.until_problem("vault.disk_full")
    disk.free()
    machine.go_on()
    machine.until_step("face_saved")
    machine.go_on()

    # The account cannot be sealed: what was typed stays on the page.
    machine.until_step("person")
    machine.fill("person")
    typed = [line.text() for line in machine.lines(machine.pages.form)]
    disk.fill()
    machine.go_on()
    machine.until_problem("vault.disk_full")
    said.append(machine.window.words("errors.vault.disk_full") * machine.says("errors.vault.disk_full"))
    kept.append(machine.step)
    kept.append(typed == [line.text() for line in machine.lines(machine.pages.form)])
    disk.free()
    machine.go_on()
    machine.until_step("done")
    entries = [(entry.kind, entry.state) for entry in machine.kiosk.vault.sync.entries()]
    machine.kiosk.vault.check()
    machine.close()
    sys.stdout.write(json.dumps({"said": said, "kept": kept, "entries": entries}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
