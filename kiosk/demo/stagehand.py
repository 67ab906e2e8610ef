"""Hands and eyes of the demo's people: they touch, type and look at the real windows, and write down how long it took.

Nothing here reaches past the screen: what a person could not press is not pressed, what is not shown is not read.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtGui import QInputDevice, QKeyEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget

HAND_SECONDS = 0.65
"""A hand needs at least this from one touch to the next; the windows take a quicker one for a tremble."""
TYPING_SECONDS_PER_CHARACTER = 0.45
"""What a slow typist needs on a touch screen, for the figure of the whole journey."""


class NothingHappened(RuntimeError):
    """The window did not do what the script waited for. The text names the wait, never what is on the screen."""


@dataclass(slots=True)
class Entry:
    """One step of the journal."""

    step: str
    who: str
    seconds: float = 0.0
    machine_wait_seconds: float = 0.0
    """From the last touch until the next page stood, without the time a person moves before a camera."""
    characters: int = 0
    picture: str = ""


@dataclass(slots=True)
class Journal:
    """What `journey.json` holds."""

    entries: list[Entry] = field(default_factory=list)

    def write(self, file: Path, **more: object) -> None:
        total = sum(e.seconds for e in self.entries)
        registering = [e for e in self.entries if e.step.startswith(("account.", "request."))]
        wait = sum(e.machine_wait_seconds for e in registering)
        characters = sum(e.characters for e in registering)
        voter = sum(e.seconds for e in registering)
        body = {
            **more,
            "steps": [
                {
                    "step": e.step,
                    "who": e.who,
                    "seconds": round(e.seconds, 3),
                    "machine_wait_seconds": round(e.machine_wait_seconds, 3),
                    "characters": e.characters,
                    "picture": e.picture,
                }
                for e in self.entries
            ],
            "seconds": round(total, 3),
            "registration_machine_wait_seconds": round(wait, 3),
            "registration_seconds_at_typing_speed": round(voter + characters * TYPING_SECONDS_PER_CHARACTER, 1),
            "typing_seconds_per_character": TYPING_SECONDS_PER_CHARACTER,
        }
        file.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


class Stagehand:
    """One person at one window.

    Args:
        window: the top-level widget that is photographed.
        who: ``voter`` or ``official``.
        out: folder of the pictures.
        journal: where steps are written down.
        number: returns the next picture's number.
    """

    def __init__(self, window: QWidget, who: str, out: Path, journal: Journal, number: Iterator[int]) -> None:
        self.window = window
        self.who = who
        self._out = out
        self._journal = journal
        self._number = number
        self._touch = QTest.createTouchDevice(QInputDevice.DeviceType.TouchScreen)
        self._entry: Entry | None = None
        self._acted_at = time.monotonic()

    # ------------------------------------------------------------ steps

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: what happens inside is timed; a picture is taken by `look`."""
        self._entry = Entry(name, self.who)
        began = time.monotonic()
        yield
        self._entry.seconds = time.monotonic() - began
        self._journal.entries.append(self._entry)
        self._entry = None

    def look(self, name: str) -> Path:
        """Photograph the window as it stands."""
        settle()
        file = self._out / f"{next(self._number):02d}-{name}.png"
        self.window.grab().save(str(file))
        if self._entry is not None:
            self._entry.picture = file.name
        return file

    # ------------------------------------------------------------ hands

    def tap(self, widget: QWidget) -> None:
        """Touch the middle of a widget."""
        self._reachable(widget)
        turn_until(lambda: time.monotonic() - self._acted_at >= HAND_SECONDS, HAND_SECONDS)
        bring_into_view(widget)
        # What was typed just before may still be moving the rows.
        settle()
        touch(widget, self._touch)
        self._acted_at = time.monotonic()

    def press(self, words: str) -> None:
        """Touch the button that carries these words (a part of them is enough, the shortest match wins)."""
        self.tap(self.button(words))

    def key(self, key: Qt.Key) -> None:
        """Press a key of the physical keyboard on whatever has the focus."""
        target = self.window.focusWidget() or self.window
        QTest.keyClick(target, key)
        self._acted_at = time.monotonic()

    def type(self, widget: QWidget, text: str) -> None:
        """Touch a field and type into it. Letters go in as key events: QTest only knows ASCII keys."""
        self.tap(widget)
        for character in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))
        if self._entry is not None:
            self._entry.characters += len(text)
        self._acted_at = time.monotonic()

    # ------------------------------------------------------------ eyes

    def button(self, words: str) -> QAbstractButton:
        """Return the visible button with these words."""
        found = [
            b
            for b in self.window.findChildren(QAbstractButton)
            if b.isVisible() and (words in b.text() or words in b.accessibleName())
        ]
        if not found:
            raise NothingHappened(f"no button {words!r}")
        return min(found, key=lambda b: len(b.text() or b.accessibleName()))

    def reads(self, words: str) -> bool:
        """Tell whether these words stand somewhere on the screen."""
        labels = [w for w in self.window.findChildren(QLabel) if w.isVisible()]
        buttons = [w for w in self.window.findChildren(QAbstractButton) if w.isVisible()]
        return any(words in w.text() for w in labels) or any(words in w.text() for w in buttons)

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = 60.0, *, machine: bool = True) -> None:
        """Wait for the window.

        Args:
            holds: what is waited for.
            what: its name, for the complaint.
            seconds: at most.
            machine: count the wait as the machine's (False while the person moves before a camera).
        """
        began = self._acted_at if machine else time.monotonic()
        if not turn_until(holds, seconds):
            raise NothingHappened(f"waited {seconds:.0f} s for {what}")
        if machine and self._entry is not None:
            self._entry.machine_wait_seconds += time.monotonic() - began

    def _reachable(self, widget: QWidget) -> None:
        if not turn_until(lambda: widget.isVisible() and widget.isEnabled(), 10):
            raise NothingHappened(f"{type(widget).__name__} cannot be touched")


def touch(widget: QWidget, device: QPointingDevice) -> None:
    """Synthesize one tap in the middle of a widget, as the screen would report it to the window."""
    top = widget.window()
    place = widget.mapTo(top, QPoint(widget.width() // 2, widget.height() // 2))
    screen = top.windowHandle()
    QTest.touchEvent(screen, device).press(0, place, screen).commit()
    QTest.touchEvent(screen, device).release(0, place, screen).commit()


def bring_into_view(widget: QWidget) -> None:
    """Scroll as a finger would until the widget is on the screen."""
    area = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget)
        area = area.parentWidget()
    settle()


def turn_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Let the windows live until something holds; False when it did not in time.

    Raises whatever a slot let out meanwhile, see `slots_let_out`.
    """
    loop = QEventLoop()
    ends = time.monotonic() + seconds
    held = False

    def look() -> None:
        nonlocal held
        held = holds()
        if held or _LET_OUT or time.monotonic() > ends:
            loop.quit()

    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()
    if _LET_OUT:
        raise _LET_OUT.pop()
    return held


_LET_OUT: list[BaseException] = []


@contextmanager
def slots_let_out() -> Iterator[None]:
    """Let an exception that leaves a slot end the script: Qt itself would only print it and go on."""
    before, sys.excepthook = sys.excepthook, lambda _kind, error, _trace: let_out(error)
    try:
        yield
    finally:
        sys.excepthook = before


def let_out(error: BaseException) -> None:
    """End the script with an error at the next turn."""
    _LET_OUT.append(error)


def settle() -> None:
    """Let layouts and timers of zero length have their turn before a picture is taken."""
    for _ in range(5):
        QCoreApplication.processEvents()
