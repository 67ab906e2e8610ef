"""What the rules ask of the world. Adapters implement these Protocols and are joined in `kiosk/bootstrap.py`.

Adapters never know one another; a use case takes the ports it needs as arguments. All of them may raise the
`Expected` errors named in their docstrings; anything else that leaves one is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from registration.model.contact import Contact
from registration.model.documents import (
    DocumentImage,
    DocumentKind,
    DocumentReading,
    ProofVerdict,
    Side,
)
from registration.model.evidence import NO_MEASURES, Liveness, Photo, Portrait
from registration.model.ids import AccountId, KioskId, PacketId, RequestId
from registration.model.submission import RequestSubmission, Submission

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


NOTHING: Mapping[str, bytes] = MappingProxyType({})


class Clock(Protocol):
    """The only door to time."""

    def now(self) -> datetime:
        """Return the time, UTC and aware."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


# ---------------------------------------------------------------- cameras and what looks through them


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera picture: `pixels` is (height, width, 3) uint8 BGR and is never written to; `at` is in seconds."""

    pixels: NDArray[np.uint8] = field(repr=False)
    at: float


class CameraSource(Protocol):
    """A camera, a video file, a folder of images or an MJPEG stream. Used from one thread."""

    def open(self) -> None:
        """Start it. Raises StaffMustFix ``camera.missing``, ``camera.busy``, ``camera.format``."""

    def read(self) -> Frame:
        """Wait for the newest frame. Raises StaffMustFix ``camera.lost`` when it was unplugged or the file ended."""

    def close(self) -> None:
        """Let go of it; safe to call twice."""


@dataclass(frozen=True, slots=True)
class Guidance:
    """What the capture screen shows after one frame: at most one hint, and the frame's state."""

    green: bool
    hint: str
    """Text id, ``voter.hint.…`` ("" = none), stable for at least 0.8 s."""
    challenge: str = ""
    """Text id, ``voter.challenge.…``, while the voter is asked to do something, else ""."""
    progress: float = 0.0
    """0 to 1: how far the hold-still (or the challenges) has come."""
    outline: tuple[tuple[float, float], ...] = ()
    """What was found, as a polygon in fractions of the frame's width and height."""
    measures: Mapping[str, float] = field(default_factory=lambda: NO_MEASURES)
    portrait: Portrait | None = None
    """Set once, when the face photo has been taken."""
    image: DocumentImage | None = None
    """Set once, when the document photo has been taken."""


@dataclass(frozen=True, slots=True)
class FaceTarget:
    """The oval the voter's face belongs in, for the screen that draws it and the rules that check it.

    `cx` is a fraction of the frame's width, everything else of its height, so that the oval keeps its shape whatever
    the frame's. It is the same in the frame and in its mirrored preview.
    """

    cx: float
    cy: float
    rx: float
    ry: float
    eye_line: float
    """Where the midpoint between the eyes belongs, from the top."""


FACE_TARGET = FaceTarget(cx=0.5, cy=0.46, rx=0.205, ry=0.29, eye_line=0.44)
"""Sized for eyes-to-chin of 28 % of the frame's height: at 720 lines about 110 pixels between the eyes."""


class CaptureSession(Protocol):
    """One attempt to photograph a face or a document side. Fed every frame in one worker thread."""

    def step(self, frame: Frame) -> Guidance:
        """Look at a frame. After the photo was taken further frames are ignored."""

    def take_now(self, reason: str) -> None:
        """Ask that the next usable frame be taken without waiting for green.

        For a document this is the voter's button after a while; for a face it is the other way when the live check
        cannot be done, and `reason` is recorded as ``Liveness(NOT_DONE, reason)``.
        """

    def close(self) -> None:
        """Free graphs and buffers."""


class Captures(Protocol):
    """Opens capture sessions."""

    def face(self) -> CaptureSession: ...

    def document(self, kind: DocumentKind, side: Side) -> CaptureSession: ...

    def page(self) -> CaptureSession:
        """A page of a proof of address."""


class DocumentReader(Protocol):
    def read(self, kind: DocumentKind, images: Sequence[DocumentImage]) -> DocumentReading:
        """Read MRZ and visual zone of the photographed sides; fields that cannot be read are left out."""


class ProofChecker(Protocol):
    def check(self, pages: Sequence[Photo], holder_names: Sequence[str], address: str | None) -> ProofVerdict:
        """Look for the holder's name and the declared address (None: not asked yet) on a proof's pages."""


class PictureIntake(Protocol):
    def open(self, content: bytes) -> tuple[Photo, ...]:
        """Turn a file a voter brought (JPEG, PNG, PDF ...) into clean pages: re-encoded, upright, no metadata.

        Raises VoterCanFix ``file.too_large``, ``file.not_a_picture``, ``file.damaged``, ``file.too_many_pages``.
        """


# ---------------------------------------------------------------- the vault


@dataclass(frozen=True, slots=True)
class VoterKey:
    """Opens one voter's drafts on this kiosk. Made from the password, kept in memory only."""

    voter: str
    """Random name of the voter's row on this kiosk; tells nothing."""
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A sealed packet waiting for, or acknowledged by, the server. Holds no personal data in the clear."""

    packet_id: PacketId
    kind: str
    """``account`` or ``request``."""
    reference: str
    seq: int
    size: int
    created: datetime
    state: str
    """``waiting``, ``exported``, ``attention`` or ``received``."""
    problem: str = ""
    """Error code of the last try that failed; in the state ``attention`` the reason why it is not tried again."""
    sha256: str = ""
    """Digest of the packet in lower-case hex."""
    attempts: int = 0
    next_try: datetime | None = None
    """Not before this moment; None: as soon as there is a connection."""


@dataclass(frozen=True, slots=True)
class FinishedSubmission:
    """What the voter's password opens about a submission finished on this kiosk, for the status page offline."""

    kind: str
    """``account`` or ``request``."""
    subject_id: str
    """The account's or the request's id."""
    revision: int
    reference: str
    created: datetime
    state: str
    """State of its packet: ``waiting`` and ``exported`` mean stored on this kiosk, ``received`` by the server."""


