"""Requests becoming cases: versions, legal moves, deadlines, withdrawal, erasure; the voter sees only their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registration.model.case import TRANSITIONS, Action, Actor, CaseState
from registration.model.ids import reference_of
from registration.model.submission import RequestSubmission, decode
from server import keyring
from server.casework import cases
from server.casework.cases import Case
from server.context import Server
from server.intake import case_intake, worker
from server.notify.messages import Message
from server.problems import Problem
from server.store.schema import case_versions, packets
from server.store.schema import cases as case_rows
from server.voters import accounts
from sync import ustar
from tests.fakes import invented_voter
from tests.fakes.invented_voter import REQUEST_ID
from tests.unit.server.conftest import START, EnrolledKiosk, SettableClock

Work = Callable[[], None]
LEASE = START + timedelta(hours=1)


def case_at(server: Server, case_id: str = REQUEST_ID) -> Case:
    with server.store.read() as connection:
        case = cases.get(connection, server.election, case_id)
    assert case is not None
    return case


def move(server: Server, action: Action, by: Actor = Actor.OFFICIAL, **values: Any) -> Case:
    values = {"actor_id": "arta", "expected_version": None, "lease_until": LEASE} | values
    with server.store.write() as unit:
        return cases.apply_transition(unit, server.master, REQUEST_ID, action, by, **values)


@pytest.fixture
def submitted(kiosk: EnrolledKiosk, work: Work) -> EnrolledKiosk:
    """A kiosk whose invented voter has an account and one submitted request."""
    kiosk.upload(kiosk.seal(invented_voter.account()))
    kiosk.upload(kiosk.seal(invented_voter.request()))
    work()
    return kiosk


def send(kiosk: EnrolledKiosk, work: Work, **values: Any) -> dict[str, Any]:
    sealed = kiosk.seal(invented_voter.request(**values))
    kiosk.upload(sealed)
    work()
    return kiosk.state(sealed)


def test_a_request_becomes_a_case_due_in_five_days(
    submitted: EnrolledKiosk, server: Server, messages: Callable[[], list[Message]]
) -> None:
    case = case_at(server)
    assert (case.state, case.revision, case.version) == (CaseState.SUBMITTED, 1, 1)
    assert case.reference == reference_of(REQUEST_ID)
    assert case.received == START
    assert case.due == START.date() + timedelta(days=5)
    assert case.flags == ()
    told = [message.kind for message in messages()]
    assert told == ["confirm", "received"]


def test_the_voter_reads_status_and_content(submitted: EnrolledKiosk, client: TestClient) -> None:
    voter = submitted.voter()
    (status,) = client.get("/v1/me/requests", headers=voter).json()["requests"]
    assert status == {
        "request_id": REQUEST_ID,
        "reference": reference_of(REQUEST_ID),
        "revision": 1,
        "state": "submitted",
        "received": START.isoformat(),
        "due": "2029-02-06",
        "withdrawable": True,
        "reasons": [],
        "comment": "",
    }
    archive = client.get(f"/v1/me/requests/{REQUEST_ID}/content", headers=voter).content
    assert decode(ustar.read(archive, max_files=64)) == invented_voter.request()


def test_anothers_request_is_answered_as_if_there_were_none(
    submitted: EnrolledKiosk, client: TestClient, work: Work
) -> None:
    other = "01990000-0000-7000-8000-0000000000aa"
    submission = invented_voter.account(other, contact=invented_voter.PHONE, person=invented_voter.OTHER_PERSON)
    submitted.upload(submitted.seal(submission))
    work()
    voter = submitted.voter(invented_voter.PHONE)
    assert client.get("/v1/me/requests", headers=voter).json() == {"requests": []}
    for call in (client.get, client.post):
        path = "content" if call == client.get else "withdraw"
        answer = call(f"/v1/me/requests/{REQUEST_ID}/{path}", headers=voter)
        assert (answer.status_code, answer.json()["code"]) == (404, "call.not_found")


def test_a_request_faster_than_its_account_waits_for_it(kiosk: EnrolledKiosk, server: Server, work: Work) -> None:
    early = kiosk.seal(invented_voter.request(), seq=2)
    kiosk.upload(early)
    work()
    assert (kiosk.state(early)["state"], kiosk.state(early)["code"]) == ("stored", "packet.account_missing")
    kiosk.upload(kiosk.seal(invented_voter.account(), seq=1))
    work()
    assert kiosk.state(early)["state"] == "opened"
    assert case_at(server).state is CaseState.SUBMITTED


def test_opening_twice_is_opening_once(submitted: EnrolledKiosk, server: Server, count_rows: Any) -> None:
    with server.store.read() as connection:
        rows = connection.execute(packets.select().order_by(packets.c.seq)).all()
    ring = server.ring()
    with server.store.write() as unit:
        for row in rows:
            submission = invented_voter.account() if row.type == "account" else invented_voter.request()
            worker._adopt(unit, server, ring, row, submission)
    assert count_rows(case_versions) == 1
    assert case_at(server).version == 1


def test_a_returned_request_is_completed_as_a_new_version(
    submitted: EnrolledKiosk, server: Server, work: Work, clock: SettableClock, client: TestClient
) -> None:
    move(server, Action.CLAIM)
    move(server, Action.RETURN, comment="Mungon faqja me adresën.")
    (status,) = client.get("/v1/me/requests", headers=submitted.voter()).json()["requests"]
    assert (status["state"], status["comment"]) == ("returned", "Mungon faqja me adresën.")
    clock.advance(days=1)
    assert send(submitted, work, revision=2, city="Lecce")["state"] == "opened"
    case = case_at(server)
    assert (case.state, case.revision, case.reasons) == (CaseState.COMPLETED, 2, ())
    assert case.due == (START + timedelta(days=6)).date()
    with server.store.read() as connection:
        latest = decode(cases.read_content(connection, server, REQUEST_ID))
        first = decode(cases.read_content(connection, server, REQUEST_ID, revision=1))
        events = cases.history(connection, server, case)
    assert isinstance(latest, RequestSubmission)
    assert isinstance(first, RequestSubmission)
    assert (latest.address.city, first.address.city) == ("Lecce", "Bari")
    assert [event.action for event in events] == ["submit", "claim", "return", "complete"]
    assert events[2].comment == "Mungon faqja me adresën."


def test_a_newer_version_replaces_one_still_waiting_and_makes_the_old_look_stale(
    submitted: EnrolledKiosk, server: Server, work: Work
) -> None:
    claimed = move(server, Action.CLAIM)
    assert send(submitted, work, revision=2)["state"] == "opened"
    case = case_at(server)
    assert (case.state, case.revision) == (CaseState.IN_REVIEW, 2)
    with pytest.raises(Problem, match=r"case\.stale"):
        move(server, Action.APPROVE, expected_version=claimed.version)


def test_an_older_version_that_comes_late_is_history(
    submitted: EnrolledKiosk, server: Server, work: Work, count_rows: Any
) -> None:
    assert send(submitted, work, revision=3)["state"] == "opened"
    assert send(submitted, work, revision=2)["state"] == "opened"
    assert case_at(server).revision == 3
    assert count_rows(case_versions) == 3


def test_two_packets_of_one_version_are_not_mixed(submitted: EnrolledKiosk, work: Work) -> None:
    state = send(submitted, work, city="Taranto")
    assert (state["state"], state["code"]) == ("quarantined", "packet.revision_taken")


def test_a_request_number_of_another_account_is_quarantined(submitted: EnrolledKiosk, work: Work) -> None:
    other = "01990000-0000-7000-8000-0000000000aa"
    submission = invented_voter.account(other, contact=invented_voter.PHONE, person=invented_voter.OTHER_PERSON)
    submitted.upload(submitted.seal(submission))
    state = send(submitted, work, account_id=other, revision=2)
    assert (state["state"], state["code"]) == ("quarantined", "packet.other_account")


def test_a_second_request_and_a_late_one_are_kept_and_flagged(
    submitted: EnrolledKiosk, server: Server, work: Work, clock: SettableClock
) -> None:
    clock.advance(days=121)
    second = "01990000-0000-7000-8000-0000000000cc"
    assert send(submitted, work, request_id=second)["state"] == "opened"
    assert case_at(server, second).flags == (case_intake.ANOTHER_REQUEST, case_intake.LATE)


def test_a_duplicate_found_later_flags_the_case(submitted: EnrolledKiosk, server: Server, work: Work) -> None:
    other = "01990000-0000-7000-8000-0000000000aa"
    submitted.upload(submitted.seal(invented_voter.account(other, contact=invented_voter.PHONE)))
    work()
    assert accounts.DUPLICATE_PERSON in case_at(server).flags


def test_a_voter_withdraws_at_once_also_during_review(
    submitted: EnrolledKiosk, server: Server, client: TestClient
) -> None:
    voter = submitted.voter()
    path = f"/v1/me/requests/{REQUEST_ID}/withdraw"
    move(server, Action.CLAIM)
    held = case_at(server)
    assert client.post(path, headers=voter).json()["state"] == "withdrawn"
    with pytest.raises(Problem, match=r"case\.stale"):
        move(server, Action.APPROVE, expected_version=held.version)
    case = case_at(server)
    assert (case.state, case.claimed_by, case.lease_until) == (CaseState.WITHDRAWN, "", None)
    refused = client.post(path, headers=voter)
    assert (refused.status_code, refused.json()["code"]) == (409, "request.not_withdrawable")


@pytest.mark.parametrize(("days", "may"), [(0, True), (1, True), (2, False)])
def test_an_approved_request_is_withdrawn_until_48_hours_after_the_list(
    submitted: EnrolledKiosk, server: Server, client: TestClient, clock: SettableClock, days: int, may: bool
) -> None:
    move(server, Action.CLAIM)
    move(server, Action.APPROVE)
    config = server.config()
    with server.store.write() as unit:
        ring = keyring.load(unit.connection, unit.election, server.master)
        keyring.publish_config(unit, ring, replace(config, list_day=config.closes))
    clock.advance(days=(config.closes - clock.now().date()).days + days)
    voter = submitted.voter()
    [shown] = client.get("/v1/me/requests", headers=voter).json()["requests"]
    assert shown["withdrawable"] is may
    answer = client.post(f"/v1/me/requests/{REQUEST_ID}/withdraw", headers=voter)
    if may:
        assert answer.json()["state"] == "withdrawn"
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "request.list_closed")
        assert case_at(server).state is CaseState.APPROVED


def test_a_case_moves_by_the_table_and_only_by_it(submitted: EnrolledKiosk, server: Server) -> None:
    for source, action, by in itertools.product(CaseState, Action, Actor):
        with server.store.write() as unit:
            mine = cases.is_case(server.election, REQUEST_ID)
            unit.connection.execute(case_rows.update().where(mine).values(state=source.value))
        legal = [row for row in TRANSITIONS if row.source is source and row.action is action and by in row.by]
        before = case_at(server).version
        if not legal:
            with pytest.raises(Problem, match=r"case\.stale"):
                move(server, action, by, reasons=["unreadable"], comment="x")
            assert case_at(server).version == before
            continue
        moved = move(server, action, by, reasons=["unreadable"], comment="x", expected_version=before)
        # Sent once and never completed: it waits as it first came.
        assert (moved.state, moved.version) == (legal[0].target, before + 1)
        assert bool(moved.claimed_by) is (action in (Action.CLAIM, Action.REOPEN))


def test_a_refusal_owes_a_reason_and_a_return_a_comment(submitted: EnrolledKiosk, server: Server) -> None:
    claimed = move(server, Action.CLAIM)
    with pytest.raises(Problem, match=r"case\.reason_required"):
        move(server, Action.REFUSE)
    with pytest.raises(Problem, match=r"case\.comment_required"):
        move(server, Action.RETURN, comment="  ")
    assert case_at(server).version == claimed.version


def test_erasing_deletes_the_key_and_the_files(submitted: EnrolledKiosk, server: Server, client: TestClient) -> None:
    voter = submitted.voter()
    with server.store.write() as unit:
        cases.erase(unit, server, REQUEST_ID, by="administrator:test")
    with server.store.read() as connection, pytest.raises(LookupError):
        cases.read_content(connection, server, REQUEST_ID)
    answer = client.get(f"/v1/me/requests/{REQUEST_ID}/content", headers=voter)
    assert (answer.status_code, answer.json()["code"]) == (410, "request.content_erased")
    (status,) = client.get("/v1/me/requests", headers=voter).json()["requests"]
    assert status["state"] == "submitted"
