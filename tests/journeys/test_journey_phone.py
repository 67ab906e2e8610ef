"""A proof of address from the voter's phone, at the kiosk's window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registration.journey.answers import AttachmentsAnswer
from tests.fakes.phone import FakePhone
from tests.journeys.visit import Visit


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone()


@pytest.fixture
def visit(qapp: object, tmp_path: Path, phone: FakePhone) -> Iterator[Visit]:
    made = Visit(tmp_path, open_now=False)
    made.services = replace(made.services, phone=phone)
    made.open()
    list(made.open_account())
    made.hands.press("Krijo Kërkesën")
    list(made.file_request(until="proof"))
    yield made
    made.close()


def open_code(visit: Visit, phone: FakePhone) -> None:
    """Choose the kind and ask for the QR code."""
    page = visit.pages.attachments
    visit.hands.wait(page.kinds.phone_button.isVisible, "the phone's button")
    visit.hands.press("energjie")
    visit.hands.tap(page.kinds.phone_button)
    visit.hands.wait(lambda: phone.open is not None and page.phone.isVisible(), "the code")


def look(visit: Visit) -> None:
    visit.window.stage.phone.look()


def proofs(visit: Visit) -> int:
    answer = next((a for _, a in visit.state.answers if isinstance(a, AttachmentsAnswer)), None)
    return len(answer.items) if answer else 0


def test_a_file_from_the_phone_becomes_a_proof_like_one_from_a_stick(visit: Visit, phone: FakePhone) -> None:
    open_code(visit, phone)
    assert visit.says("voter.phone.step1")
    assert visit.says("voter.phone.left", n=10)
    look(visit)
    phone.send(b"\xff\xd8SPECIMEN\xff\xd9")
    look(visit)
    visit.hands.wait(lambda: proofs(visit) == 1, "the proof")
    assert phone.open is None
    visit.go_on()
    visit.until_step("address")


def test_back_gives_the_code_up(visit: Visit, phone: FakePhone) -> None:
    open_code(visit, phone)
    visit.hands.press(visit.window.words("shell.back"))
    visit.hands.wait(lambda: phone.open is None, "the end of the code")
    assert visit.pages.attachments.kinds.phone_button.isVisible()
    assert proofs(visit) == 0


def test_when_the_time_is_over_the_page_says_so_and_offers_the_other_ways(visit: Visit, phone: FakePhone) -> None:
    open_code(visit, phone)
    phone.run_out()
    look(visit)
    visit.until_problem("handoff.expired")
    assert visit.pages.attachments.kinds.phone_button.isVisible()
    open_code(visit, phone)


def test_a_broken_connection_is_waited_out(visit: Visit, phone: FakePhone) -> None:
    open_code(visit, phone)
    phone.unreachable = True
    look(visit)
    visit.hands.wait(lambda: visit.window.stage.phone._timer.isActive(), "the next look")
    assert visit.pages.attachments.phone.isVisible()
    phone.unreachable = False
    phone.send(b"\xff\xd8SPECIMEN\xff\xd9")
    look(visit)
    visit.hands.wait(lambda: proofs(visit) == 1, "the proof")


def test_leaving_the_visit_ends_the_hand_off(visit: Visit, phone: FakePhone) -> None:
    open_code(visit, phone)
    visit.window.flow.leave()
    visit.hands.wait(lambda: phone.open is None, "the end of the code")
    assert visit.pages.attachments.phone.code._text == ""


@pytest.mark.parametrize("there", [False, None])
def test_no_button_without_a_way(qapp: object, tmp_path: Path, there: bool | None) -> None:
    phone = FakePhone(there=bool(there))
    phone.unreachable = there is None
    made = Visit(tmp_path, open_now=False)
    made.services = replace(made.services, phone=phone)
    made.open()
    list(made.open_account())
    made.hands.press("Krijo Kërkesën")
    list(made.file_request(until="proof"))
    made.hands.wait(lambda: made.idle_hands, "the page")
    assert not made.pages.attachments.kinds.phone_button.isVisible()
    made.close()
