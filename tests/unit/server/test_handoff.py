"""Hand-offs over HTTP: one file, ten minutes, ciphertext only, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from resources import texts
from server.context import Server, open_server
from server.intake import handoff
from server.sealing import MasterKey
from server.upkeep import keeper
from tests.databases import Database
from tests.unit.server.conftest import EnrolledKiosk, SettableClock

SEALED = bytes(range(200))
HEADERS = {"Content-Type": handoff.CIPHERTEXT}


@pytest.fixture
def server(tmp_path: Path, database: Database, master: MasterKey, clock: SettableClock) -> Iterator[Server]:
    with database.after_first_start(tmp_path / "server") as settings:
        opened = open_server(replace(settings, public_url="https://per.example.org/"), master, clock)
        yield opened
        opened.close()


def begin(kiosk: EnrolledKiosk) -> dict[str, Any]:
    answer = kiosk.client.post("/v1/handoffs", headers=kiosk.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def state(kiosk: EnrolledKiosk, made: dict[str, Any]) -> str:
    return str(kiosk.client.get(f"/v1/handoffs/{made['handoff_id']}", headers=kiosk.headers).json()["state"])


def content(kiosk: EnrolledKiosk, made: dict[str, Any]) -> Response:
    return kiosk.client.get(f"/v1/handoffs/{made['handoff_id']}/content", headers=kiosk.headers)


def send(client: TestClient, made: dict[str, Any], body: bytes = SEALED) -> Response:
    return client.put(f"/h/{made['token']}", content=body, headers=HEADERS)


def test_what_the_phone_sends_the_kiosk_fetches_and_it_is_gone(kiosk: EnrolledKiosk, server: Server) -> None:
    made = begin(kiosk)
    assert made["page"] == f"https://per.example.org/h/{made['token']}"
    assert made["expires_in"] == 600
    assert state(kiosk, made) == "waiting"

    assert send(kiosk.client, made).status_code == 204

    assert state(kiosk, made) == "received"
    assert content(kiosk, made).content == SEALED
    assert content(kiosk, made).content == SEALED, "a lost answer is asked for again"
    assert kiosk.client.delete(f"/v1/handoffs/{made['handoff_id']}", headers=kiosk.headers).status_code == 204
    assert content(kiosk, made).status_code == 410
    assert not [file for file in (server.settings.data / "blobs").rglob("*") if file.is_file()]


def test_an_address_takes_one_file(kiosk: EnrolledKiosk) -> None:
    made = begin(kiosk)
    assert send(kiosk.client, made).status_code == 204
    again = send(kiosk.client, made, SEALED + b"another")
    assert (again.status_code, again.json()["code"]) == (409, "handoff.used")
    assert content(kiosk, made).content == SEALED
    assert kiosk.client.get(f"/h/{made['token']}").status_code == 409


def test_looking_at_the_page_uses_nothing_up(kiosk: EnrolledKiosk) -> None:
    made = begin(kiosk)
    for _ in range(3):
        assert kiosk.client.get(f"/h/{made['token']}").status_code == 200
    assert send(kiosk.client, made).status_code == 204


def test_after_ten_minutes_nothing_is_taken_and_nothing_kept(
    kiosk: EnrolledKiosk, server: Server, clock: SettableClock, count_rows: Callable[..., int]
) -> None:
    made = begin(kiosk)
    clock.advance(seconds=600)
    assert send(kiosk.client, made).json()["code"] == "handoff.expired"
    assert state(kiosk, made) == "expired"
    assert kiosk.client.get(f"/h/{made['token']}").status_code == 410

    clock.advance(seconds=handoff.FETCH_LIFE.total_seconds())
    keeper.keep(server)
    assert count_rows(handoff.handoffs) == 0


def test_a_file_that_came_at_the_last_moment_can_still_be_fetched(kiosk: EnrolledKiosk, clock: SettableClock) -> None:
    made = begin(kiosk)
    clock.advance(seconds=599)
    send(kiosk.client, made)
    clock.advance(seconds=60)
    assert state(kiosk, made) == "received"
    assert content(kiosk, made).content == SEALED


def test_one_kiosk_has_one_open_address(kiosk: EnrolledKiosk) -> None:
    first = begin(kiosk)
    second = begin(kiosk)
    assert send(kiosk.client, first).status_code == 410
    assert send(kiosk.client, second).status_code == 204


def test_a_kiosk_neither_sees_nor_fetches_nor_ends_anothers(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk]
) -> None:
    made, other = begin(kiosk), enrol()
    send(kiosk.client, made)
    assert state(other, made) == "expired"
    assert content(other, made).status_code == 410
    other.client.delete(f"/v1/handoffs/{made['handoff_id']}", headers=other.headers)
    assert content(kiosk, made).content == SEALED


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * handoff.OVERHEAD, HEADERS, 422),
        (b"", HEADERS, 422),
        (SEALED, {"Content-Type": "text/plain"}, 415),
        (b"x" * (handoff.MOST_BYTES + 1), HEADERS, 413),
    ],
)
def test_what_is_no_ciphertext_is_refused_and_uses_nothing_up(
    kiosk: EnrolledKiosk, body: bytes, headers: dict[str, str], status: int
) -> None:
    made = begin(kiosk)
    assert kiosk.client.put(f"/h/{made['token']}", content=body, headers=headers).status_code == status
    assert send(kiosk.client, made).status_code == 204


def test_a_body_of_no_declared_size_is_bounded_too(kiosk: EnrolledKiosk) -> None:
    made = begin(kiosk)

    def long() -> Iterator[bytes]:
        for _ in range(13):
            yield bytes(1024 * 1024)

    answer = kiosk.client.put(f"/h/{made['token']}", content=long(), headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (413, "handoff.too_large")


def test_a_made_up_address_is_answered_like_an_old_one(client: TestClient) -> None:
    assert client.get("/h/made-up").status_code == 410
    assert client.put("/h/made-up", content=b"x" * 100, headers=HEADERS).json()["code"] == "handoff.expired"


def test_without_a_public_address_nothing_is_offered(kiosk: EnrolledKiosk, server: Server) -> None:
    assert kiosk.client.get("/v1/handoffs", headers=kiosk.headers).json() == {"offered": True}
    object.__setattr__(server, "settings", replace(server.settings, public_url=""))
    assert kiosk.client.get("/v1/handoffs", headers=kiosk.headers).json() == {"offered": False}
    answer = kiosk.client.post("/v1/handoffs", headers=kiosk.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "server.phone_not_offered")


@pytest.mark.parametrize("route", ["/v1/handoffs", "/v1/handoffs/x", "/v1/handoffs/x/content"])
def test_only_kiosks_have_hand_offs(client: TestClient, route: str) -> None:
    assert client.get(route).status_code == 401


def test_the_page_loads_nothing_from_elsewhere(kiosk: EnrolledKiosk) -> None:
    made = begin(kiosk)
    answer = kiosk.client.get(f"/h/{made['token']}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "//" not in answer.text.replace("<!doctype", "")
    assert "style=" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    for name in ("page.js", "page.css"):
        part = kiosk.client.get(f"/h/part/{name}")
        assert part.status_code == 200
        assert "http" not in part.text.replace("XMLHttpRequest", "")
    assert kiosk.client.get("/h/part/over.html").status_code == 404


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_page_speaks_the_kiosks_language_else_the_phones(kiosk: EnrolledKiosk, lang: str) -> None:
    made = begin(kiosk)
    title = texts.text(lang, "phone.title")
    for answer in (
        kiosk.client.get(f"/h/{made['token']}?lang={lang}"),
        kiosk.client.get(f"/h/{made['token']}", headers={"Accept-Language": f"{lang};q=0.9"}),
    ):
        assert f'<html lang="{lang}">' in answer.text
        assert title in answer.text
        assert "{{" not in answer.text
        assert "$" not in answer.text
