"""Drafts and Outbox in memory, for tests that need no encryption; `tests/contracts` holds them to the vault's word."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from registration.errors import VoterCanFix
from registration.model.address import Address
from registration.model.contact import Contact, ContactKind
from registration.model.documents import DocumentImage, DocumentKind, DocumentReading, Side
from registration.model.evidence import Liveness, LivenessOutcome, Photo, Portrait
from registration.model.ids import AccountId, PacketId, RequestId, ServiceId, uuid7
from registration.model.person import PersonalData
from registration.model.submission import AccountSubmission, RequestSubmission, Submission, encode
from registration.ports.clock import Clock
from registration.ports.vault import FinishedSubmission, OutboxEntry, SealedPacket, Sealer, VoterKey

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class ManualClock:
    """A clock that stands still until it is moved, either way."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    def move(self, by: timedelta) -> None:
        self.time += by


class PlainSealer:
    """Joins the files without encrypting them, so that a test can look for what is in them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.problem: Exception | None = None
        """Raised by the next `seal` when set."""

    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        if self.problem is not None:
            raise self.problem
        content = b"".join(name.encode() + b"\n" + body for name, body in sorted(encode(submission).items()))
        return SealedPacket(
            packet_id=PacketId(uuid7(seq, secrets.token_bytes(10))),
            kind="request" if isinstance(submission, RequestSubmission) else "account",
            reference=f"PER-{seq:04}-TEST",
            sha256=hashlib.sha256(content).hexdigest(),
            content=content,
            created=self._clock.now(),
        )


@dataclass
class _Voter:
    contact: Contact
    password: str
    key: VoterKey
    seen: datetime
    drafts: dict[str, bytes] = field(default_factory=dict)
    finished: list[tuple[FinishedSubmission, PacketId]] = field(default_factory=list)


class FakeDrafts:
    """Implements `registration.ports.vault.Drafts`."""

    def __init__(self, clock: Clock, keep: timedelta = timedelta(days=30)) -> None:
        self.clock = clock
        self.keep = keep
        self.voters: list[_Voter] = []
        self._wrong: dict[Contact, tuple[int, datetime]] = {}

    def create_voter(self, contact: Contact, password: str) -> VoterKey:
        key = VoterKey(secrets.token_hex(16), secrets.token_bytes(32))
        self.voters.insert(0, _Voter(contact, password, key, self.clock.now()))
        return key

    def knows(self, contact: Contact) -> bool:
        return any(voter.contact == contact for voter in self.voters)

    def unlock(self, contact: Contact, password: str) -> VoterKey:
        now = self.clock.now()
        wrong, at = self._wrong.get(contact, (0, now))
        at = min(at, now)
        if now - at >= timedelta(hours=3):
            wrong = 0
        if wrong >= 3:
            self._wrong[contact] = wrong, at
            raise VoterCanFix("login.locked", minutes=-(-int((at + timedelta(hours=3) - now).total_seconds()) // 60))
        opened = [voter for voter in self.voters if (voter.contact, voter.password) == (contact, password)]
        if not opened:
            self._wrong[contact] = wrong + 1, now
            if wrong == 2:
                raise VoterCanFix("login.locked", minutes=180)
            raise VoterCanFix("login.wrong", left=2 - wrong)
        self._wrong.pop(contact, None)
        newest = opened[0]
        newest.seen = now
        for other in opened[1:]:
            newest.drafts = other.drafts | newest.drafts
            newest.finished = other.finished + newest.finished
            self.voters.remove(other)
        return newest.key

    def forgive(self, contact: Contact) -> None:
        self._wrong.pop(contact, None)

    def save(self, key: VoterKey, service: str, content: bytes) -> None:
        voter = self.voter(key)
        voter.seen = self.clock.now()
        voter.drafts[service] = content

    def load(self, key: VoterKey, service: str) -> bytes | None:
        return next((voter.drafts.get(service) for voter in self.voters if voter.key == key), None)

    def wipe(self, key: VoterKey, service: str) -> None:
        for voter in self.voters:
            if voter.key == key:
                voter.drafts.pop(service, None)

    def discard(self, key: VoterKey) -> None:
        for voter in list(self.voters):
            if voter.key == key:
                voter.drafts.clear()
                if not voter.finished:
                    self.voters.remove(voter)

    def purge(self) -> int:
        before = len(self.voters)
        self.voters = [voter for voter in self.voters if voter.seen >= self.clock.now() - self.keep]
        return before - len(self.voters)

    def voter(self, key: VoterKey) -> _Voter:
        """Raises LookupError when the voter is gone."""
        for voter in self.voters:
            if voter.key == key:
                return voter
        raise LookupError


class FakeOutbox:
    """Implements `registration.ports.vault.Outbox`; `receive` and `stop` stand for what sync would do."""

    def __init__(self, drafts: FakeDrafts, sealer: Sealer | None = None) -> None:
        self._drafts = drafts
        self._sealer = sealer or PlainSealer(drafts.clock)
        self._entries: list[OutboxEntry] = []
        self._done: dict[tuple[str, str, int], tuple[Submission, OutboxEntry]] = {}

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        voter = self._drafts.voter(key)
        if isinstance(submission, RequestSubmission):
            identity = ("request", str(submission.request_id), submission.revision)
        else:
            identity = ("account", str(submission.account_id), 1)
        if identity in self._done:
            former, entry = self._done[identity]
            if _comparable(former) != _comparable(submission):
                raise RuntimeError("another content was finished under this id")
            voter.drafts.pop(service, None)
            return next(e for e in self._entries if e.packet_id == entry.packet_id)
        packet = self._sealer.seal(submission, len(self._entries) + 1)
        entry = OutboxEntry(
            packet_id=packet.packet_id,
            kind=packet.kind,
            reference=packet.reference,
            seq=len(self._entries) + 1,
            size=len(packet.content),
            created=packet.created,
            state="waiting",
            sha256=packet.sha256,
        )
        self._entries.append(entry)
        self._done[identity] = submission, entry
        voter.seen = self._drafts.clock.now()
        voter.drafts.pop(service, None)
        voter.finished.insert(
            0, (FinishedSubmission(*identity, packet.reference, packet.created, "waiting"), packet.packet_id)
        )
        return entry

    def entries(self) -> tuple[OutboxEntry, ...]:
        return tuple(self._entries)

    def finished(self, key: VoterKey) -> tuple[FinishedSubmission, ...]:
        states = {entry.packet_id: entry.state for entry in self._entries}
        records = [pair for voter in self._drafts.voters if voter.key == key for pair in voter.finished]
        return tuple(replace(record, state=states[packet_id]) for record, packet_id in records)

    def submissions(self) -> tuple[Submission, ...]:
        """Return what was finished, for a test that plays the server."""
        return tuple(submission for submission, _ in self._done.values())

    def receive(self, packet_id: PacketId) -> None:
        """The server's receipt came."""
        self._set(packet_id, "received", "")

    def stop(self, packet_id: PacketId, problem: str) -> None:
        """The server refused the packet."""
        self._set(packet_id, "attention", problem)

    def _set(self, packet_id: PacketId, state: str, problem: str) -> None:
        self._entries = [
            replace(entry, state=state, problem=problem) if entry.packet_id == packet_id else entry
            for entry in self._entries
        ]


