"""Codes, accounts, signing in: limits, locks, the same answers for known and unknown contacts."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from registration import account_profile
from registration.model.contact import Contact, ContactKind
from server.context import Server
from server.notify.messages import Message
from server.voters import accounts, codes, sessions
from sync import ustar
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock

Messages = Callable[[], list[Message]]
Work = Callable[[], None]


def code_in(message: Message) -> str:
    found = re.search(r"\b\d{6}\b", message.words.text)
    assert found
    return found[0]


def proof_of(kiosk: EnrolledKiosk, messages: Messages, contact: Contact = invented_voter.EMAIL) -> str:
    ticket = kiosk.ask_code(contact).json()["ticket"]
    answer = kiosk.try_code(ticket, code_in(messages()[-1]))
    assert answer.status_code == 200
    return str(answer.json()["proof"])


def open_account(kiosk: EnrolledKiosk, work: Work, **values: object) -> None:
    submission = invented_voter.account(**values)  # type: ignore[arg-type]
    assert kiosk.upload(kiosk.seal(submission))["state"] == "stored"
    work()


def flags_of(server: Server, account_id: str = invented_voter.ACCOUNT_ID) -> tuple[str, ...]:
    with server.store.read() as connection:
        account = accounts.get(connection, server.election, server.master, account_id)
    assert account is not None
    return account.all_flags


def test_a_code_arrives_and_proves_the_contact(kiosk: EnrolledKiosk, messages: Messages) -> None:
    answer = kiosk.ask_code()
    assert answer.status_code == 202
    assert (answer.json()["expires_in"], answer.json()["resend_after"]) == (180, 60)
    confirmed = kiosk.try_code(answer.json()["ticket"], code_in(messages()[0]))
    assert confirmed.status_code == 200
    assert confirmed.json()["account_exists"] is False


def test_a_code_works_once(kiosk: EnrolledKiosk, messages: Messages) -> None:
    ticket = kiosk.ask_code().json()["ticket"]
    code = code_in(messages()[0])
    assert kiosk.try_code(ticket, code).status_code == 200
    again = kiosk.try_code(ticket, code)
    assert (again.status_code, again.json()["code"]) == (422, "code.used_up")


def test_wrong_codes_are_counted_down_to_none(kiosk: EnrolledKiosk, messages: Messages) -> None:
    ticket = kiosk.ask_code().json()["ticket"]
    code = code_in(messages()[0])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [kiosk.try_code(ticket, wrong).json() for _ in range(5)]
    assert [answer["params"].get("left") for answer in answers] == [4, 3, 2, 1, None]
    assert answers[-1]["code"] == "code.used_up"
    assert kiosk.try_code(ticket, code).json()["code"] == "code.used_up"


def test_fifty_guesses_at_once_are_still_five(kiosk: EnrolledKiosk, server: Server, messages: Messages) -> None:
    ticket = kiosk.ask_code().json()["ticket"]
    code = code_in(messages()[0])
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    rules = server.config().code
    outcomes: list[str] = []

    def guess() -> None:
        with server.store.write() as unit:
            outcome = codes.confirm(unit, server.master, rules, ticket=ticket, code=wrong, kiosk_id=kiosk.kiosk_id)
            outcomes.append(getattr(outcome, "code", ""))

    threads = [threading.Thread(target=guess) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("code.wrong") == 4
    assert outcomes.count("code.used_up") == 46


def test_a_code_expires(kiosk: EnrolledKiosk, messages: Messages, clock: SettableClock) -> None:
    ticket = kiosk.ask_code().json()["ticket"]
    code = code_in(messages()[0])
    clock.advance(seconds=180)
    assert kiosk.try_code(ticket, code).json()["code"] == "code.expired"


def test_a_new_code_kills_the_old_one(kiosk: EnrolledKiosk, messages: Messages) -> None:
    first = kiosk.ask_code().json()["ticket"]
    old = code_in(messages()[0])
    second = kiosk.ask_code().json()["ticket"]
    new = code_in(messages()[0])
    assert kiosk.try_code(first, old).json()["code"] == "code.used_up"
    assert kiosk.try_code(second, new).status_code == 200


def test_another_kiosk_cannot_use_the_ticket(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], messages: Messages
) -> None:
    ticket = kiosk.ask_code().json()["ticket"]
    assert enrol().try_code(ticket, code_in(messages()[0])).json()["code"] == "code.used_up"


def test_too_many_codes_for_one_contact(kiosk: EnrolledKiosk, clock: SettableClock) -> None:
    assert [kiosk.ask_code().status_code for _ in range(6)] == [202] * 5 + [429]
    other = Contact(ContactKind.PHONE, "+355691234568")
    assert kiosk.ask_code(other).status_code == 202
    clock.advance(hours=1)
    assert kiosk.ask_code().status_code == 202


@pytest.mark.parametrize("value", ["arta", "arta@", "Arta <a@example.org>"])
def test_a_contact_that_is_none_is_refused(kiosk: EnrolledKiosk, value: str) -> None:
    body = {"contact": {"kind": "email", "value": value}, "language": "sq"}
    answer = kiosk.client.post("/v1/codes", headers=kiosk.headers, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "contact.email_invalid")
    assert value not in answer.text


def test_an_account_with_proof_is_confirmed_and_found(
    kiosk: EnrolledKiosk, server: Server, work: Work, messages: Messages
) -> None:
    open_account(kiosk, work, proof=proof_of(kiosk, messages))
    assert flags_of(server) == ()
    assert messages() == []
    ticket = kiosk.ask_code().json()["ticket"]
    assert kiosk.try_code(ticket, code_in(messages()[-1])).json()["account_exists"] is True


def test_an_account_made_offline_is_marked_and_asked_to_confirm(
    kiosk: EnrolledKiosk, server: Server, work: Work, messages: Messages
) -> None:
    open_account(kiosk, work)
    assert flags_of(server) == (accounts.CONTACT_UNVERIFIED,)
    (message,) = messages()
    assert message.kind == "confirm"
    voter = kiosk.voter()
    proof = proof_of(kiosk, messages)
    answer = kiosk.client.post("/v1/me/contact", headers=voter, json={"proof": proof})
    assert answer.status_code == 204
    assert flags_of(server) == ()


def test_a_proof_is_good_for_its_contact_and_once(
    kiosk: EnrolledKiosk, server: Server, work: Work, messages: Messages
) -> None:
    proof = proof_of(kiosk, messages)
    open_account(kiosk, work, proof=proof, contact=invented_voter.PHONE)
    assert accounts.CONTACT_UNVERIFIED in flags_of(server)
    second = "01990000-0000-7000-8000-0000000000aa"
    open_account(kiosk, work, account_id=second, proof=proof, person=invented_voter.OTHER_PERSON)
    assert accounts.CONTACT_UNVERIFIED not in flags_of(server, second)
    third = "01990000-0000-7000-8000-0000000000ab"
    open_account(kiosk, work, account_id=third, proof=proof)
    assert accounts.CONTACT_UNVERIFIED in flags_of(server, third)


def test_two_accounts_of_one_citizen_are_both_kept_and_flagged(
    kiosk: EnrolledKiosk, server: Server, work: Work
) -> None:
    second = "01990000-0000-7000-8000-0000000000aa"
    open_account(kiosk, work)
    open_account(kiosk, work, account_id=second, contact=invented_voter.PHONE)
    assert accounts.DUPLICATE_PERSON in flags_of(server)
    assert accounts.DUPLICATE_PERSON in flags_of(server, second)


def test_a_confirmed_contact_signs_in_to_its_owner(kiosk: EnrolledKiosk, work: Work, messages: Messages) -> None:
    open_account(kiosk, work, password="Stranger77", person=invented_voter.OTHER_PERSON)
    owner = "01990000-0000-7000-8000-0000000000aa"
    open_account(kiosk, work, account_id=owner, proof=proof_of(kiosk, messages))
    assert kiosk.sign_in().json()["account_id"] == owner
    assert kiosk.sign_in(password="Stranger77").status_code == 401


def test_the_profile_comes_back_whole(kiosk: EnrolledKiosk, work: Work) -> None:
    open_account(kiosk, work)
    answer = kiosk.client.get("/v1/me/profile", headers=kiosk.voter())
    profile = account_profile.decode(ustar.read(answer.content, max_files=2))
    sent = invented_voter.account()
    assert profile.account_id == sent.account_id
    assert profile.personal_number == sent.person.personal_number
    assert profile.portrait.jpeg == sent.portrait.photo.jpeg
    assert profile.liveness == sent.portrait.liveness


def test_three_wrong_passwords_lock_this_kiosk_for_three_hours(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], work: Work, clock: SettableClock
) -> None:
    open_account(kiosk, work)
    answers = [kiosk.sign_in(password="Wrong1234") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 423]
    assert answers[-1].json()["params"] == {"minutes": 180}
    assert kiosk.sign_in().status_code == 423
    assert enrol().sign_in().status_code == 200, "a stranger here may not lock the voter out elsewhere"
    clock.advance(hours=2, minutes=59)
    assert kiosk.sign_in().json()["params"] == {"minutes": 1}
    clock.advance(minutes=1)
    assert kiosk.sign_in().status_code == 200


def test_an_unknown_contact_answers_like_a_known_one(kiosk: EnrolledKiosk) -> None:
    answers = [kiosk.sign_in() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 423, 423]


def test_an_unknown_contact_costs_a_hash_too(kiosk: EnrolledKiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    real = sessions._verify

    def counted(server: Server, encoded: str, password: str) -> bool:
        verified.append(encoded)
        return real(server, encoded, password)

    monkeypatch.setattr(sessions, "_verify", counted)
    kiosk.sign_in()
    assert len(verified) == 1
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_fifty_passwords_at_once_are_three_looked_at(
    kiosk: EnrolledKiosk, server: Server, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_account(kiosk, work)
    looked: list[str] = []
    monkeypatch.setattr(sessions, "_verify", lambda _server, _encoded, password: bool(looked.append(password)))
    key = codes.contact_hash(server.master, invented_voter.EMAIL)

    def guess(number: int) -> None:
        with pytest.raises(Exception, match="login"):
            sessions.sign_in(server, key, f"guess-{number}", kiosk.kiosk_id)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 3


def test_the_account_wide_limit_is_slower_but_there(
    server: Server, kiosk: EnrolledKiosk, work: Work, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_account(kiosk, work)
    monkeypatch.setattr(sessions, "_verify", lambda *_: False)
    key = codes.contact_hash(server.master, invented_voter.EMAIL)
    outcomes = []
    for number in range(30):
        with pytest.raises(Exception, match="login") as caught:
            sessions.sign_in(server, key, "x", f"kiosk-{number}")
        outcomes.append(str(caught.value))
    assert outcomes == ["login.wrong"] * 20 + ["login.locked"] * 10


def test_the_right_password_forgives_the_wrong_ones(kiosk: EnrolledKiosk, work: Work) -> None:
    open_account(kiosk, work)
    for _ in range(2):
        assert [kiosk.sign_in(password="Wrong1234").status_code for _ in range(2)] == [401, 401]
        assert kiosk.sign_in().status_code == 200


def test_a_session_ends(kiosk: EnrolledKiosk, work: Work, clock: SettableClock) -> None:
    open_account(kiosk, work)
    voter = kiosk.voter()
    assert kiosk.client.get("/v1/me/requests", headers=voter).status_code == 200
    clock.advance(minutes=30)
    assert kiosk.client.get("/v1/me/requests", headers=voter).status_code == 401
    voter = kiosk.voter()
    assert kiosk.client.delete("/v1/sessions", headers=voter).status_code == 204
    assert kiosk.client.get("/v1/me/requests", headers=voter).status_code == 401


def test_a_session_is_worth_nothing_at_another_kiosk(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], work: Work
) -> None:
    open_account(kiosk, work)
    session = {"Voter-Session": kiosk.voter()["Voter-Session"]}
    assert kiosk.client.get("/v1/me/requests", headers=enrol().headers | session).status_code == 401


def test_a_password_hash_that_would_eat_the_machine_is_quarantined(
    kiosk: EnrolledKiosk, work: Work, client: TestClient
) -> None:
    greedy = replace(
        invented_voter.account(), password_hash="$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21l$" + "A" * 43
    )
    packet = kiosk.seal(greedy)
    kiosk.upload(packet)
    work()
    assert kiosk.state(packet)["state"] == "quarantined"
    assert kiosk.state(packet)["code"] == "packet.content"


def test_calls_of_a_person_are_bounded_per_kiosk(kiosk: EnrolledKiosk, clock: SettableClock) -> None:
    statuses = [kiosk.try_code("none", "000000").status_code for _ in range(31)]
    assert statuses == [422] * 30 + [429]
    clock.advance(seconds=3)
    assert kiosk.try_code("none", "000000").status_code == 422