class Drafts(Protocol):
    """Voters' drafts in the vault. Every call is one durable transaction (WAL, synchronous=FULL).

    All may raise StaffMustFix ``vault.disk_full``, ``vault.damaged``, ``vault.locked``.
    """

    def create_voter(self, contact: Contact, password: str) -> VoterKey:
        """Make a key that only this password opens.

        An earlier voter of the same contact is never touched here, for whoever types a contact may be a stranger:
        their drafts go when the password that opens them is used again (see `unlock`), by `discard`, or with time.
        """

    def knows(self, contact: Contact) -> bool:
        """Tell whether this kiosk keeps a key slot for the contact."""

    def unlock(self, contact: Contact, password: str) -> VoterKey:
        """Open the voter's key. Where one password opens several voters of a contact, they become one (newest wins).

        Raises VoterCanFix ``login.wrong`` (also for an unknown contact, after the same time) or ``login.locked``
        (three wrong: three hours, on this kiosk).
        """

    def save(self, key: VoterKey, service: str, content: bytes) -> None:
        """Keep the draft of one service, sealed under the voter's key; replaces the former one."""

    def load(self, key: VoterKey, service: str) -> bytes | None: ...

    def wipe(self, key: VoterKey, service: str) -> None: ...

    def discard(self, key: VoterKey) -> None:
        """Erase all drafts of the voter, and the voter too when nothing was finished yet. Safe to call twice."""

    def purge(self) -> int:
        """Erase voters not seen for the configured number of days; return how many."""


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str:
        """Return the Argon2id hash in its encoded form (RFC 9106), salted; the server verifies and rehashes it."""


class Outbox(Protocol):
    """Sealed packets in the vault."""

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        """Seal the submission, keep the packet and wipe the draft, all in one transaction. Sealed once, for ever.

        Finishing the same submission again returns its first entry. What the sealer raises leaves the draft as it was.
        """

    def entries(self) -> tuple[OutboxEntry, ...]:
        """Return every packet in the order of `seq`, the received ones without their content too."""

    def finished(self, key: VoterKey) -> tuple[FinishedSubmission, ...]:
        """Return what this voter finished on this kiosk, newest first."""


@dataclass(frozen=True, slots=True)
class SealedPacket:
    """A packet as it travels: encrypted to the authority and signed by the kiosk."""

    packet_id: PacketId
    kind: str
    """``account`` or ``request``."""
    reference: str
    """What the voter keeps: a request's reference, an account's id."""
    sha256: str
    """Digest of `content` in lower-case hex; the packet's name in uploads and receipts."""
    content: bytes = field(repr=False)
    created: datetime


class Sealer(Protocol):
    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        """Encrypt and sign a submission as this kiosk's packet number `seq` (from 1, without gaps).

        Raises StaffMustFix ``packet.too_large``, ``server.not_enrolled``.
        """


class SyncStore(Protocol):
    """What sync keeps in the vault: the packets on their way and its own memory. Safe to use from any one thread.

    Every writing call is one durable transaction. All may raise StaffMustFix ``vault.disk_full``, ``vault.damaged``,
    ``vault.locked``.
    """

    def entries(self) -> tuple[OutboxEntry, ...]:
        """Return every packet in the order of `seq`."""

    def due(self, now: datetime) -> tuple[OutboxEntry, ...]:
        """Return what is to be sent now, oldest first: ``waiting`` or ``exported`` and its next try has come."""

    def read(self, packet_id: PacketId) -> bytes:
        """Return the sealed packet. Raises KeyError when there is none or its content is gone (received)."""

    def note_attempt(self, packet_id: PacketId, next_try: datetime | None, problem: str = "") -> None:
        """Count a try that did not bring a receipt.

        With `next_try` the packet waits until then, keeping its state. Without, it goes to ``attention`` with
        `problem` as the reason, and is left alone until `retry`.
        """

    def retry(self, packet_id: PacketId) -> None:
        """Take a packet out of ``attention`` or make it due at once."""

    def mark_exported(self, packet_id: PacketId) -> None:
        """Note that a copy is on a stick. It is still sent online: exported is not delivered."""

    def mark_received(self, packet_id: PacketId, receipt: bytes) -> None:
        """Keep the verified receipt and erase the packet's content. Doing it again changes nothing."""

    def receipt(self, packet_id: PacketId) -> bytes | None: ...

    def raise_seq(self, highest: int) -> None:
        """Go on after `highest`, a number the server has seen (the disk may be a restored older one). Never lowers."""

    def recall(self, name: str) -> bytes | None:
        """Return what was kept under a name: signed key set, configuration, signing key, tokens."""

    def remember(self, values: Mapping[str, bytes]) -> None:
        """Keep values under their names, all in one transaction."""

    def forget(self, name: str) -> None: ...

    def highest(self, name: str) -> int:
        """Return the highest version ever seen of a signed document; 0 when none (rollback protection)."""

    def raise_highest(self, name: str, version: int, values: Mapping[str, bytes] = NOTHING) -> bool:
        """Accept a version that is not lower than any before, and keep `values` in the same transaction.

        Returns False, and keeps nothing, when a higher version was seen before.
        """


# ---------------------------------------------------------------- the server, when it can be reached


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
