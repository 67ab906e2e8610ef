"""What is kept on this machine: drafts, sealed packets, and the memory of sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from registration.model.contact import Contact
from registration.model.ids import PacketId
from registration.model.submission import Submission

NOTHING: Mapping[str, bytes] = MappingProxyType({})


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

    def forgive(self, contact: Contact) -> None:
        """Forget the wrong tries of a contact: its owner has just been proven by a code."""

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
