"""The voter's side of the server, when it can be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from registration.model.contact import Contact
from registration.model.evidence import Liveness, Photo
from registration.model.ids import AccountId, KioskId, RequestId
from registration.model.submission import RequestSubmission


@dataclass(frozen=True, slots=True)
class CodeTicket:
    """A code is on its way. Times in seconds (D-04)."""

    ticket: str = field(repr=False)
    expires_in: int
    resend_after: int


@dataclass(frozen=True, slots=True)
class ContactProof:
    """The server's word that a contact was verified; goes into the account packet."""

    token: str = field(repr=False)
    account_exists: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A voter signed in at the server."""

    token: str = field(repr=False)
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """What the server says of one request, with the time of that look."""

    request_id: RequestId
    reference: str
    revision: int
    state: str
    """A `CaseState` value."""
    received: datetime
    due: date
    withdrawable: bool
    """The voter may take it back now: its state allows it, and so does the calendar of the list (B1-09)."""
    reasons: tuple[str, ...] = ()
    comment: str = ""
    looked: datetime | None = None


class ServerLink(Protocol):
    """The voter's side of the server. Every call may raise WillRetry ``server.unreachable`` or ``server.busy``."""

    def request_code(self, contact: Contact, language: str) -> CodeTicket:
        """Send a 6-digit code (PA-11). Raises VoterCanFix ``code.too_many``."""

    def confirm_code(self, ticket: CodeTicket, code: str) -> ContactProof:
        """Raises VoterCanFix ``code.wrong`` (params: left), ``code.expired``, ``code.used_up``."""

    def sign_in(self, contact: Contact, password: str) -> Session:
        """Raises VoterCanFix ``login.wrong``, ``login.locked``."""

    def reset_password(self, contact: Contact, proof: ContactProof, password_hash: str) -> None:
        """Give the account of a contact proven a moment ago a new password; its locks and sessions end.

        Raises VoterCanFix ``contact.not_confirmed`` (the proof is used up or old), ``account.none``.
        """

    def requests(self, session: Session) -> tuple[RequestStatus, ...]: ...

    def content(self, session: Session, request_id: RequestId) -> RequestSubmission:
        """Return the voter's own last version, to be completed or sent anew."""

    def confirm_contact(self, session: Session, proof: ContactProof) -> None:
        """Confirm the account's contact with a fresh proof. Raises VoterCanFix ``contact.not_confirmed``."""

    def withdraw(self, session: Session, request_id: RequestId) -> RequestStatus:
        """Take a request back (deregistration). Raises VoterCanFix ``request.not_withdrawable``."""

    def profile(self, session: Session) -> AccountProfile:
        """Return what a new request needs of the account: personal data and portrait."""


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """The account's own evidence, used again in each request (PR-26)."""

    account_id: AccountId
    contact: Contact
    birth_date: date = field(repr=False)
    birth_place: str = field(repr=False)
    personal_number: str = field(repr=False)
    portrait: Photo
    liveness: Liveness
    contact_verified: bool = True
    """False: opened without a connection, and no code has confirmed the contact since (D-05)."""


@dataclass(frozen=True, slots=True)
class KioskIdentity:
    """Who this machine is to the server."""

    kiosk_id: KioskId
    election: str
