"""A forgotten password through the real windows: locked out, a code, a new password, and in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registration.model.contact import parse_phone
from tests.fakes.vault import an_account
from tests.journeys.visit import Visit
from tests.journeys.walk import Person

OLD, NEW = "E harruara 7", "Zgjidhje7"
STEPS = ("contact", "contact_confirm", "code", "password", "done")


@pytest.fixture
def visit(qapp: object, tmp_path: Path) -> Iterator[Visit]:
    made = Visit(tmp_path)
    yield made
    made.close()


def knows_the_voter(visit: Visit) -> None:
    contact = parse_phone(Person().phone)
    visit.server.has_account(replace(an_account(contact=contact), contact_proof="proven"), OLD)


def forget(visit: Visit) -> None:
    visit.enter()
    visit.press("voter.choice.log_in")
    visit.until(visit.pages.log_in)
    visit.press("voter.log_in.forgotten")


def test_who_forgot_the_password_and_locked_the_kiosk_gets_in_with_a_code(visit: Visit) -> None:
    knows_the_voter(visit)
    visit.log_in(password="gabim")
    for _ in range(3):
        visit.try_log_in(password="gabim")
    assert "login.locked" in visit.problems()
    visit.press("voter.log_in.forgotten")

    assert list(visit.steps(STEPS)) == list(STEPS)
    visit.hands.press("Kontrolloni statusin")
    visit.until(visit.pages.home)
    assert visit.hands.reads("Krijo Kërkesën")

    visit.window.flow.leave()
    visit.log_in(password=NEW)
    visit.until(visit.pages.home)


def test_a_contact_without_an_account_is_told_so_once_it_is_proven(visit: Visit) -> None:
    forget(visit)
    for step in STEPS[:3]:
        visit.until_step(step)
        visit.answer(step)
    visit.until(visit.pages.log_in)
    assert visit.problems() == ("account.none",)


def test_without_a_connection_no_password_is_changed(visit: Visit) -> None:
    knows_the_voter(visit)
    visit.server.go_offline()
    forget(visit)
    visit.until_step("contact")
    visit.answer("contact")
    visit.until_step("contact_confirm")
    visit.go_on()
    visit.hands.wait(lambda: visit.hands.reads(visit.window.words("errors.server.unreachable")), "the word")
    assert visit.step == "contact_confirm"


def test_a_lost_reply_does_not_lock_anybody_out(visit: Visit) -> None:
    """The server changed it, the answer was lost: pressing Continue again finds the new password in force."""
    knows_the_voter(visit)
    reset = visit.server.reset_password
    lost = iter([True])

    def loses_the_reply(*given: object) -> None:
        reset(*given)  # type: ignore[arg-type]
        if next(lost, False):
            visit.server.go_offline()
            visit.server._answer("lost")

    visit.server.reset_password = loses_the_reply  # type: ignore[method-assign]
    forget(visit)
    for step in STEPS[:4]:
        visit.until_step(step)
        visit.answer(step)
    visit.hands.wait(lambda: visit.idle_hands, "the reply")
    assert visit.step == "password"

    visit.server.come_back()
    visit.go_on()
    visit.until_step("done")