def _comparable(submission: Submission) -> Submission:
    return replace(submission, password_hash="") if isinstance(submission, AccountSubmission) else submission


# ---------------------------------------------------------------- invented people's submissions


SPECIMEN_CONTACT = Contact(ContactKind.PHONE, "+355691234567")
SPECIMEN_PERSON = PersonalData(date(1990, 2, 3), "Specimen", "J00203999A")
SPECIMEN_HASH = "$argon2id$specimen"
SPECIMEN_ADDRESS = Address("IT", "Roma", "00100", "Via Specimen", "1")


def a_portrait(jpeg: bytes = b"\xff\xd8SPECIMEN-FACE\xff\xd9") -> Portrait:
    """A portrait record around any bytes; no picture of anyone."""
    return Portrait(Photo(jpeg, 480, 640), Liveness(LivenessOutcome.PASSED))


def an_account(
    account_id: str = "019aa000-0000-7000-8000-000000000001",
    contact: Contact = SPECIMEN_CONTACT,
    person: PersonalData = SPECIMEN_PERSON,
    portrait: Portrait | None = None,
    password_hash: str = SPECIMEN_HASH,
) -> AccountSubmission:
    """A finished account of an invented person."""
    return AccountSubmission(
        account_id=AccountId(account_id),
        service=ServiceId("per.account"),
        contact=contact,
        contact_proof="",
        password_hash=password_hash,
        person=person,
        portrait=portrait or a_portrait(),
        language="sq",
    )


def a_request(
    request_id: str = "019aa000-0000-7000-8000-000000000002",
    revision: int = 1,
    person: PersonalData = SPECIMEN_PERSON,
    address: Address = SPECIMEN_ADDRESS,
    second_contact: Contact | None = None,
    picture: bytes = b"\xff\xd8SPECIMEN-PAGE\xff\xd9",
) -> RequestSubmission:
    """A finished request of an invented person."""
    return RequestSubmission(
        request_id=RequestId(request_id),
        revision=revision,
        service=ServiceId("per.request"),
        account_id=AccountId("019aa000-0000-7000-8000-000000000001"),
        document=DocumentReading(DocumentKind.PASSPORT, {}),
        images=(DocumentImage(Side.DATA_PAGE, Photo(picture, 800, 600)),),
        corrections=(),
        attachments=(),
        address=address,
        second_contact=second_contact,
        person=person,
        portrait=a_portrait(),
        language="sq",
    )
