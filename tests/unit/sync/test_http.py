"""From an HTTP answer to an error a person can act on; and no secret in any of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests

from registration.errors import Expected, StaffMustFix, VoterCanFix, WillRetry
from resources import texts
from sync import http
from sync.http import Http, NotAdmitted, error_of, retry_after
from tests.fakes.election_server import ElectionServer

ROOM = Path(http.__file__).parent


def answer(status: int, body: object = None, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


@pytest.mark.parametrize(
    ("status", "code", "kind", "given"),
    [
        (422, "code.wrong", VoterCanFix, "code.wrong"),
        (429, "code.too_many", VoterCanFix, "code.too_many"),
        (401, "code.expired", VoterCanFix, "code.expired"),
        (409, "packet.conflict", StaffMustFix, "packet.conflict"),
        (401, "server.not_admitted", NotAdmitted, "server.not_admitted"),
        (403, "", NotAdmitted, "server.not_admitted"),
        (400, "not.a_code_we_know", StaffMustFix, "server.refused"),
        (404, "", StaffMustFix, "server.refused"),
        (429, "", WillRetry, "server.busy"),
        (500, "not.a_code_we_know", WillRetry, "server.busy"),
        (503, "packet.conflict", WillRetry, "server.busy"),
        (400, "server.busy", WillRetry, "server.busy"),
        (302, "", WillRetry, "server.strange_answer"),
    ],
)
def test_each_answer_becomes_its_error(status: int, code: str, kind: type[Expected], given: str) -> None:
    error = error_of(answer(status, {"code": code, "params": {}}))
    assert (type(error), error.code) == (kind, given)


@pytest.mark.parametrize("body", [b"", b"<html>", [], "text", {"code": 7}, {"params": 7}, {"code": ["x"]}, b"[" * 9999])
def test_a_malformed_problem_is_still_an_error_in_words(body: object) -> None:
    error = error_of(answer(400, body))
    assert (error.code, error.params) == ("server.refused", {"status": 400})


def test_only_numbers_and_names_come_through_as_params() -> None:
    params = {"left": 3, "what": "x", "nested": {"a": 1}, "code": "packet.damaged", "list": []}
    assert error_of(answer(422, {"code": "code.wrong", "params": params})).params == {"left": 3, "what": "x"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry_After": "30"}, 30),
        ({"Retry_After": "99999999999999999999"}, 3600),
        ({"Retry_After": "-5"}, 0),
        ({"Retry_After": "soon"}, 0),
        ({"Retry_After": "Fri, 20 Nov 2026 12:01:00 GMT", "Date": "Fri, 20 Nov 2026 12:00:00 GMT"}, 60),
        ({"Retry_After": "Fri, 20 Nov 2026 11:00:00 GMT", "Date": "Fri, 20 Nov 2026 12:00:00 GMT"}, 0),
        ({"Retry_After": "Fri, 20 Nov 2026 12:01:00 GMT"}, 0),
    ],
)
def test_retry_after_is_read_both_ways(headers: dict[str, str], seconds: int) -> None:
    assert retry_after(answer(503, {}, **headers)) == seconds


def test_a_flood_of_an_answer_is_cut_off(server: ElectionServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER", 1000)
    server.answer_once("GET", "/v1/health", 200, body=bytes(200_000))
    caller = Http(f"http://127.0.0.1:{server.port}")
    with pytest.raises(WillRetry, match="unreachable"):
        caller.json("GET", "/v1/health")
    caller.close()


@pytest.mark.expects_log
def test_neither_bodies_nor_tokens_are_logged_or_told(server: ElectionServer, caplog: pytest.LogCaptureFixture) -> None:
    caller = Http(f"http://127.0.0.1:{server.port}", "SECRET-TOKEN")
    with caplog.at_level(0), pytest.raises(Expected) as caught:
        caller.json("POST", "/v1/codes", {"contact": "NEEDLE"}, voter="SECRET-SESSION")
    caller.close()
    told = caplog.text + repr(caught.value) + str(caught.value.params) + repr(caller)
    assert "NEEDLE" not in told
    assert "SECRET" not in told


def test_every_error_of_this_room_has_words_in_every_language() -> None:
    raised: set[str] = set()
    for file in ROOM.glob("*.py"):
        raised.update(re.findall(r'"((?:server|packet|batch|code)\.[a-z_]+)"', file.read_text(encoding="utf-8")))
    raised.discard("batch.json")  # a file
    assert len(raised) > 30
    for language in texts.LANGUAGES:
        assert [code for code in sorted(raised) if not texts.has(language, f"errors.{code}")] == []
