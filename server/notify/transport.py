"""The one interface to whatever carries a message: SMTP, an SMS gateway, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from server.notify.messages import Message


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it over."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Temporary:
    """Not now; another try, or another provider, may work. `reason` never holds an address or a text."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """Never to this destination, or never in this form."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The reply was lost: it may have been delivered. It is sent again, unchanged and under the same id."""

    reason: str


Outcome = Accepted | Temporary | Permanent | Unknown


@dataclass(frozen=True, slots=True)
class Report:
    """The provider's later word on a message it took."""

    provider_id: str
    delivered: bool


class Transport(Protocol):
    """Carries messages of one channel. Called from one thread at a time."""

    name: str
    """What the outbox and the log call it."""

    def send(self, message: Message) -> Outcome:
        """Hand the message over; foreseen trouble is an outcome, never an exception."""

    def collect(self) -> Sequence[Report]:
        """Return the reports that came since; none where they come another way, or not at all."""

    def close(self) -> None:
        """Hang up; safe to call twice."""
