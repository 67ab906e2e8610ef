"""The window stays alive while the machine works: capture, reading, sealing and sending, each of them heavy.

The work is real CPU time in the worker threads, of the kind that lets go of Python's lock (decoding, hashing) and of
the kind that does not. Measured with a heartbeat: how late a timer of 5 ms comes. The aim is 50 ms on a free machine
(DESIGN section 6); the limits here leave room for a busy one.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer

from kiosk.clock import SystemClock
from kiosk.passwords import Argon2Hasher
from registration.model.documents import DocumentImage, DocumentKind, DocumentReading, ProofVerdict, Side
from registration.model.evidence import Photo
from registration.ports.capture import Frame, Guidance
from tests.fakes.captures import FakeCaptures, FakeProofChecker, FakeReader, _Session
from tests.journeys.machine import Machine

OWN_LIMIT_MS = 100.0
"""CPU time the window's thread may take without a pause."""
LIMIT_MS = 400.0
"""And by the clock on the wall, where a busy machine or Python's lock adds what is not the window's own."""


def work(seconds: float) -> None:
    """Keep a core busy: half of it in C without Python's lock, half in Python."""
    ends = time.monotonic() + seconds
    block = bytes(1 << 20)
    while time.monotonic() < ends:
        hashlib.sha256(block).digest()
        sum(range(5000))


class Heavy(_Session):
    def __init__(self, plain: _Session) -> None:
        super().__init__(plain._result)

    def step(self, frame: Frame) -> Guidance:
        work(0.05)
        return super().step(frame)


class HeavyCaptures(FakeCaptures):
    def face(self) -> _Session:
        return Heavy(super().face())

    def document(self, kind: DocumentKind, side: Side) -> _Session:
        return Heavy(super().document(kind, side))

    def page(self) -> _Session:
        return Heavy(super().page())


class HeavyReader(FakeReader):
    def read(self, kind: DocumentKind, images: tuple[DocumentImage, ...]) -> DocumentReading:
        work(0.5)
        return super().read(kind, images)


class HeavyProofChecker(FakeProofChecker):
    def check(self, pages: tuple[Photo, ...], names: tuple[str, ...], address: str | None) -> ProofVerdict:
        work(0.5)
        return super().check(pages, names, address)


class Heartbeat(QObject):
    """Notes how late each beat of a fine timer comes, in milliseconds, under the name of what goes on."""

    def __init__(self, doing: Callable[[], str]) -> None:
        super().__init__()
        self._doing = doing
        self.late: list[tuple[float, str]] = []
        self.own: list[float] = []
        """CPU time of the window's own thread in the same beat, milliseconds: what the window itself was doing."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._beat)
        self._last, self._last_own = time.perf_counter(), time.thread_time()
        self._timer.start()

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.own.append((own - self._last_own) * 1000)
        self.late.append(((now - self._last) * 1000 - 5, self._doing()))
        self._last, self._last_own = now, own

    def stop(self) -> None:
        self._timer.stop()


@pytest.fixture
def machine(qapp: object, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(
        tmp_path / "profile",
        clock=SystemClock(),
        other={
            "captures": HeavyCaptures(),
            "reader": HeavyReader(),
            "proof_checker": HeavyProofChecker("Via Sparano"),
            "passwords": Argon2Hasher(),
        },
    )
    made.start_server()
    made.open_window()
    yield made
    made.close()


def test_the_window_never_stalls_while_the_machine_works(machine: Machine) -> None:
    shell = machine.window.shell
    # What the machine does, as opposed to the drawing of a new page, is under way while the window takes no presses
    # or the live picture runs.
    beat = Heartbeat(lambda: machine.step if not shell.takes_presses or machine.window.stage.cameras.face.live else "")
    list(machine.open_account())
    machine.press("voter.status.create")
    list(machine.file_request())
    machine.hands.wait(lambda: machine.state.delivered, "the receipt")
    beat.stop()
    working = sorted((late, step) for late, step in beat.late if step)
    every = sorted(late for late, _ in beat.late)
    assert len(working) > 100
    worst, where = working[-1]
    figures = {
        "beats": len(every),
        "worst_ms": round(every[-1], 1),
        "worst_ms_while_working": round(worst, 1),
        "where": where,
        "worst_own_ms": round(max(beat.own), 1),
        "p99_ms": round(every[int(len(every) * 0.99)], 1),
        "over_50_ms": sum(late > 50 for late in every),
    }
    sys.stdout.write(f"{figures}\n")
    assert max(beat.own) < OWN_LIMIT_MS, figures
    assert every[-1] < LIMIT_MS, figures
