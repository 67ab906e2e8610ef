"""Without a server: sealed, said to be stored and unverified; one round later delivered. Real vault, real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registration.model.case import Action
from tests.journeys.machine import Desk, Machine


@pytest.fixture
def machine(qapp: object, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "profile")
    # A kiosk is enrolled once, with a connection; then it goes where there is none.
    made.start_server()
    made.stop_server()
    made.open_window()
    yield made
    made.close()


def waiting(machine: Machine) -> list[tuple[str, str]]:
    return [(entry.kind, entry.state) for entry in machine.kiosk.vault.sync.entries()]


def test_account_and_request_wait_sealed_and_go_with_the_first_round(machine: Machine) -> None:
    for step in machine.open_account():
        if step == "code":
            assert machine.says("voter.code.offline_title")
            assert machine.says("voter.code.offline")
            assert not machine.pages.code.line.isVisible()
    assert machine.says("voter.code.unverified")
    assert waiting(machine) == [("account", "waiting")]

    machine.press("voter.status.create")
    list(machine.file_request())
    reference = machine.state.reference
    assert machine.says("voter.sent.stored_title")
    assert machine.says("voter.sent.stored", nr=reference)
    assert machine.says("voter.code.unverified")
    assert not machine.hands.reads("u dërgua në KQZ")
    assert waiting(machine) == [("account", "waiting"), ("request", "waiting")]

    # Later the same day, still without a connection.
    machine.leave()
    machine.log_in()
    machine.until(machine.pages.home)
    assert machine.says_state("stored")
    assert machine.says("voter.status.offline")
    assert machine.says("voter.code.unverified")

    machine.start_server()
    report = machine.kiosk.connection.sync_once()
    assert (len(report.received), report.waiting, report.attention, report.problem) == (2, 0, 0, "")
    machine.settle()
    machine.press("voter.status.refresh")
    machine.hands.wait(lambda: machine.says_state("submitted"), "the server's word")
    assert not machine.says_state("stored")
    machine.leave()

    assert machine.ready is not None
    desk = Desk(machine.ready)
    assert not desk.open(reference).contact_verified
    desk.decide(reference, Action.APPROVE)
    desk.close()
    machine.log_in()
    machine.hands.wait(lambda: machine.says_state("approved"), "the answer")
    machine.hands.wait(
        lambda: "confirm" in {message["kind"] for message in machine.outbox_messages()}, "the plea to confirm"
    )


def test_the_contact_of_an_account_made_offline_is_confirmed_later(machine: Machine) -> None:
    list(machine.open_account())
    machine.leave()
    machine.start_server()
    machine.kiosk.connection.sync_once()
    machine.settle()
    machine.log_in()
    machine.until(machine.pages.home)
    assert machine.says("voter.code.unverified")

    machine.press("voter.status.confirm_contact")
    machine.until_step("contact_confirm")
    machine.go_on()
    machine.until_step("code")
    machine.answer("code")
    machine.until_step("done")
    machine.go_on()

    machine.until(machine.pages.home)
    assert not machine.says("voter.code.unverified")
    machine.leave()
    machine.log_in()
    machine.until(machine.pages.home)
    assert not machine.says("voter.code.unverified")
