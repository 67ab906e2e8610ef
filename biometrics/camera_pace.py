"""Frame times of sources that are not live, and the wait that makes them look live."""

from __future__ import annotations

import time


class Pace:
    """Numbers frames from 0; frame n belongs to second n / fps. When `real`, waits until it is due."""

    def __init__(self, fps: float, real: bool) -> None:
        self.fps, self._real = fps, real
        self._count = 0
        self._began = 0.0

    def next(self) -> float:
        """Return the second of the next frame. Falling behind is not made up for."""
        at = self._count / self.fps
        if self._real:
            now = time.monotonic()
            if self._count == 0 or now - self._began - at > 0.5:
                self._began = now - at
            elif self._began + at > now:
                time.sleep(self._began + at - now)
        self._count += 1
        return at
