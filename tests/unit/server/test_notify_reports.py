"""Delivery reports of an HTTP gateway, from a stranger on the network until proven otherwise."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from server import audit
from server.context import Server
from server.notify import delivery, reports
from server.notify.outbox import DeliveryState, notifications
from server.upkeep import metrics

SECRET = "a-long-secret-of-the-gateway"


@pytest.fixture(autouse=True)
def gateway(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PER_REPORTS", SECRET)
    (server.settings.data / delivery.SETTINGS_FILE).write_text(
        "sms: {http: {url: 'https://sms.example.org/', fields: {To: '{to}'}, report: {secret_env: PER_REPORTS,"
        " id_field: MessageSid, state_field: MessageStatus, delivered: [delivered], failed: [failed, undelivered]}}}\n"
    )
    now = server.clock.now()
    with server.store.write() as unit:
        unit.connection.execute(
            insert(notifications).values(
                election=server.election,
                shard=1,
                message_id="m-1",
                dedupe="m-1",
                kind="code",
                template="code",
                channel="sms",
                destination_hash=bytes(32),
                language="sq",
                created=now,
                expires=now,
                next_try=now,
                attempts=1,
                unknowns=0,
                state=DeliveryState.ACCEPTED,
                transport=reports.TRANSPORT,
                provider_id="SM123",
                problem="",
                country="AL",
            )
        )


def noted(server: Server) -> str:
    with server.store.read() as connection:
        return str(connection.execute(select(notifications.c.report)).scalar_one())


@pytest.mark.parametrize(("state", "report"), [("delivered", "delivered"), ("undelivered", "failed"), ("sent", "")])
def test_a_form_or_json_tells_what_became_of_it(server: Server, client: TestClient, state: str, report: str) -> None:
    told = {"MessageSid": "SM123", "MessageStatus": state}
    assert client.post(f"/v1/notify/reports/{SECRET}", data=told).status_code == 204
    assert noted(server) == report
    assert client.post(f"/v1/notify/reports/{SECRET}", json=told).status_code == 204
    assert noted(server) == report


def test_a_failed_delivery_is_counted_and_written_into_the_log(
    server: Server, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(metrics.TOKEN, "specimen-token")
    for state, lost in (("delivered", 0), ("undelivered", 1)):
        told = {"MessageSid": "SM123", "MessageStatus": state}
        assert client.post(f"/v1/notify/reports/{SECRET}", data=told).status_code == 204
        figures = client.get("/metrics", headers={"Authorization": "Bearer specimen-token"}).text
        assert f"per_notifications_lost {lost}.0" in figures
    with server.store.read() as connection:
        row = connection.execute(select(audit.events).where(audit.events.c.kind == "delivery.lost")).one()
    details = json.loads(row.details)
    assert details["why"] == "failed"
    assert set(details) == {"why", "template", "channel", "country", "transport"}


def test_a_stranger_is_told_nothing_and_changes_nothing(server: Server, client: TestClient) -> None:
    told = {"MessageSid": "SM123", "MessageStatus": "delivered"}
    assert client.post("/v1/notify/reports/guess", data=told).status_code == 404
    (server.settings.data / delivery.SETTINGS_FILE).unlink()
    assert client.post(f"/v1/notify/reports/{SECRET}", data=told).status_code == 404
    assert noted(server) == ""


@pytest.mark.parametrize("content", [b"[]", b"[" * 5000, b"null", b"\xff"])
def test_what_is_no_report_is_refused(client: TestClient, server: Server, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert client.post(f"/v1/notify/reports/{SECRET}", content=content, headers=headers).status_code == 422
    assert noted(server) == ""
