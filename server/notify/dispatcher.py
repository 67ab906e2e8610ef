"""Sends what waits in the outbox and settles it: sent, try again later, or over."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

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

Routes = Mapping[Channel, Sequence[Transport]]
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
        outcome: object = Temporary("no transport for this channel")
        name = ""
        for transport in self._routes.get(channel, ()):
            name = transport.name
            outcome = transport.send(leased.message)
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
