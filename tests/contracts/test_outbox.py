"""`registration.ports.vault.Outbox`: one suite for the vault and for the fake that stands in for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import StaffMustFix
from registration.model.contact import Contact, ContactKind
from registration.model.ids import PacketId
from registration.ports.vault import Drafts, Outbox, VoterKey
from tests.fakes.vault import FakeDrafts, FakeOutbox, ManualClock, PlainSealer, a_request, an_account

CONTACT = Contact(ContactKind.PHONE, "+355691234567")
PASSWORD = "Fjalë-e-mirë-1"
QUICK = Argon2Cost(64, 1, 1)


@dataclass
class Kiosk:
    drafts: Drafts
    outbox: Outbox
    sealer: PlainSealer
    clock: ManualClock
    receive: Callable[[PacketId], None]
    stop: Callable[[PacketId, str], None]


@pytest.fixture(params=["vault", "fake"])
def kiosk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kiosk]:
    clock = ManualClock()
    sealer = PlainSealer(clock)
    if request.param == "fake":
        drafts = FakeDrafts(clock)
        fake = FakeOutbox(drafts, sealer)
        yield Kiosk(drafts, fake, sealer, clock, fake.receive, fake.stop)
        return
    vault = Vault.create(tmp_path / "vault", "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    yield Kiosk(
        vault.drafts,
        vault.outbox(sealer),
        sealer,
        clock,
        lambda packet_id: vault.sync.mark_received(packet_id, b"receipt"),
        lambda packet_id, problem: vault.sync.note_attempt(packet_id, None, problem),
    )
    vault.lock()


@pytest.fixture
def key(kiosk: Kiosk) -> VoterKey:
    return kiosk.drafts.create_voter(CONTACT, PASSWORD)


def test_finishing_keeps_the_packet_and_wipes_that_draft_only(kiosk: Kiosk, key: VoterKey) -> None:
    kiosk.drafts.save(key, "per.account", b"draft")
    kiosk.drafts.save(key, "profile", b"kept")
    entry = kiosk.outbox.finish(an_account(), key, "per.account")
    assert kiosk.outbox.entries() == (entry,)
    assert (entry.kind, entry.seq, entry.state, entry.problem) == ("account", 1, "waiting", "")
    assert entry.created == kiosk.clock.now()
    assert len(entry.sha256) == 64
    assert entry.size > 0
    assert (entry.attempts, entry.next_try) == (0, None)
    assert kiosk.drafts.load(key, "per.account") is None
    assert kiosk.drafts.load(key, "profile") == b"kept"


def test_packets_are_numbered_from_one_without_gaps(kiosk: Kiosk, key: VoterKey) -> None:
    for n in range(1, 6):
        kiosk.outbox.finish(a_request(f"019aa000-0000-7000-8000-{n:012}"), key, "per.request")
    assert [entry.seq for entry in kiosk.outbox.entries()] == [1, 2, 3, 4, 5]


def test_what_the_sealer_refuses_leaves_the_draft_and_takes_no_number(kiosk: Kiosk, key: VoterKey) -> None:
    kiosk.drafts.save(key, "per.request", b"draft")
    kiosk.sealer.problem = StaffMustFix("server.not_enrolled")
    with pytest.raises(StaffMustFix, match=r"server\.not_enrolled"):
        kiosk.outbox.finish(a_request(), key, "per.request")
    assert kiosk.outbox.entries() == ()
    assert kiosk.outbox.finished(key) == ()
    assert kiosk.drafts.load(key, "per.request") == b"draft"
    kiosk.sealer.problem = None
    assert kiosk.outbox.finish(a_request(), key, "per.request").seq == 1


def test_finishing_the_same_twice_seals_once(kiosk: Kiosk, key: VoterKey) -> None:
    first = kiosk.outbox.finish(an_account(), key, "per.account")
    kiosk.drafts.save(key, "per.account", b"left over")
    # A password hash is salted anew each time.
    again = kiosk.outbox.finish(an_account(password_hash="$argon2id$other-salt"), key, "per.account")
    assert again == first
    assert kiosk.outbox.entries() == (first,)
    assert len(kiosk.outbox.finished(key)) == 1
    assert kiosk.drafts.load(key, "per.account") is None


def test_other_content_under_the_same_id_and_revision_is_a_bug(kiosk: Kiosk, key: VoterKey) -> None:
    kiosk.outbox.finish(a_request(), key, "per.request")
    kiosk.drafts.save(key, "per.request", b"draft")
    with pytest.raises(RuntimeError):
        kiosk.outbox.finish(a_request(picture=b"\xff\xd8OTHER\xff\xd9"), key, "per.request")
    assert kiosk.drafts.load(key, "per.request") == b"draft"
    assert kiosk.outbox.finish(a_request(revision=2), key, "per.request").seq == 2


def test_a_voter_who_is_gone_cannot_finish(kiosk: Kiosk, key: VoterKey) -> None:
    kiosk.drafts.discard(key)
    with pytest.raises(LookupError):
        kiosk.outbox.finish(a_request(), key, "per.request")
    assert kiosk.outbox.entries() == ()


def test_the_voter_sees_what_they_finished_newest_first_and_nobody_elses(kiosk: Kiosk, key: VoterKey) -> None:
    account = kiosk.outbox.finish(an_account(), key, "per.account")
    kiosk.clock.move(timedelta(minutes=4))
    request = kiosk.outbox.finish(a_request(), key, "per.request")
    other = kiosk.drafts.create_voter(Contact(ContactKind.EMAIL, "tjetri@example.org"), PASSWORD)
    kiosk.outbox.finish(a_request("019aa000-0000-7000-8000-000000000009"), other, "per.request")
    newest, oldest = kiosk.outbox.finished(key)
    assert (newest.kind, newest.subject_id, newest.revision) == ("request", a_request().request_id, 1)
    assert (newest.reference, newest.created, newest.state) == (request.reference, request.created, "waiting")
    assert (oldest.kind, oldest.subject_id, oldest.reference) == (
        "account",
        an_account().account_id,
        account.reference,
    )
    assert len(kiosk.outbox.finished(other)) == 1
    assert kiosk.outbox.finished(kiosk.drafts.unlock(CONTACT, PASSWORD)) == (newest, oldest)


def test_a_receipt_or_a_refusal_shows_everywhere(kiosk: Kiosk, key: VoterKey) -> None:
    first = kiosk.outbox.finish(an_account(), key, "per.account")
    second = kiosk.outbox.finish(a_request(), key, "per.request")
    kiosk.receive(first.packet_id)
    kiosk.stop(second.packet_id, "packet.foreign")
    entries = kiosk.outbox.entries()
    assert [(e.state, e.problem) for e in entries] == [("received", ""), ("attention", "packet.foreign")]
    assert [f.state for f in kiosk.outbox.finished(key)] == ["attention", "received"]
    # Finishing again after the receipt still returns that first packet.
    assert kiosk.outbox.finish(an_account(), key, "per.account").state == "received"
    assert replace(entries[0], state="waiting") == first
