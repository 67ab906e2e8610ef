"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2029, 2, 1, 9, tzinfo=UTC)


class HandClock:
    """Implements `registration.ports.clock.Clock`."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now
        self._began = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - self._began).total_seconds()

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)
