"""The server goes away in the middle of a visit: one sentence, what was typed is kept, and a way on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registration.model.case import CaseState
from tests.fakes.captures import picture
from tests.fakes.vault import a_request
from tests.journeys.visit import Visit
from tests.journeys.walk import ACCOUNT


@pytest.fixture
def visit(qapp: object, tmp_path: Path) -> Iterator[Visit]:
    made = Visit(tmp_path)
    yield made
    made.close()


def test_no_code_can_come(visit: Visit) -> None:
    """The page says so and goes on; nothing later pretends that the contact was verified."""
    visit.server.go_offline()
    for step in visit.open_account():
        if step == "code":
            assert visit.says("voter.code.offline_title")
            assert visit.says("voter.code.offline")
            assert not visit.lines(visit.pages.code)
    assert visit.says("voter.code.unverified")
    assert [entry.state for entry in visit.outbox.entries()] == ["waiting"]


def test_the_code_came_but_cannot_be_checked(visit: Visit) -> None:
    for _ in visit.open_account("code"):
        pass
    visit.server.go_offline()
    visit.answer("code")
    visit.until_problem("server.unreachable")
    assert visit.says("errors.server.unreachable")
    assert visit.step == "code"
    assert visit.lines(visit.pages.code)[0].text() == visit.read_code()
    visit.server.come_back()
    visit.go_on()
    for _ in visit.steps(ACCOUNT[ACCOUNT.index("password") :]):
        pass
    assert not visit.says("voter.code.unverified")


def test_the_server_goes_away_while_a_code_is_awaited(visit: Visit) -> None:
    """A voter whose code cannot be checked is not stuck: asking anew leads on without one."""
    for _ in visit.open_account("code"):
        pass
    visit.server.go_offline()
    visit.hands.tap(visit.window.shell.back_button)
    visit.until_step("contact_confirm")
    visit.go_on()
    visit.until_step("code")
    assert visit.says("voter.code.offline_title")
    for _ in visit.steps(ACCOUNT[ACCOUNT.index("code") :]):
        pass
    assert visit.says("voter.code.unverified")


@pytest.mark.parametrize("busy", [False, True])
def test_a_request_is_stored_when_it_cannot_be_sent(visit: Visit, busy: bool) -> None:
    list(visit.open_account())
    visit.press("voter.status.create")
    for _ in visit.file_request("summary"):
        pass
    (visit.server.be_busy if busy else visit.server.go_offline)()
    visit.answer("summary")
    visit.until_step("done")
    assert visit.says("voter.sent.stored_title")
    assert [entry.state for entry in visit.outbox.entries()] == ["received", "waiting"]


def test_log_in_without_a_server(visit: Visit) -> None:
    """Who opened the account here gets in; of others the kiosk cannot know, and says so."""
    list(visit.open_account())
    visit.leave()
    visit.server.go_offline()
    visit.log_in(contact="+355691111111")
    visit.until_problem("login.wrong_offline")
    assert visit.says("errors.login.wrong_offline")
    visit.try_log_in()
    visit.until(visit.pages.home)
    assert visit.says("voter.status.offline")


def test_a_decided_request_waits_for_the_connection(visit: Visit) -> None:
    list(visit.open_account())
    visit.leave()
    submission = visit.outbox.submissions()[0]
    visit.server.has_account(submission, visit.person.password)
    request = replace(
        a_request(picture=picture(150).jpeg), account_id=submission.account_id, portrait=submission.portrait
    )
    status = visit.server.has_request(submission.contact, request)
    visit.server.decide(request.request_id, CaseState.RETURNED, comment="Edhe një faqe.")
    visit.log_in()
    visit.until(visit.pages.home)
    visit.server.go_offline()
    visit.hands.tap(visit.pages.home.items[status.reference].complete_button)
    visit.until_problem("server.unreachable")
    assert visit.hands.reads("Edhe një faqe.")
    visit.server.come_back()
    visit.hands.tap(visit.pages.home.items[status.reference].complete_button)
    visit.until_step("summary")
