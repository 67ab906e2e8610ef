"""How long to wait before trying again: full jitter, so that 500 kiosks cut off together do not return together."""

from __future__ import annotations

from collections.abc import Callable

FIRST = 2.0
MOST = 900.0
"""Bounds of the longest wait in seconds: 2 s after the first failure, doubling to 15 minutes."""


def delay(failures: int, random: Callable[[], float], retry_after: float = 0.0) -> float:
    """Return the seconds to wait.

    Args:
        failures: how many tries failed in a row, from 1.
        random: returns a number in [0, 1).
        retry_after: what the server asked for; the jitter comes on top of it.
    """
    ceiling = min(MOST, FIRST * float(1 << min(max(failures, 1) - 1, 16)))
    return retry_after + random() * ceiling
