"""One word for every ServerLink: the fake that UI tests use and the real adapter over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import argon2
import pytest

from registration.errors import Expected, StaffMustFix, VoterCanFix, WillRetry
from registration.model.case import CaseState
from registration.model.contact import Contact, ContactKind
from registration.model.ids import RequestId
from registration.ports.server import CodeTicket, ContactProof, ServerLink
from sync import enrol
from sync.http import Http
from sync.link import HttpLink
from tests.fakes.election_server import ElectionServer
from tests.fakes.server_link import FakeServerLink
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import ManualClock, a_request, an_account

CONTACT = Contact(ContactKind.PHONE, "+355691234567")
NOBODY = Contact(ContactKind.EMAIL, "nobody@example.org")
HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "një fjalëkalim i gjatë"


@dataclass
class World:
    """The link under test and the server behind it, whose verbs set the scene."""

    link: ServerLink
    server: FakeServerLink
    clock: ManualClock


@pytest.fixture(params=["fake", "http"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    clock = ManualClock()
    if request.param == "fake":
        fake = FakeServerLink(clock)
        yield World(fake, fake, clock)
        return
    running = ElectionServer(clock)
    address = running.start()
    first = Http(address)
    enrolment = enrol.enrol(first, FakeSyncStore(), server=address, name="K", token=running.enrolment_token())
    http = Http(address, enrolment.token)
    yield World(HttpLink(http, clock), running.link, clock)
    first.close()
    http.close()
    running.stop()
    assert running.errors == []


def refusal(kind: type[Expected], call: Callable[[], object]) -> Expected:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_a_right_code_proves_the_contact(world: World) -> None:
    ticket = world.link.request_code(CONTACT, "sq")
    assert (ticket.expires_in, ticket.resend_after) == (180, 60)

    proof = world.link.confirm_code(ticket, world.server.code_sent_to(CONTACT))
    assert proof.token
    assert not proof.account_exists


def test_the_proof_tells_of_an_existing_account(world: World) -> None:
    world.server.has_account(replace(an_account(contact=CONTACT), contact_proof="proven"), PASSWORD)
    ticket = world.link.request_code(CONTACT, "en")
    assert world.link.confirm_code(ticket, world.server.code_sent_to(CONTACT)).account_exists


def test_an_unconfirmed_contact_is_confirmed_once_by_its_own_proof(world: World) -> None:
    world.server.has_account(an_account(contact=CONTACT), PASSWORD)
    session = world.link.sign_in(CONTACT, PASSWORD)
    assert not world.link.profile(session).contact_verified
    proof = world.link.confirm_code(world.link.request_code(CONTACT, "sq"), world.server.code_sent_to(CONTACT))
    assert not proof.account_exists

    world.link.confirm_contact(session, proof)

    assert world.link.profile(session).contact_verified
    assert refusal(VoterCanFix, lambda: world.link.confirm_contact(session, proof)).code == "contact.not_confirmed"


def test_a_proven_contact_gets_a_new_password_once(world: World) -> None:
    world.server.has_account(replace(an_account(contact=CONTACT), contact_proof="proven"), PASSWORD)
    open_session = world.link.sign_in(CONTACT, PASSWORD)
    for _ in range(3):
        refusal(VoterCanFix, lambda: world.link.sign_in(CONTACT, "wrong"))
    proof = world.link.confirm_code(world.link.request_code(CONTACT, "sq"), world.server.code_sent_to(CONTACT))
    new = "Fjalëkalim i ri 8"

    world.link.reset_password(CONTACT, proof, HASHER.hash(new))

    assert world.link.sign_in(CONTACT, new)
    assert refusal(VoterCanFix, lambda: world.link.sign_in(CONTACT, PASSWORD)).code == "login.wrong"
    refusal(Expected, lambda: world.link.requests(open_session))
    again = refusal(VoterCanFix, lambda: world.link.reset_password(CONTACT, proof, HASHER.hash("Tjetër 99x")))
    assert again.code == "contact.not_confirmed"


def test_a_password_is_not_reset_without_a_proof_or_an_account(world: World) -> None:
    world.server.has_account(replace(an_account(contact=CONTACT), contact_proof="proven"), PASSWORD)
    made_up = ContactProof("made up", account_exists=True)
    error = refusal(VoterCanFix, lambda: world.link.reset_password(CONTACT, made_up, HASHER.hash("x")))
    assert error.code == "contact.not_confirmed"
    proof = world.link.confirm_code(world.link.request_code(NOBODY, "sq"), world.server.code_sent_to(NOBODY))
    error = refusal(VoterCanFix, lambda: world.link.reset_password(NOBODY, proof, HASHER.hash("x")))
    assert error.code == "account.none"
    assert world.link.sign_in(CONTACT, PASSWORD)


def test_a_wrong_code_says_how_many_tries_are_left_until_none_is(world: World) -> None:
    ticket = world.link.request_code(CONTACT, "sq")
    right = world.server.code_sent_to(CONTACT)
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        error = refusal(VoterCanFix, lambda: world.link.confirm_code(ticket, wrong))
        assert (error.code, error.params) == ("code.wrong", {"left": left})
    assert refusal(VoterCanFix, lambda: world.link.confirm_code(ticket, right)).code == "code.used_up"


def test_a_code_expires_and_works_once(world: World) -> None:
    ticket = world.link.request_code(CONTACT, "sq")
    code = world.server.code_sent_to(CONTACT)
    world.clock.move(timedelta(seconds=180))
    assert refusal(VoterCanFix, lambda: world.link.confirm_code(ticket, code)).code == "code.expired"

    ticket = world.link.request_code(CONTACT, "sq")
    code = world.server.code_sent_to(CONTACT)
    world.link.confirm_code(ticket, code)
    assert refusal(VoterCanFix, lambda: world.link.confirm_code(ticket, code)).code == "code.used_up"
    assert refusal(VoterCanFix, lambda: world.link.confirm_code(CodeTicket("x", 0, 0), code)).code == "code.used_up"


def test_a_new_code_ends_the_one_before(world: World) -> None:
    first = world.link.request_code(CONTACT, "sq")
    code = world.server.code_sent_to(CONTACT)
    world.link.request_code(CONTACT, "sq")
    assert refusal(VoterCanFix, lambda: world.link.confirm_code(first, code)).code == "code.used_up"


def test_codes_are_not_sent_without_end(world: World) -> None:
    for _ in range(5):
        world.link.request_code(CONTACT, "sq")
    assert refusal(VoterCanFix, lambda: world.link.request_code(CONTACT, "sq")).code == "code.too_many"


def test_signing_in_needs_the_password(world: World) -> None:
    account = an_account(contact=CONTACT)
    world.server.has_account(account, PASSWORD)

    assert world.link.sign_in(CONTACT, PASSWORD).account_id == account.account_id
    assert refusal(VoterCanFix, lambda: world.link.sign_in(NOBODY, PASSWORD)).code == "login.wrong"
    for _ in range(3):
        assert refusal(VoterCanFix, lambda: world.link.sign_in(CONTACT, "gabim")).code == "login.wrong"
    locked = refusal(VoterCanFix, lambda: world.link.sign_in(CONTACT, PASSWORD))
    assert (locked.code, locked.params) == ("login.locked", {"minutes": 180})


def test_the_state_of_requests_is_the_servers_with_the_time_of_the_look(world: World) -> None:
    world.server.has_account(an_account(contact=CONTACT), PASSWORD)
    session = world.link.sign_in(CONTACT, PASSWORD)
    assert world.link.requests(session) == ()

    request = a_request()
    received = world.clock.now()
    world.server.has_request(CONTACT, request)
    world.clock.move(timedelta(hours=1))
    (status,) = world.link.requests(session)
    assert (status.request_id, status.revision, status.state) == (request.request_id, 1, "submitted")
    assert (status.received, status.looked) == (received, world.clock.now())
    assert status.due == (received + timedelta(days=5)).date()

    world.server.decide(request.request_id, CaseState.REFUSED, ("unreadable",), "Fotoja është e paqartë")
    (status,) = world.link.requests(session)
    assert (status.state, status.reasons, status.comment) == ("refused", ("unreadable",), "Fotoja është e paqartë")


def test_a_voter_gets_back_the_request_and_the_profile(world: World) -> None:
    account, request = an_account(contact=CONTACT), a_request()
    world.server.has_account(account, PASSWORD)
    world.server.has_request(CONTACT, request)
    session = world.link.sign_in(CONTACT, PASSWORD)

    assert world.link.content(session, request.request_id) == request
    profile = world.link.profile(session)
    assert (profile.account_id, profile.contact) == (account.account_id, CONTACT)
    assert (profile.birth_date, profile.birth_place) == (account.person.birth_date, account.person.birth_place)
    assert profile.personal_number == account.person.personal_number
    assert (profile.portrait, profile.liveness) == (account.portrait.photo, account.portrait.liveness)


def test_a_request_can_be_withdrawn_once(world: World) -> None:
    request = a_request()
    world.server.has_account(an_account(contact=CONTACT), PASSWORD)
    world.server.has_request(CONTACT, request)
    session = world.link.sign_in(CONTACT, PASSWORD)

    assert world.link.withdraw(session, request.request_id).state == "withdrawn"
    assert [status.state for status in world.link.requests(session)] == ["withdrawn"]
    refusal(StaffMustFix, lambda: world.link.withdraw(session, request.request_id))
    refusal(StaffMustFix, lambda: world.link.content(session, RequestId("another")))


def test_offline_and_busy_are_said_so_and_pass(world: World) -> None:
    world.server.be_busy(retry_after=30)
    busy = refusal(WillRetry, lambda: world.link.request_code(CONTACT, "sq"))
    assert (busy.code, busy.params["retry_after"]) == ("server.busy", 30)
    world.server.come_back()
    world.link.request_code(CONTACT, "sq")


def test_every_call_says_when_the_fake_server_is_out_of_reach() -> None:
    fake = FakeServerLink(ManualClock())
    fake.go_offline()
    session, ticket = None, CodeTicket("t", 0, 0)
    for call in (
        lambda: fake.request_code(CONTACT, "sq"),
        lambda: fake.confirm_code(ticket, "1"),
        lambda: fake.sign_in(CONTACT, PASSWORD),
        lambda: fake.requests(session),  # type: ignore[arg-type]
    ):
        assert refusal(WillRetry, call).code == "server.unreachable"


def test_a_server_that_is_gone_is_out_of_reach() -> None:
    running = ElectionServer(ManualClock())
    http = Http(running.start(), "token")
    link = HttpLink(http, running.clock)
    running.stop()
    assert refusal(WillRetry, lambda: link.request_code(CONTACT, "sq")).code == "server.unreachable"
    http.close()


def test_no_secret_shows_in_what_the_link_hands_out(world: World) -> None:
    world.server.has_account(an_account(contact=CONTACT), PASSWORD)
    ticket = world.link.request_code(CONTACT, "sq")
    proof = world.link.confirm_code(ticket, world.server.code_sent_to(CONTACT))
    session = world.link.sign_in(CONTACT, PASSWORD)
    profile = world.link.profile(session)
    assert ticket.ticket not in repr(ticket)
    assert proof.token not in repr(proof)
    assert session.token not in repr(session)
    assert profile.personal_number not in repr(profile)
    assert CONTACT.value not in repr(profile)
