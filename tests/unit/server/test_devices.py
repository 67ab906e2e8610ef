"""Kiosks: enrolment, tokens, revocation; signed documents; problem details and headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from server import keyring
from server.context import Server
from server.kiosks import devices
from server.kiosks.devices import new_enrolment_token
from sync import config, keyset, sshsig
from tests.unit.server.conftest import EnrolledKiosk, SettableClock

KEY = sshsig.generate()


def body(token: str, key: sshsig.PrivateKey = KEY) -> dict[str, str]:
    return {"enrolment_token": token, "public_key": sshsig.public_of(key).line, "name": "Bari 1"}


def new_token(server: Server) -> str:
    with server.store.write() as unit:
        return new_enrolment_token(unit, server.master)


def test_enrolment_brings_documents_signed_by_the_root(server: Server, client: TestClient) -> None:
    answer = client.post("/v1/kiosks/enrol", json=body(new_token(server))).json()
    root = sshsig.parse_public_line(answer["root_public_key"])
    keys = keyset.verify(answer["keyset"], root, election=answer["election"])
    settings = config.verify(answer["config"], root, election=answer["election"])
    assert keys.version == settings.version == 1
    assert settings.code.digits == 6
    assert {kind.id for kind in settings.proof_kinds} >= {"energy", "rent"}
    assert all(kind.linking for kind in settings.linking_kinds)


def test_an_enrolment_token_enrols_one_key_only(server: Server, client: TestClient) -> None:
    token = new_token(server)
    first = client.post("/v1/kiosks/enrol", json=body(token))
    again = client.post("/v1/kiosks/enrol", json=body(token))
    other = client.post("/v1/kiosks/enrol", json=body(token, sshsig.generate()))
    assert first.status_code == again.status_code == 200
    assert first.json()["kiosk_id"] == again.json()["kiosk_id"]
    assert other.status_code == 403
    assert other.json()["code"] == "server.enrolment_refused"


def test_an_enrolment_token_runs_out(server: Server, client: TestClient, clock: SettableClock) -> None:
    token = new_token(server)
    clock.advance(hours=24)
    assert client.post("/v1/kiosks/enrol", json=body(token)).status_code == 403


@pytest.mark.parametrize("line", ["", "ssh-rsa AAAA", "ssh-ed25519 nonsense"])
def test_a_strange_key_is_refused(server: Server, client: TestClient, line: str) -> None:
    answer = client.post("/v1/kiosks/enrol", json=body(new_token(server)) | {"public_key": line})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_revoked_kiosk_is_shut_out_at_once(server: Server, client: TestClient, kiosk: EnrolledKiosk) -> None:
    assert client.get("/v1/keyset", headers=kiosk.headers).status_code == 200
    with server.store.write() as unit:
        devices.revoke(unit, kiosk.kiosk_id, by="official:test")
    answer = client.get("/v1/keyset", headers=kiosk.headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "server.not_admitted"


def test_a_kiosk_is_shut_out_when_its_time_is_over(
    client: TestClient, kiosk: EnrolledKiosk, clock: SettableClock
) -> None:
    clock.advance(days=devices.KIOSK_LIFE.days)
    assert client.get("/v1/config", headers=kiosk.headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/keyset"),
        ("GET", "/v1/config"),
        ("POST", "/v1/codes"),
        ("POST", "/v1/codes/confirm"),
        ("POST", "/v1/sessions"),
        ("DELETE", "/v1/sessions"),
        ("GET", "/v1/me/profile"),
        ("POST", "/v1/me/contact"),
        ("GET", "/v1/me/requests"),
        ("GET", "/v1/me/requests/x/content"),
        ("POST", "/v1/me/requests/x/withdraw"),
        ("POST", "/v1/packets"),
        ("HEAD", f"/v1/packets/{'0' * 64}"),
        ("PATCH", f"/v1/packets/{'0' * 64}"),
        ("GET", f"/v1/packets/{'0' * 64}"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic a2lvc2s6"}])
def test_without_a_kiosks_token_nothing_is_answered(
    client: TestClient, method: str, path: str, headers: dict[str, str]
) -> None:
    bodies = {
        "/v1/codes": {"contact": {"kind": "email", "value": "a@example.org"}, "language": "sq"},
        "/v1/codes/confirm": {"ticket": "t", "code": "1"},
        "/v1/sessions": {"contact": {"kind": "email", "value": "a@example.org"}, "password": "x"},
        "/v1/me/contact": {"proof": "p"},
    }
    sent = bodies.get(path) if method == "POST" else None
    answer = client.request(method, path, headers=headers | {"Tus-Resumable": "1.0.0"}, json=sent)
    assert answer.status_code == 401


def test_a_voters_routes_need_the_voters_session_at_that_kiosk(
    client: TestClient, kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk]
) -> None:
    for path in ("/v1/me/profile", "/v1/me/requests", "/v1/me/requests/x/content"):
        for session in ({}, {"Voter-Session": "wrong"}):
            answer = client.get(path, headers=kiosk.headers | session)
            assert answer.status_code == 401
            assert answer.json()["code"] == "login.session_ended"


def test_health_tells_the_time_and_every_answer_is_dressed(client: TestClient, clock: SettableClock) -> None:
    answer = client.get("/v1/health")
    assert answer.json()["status"] == "ok"
    assert answer.json()["time"] == clock.time.isoformat()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_problems_speak_the_callers_language(client: TestClient) -> None:
    albanian = client.get("/v1/nowhere").json()
    english = client.get("/v1/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9"}).json()
    assert albanian["code"] == english["code"] == "call.not_found"
    assert albanian["title"] != english["title"]


def test_large_bodies_are_refused_before_they_are_read(client: TestClient, kiosk: EnrolledKiosk) -> None:
    answer = client.post("/v1/codes", headers=kiosk.headers, content=b"x" * (64 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "call.too_large"


@pytest.mark.expects_log
def test_a_bug_is_a_500_without_its_text(
    client: TestClient, kiosk: EnrolledKiosk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("needle-in-the-text")

    monkeypatch.setattr(keyring, "newest", broken)
    answer = client.get("/v1/keyset", headers=kiosk.headers)
    assert answer.status_code == 500
    assert answer.json()["code"] == "unexpected"
    assert "needle" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_the_key_set_is_renewed_before_it_ends(server: Server, clock: SettableClock) -> None:
    clock.advance(days=61)
    with server.store.write() as unit:
        keyring.ensure(unit, server.master, "")
        ring = keyring.load(unit.connection, unit.election, server.master)
        newest = keyring.newest(unit.connection, unit.election, keyring.KEYSET)
    renewed = keyset.verify(newest, sshsig.public_of(ring.root), election=server.election)
    assert renewed.version == 2
    assert renewed.not_after == clock.time + timedelta(days=90)
