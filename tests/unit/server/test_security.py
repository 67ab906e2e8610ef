"""Who may call what, for every route there is; errors, headers, limits; the described API; nothing told to the log."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import Phase, given, settings

from registration.model.contact import Contact, ContactKind
from registration.review_desk import Role
from server.app import create_app
from server.context import Server
from server.desk import officials
from server.notify.messages import Message
from server.shield import MAX_BODY
from server.upkeep import metrics
from tests.databases import Database
from tests.fakes import invented_voter
from tests.journeys.haystack import found_in
from tests.unit.server.conftest import TUS, EnrolledKiosk
from tests.unit.server.test_voters import code_in

KIOSK, VOTER = "kiosk", "voter"
OFFICIALS = frozenset(Role)
ANYBODY = frozenset({"nobody", KIOSK, VOTER, *OFFICIALS})
KIOSKS = frozenset({KIOSK, VOTER})
VOTERS = frozenset({VOTER})
REVIEWERS = frozenset({Role.REVIEWER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
COUNTERS = frozenset({Role.OBSERVER, Role.SUPERVISOR})
BY_SECRET = ANYBODY
"""The address itself, or the body, holds what lets in."""

MAY: dict[str, frozenset[str]] = {
    "GET /v1/health": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "HEAD /openapi.json": ANYBODY,
    "POST /v1/kiosks/enrol": BY_SECRET,
    "POST /v1/kiosks/certificate": KIOSKS,
    "GET /v1/keyset": KIOSKS,
    "GET /v1/config": KIOSKS,
    "GET /v1/checkpoint": KIOSKS,
    "POST /v1/codes": KIOSKS,
    "POST /v1/codes/confirm": KIOSKS,
    "POST /v1/sessions": KIOSKS,
    "DELETE /v1/sessions": VOTERS,
    "POST /v1/accounts/password": KIOSKS,
    "GET /v1/me/profile": VOTERS,
    "POST /v1/me/contact": VOTERS,
    "GET /v1/me/requests": VOTERS,
    "GET /v1/me/requests/{request_id}/content": VOTERS,
    "POST /v1/me/requests/{request_id}/withdraw": VOTERS,
    "OPTIONS /v1/packets": ANYBODY,
    "POST /v1/packets": KIOSKS,
    "HEAD /v1/packets/{sha256}": KIOSKS,
    "PATCH /v1/packets/{sha256}": KIOSKS,
    "GET /v1/packets/{sha256}": KIOSKS,
    "GET /v1/handoffs": KIOSKS,
    "POST /v1/handoffs": KIOSKS,
    "GET /v1/handoffs/{handoff_id}": KIOSKS,
    "GET /v1/handoffs/{handoff_id}/content": KIOSKS,
    "DELETE /v1/handoffs/{handoff_id}": KIOSKS,
    "POST /v1/officials/session": BY_SECRET,
    "DELETE /v1/officials/session": ANYBODY - {"nobody"},  # ends what the token opened, if anything
    "GET /v1/officials": SUPERVISORS,
    "POST /v1/officials": SUPERVISORS,
    "POST /v1/officials/voters/unlock": SUPERVISORS,
    "POST /v1/officials/{name}/unlock": SUPERVISORS,
    "POST /v1/officials/{name}/disable": SUPERVISORS,
    "POST /v1/officials/password": OFFICIALS,
    "GET /v1/review/queue": REVIEWERS,
    "POST /v1/review/cases/{case_id}/claim": REVIEWERS,
    "POST /v1/review/cases/{case_id}/release": REVIEWERS,
    "POST /v1/review/cases/{case_id}/reopen": SUPERVISORS,
    "POST /v1/review/cases/{case_id}/shown": REVIEWERS,
    "GET /v1/review/cases/{case_id}": REVIEWERS,
    "GET /v1/review/cases/{case_id}/files/{name:path}": REVIEWERS,
    "GET /v1/review/cases/{case_id}/duplicates/{other_id}": REVIEWERS,
    "GET /v1/review/cases/{case_id}/duplicates/{other_id}/files/{name:path}": REVIEWERS,
    "POST /v1/review/cases/{case_id}/decision": REVIEWERS,
    "GET /v1/statistics": COUNTERS,
    "GET /v1/statistics.csv": COUNTERS,
    "GET /metrics": frozenset(),  # its own token
}
"""Method and path -> who is let in. A route without an entry fails the test: decide who may call it, write it here."""
OPEN_PREFIXES = ("GET /h/", "PUT /h/", "POST /v1/notify/reports/")
"""The phone's page and the providers' reports: a one-time secret in the path."""


@pytest.fixture
def database(sqlite: Database) -> Database:
    """One is enough: who is let in does not depend on the database."""
    return sqlite


@dataclass(frozen=True)
class People:
    """Headers of everybody's calls; voters at kiosks of their own."""

    headers: dict[str, dict[str, str]]
    other_kiosk: EnrolledKiosk
    other_voter: dict[str, str]
    packet: str


