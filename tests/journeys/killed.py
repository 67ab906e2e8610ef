"""A kiosk in a process of its own that somebody will kill.

    python -m tests.journeys.killed PROFILE SERVER TOKEN {begin,resume,request} STEP

Walks to STEP, or logs in and goes on to the step after the one that was kept, types half of what the page asks, says
so in one JSON line and waits for its end. With STEP ``done`` it reports how the journey ended and stops by itself.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from kiosk.demo.stagehand import NothingHappened, turn_until
from tests.journeys.machine import Machine

HALF = {"person": "place", "address": "city"}
"""Pages with fields: which one has been begun when the plug is pulled."""


def say(machine: Machine, found: str) -> None:
    entries = [(entry.kind, entry.state) for entry in machine.kiosk.vault.sync.entries()]
    journey = machine.window.flow.journey
    line = {
        "found": found,
        "step": machine.step,
        "answers": [name for name, _ in journey.state.answers] if journey else [],
        "entries": entries,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def type_half(machine: Machine, step: str) -> None:
    if step == "person":
        machine.hands.type(machine.lines(machine.pages.form)[3], "Gjiro")
    elif step == "address":
        machine.hands.type(machine.field("city"), "Ba")
    elif step == "second_contact":
        machine.hands.type(machine.field("second_email"), "a.spec")


def main(profile: Path, server: str, token: str, how: str, until: str) -> None:
    machine = Machine(profile, server=server, enrolment_token=token)
    machine.kiosk.connection.enrolment()
    machine.open_window()
    found = ""
    if how == "begin":
        for _ in machine.open_account(until):
            pass
    elif how == "request":
        machine.log_in()
        machine.until(machine.pages.home)
        machine.hands.wait(lambda: machine.pages.home.create_button.isVisible(), "Krijo Kërkesën")
        machine.press("voter.status.create")
        for _ in machine.file_request(until):
            pass
    else:
        machine.log_in()
        machine.until(machine.pages.home)
        machine.hands.tap(machine.pages.home.continue_button)
        machine.hands.wait(lambda: bool(machine.step) and machine.idle_hands, "the kept draft")
        found = machine.step
        if found != until:
            machine.answer(found)
            machine.until_step(until)
    type_half(machine, until)
    say(machine, found)
    if until == "done":
        machine.close()
        return
    turn_until(lambda: False, 60)
    raise NothingHappened("nobody killed this process")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
