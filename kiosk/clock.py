"""The machine's clock: the one adapter of the Clock port in the program."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `registration.ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