@pytest.fixture
def people(server: Server, enrol: Callable[[], EnrolledKiosk], work: Callable[[], None]) -> People:
    kiosk, other = enrol(), enrol()
    packet = kiosk.seal(invented_voter.account())
    kiosk.upload(packet)
    kiosk.upload(kiosk.seal(invented_voter.request()))
    contact = Contact(ContactKind.EMAIL, "other.specimen@example.org")
    other.upload(other.seal(invented_voter.account("01990000-0000-7000-8000-0000000000bb", contact=contact)))
    work()
    headers = {"nobody": {}, KIOSK: kiosk.headers, VOTER: kiosk.voter()}
    for role in Role:
        with server.store.write() as unit:
            made = officials.enrol(unit, server.master, f"o-{role.value}", role, by="system")
        code = pyotp.TOTP(made.totp_secret).at(server.clock.now())
        token = officials.sign_in(server, made.name, made.password, code).token
        headers[role] = {"Authorization": f"Bearer {token}"}
    return People(headers, other, other.voter(contact), packet.sha256)


def routes(server: Server) -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)  # type: ignore[attr-defined]
        for route in _flat(create_app(server, beside=False).routes)
        for method in route.methods or ()  # type: ignore[attr-defined]
    )


def _flat(found: object) -> Iterator[object]:
    for route in found:  # type: ignore[attr-defined]
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            yield from _flat(inner)
        elif hasattr(route, "methods"):
            yield route


def test_every_route_lets_in_whom_it_should_and_nobody_else(server: Server, client: TestClient, people: People) -> None:
    wrong = []
    found = routes(server)
    assert len(found) > 25
    for method, path in found:
        name = f"{method} {path}"
        if name.startswith(OPEN_PREFIXES):
            continue
        if name not in MAY:
            wrong.append(f"{name}: nobody decided who may call it")
            continue
        address = re.sub(r"{[^}]+}", "01990000-0000-7000-8000-00000000ffff", path)
        for who, headers in people.headers.items():
            if name.startswith("DELETE") and who in MAY[name]:
                continue  # it would end the session that the next calls need
            answer = client.request(method, address, headers=headers | TUS)
            let_in = answer.status_code not in (401, 403)
            if name in ("POST /v1/kiosks/enrol", "POST /v1/officials/session"):
                let_in = answer.status_code == 422  # asked for what lets in
            if name == "GET /metrics":
                let_in = answer.status_code != 404
            if let_in != (who in MAY[name]):
                wrong.append(f"{name}: {who} got {answer.status_code}")
    assert not wrong


def test_what_is_anothers_is_as_if_it_were_not(client: TestClient, people: People) -> None:
    for method, path in (("GET", "content"), ("POST", "withdraw")):
        address = f"/v1/me/requests/{invented_voter.REQUEST_ID}/{path}"
        assert client.request(method, address, headers=people.other_voter).status_code == 404
    listed = client.get("/v1/me/requests", headers=people.other_voter).json()["requests"]
    assert listed == []
    for method in ("GET", "HEAD"):
        address = f"/v1/packets/{people.packet}"
        assert client.request(method, address, headers=people.other_kiosk.headers | TUS).status_code == 404
    stolen = people.other_kiosk.headers | {"Voter-Session": people.headers[VOTER]["Voter-Session"]}
    assert client.get("/v1/me/profile", headers=stolen).status_code == 401, "a session is good at its own kiosk only"
    case = f"/v1/review/cases/{invented_voter.REQUEST_ID}"
    assert client.post(f"{case}/claim", headers=people.headers[Role.SUPERVISOR]).status_code == 200
    reviewer = people.headers[Role.REVIEWER]
    decision = {"action": "approve", "version": 2}
    assert client.post(f"{case}/claim", headers=reviewer).status_code == 409
    assert client.get(case, headers=reviewer).status_code == 409
    assert client.get(f"{case}/files/img/portrait.jpg", headers=reviewer).status_code == 409
    assert client.post(f"{case}/decision", headers=reviewer, json=decision).status_code == 409


