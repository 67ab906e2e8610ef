"""Sends what waits in the outbox and settles it: sent, try again later, or over."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.notify.messages import Channel
from server.notify.outbox import DeliveryState, Leased, Outbox
from server.notify.transport import Accepted, Permanent, Temporary, Transport, Unknown
from server.store import Store

_log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
UNKNOWN_TRIES = 3
"""After so many lost replies the message counts as delivered or lost, and is not sent again."""

_RANDOM = random.SystemRandom().random

BREAKS_AFTER, BROKEN_FOR = 5, timedelta(minutes=1)
"""So many failures in a row, and a provider is left alone for a while; then one message tries it again."""


@dataclass(slots=True)
class Route:
    """A transport, the countries it serves (ISO 3166 codes; none: all), and how it has been doing."""

    transport: Transport
    countries: frozenset[str] = frozenset()
    failures: int = 0
    rests_until: datetime | None = None

    def serves(self, country: str) -> bool:
        return not self.countries or country in self.countries

    def usable(self, now: datetime) -> bool:
        """Tell whether it may be tried; after its rest by one message, whose outcome decides."""
        return self.rests_until is None or self.rests_until <= now

    def note(self, outcome: object, now: datetime) -> None:
        """Learn from an outcome. A refusal of one message is no fault of the provider."""
        if isinstance(outcome, Temporary | Unknown):
            self.failures += 1
            if self.failures >= BREAKS_AFTER:
                self.rests_until = now + BROKEN_FOR
        else:
            self.failures, self.rests_until = 0, None


Routes = Mapping[Channel, Sequence[Route]]
"""For each channel its transports, the preferred one first."""


class Dispatcher:
    """Takes due messages and hands them to the transports. Used from one thread.

    Args:
        store: the server's.
        outbox: where the messages wait.
        routes: see `Routes`; a temporary failure falls back to the next transport, a lost reply never does.
        jitter: returns a number from 0 to 1, for spreading retries.
    """

    def __init__(self, store: Store, outbox: Outbox, routes: Routes, jitter: Callable[[], float] = _RANDOM) -> None:
        self._store = store
        self._outbox = outbox
        self._routes = routes
        self._jitter = jitter

    def collect(self) -> int:
        """Write down the delivery reports that came; return how many."""
        noted = 0
        for channel in self._routes.values():
            for route in channel:
                for report in route.transport.collect():
                    noted += self._outbox.note_report(self._store, route.transport.name, report)
        return noted

    def close(self) -> None:
        for channel in self._routes.values():
            for route in channel:
                route.transport.close()

    def run_once(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Send everything that is due, unless `stopping()`; return how many were tried."""
        tried = 0
        while not stopping() and (batch := self._outbox.lease(self._store)):
            for leased in batch:
                self._deliver(leased)
            tried += len(batch)
        return tried

    def _deliver(self, leased: Leased) -> None:
        channel = leased.message.channel
        if leased.country and (later := self._outbox.spend(self._store, leased)):
            self._outbox.settle(
                self._store,
                leased,
                state=DeliveryState.WAITING,
                transport="",
                problem="the country's share of today is used up",
                wait=later,
            )
            return
        outcome: object = Temporary("no provider for it now")
        name = ""
        for route in self._routes.get(channel, ()):
            if not route.serves(leased.country) or not route.usable(leased.now):
                continue
            name = route.transport.name
            outcome = route.transport.send(leased.message)
            route.note(outcome, leased.now)
            if not isinstance(outcome, Temporary):
                break
        match outcome:
            case Accepted(provider_id):
                self._outbox.settle(
                    self._store, leased, state=DeliveryState.ACCEPTED, transport=name, provider_id=provider_id
                )
            case Permanent(reason):
                _log.info("message %s refused: %s", leased.message.id, reason)
                self._outbox.settle(self._store, leased, state=DeliveryState.REFUSED, transport=name, problem=reason)
            case Unknown(reason):
                over = leased.unknowns + 1 >= UNKNOWN_TRIES
                self._outbox.settle(
                    self._store,
                    leased,
                    state=DeliveryState.UNKNOWN if over else DeliveryState.WAITING,
                    transport=name,
                    problem=reason,
                    wait=self._wait(leased.attempts),
                    unknown=True,
                )
            case Temporary(reason, retry_after):
                self._outbox.settle(
                    self._store,
                    leased,
                    state=DeliveryState.WAITING,
                    transport=name,
                    problem=reason,
                    wait=max(self._wait(leased.attempts), retry_after or timedelta(0)),
                )

    def _wait(self, attempts: int) -> timedelta:
        """Capped exponential back-off with full jitter, never less than half a second."""
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts, 12)))
        return max(timedelta(seconds=0.5), ceiling * self._jitter())
