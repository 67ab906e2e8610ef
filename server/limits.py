"""Rate limits held in memory of one process: token buckets, spent before anything costly is done.

Who is known is bounded by name (a kiosk); a route that anybody may call by the caller's address and as a whole.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict

from registration.ports.clock import Clock
from server.problems import Problem

MOST_NAMES = 10_000
ADDRESS_AT_ONCE, ADDRESS_PER_MINUTE = 60, 30.0
"""Of one address: a whole office behind one router signs in when its shift begins."""
EVERYBODY_AT_ONCE, EVERYBODY_PER_MINUTE = 240, 120.0
"""Of all addresses together: two Argon2id computations a second, however many machines ask."""


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


class Entrance:
    """A route that anybody may call: one bucket for each address, then one for everybody.

    In this order: what an address is refused takes nothing from the others.
    """

    def __init__(self, clock: Clock) -> None:
        self._each = Buckets(clock, ADDRESS_AT_ONCE, ADDRESS_PER_MINUTE)
        self._everybody = Buckets(clock, EVERYBODY_AT_ONCE, EVERYBODY_PER_MINUTE)

    def spend(self, address: str) -> None:
        """Take one call of an address ("": not known). Raises as `Buckets.spend`."""
        self._each.spend(network_of(address))
        self._everybody.spend("")


def network_of(address: str) -> str:
    """Return what one caller holds: an IPv4 address, or the /64 of an IPv6 one, whose other half is free to choose."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))
