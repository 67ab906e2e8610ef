"""What live sources share: a thread that keeps the newest frame, and a watch over what comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from registration.errors import StaffMustFix
from registration.ports.capture import Frame

Pixels = NDArray[np.uint8]

WAIT = 2.0
"""Seconds that `read` waits at most before the camera counts as lost."""
FROZEN = 3.0
"""Seconds of the very same picture: a sensor has noise, so a living camera never repeats itself."""
BLACK = 3.0
"""Seconds of black: a lens cover, or a camera whose sensor gives nothing."""
_BLACK_LEVEL = 4


class FrameWatch:
    """Notices a camera that goes on delivering but has stopped seeing."""

    def __init__(self, frozen: float = FROZEN, black: float = BLACK) -> None:
        self._frozen, self._black = frozen, black
        self._last: bytes | None = None
        self._same_since = 0.0
        self._dark_since: float | None = None

    def look(self, pixels: Pixels, at: float) -> None:
        """Look at a sample of the pixels. Raises StaffMustFix ``camera.frozen``, ``camera.black``."""
        sample = pixels[::16, ::16]
        content = sample.tobytes()
        dark = int(sample.max(initial=0)) <= _BLACK_LEVEL
        if content != self._last:
            self._last, self._same_since = content, at
        if not dark:
            self._dark_since = None
        elif self._dark_since is None:
            self._dark_since = at
        if self._dark_since is not None and at - self._dark_since >= self._black:
            raise StaffMustFix("camera.black")
        if not dark and at - self._same_since >= self._frozen:
            raise StaffMustFix("camera.frozen")


class NewestFrame:
    """Runs `pull` in a thread of its own and hands out the newest of what it returns; older ones are dropped.

    So nothing queues up, and a driver that hangs cannot hang the reader. `pull` returns a picture, or None when the
    source ended or broke.
    """

    def __init__(self, pull: Callable[[], Pixels | None], name: str, wait: float = WAIT) -> None:
        self._pull, self._wait = pull, wait
        self._ready = threading.Condition()
        self._frame: Frame | None = None
        self._stop = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def take(self) -> Frame:
        """Wait for a frame that was not taken yet. Raises StaffMustFix ``camera.lost`` after `wait` seconds."""
        with self._ready:
            self._ready.wait_for(lambda: self._frame is not None or self._ended, self._wait)
            frame, self._frame = self._frame, None
        if frame is None:
            raise StaffMustFix("camera.lost")
        return frame

    def stop(self) -> bool:
        """End the thread; return whether it did within the time `take` waits."""
        self._stop = True
        self._thread.join(self._wait)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stop:
                pixels = self._pull()
                if pixels is None:
                    return
                with self._ready:
                    self._frame = Frame(pixels, time.monotonic())
                    self._ready.notify()
        finally:
            with self._ready:
                self._ended = True
                self._ready.notify()
