"""A forgotten password: what a code opens, what it does not, and that known and unknown contacts look alike."""

from __future__ import annotations

from collections.abc import Callable

import argon2
import pytest
from fastapi.testclient import TestClient
from httpx import Response

from registration.model.contact import Contact
from server.context import Server
from server.store.schema import voter_sessions
from server.voters import accounts, sessions
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock
from tests.unit.server.test_voters import Messages, Work, open_account, proof_of

NEW = "Fjalëkalim i ri 8"
HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def reset(
    kiosk: EnrolledKiosk, proof: str, contact: Contact = invented_voter.EMAIL, made: str = HASHER.hash(NEW)
) -> Response:
    body = {
        "contact": {"kind": contact.kind.value, "value": contact.value},
        "proof": proof,
        "password_hash": made,
    }
    return kiosk.client.post("/v1/accounts/password", headers=kiosk.headers, json=body)


@pytest.fixture
def account(kiosk: EnrolledKiosk, work: Work, messages: Messages) -> EnrolledKiosk:
    open_account(kiosk, work, proof=proof_of(kiosk, messages))
    messages()
    return kiosk


def test_a_code_gives_a_new_password_lifts_the_locks_and_ends_sessions(
    account: EnrolledKiosk,
    enrol: Callable[[], EnrolledKiosk],
    messages: Messages,
    count_rows: Callable[..., int],
) -> None:
    session = account.voter()
    elsewhere = enrol()
    for kiosk in (account, elsewhere):
        for _ in range(3):
            kiosk.sign_in(password="gabim")
        assert kiosk.sign_in().status_code == 423

    assert reset(account, proof_of(account, messages)).status_code == 204

    assert account.client.get("/v1/me/requests", headers=session).status_code == 401
    assert account.sign_in(password=NEW).status_code == 200
    assert elsewhere.sign_in(password=NEW).status_code == 200
    assert account.sign_in().json()["code"] == "login.wrong"
    assert count_rows(voter_sessions) == 2
    told = messages()[-1]
    assert told.kind == "password"
    assert told.to == invented_voter.EMAIL.value


def test_the_hash_is_renewed_to_our_own_cost_at_the_next_sign_in(
    account: EnrolledKiosk, server: Server, messages: Messages
) -> None:
    reset(account, proof_of(account, messages))
    account.sign_in(password=NEW)
    with server.store.read() as connection:
        row = accounts.owner_of(connection, server.election, contact_key(server))
    assert row is not None
    kept = accounts.unseal_password(server.master, row.password_sealed, row.account_id)
    assert argon2.extract_parameters(kept).memory_cost == 19 * 1024


def contact_key(server: Server) -> bytes:
    return sessions.contact_hash(server.master, invented_voter.EMAIL)


def test_a_proof_resets_once(account: EnrolledKiosk, messages: Messages) -> None:
    proof = proof_of(account, messages)
    assert reset(account, proof).status_code == 204
    again = reset(account, proof, made=HASHER.hash("Tjetër 99x"))
    assert (again.status_code, again.json()["code"]) == (422, "contact.not_confirmed")
    assert account.sign_in(password=NEW).status_code == 200


def test_an_old_proof_resets_nothing(account: EnrolledKiosk, messages: Messages, clock: SettableClock) -> None:
    """A proof that waits in a packet for days is for opening an account."""
    proof = proof_of(account, messages)
    clock.advance(seconds=accounts.RESET_LIFE.total_seconds())
    assert reset(account, proof).json()["code"] == "contact.not_confirmed"
    assert account.sign_in().status_code == 200


def test_the_proof_of_another_contact_resets_nothing(account: EnrolledKiosk, messages: Messages) -> None:
    proof = proof_of(account, messages, invented_voter.PHONE)
    assert reset(account, proof).json()["code"] == "contact.not_confirmed"
    assert account.sign_in().status_code == 200


def test_an_account_whose_contact_nobody_confirmed_is_not_opened_by_its_contacts_owner(
    kiosk: EnrolledKiosk, work: Work, messages: Messages
) -> None:
    open_account(kiosk, work)
    answer = reset(kiosk, proof_of(kiosk, messages))
    assert (answer.status_code, answer.json()["code"]) == (422, "account.none")
    assert kiosk.sign_in().status_code == 200


@pytest.mark.parametrize("made", ["plain", "$argon2id$v=19$m=4194304,t=99,p=1$c29tZXNhbHQ$aGFzaA"])
def test_a_hash_that_would_stop_the_server_is_refused(account: EnrolledKiosk, messages: Messages, made: str) -> None:
    assert reset(account, proof_of(account, messages), made=made).json()["code"] == "call.invalid"
    assert account.sign_in().status_code == 200


def test_a_stranger_who_is_no_kiosk_resets_nothing(client: TestClient) -> None:
    assert client.post("/v1/accounts/password", json={}).status_code == 401


class Tally:
    """Counts the work of a call: statements by table and Argon2id computations."""

    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.work: list[str] = []
        from sqlalchemy import event

        def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
            self.work.append(" ".join(statement.split()[:3]))

        event.listen(server.store.engine, "before_cursor_execute", note)
        verify = sessions._verify

        def counted(*given: object) -> bool:
            self.work.append("argon2id")
            return bool(verify(*given))  # type: ignore[arg-type]

        monkeypatch.setattr(sessions, "_verify", counted)

    def of(self, call: Callable[[], object]) -> list[str]:
        self.work.clear()
        call()
        return list(self.work)


def test_known_and_unknown_contacts_cost_the_same_work(
    account: EnrolledKiosk, server: Server, monkeypatch: pytest.MonkeyPatch, clock: SettableClock
) -> None:
    """The same statements and the same hashing, so the same time, whatever the machine is busy with."""
    tally = Tally(server, monkeypatch)
    unknown = invented_voter.PHONE
    for tries in range(4):
        known = tally.of(lambda: account.sign_in(password="gabim"))
        stranger = tally.of(lambda: account.sign_in(unknown, password="gabim"))
        assert known == stranger, tries
        assert ("argon2id" in known) == (tries < 3)
    clock.advance(hours=4)
    known = tally.of(lambda: account.ask_code())
    stranger = tally.of(lambda: account.ask_code(unknown))
    assert known == stranger


def test_the_tally_sees_a_difference(account: EnrolledKiosk, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally(server, monkeypatch)
    assert tally.of(account.sign_in) != tally.of(lambda: account.sign_in(password="gabim"))


def test_an_unknown_contacts_hash_costs_what_a_known_one_does(account: EnrolledKiosk, server: Server) -> None:
    account.sign_in()
    with server.store.read() as connection:
        row = accounts.owner_of(connection, server.election, contact_key(server))
    assert row is not None
    kept = accounts.unseal_password(server.master, row.password_sealed, row.account_id)
    assert argon2.extract_parameters(kept) == argon2.extract_parameters(sessions._nobody())
