"""A file that comes from the voter's own phone (PR-13)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Handoff:
    """An open hand-off. `url` goes into the QR code; its fragment is the key, which no server ever sees."""

    handoff_id: str
    url: str = field(repr=False)
    token: str = field(repr=False)
    key: bytes = field(repr=False)
    expires_in: int
    """Seconds from when it was opened."""


class PhoneHandoff(Protocol):
    """Every call may raise WillRetry ``server.unreachable`` or ``server.busy``."""

    def offered(self) -> bool:
        """Tell whether phones can reach the server; the button is shown only then."""

    def begin(self, language: str) -> Handoff:
        """Open one; an earlier one of this kiosk ends. Raises StaffMustFix ``server.phone_not_offered``."""

    def received(self, handoff: Handoff) -> bool:
        """Tell whether the file is there. Raises VoterCanFix ``handoff.expired``."""

    def fetch(self, handoff: Handoff) -> bytes:
        """Return the file, decrypted, and end the hand-off.

        Raises VoterCanFix ``handoff.expired``, ``handoff.unreadable`` (encrypted under another key).
        """

    def cancel(self, handoff: Handoff) -> None:
        """End it: its address takes no file any more. Never fails: without a connection it ends by itself."""
