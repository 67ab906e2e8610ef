"""Rate limits held in memory: a token bucket per kiosk, spent before anything costly is done (never per address)."""

from __future__ import annotations

import threading
from collections import OrderedDict

from registration.ports.clock import Clock
from server.problems import Problem

MOST_NAMES = 10_000


class Buckets:
    """One bucket per name: `size` calls at once, refilled at `per_minute`.

    Args:
        clock: measures the refilling.
        size: calls a rested bucket holds.
        per_minute: calls added each minute.
    """

    def __init__(self, clock: Clock, size: int, per_minute: float) -> None:
        self._clock = clock
        self._size = float(size)
        self._rate = per_minute / 60.0
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, name: str) -> None:
        """Take one call. Raises Problem 429 ``server.busy`` with the seconds to wait."""
        now = self._clock.monotonic()
        with self._lock:
            left, at = self._left.pop(name, (self._size, now))
            left = min(self._size, left + (now - at) * self._rate)
            enough = left >= 1.0
            self._left[name] = (left - 1.0 if enough else left, now)
            if len(self._left) > MOST_NAMES:
                self._left.popitem(last=False)
        if not enough:
            raise Problem(429, "server.busy", retry_after=max(1, round((1.0 - left) / self._rate)))