@pytest.mark.expects_log(logging.ERROR)
def test_every_error_is_a_problem_document_with_the_headers(
    server: Server, kiosk: EnrolledKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the value 4711 went wrong")

    client = kiosk.client
    big = b"x" * (MAX_BODY + 1)
    answers = {
        404: client.get("/v1/nothing/here"),
        405: client.put("/v1/health"),
        413: client.post("/v1/codes", headers=kiosk.headers, content=big),
        401: client.get("/v1/keyset"),
        422: client.post("/v1/codes", headers=kiosk.headers, json={"contact": 4711}),
        412: client.post("/v1/packets", headers=kiosk.headers),
    }
    monkeypatch.setattr("server.keyring.newest", broken)
    answers[500] = client.get("/v1/keyset", headers=kiosk.headers)
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["status"], told["type"]) == (status, "about:blank")
        assert told["code"]
        assert told["title"] != told["code"]
        assert "4711" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


def test_a_large_body_is_refused_before_anybody_is_looked_up(client: TestClient) -> None:
    assert client.post("/v1/codes", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_figures_are_for_who_has_the_token(kiosk: EnrolledKiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = kiosk.client
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    monkeypatch.setenv(metrics.TOKEN, "specimen-token")
    assert client.get("/metrics", headers=kiosk.headers).status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer specimen-token"})
    assert answer.status_code == 200
    assert 'per_cases{state="submitted"} 0.0' in answer.text
    assert "per_audit_events " in answer.text
    assert kiosk.kiosk_id not in answer.text


@pytest.mark.expects_log(logging.ERROR)
def test_a_failing_disk_is_said_and_health_says_unwell_until_it_works(
    kiosk: EnrolledKiosk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = kiosk.seal(invented_voter.account())
    assert kiosk.create(sealed).status_code == 201

    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fails)
        for answer in (kiosk.patch(sealed.sha256, 0, sealed.content), client.get("/v1/health")):
            assert (answer.status_code, answer.json()["code"]) == (503, "server.storage")
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
    assert client.get("/v1/health").json()["status"] == "ok"


@pytest.mark.parametrize("who", [VOTER, Role.SUPERVISOR])
@pytest.mark.expects_log(logging.ERROR)
@pytest.mark.filterwarnings("ignore")
def test_the_described_api_never_breaks(server: Server, kiosk: EnrolledKiosk, people: People, who: str) -> None:
    """Calls made up from the OpenAPI description: a refusal is fine, a fault is not."""
    schema = schemathesis.openapi.from_dict(kiosk.client.get("/openapi.json").json())
    headers = people.headers[who] | TUS
    faults: list[str] = []
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() in ("HEAD", "PATCH"):
            continue  # uploads have their own tests
        if (operation.method.upper(), operation.path) == ("DELETE", "/v1/officials/session"):
            continue  # it ends the session that all the others are tried with

        @settings(max_examples=5, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            nonlocal tried
            asked = case.as_transport_kwargs(base_url="http://testserver", headers=headers)
            known = {name: asked[name] for name in ("method", "url", "headers", "params", "json") if name in asked}
            answer = kiosk.client.request(**known)
            tried += 1
            if answer.status_code >= 500:
                faults.append(f"{case.method} {case.path}: {answer.status_code}")

        call()
    assert tried > 60
    assert not faults


def test_no_secret_and_nobodys_data_reach_the_log(
    server: Server,
    kiosk: EnrolledKiosk,
    work: Callable[[], None],
    messages: Callable[[], list[Message]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    ticket = kiosk.ask_code().json()["ticket"]
    code = code_in(messages()[-1])
    proof = kiosk.try_code(ticket, code).json()["proof"]
    kiosk.upload(kiosk.seal(invented_voter.account(proof=proof)))
    kiosk.upload(kiosk.seal(invented_voter.request()))
    work()
    kiosk.sign_in(password="a wrong password 8")
    voter = kiosk.voter()
    kiosk.client.get("/v1/me/requests", headers=voter)
    kiosk.client.get("/v1/me/profile", headers=voter)
    kiosk.client.post("/v1/codes", headers=kiosk.headers, json={"contact": "arta.specimen@example.org"})
    logging.getLogger("server").info("planted: %s", "a-value-that-must-be-found")
    person = invented_voter.PERSON
    needles = {
        "contact": invented_voter.EMAIL.value,
        "personal number": person.personal_number,
        "birth place": person.birth_place,
        "password": invented_voter.PASSWORD,
        "wrong password": "a wrong password 8",
        "code": code,
        "ticket": ticket,
        "proof": proof,
        "kiosk token": kiosk.token,
        "voter session": voter["Voter-Session"],
        "master key": server.master.secret.hex(),
        "control": "a-value-that-must-be-found",
    }
    hay = {"log": "\n".join(json.dumps(vars(record), default=str) for record in caplog.records).encode()}
    assert set(found_in(hay, {name: value.encode() for name, value in needles.items()})) == {"control"}
