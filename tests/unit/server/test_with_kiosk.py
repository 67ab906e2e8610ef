"""The kiosk's own link, uploader and engine against the running program: the two sides understand each other."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path

import pytest

from registration.errors import VoterCanFix
from registration.model.ids import RequestId
from server.clock import SystemClock
from sync import enrol, sealer
from sync.engine import SyncEngine
from sync.http import Http
from sync.link import HttpLink
from sync.upload import Uploader
from tests.fakes import invented_voter
from tests.fakes.sync_store import FakeSyncStore
from tests.unit.server.test_program import running

PATIENCE = 20.0


def code_from(outbox: Path) -> str:
    """Read the code as a phone would show it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for file in sorted(outbox.glob("*-code.json"), reverse=True):
            message = json.loads(file.read_text(encoding="utf-8"))
            assert "specimen@" not in message["to"], "the file shows a masked contact"
            found = re.search(r"\b\d{6}\b", message["text"])
            assert found
            return found[0]
        assert time.monotonic() < deadline, "no code came"
        threading.Event().wait(0.05)


def test_a_voter_from_code_to_withdrawal(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    clock = SystemClock()
    with running(tmp_path / "s", "--outbox", str(outbox)) as program:
        store = FakeSyncStore()
        http = Http(program.url)
        enrolment = enrol.enrol(http, store, server=program.url, name="Bari 1", token=program.ready["enrolment_token"])
        http.close()
        http = Http(program.url, enrolment.token)
        link = HttpLink(http, clock)
        ticket = link.request_code(invented_voter.EMAIL, "sq")
        code = code_from(outbox)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        with pytest.raises(VoterCanFix) as refused:
            link.confirm_code(ticket, wrong)
        assert (refused.value.code, refused.value.params) == ("code.wrong", {"left": 4})
        proof = link.confirm_code(ticket, code)
        assert not proof.account_exists

        uploader = Uploader(http, clock, threading.Event().wait, lambda: 0.5)
        engine = SyncEngine(store, http, enrolment, uploader, clock, lambda: 0.5)
        seal = sealer.PacketSealer(
            enrolment.identity, enrolment.key, lambda: enrol.known_keyset(store, enrolment), clock
        )
        store.add(seal.seal(invented_voter.account(proof=proof.token), 1))
        store.add(seal.seal(invented_voter.request(), 2))
        report = engine.sync_once()
        assert (report.problem, len(report.received), report.waiting, report.attention) == ("", 2, 0, 0)

        deadline = time.monotonic() + PATIENCE
        while any(http.json("GET", f"/v1/packets/{each.sha256}")["state"] != "opened" for each in store.entries()):
            assert time.monotonic() < deadline, "the worker did not open the packets"
            threading.Event().wait(0.1)
        session = link.sign_in(invented_voter.EMAIL, invented_voter.PASSWORD)
        (status,) = link.requests(session)
        assert (status.request_id, status.state, status.revision) == (invented_voter.REQUEST_ID, "submitted", 1)
        assert link.content(session, RequestId(status.request_id)) == invented_voter.request()
        profile = link.profile(session)
        assert profile.contact == invented_voter.EMAIL
        assert profile.portrait.jpeg == invented_voter.photo().jpeg
        assert link.withdraw(session, RequestId(status.request_id)).state == "withdrawn"
        http.close()
        status_code, _, errors = program.end()
    assert status_code == 0
    assert "Traceback" not in errors
