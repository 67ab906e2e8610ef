"""What supervisors and observers ask of the server beside the cases: officials, locked voters, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from registration.model.contact import Contact
from registration.model.statistics import Statistics
from registration.review_desk import OfficialSession, Role


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """An official in the list."""

    name: str
    role: Role
    created: datetime
    disabled: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new official is handed, once: nobody can look at it again."""

    name: str
    role: Role
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    """Base32, for an authenticator without a camera."""
    totp_uri: str = field(repr=False)
    """``otpauth://`` address, for the QR code."""


class Office(Protocol):
    """Every call may raise WillRetry ``server.unreachable`` or ``server.busy`` and VoterCanFix
    ``official.session_over`` or ``official.not_allowed`` (the role may not do it)."""

    def officials(self, session: OfficialSession) -> tuple[OfficialRow, ...]: ...

    def enrol(self, session: OfficialSession, name: str, role: Role, *, replace: bool = False) -> Credentials:
        """Make an official; with `replace` give an existing one new credentials and end their sessions.

        Raises VoterCanFix ``official.name_invalid``, ``official.name_taken``.
        """

    def unlock(self, session: OfficialSession, name: str) -> None:
        """Forget an official's wrong tries. Raises VoterCanFix ``official.unknown``."""

    def disable(self, session: OfficialSession, name: str) -> None:
        """Shut an official out at once; what they did stays.

        Raises VoterCanFix ``official.unknown``, ``official.yourself``.
        """

    def unlock_voter(self, session: OfficialSession, contact: Contact) -> None:
        """Lift every lock of a voter's contact; says nothing of whether anybody has it."""

    def statistics(self, session: OfficialSession) -> Statistics: ...

    def statistics_csv(self, session: OfficialSession) -> bytes:
        """Return the counts as a CSV file, UTF-8."""
