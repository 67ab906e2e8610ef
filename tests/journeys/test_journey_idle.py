"""Nobody there: a warning, then nothing of the voter is left in the window; and no stranger sees any of it later."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from kiosk.demo.stagehand import settle, turn_until
from registration.journey.answers import FieldValue
from registration.journey.state import State
from registration.model.documents import Attachment, DocumentImage
from registration.model.evidence import Portrait
from registration.ports.server import AccountProfile, Session
from registration.ports.vault import VoterKey
from tests.journeys.visit import Visit
from tests.journeys.walk import Person
from ui.flows.voter_services import Voter

VOTER = Person(
    phone="+355692839471",
    password="Fjalekalimi7712",
    place="Bërdicë-Sipërme",
    address={"city": "Vibo-Valentia", "postcode": "89900", "street": "Via Sparano 20441", "building": "12"},
    email="gjilpera.9182@example.org",
)
SECRETS = (
    VOTER.phone,
    "692839471",
    "69 283 9471",
    VOTER.password,
    VOTER.place,
    VOTER.number,
    "Vibo-Valentia",
    "Via Sparano 20441",
    VOTER.email,
    "SP1234567",
    "Specimen",
)


@pytest.fixture
def visit(qapp: object, tmp_path: Path) -> Iterator[Visit]:
    made = Visit(tmp_path, VOTER)
    yield made
    made.close()


def at_summary(visit: Visit) -> None:
    list(visit.open_account())
    visit.press("voter.status.create")
    for _ in visit.file_request("summary"):
        pass


def wait_idle(visit: Visit, seconds: float) -> None:
    visit.clock.seconds += seconds
    visit.window.idle.look()
    settle()


def on_screen(top: QWidget) -> str:
    """Every word on the window, seen or not, its accessible texts too."""
    found = []
    for widget in (top, *top.findChildren(QWidget)):
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
            found.append(widget.text())
    return "\n".join(found)


def leaks(visit: Visit) -> list[str]:
    found = [secret for secret in SECRETS if secret in on_screen(visit.window.shell)]
    return found + [secret for secret in SECRETS if secret in QApplication.clipboard().text()]


def test_a_warning_and_a_touch_and_the_session_goes_on(visit: Visit) -> None:
    for _ in visit.open_account("person"):
        pass
    visit.fill("person")
    wait_idle(visit, 299)
    assert not visit.says("shell.idle_title")
    wait_idle(visit, 2)
    assert visit.says("shell.idle_title")
    visit.press("shell.idle_stay")
    assert not visit.says("shell.idle_title")
    assert visit.step == "person"
    assert VOTER.place in [line.text() for line in visit.lines(visit.pages.form)]
    visit.go_on()
    visit.until_step("done")


KINDS = (State, FieldValue, Portrait, DocumentImage, Attachment, AccountProfile, VoterKey, Session, Voter)


def ours(visit: Visit) -> list[object]:
    """Objects of the voter's that are alive, without those that the fakes of vault and server keep for them."""
    gc.collect()
    kept: set[int] = set()
    todo: list[object] = [visit.drafts.voters, visit.outbox._done, visit.server._sessions, visit.server._accounts]
    while todo:
        thing = todo.pop()
        if id(thing) in kept or isinstance(thing, type) or callable(thing):
            continue
        kept.add(id(thing))
        todo += gc.get_referents(thing)
    return [thing for thing in gc.get_objects() if isinstance(thing, KINDS) and id(thing) not in kept]


def test_the_end_wipes_screen_and_memory_and_leaves_the_draft(visit: Visit) -> None:
    before = len(ours(visit))
    at_summary(visit)
    QApplication.clipboard().setText(VOTER.email)
    assert len(leaks(visit)) > 5
    assert len(ours(visit)) > 10
    wait_idle(visit, 301)
    wait_idle(visit, 46)
    visit.until(visit.pages.start)
    assert turn_until(lambda: not leaks(visit), 5), leaks(visit)
    assert turn_until(lambda: len(ours(visit)) <= before, 5), [type(thing).__name__ for thing in ours(visit)]

    visit.resume("summary")
    visit.answer("summary")
    visit.until_step("done")
    assert [entry.kind for entry in visit.outbox.entries()] == ["account", "request"]


def test_a_stranger_sees_nothing_and_changes_nothing(visit: Visit) -> None:
    at_summary(visit)
    visit.restart()
    visit.until(visit.pages.start)
    assert leaks(visit) == []
    visit.enter()
    assert leaks(visit) == []
    visit.press("voter.choice.log_in")
    visit.until(visit.pages.log_in)
    assert leaks(visit) == []
    # Another contact, then the owner's with a guess: what is on the screen is only what the stranger typed.
    visit.server.go_offline()
    visit.try_log_in(contact="+355691112233", password="Gabim12345")
    visit.until_problem("login.wrong_offline")
    assert leaks(visit) == []
    visit.try_log_in(password="Gabim12345")
    visit.until_problem("login.wrong_offline")
    assert leaks(visit) == [VOTER.phone, "692839471"]
    visit.server.come_back()
    visit.hands.tap(visit.window.shell.back_button)
    visit.until(visit.pages.choice)
    visit.hands.tap(visit.window.shell.back_button)
    visit.until(visit.pages.start)
    assert turn_until(lambda: not leaks(visit), 5)

    # Whoever opens an account with the owner's contact begins with nothing.
    for step in visit.open_account("code"):
        if step == "contact":
            assert visit.field("phone").text() == ""
    visit.hands.press(visit.window.words("shell.exit"))
    visit.press("shell.exit_keep")
    visit.until(visit.pages.start)
    visit.resume("summary")


def test_erasing_takes_the_draft_too(visit: Visit) -> None:
    at_summary(visit)
    visit.server.has_account(visit.outbox.submissions()[0], VOTER.password)
    wait_idle(visit, 301)
    visit.press("shell.idle_leave")
    visit.until(visit.pages.start)
    assert turn_until(lambda: not leaks(visit), 5)
    visit.log_in()
    visit.until(visit.pages.home)
    assert not visit.pages.home.continue_button.isVisible()
    assert visit.pages.home.create_button.isVisible()


def test_erasing_before_the_account_is_finished_leaves_no_trace_of_the_voter(visit: Visit) -> None:
    for _ in visit.open_account("person"):
        pass
    wait_idle(visit, 301)
    visit.press("shell.idle_leave")
    visit.until(visit.pages.start)
    assert visit.drafts.voters == []
