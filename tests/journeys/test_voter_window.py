"""The voter's whole visit through the real windows."""

from __future__ import annotations

import pytest

from tests.fakes import server_link
from tests.journeys.visit import Visit


@pytest.fixture
def visit(qapp, tmp_path):
    made = Visit(tmp_path)
    yield made
    made.close()


def test_a_voter_opens_an_account(visit: Visit) -> None:
    steps = list(visit.open_account())

    assert steps == ["contact", "contact_confirm", "code", "password", "face", "face_saved", "person", "done"]
    assert [entry.kind for entry in visit.outbox.entries()] == ["account"]
    visit.hands.wait(lambda: visit.state.delivered, "the receipt")


def test_a_code_is_good_for_as_long_as_the_server_says(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_link, "EXPIRES_IN", 90)
    for step in visit.open_account():
        if step == "code":
            break
    assert 0 < visit.pages.code.seconds_left() <= 90


def test_a_voter_files_a_request_and_reads_that_it_was_sent(visit: Visit) -> None:
    list(visit.open_account())
    visit.hands.press("Krijo Kërkesën")

    steps = list(visit.file_request())

    assert steps[0] == "document_kind"
    assert steps[-1] == "done"
    visit.hands.wait(lambda: visit.hands.reads("u dërgua në KQZ"), "the last page")
    assert [entry.kind for entry in visit.outbox.entries()] == ["account", "request"]


def test_the_first_page_says_when_there_is_no_connection_and_when_it_is_back(visit: Visit) -> None:
    visit.until(visit.pages.start)
    assert not visit.says("voter.start.offline")

    visit.server.go_offline()
    visit.window.sync_round()
    visit.hands.wait(lambda: visit.says("voter.start.offline"), "the word on the connection")

    visit.server.come_back()
    visit.window.sync_round()
    visit.hands.wait(lambda: not visit.says("voter.start.offline"), "the connection")
