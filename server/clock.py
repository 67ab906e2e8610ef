"""The server's own clock, the only door to time. A kiosk's clock is never trusted."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """Implements `registration.ports.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
