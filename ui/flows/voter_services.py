"""What the voter's windows need of the world, joined by `kiosk/bootstrap.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registration.catalog.definitions import Service
from registration.errors import Expected
from registration.journey.state import Facts
from registration.model.contact import Contact
from registration.model.ids import ServiceId
from registration.ports.capture import CameraSource, Captures, DocumentReader, PictureIntake, ProofChecker
from registration.ports.clock import Clock
from registration.ports.phone import PhoneHandoff
from registration.ports.server import AccountProfile, ServerLink, Session
from registration.ports.speech import Silence, Speech
from registration.ports.vault import Drafts, Outbox, PasswordHasher, VoterKey

ACCOUNT = ServiceId("per.account")
REQUEST = ServiceId("per.request")
CONTACT = ServiceId("per.contact")
PASSWORD = ServiceId("per.password")
"""The journeys of the catalogue that the pages outside a journey begin."""


@dataclass(frozen=True, slots=True)
class VoterServices:
    """Ports and a few functions. Everything here may be called from a worker thread."""

    catalog: Mapping[ServiceId, Service]
    clock: Clock
    drafts: Drafts
    outbox: Outbox
    link: ServerLink
    captures: Captures
    face_camera: CameraSource
    document_camera: CameraSource
    reader: DocumentReader
    proof_checker: ProofChecker
    pictures: PictureIntake
    passwords: PasswordHasher
    facts: Callable[[], Facts]
    """The kiosk's facts of today: dates, lists and limits of the signed configuration."""
    new_id: Callable[[], str]
    """A fresh UUIDv7."""
    sync_now: Callable[[], None]
    """One round with the server; raises WillRetry when it cannot be reached."""
    account_known: Callable[[VoterKey], bool]
    """Whether the server can know the voter's account by now; signing in earlier would count as a wrong try."""
    forget: Callable[[], None]
    """Drop whatever an adapter remembers of the voter; called when the visit ends."""
    camera_problem: Callable[[], Expected | None]
    """Error of the face camera, None when it is ready. May take a second."""
    registration_open: Callable[[], bool]
    phone: PhoneHandoff | None = None
    """Files from the voter's phone; None: there is no such way."""
    files_folder: Path | None = None
    """Where "from a file" looks; None: removable media."""
    speech: Speech = field(default_factory=Silence)


@dataclass(slots=True)
class Voter:
    """Who is at the machine now. Kept in memory only, dropped at the end of the session."""

    contact: Contact
    key: VoterKey
    password: str = field(repr=False)
    """Needed to sign in at the server once it knows the account that was opened a moment ago."""
    session: Session | None = None
    profile: AccountProfile | None = field(default=None, repr=False)

    @property
    def verified(self) -> bool:
        """False: no code ever confirmed the contact; everything says so (D-05)."""
        return self.profile is None or self.profile.contact_verified
