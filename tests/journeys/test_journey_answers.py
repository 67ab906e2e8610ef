"""What officials answer and what voters do about it: returned, refused, withdrawn; on the real server and vault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registration.journey.answers import AttachmentsAnswer
from registration.model.case import Action, CaseState
from registration.model.ids import StepId
from tests.journeys.machine import Desk, Machine

COMMENT = "Ju lutemi shtoni faqen ku shihet adresa juaj, jo faqen e parë."


@pytest.fixture
def machine(qapp: object, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "profile")
    made.start_server()
    made.open_window()
    yield made
    made.close()


def proofs(machine: Machine) -> tuple[str, ...]:
    """Return the ids of the proofs the request has now."""
    given = machine.state.answer(StepId("proof"), AttachmentsAnswer)
    return tuple(item.id for item in given.items) if given is not None and machine.idle_hands else ()


def send_again(machine: Machine) -> None:
    """From the summary of a completed request to the last page."""
    machine.go_on()
    machine.until_step("done")
    machine.hands.wait(lambda: machine.state.delivered, "the receipt")
    machine.leave()
    machine.settle()


def test_returned_completed_refused_filed_anew_withdrawn(machine: Machine) -> None:
    list(machine.open_account())
    machine.hands.wait(lambda: machine.state.delivered, "the account's receipt")
    machine.press("voter.status.create")
    list(machine.file_request())
    machine.hands.wait(lambda: machine.state.delivered, "the request's receipt")
    reference = machine.state.reference
    assert machine.hands.reads(reference)
    machine.leave()
    machine.settle()
    assert machine.ready is not None
    desk = Desk(machine.ready)

    # The official sends it back; the voter reads why, changes the proof and sends the second version.
    assert (desk.row(reference).state, desk.row(reference).revision) == (CaseState.SUBMITTED, 1)
    desk.decide(reference, Action.RETURN, comment=COMMENT)
    machine.log_in()
    machine.until(machine.pages.home)
    assert machine.says_state("returned")
    assert machine.hands.reads(COMMENT)
    machine.hands.tap(machine.pages.home.items[reference].complete_button)
    machine.until_step("summary")
    assert machine.hands.reads(COMMENT)
    before = proofs(machine)
    machine.hands.tap(machine.pages.summary.sections[StepId("proof")].change_button)
    machine.until_step("proof")
    machine.press("shell.remove")
    machine.hands.wait(lambda: not proofs(machine), "the proof to go")
    machine.photograph_proof()
    machine.go_on()
    machine.until_step("summary")
    after = proofs(machine)
    assert len(before) == len(after) == 1
    assert before != after
    send_again(machine)
    assert (desk.row(reference).state, desk.row(reference).revision) == (CaseState.COMPLETED, 2)
    case = desk.open(reference)
    assert tuple(item.id for item in case.request.attachments) == after

    # Refused with a reason: the voter files it anew.
    desk.decide(reference, Action.REFUSE, reasons=("address_differs",))
    machine.log_in()
    machine.until(machine.pages.home)
    assert machine.says_state("refused")
    assert machine.says("voter.reason.address_differs")
    machine.press("voter.status.new")
    machine.until_step("summary")
    machine.hands.tap(machine.pages.summary.sections[StepId("address")].change_button)
    machine.until_step("address")
    street = machine.field("street")
    street.clear()
    machine.hands.type(street, "Via Sparano da Bari")
    machine.go_on()
    machine.until_step("summary")
    send_again(machine)
    assert (desk.row(reference).state, desk.row(reference).revision) == (CaseState.SUBMITTED, 3)

    # Taken back by the voter.
    machine.log_in()
    machine.until(machine.pages.home)
    machine.press("voter.status.withdraw")
    machine.hands.wait(lambda: machine.says_state("withdrawn"), "the new state")
    desk.close()
    wanted = {"received", "decision"}
    machine.hands.wait(lambda: wanted <= {m["kind"] for m in machine.outbox_messages()}, "the notices")
    decisions = [m["text"] for m in machine.outbox_messages() if m["kind"] == "decision"]
    assert any(COMMENT in text for text in decisions)
    assert any(machine.window.words("notify.reason.address_differs") in text for text in decisions)
    assert all(reference in text for text in decisions)
