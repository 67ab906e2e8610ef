"""`registration.ports.vault.Drafts`: one suite for the vault and for the fake that stands in for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.vault import Vault
from kiosk.vault.keys import Argon2Cost
from registration.errors import VoterCanFix
from registration.model.contact import Contact, ContactKind
from registration.ports.vault import Drafts, Outbox, VoterKey
from tests.fakes.vault import FakeDrafts, FakeOutbox, ManualClock, PlainSealer, a_request

CONTACT = Contact(ContactKind.PHONE, "+355691234567")
STRANGER = Contact(ContactKind.EMAIL, "askush@example.org")
PASSWORD = "Fjalë-e-mirë-1"
QUICK = Argon2Cost(64, 1, 1)


@dataclass
class Kiosk:
    drafts: Drafts
    outbox: Outbox
    clock: ManualClock


@pytest.fixture(params=["vault", "fake"])
def kiosk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kiosk]:
    clock = ManualClock()
    if request.param == "fake":
        fake = FakeDrafts(clock)
        yield Kiosk(fake, FakeOutbox(fake), clock)
        return
    vault = Vault.create(tmp_path / "vault", "staff", clock, staff_cost=QUICK, voter_cost=QUICK)
    yield Kiosk(vault.drafts, vault.outbox(PlainSealer(clock)), clock)
    vault.lock()


def refused(kiosk: Kiosk, password: str, contact: Contact = CONTACT) -> VoterCanFix:
    with pytest.raises(VoterCanFix) as caught:
        kiosk.drafts.unlock(contact, password)
    return caught.value


def test_a_draft_comes_back_with_the_password(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(key, "per.account", b"first")
    kiosk.drafts.save(key, "per.account", b"second")
    kiosk.drafts.save(key, "per.request", b"other")
    again = kiosk.drafts.unlock(CONTACT, PASSWORD)
    assert kiosk.drafts.load(again, "per.account") == b"second"
    assert kiosk.drafts.load(again, "per.request") == b"other"
    assert kiosk.drafts.load(again, "per.other") is None


def test_it_knows_the_contacts_it_keeps(kiosk: Kiosk) -> None:
    assert not kiosk.drafts.knows(CONTACT)
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    assert kiosk.drafts.knows(CONTACT)
    assert not kiosk.drafts.knows(STRANGER)
    assert not kiosk.drafts.knows(Contact(ContactKind.EMAIL, CONTACT.value))


def test_wiping_takes_one_service_only(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(key, "a", b"1")
    kiosk.drafts.save(key, "b", b"2")
    kiosk.drafts.wipe(key, "a")
    kiosk.drafts.wipe(key, "a")
    assert kiosk.drafts.load(key, "a") is None
    assert kiosk.drafts.load(key, "b") == b"2"
    kiosk.drafts.save(key, "a", b"3")
    assert kiosk.drafts.load(key, "a") == b"3"


def test_one_voters_key_opens_nothing_of_another(kiosk: Kiosk) -> None:
    mine = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(mine, "per.account", b"mine")
    theirs = kiosk.drafts.create_voter(STRANGER, PASSWORD)
    assert kiosk.drafts.load(theirs, "per.account") is None
    assert mine.voter != theirs.voter
    assert mine.key != theirs.key


@pytest.mark.parametrize("known", [True, False])
def test_three_wrong_passwords_lock_for_three_hours_known_or_not(kiosk: Kiosk, known: bool) -> None:
    if known:
        kiosk.drafts.create_voter(CONTACT, PASSWORD)
    first, second, third = (refused(kiosk, f"wrong-{n}") for n in range(3))
    assert [(e.code, e.params) for e in (first, second)] == [("login.wrong", {"left": 2}), ("login.wrong", {"left": 1})]
    assert (third.code, third.params) == ("login.locked", {"minutes": 180})
    kiosk.clock.move(timedelta(hours=2, minutes=59, seconds=30))
    still = refused(kiosk, PASSWORD)
    assert (still.code, still.params) == ("login.locked", {"minutes": 1})
    kiosk.clock.move(timedelta(seconds=30))
    if known:
        assert isinstance(kiosk.drafts.unlock(CONTACT, PASSWORD), VoterKey)
    else:
        assert refused(kiosk, PASSWORD).code == "login.wrong"


def test_asking_while_locked_does_not_lengthen_the_lock(kiosk: Kiosk) -> None:
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    for n in range(3):
        refused(kiosk, f"wrong-{n}")
    for _ in range(5):
        kiosk.clock.move(timedelta(minutes=36))
        if kiosk.clock.now() - ManualClock().now() < timedelta(hours=3):
            refused(kiosk, PASSWORD)
    kiosk.drafts.unlock(CONTACT, PASSWORD)


def test_a_clock_set_back_neither_opens_the_lock_nor_keeps_it_for_years(kiosk: Kiosk) -> None:
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    for n in range(3):
        refused(kiosk, f"wrong-{n}")
    kiosk.clock.move(timedelta(days=-3650))
    assert refused(kiosk, PASSWORD).params == {"minutes": 180}
    kiosk.clock.move(timedelta(hours=3))
    kiosk.drafts.unlock(CONTACT, PASSWORD)


def test_the_right_password_forgets_the_wrong_ones(kiosk: Kiosk) -> None:
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    for _ in range(4):
        refused(kiosk, "wrong-1")
        refused(kiosk, "wrong-2")
        kiosk.drafts.unlock(CONTACT, PASSWORD)


def test_a_lock_is_for_one_contact(kiosk: Kiosk) -> None:
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    for n in range(3):
        refused(kiosk, f"wrong-{n}", STRANGER)
    kiosk.drafts.unlock(CONTACT, PASSWORD)


def test_choosing_a_password_does_not_get_round_the_lock(kiosk: Kiosk) -> None:
    kiosk.drafts.create_voter(CONTACT, PASSWORD)
    for n in range(3):
        refused(kiosk, f"wrong-{n}")
    kiosk.drafts.create_voter(CONTACT, "Another-1")
    assert refused(kiosk, PASSWORD).code == "login.locked"


def test_a_stranger_who_types_my_contact_destroys_nothing_and_sees_nothing(kiosk: Kiosk) -> None:
    mine = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(mine, "per.account", b"mine")
    for n in range(5):
        theirs = kiosk.drafts.create_voter(CONTACT, f"Stranger-{n}")
        assert kiosk.drafts.load(theirs, "per.account") is None
        kiosk.drafts.save(theirs, "per.account", b"theirs")
        kiosk.drafts.discard(theirs)
    assert kiosk.drafts.load(kiosk.drafts.unlock(CONTACT, PASSWORD), "per.account") == b"mine"


def test_beginning_anew_with_the_same_password_brings_both_together(kiosk: Kiosk) -> None:
    old = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(old, "per.account", b"old")
    kiosk.drafts.save(old, "profile", b"kept")
    kiosk.outbox.finish(a_request(), old, "per.request")
    kiosk.clock.move(timedelta(minutes=5))
    new = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(new, "per.account", b"new")
    kiosk.clock.move(timedelta(minutes=5))
    opened = kiosk.drafts.unlock(CONTACT, PASSWORD)
    assert opened == new
    assert kiosk.drafts.load(opened, "per.account") == b"new"
    assert kiosk.drafts.load(opened, "profile") == b"kept"
    assert [f.subject_id for f in kiosk.outbox.finished(opened)] == [a_request().request_id]
    with pytest.raises(LookupError):
        kiosk.drafts.save(old, "per.account", b"late")


def test_discarding_erases_the_drafts_and_an_unfinished_voter(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.drafts.save(key, "per.account", b"x")
    kiosk.drafts.discard(key)
    kiosk.drafts.discard(key)
    assert not kiosk.drafts.knows(CONTACT)
    assert refused(kiosk, PASSWORD).code == "login.wrong"


def test_discarding_keeps_a_voter_who_finished_something(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.outbox.finish(a_request(), key, "per.request")
    kiosk.drafts.save(key, "per.request", b"again")
    kiosk.drafts.discard(key)
    opened = kiosk.drafts.unlock(CONTACT, PASSWORD)
    assert kiosk.drafts.load(opened, "per.request") is None
    assert len(kiosk.outbox.finished(opened)) == 1


def test_drafts_and_records_go_after_their_days_but_the_packet_stays(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    kiosk.outbox.finish(a_request(), key, "per.request")
    kiosk.clock.move(timedelta(days=29))
    kiosk.drafts.save(key, "per.request", b"x")
    kiosk.drafts.create_voter(STRANGER, PASSWORD)
    kiosk.clock.move(timedelta(days=29))
    assert kiosk.drafts.purge() == 0
    kiosk.drafts.unlock(STRANGER, PASSWORD)
    kiosk.clock.move(timedelta(days=2))
    assert kiosk.drafts.purge() == 1
    assert not kiosk.drafts.knows(CONTACT)
    assert kiosk.drafts.knows(STRANGER)
    assert kiosk.outbox.finished(key) == ()
    assert kiosk.drafts.load(key, "per.request") is None
    assert len(kiosk.outbox.entries()) == 1


def test_a_key_shows_nothing_of_itself(kiosk: Kiosk) -> None:
    key = kiosk.drafts.create_voter(CONTACT, PASSWORD)
    assert key.key.hex() not in repr(key)
    assert repr(key.key) not in repr(key)
    assert CONTACT.value not in repr(key)
    assert len(key.key) == 32
