"""The only door to time."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only door to time."""

    def now(self) -> datetime:
        """Return the time, UTC and aware."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
