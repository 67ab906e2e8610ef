"""An official's day with the keyboard alone: twenty cases through the real window, the real link and the real server.

Only keys go to the window, and only to the widget that has the focus; `official_hands` presses them.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from registration.model.case import Action, CaseState
from registration.review_desk import Role
from server.app import create_app
from server.context import open_server
from server.desk import proposals
from server.sealing import MasterKey
from server.settings import Settings
from tests.fakes.server_store import HandClock
from tests.journeys.desk_cases import IDENTITY, NOT_DONE, Person, bare, mismatched, request
from tests.journeys.official_hands import Behind, Hands, Line
from ui import fonts

LONG = "Dokumenti që ngarkuat tregon vetëm faqen e parë të kontratës, pa adresë dhe pa nënshkrim. " * 8


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def behind(tmp_path: Path, clock: HandClock) -> Iterator[Behind]:
    server = open_server(Settings(tmp_path / "server"), MasterKey(bytes(32)), clock)
    yield Behind(server, clock)
    server.close()


@pytest.fixture
def line(behind: Behind) -> Iterator[Line]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(behind.server, beside=False)
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            time.sleep(0.005)
        http = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield http
        http.close()
        running.should_exit = True
        thread.join()


@pytest.fixture
def hands(qtbot: QtBot, line: Line, behind: Behind) -> Iterator[Hands]:
    fonts.load()
    made = Hands(qtbot, line, behind)
    yield made
    line.cut = False
    made.window.close()


def test_twenty_cases_with_the_keyboard_alone(
    hands: Hands, behind: Behind, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, key = behind.state, Qt.Key
    arta, drita = behind.official("arta"), behind.official("drita", Role.SUPERVISOR)
    hands.look("start")
    hands.sign_in(arta)
    assert hands.reads("review.desk.empty")
    hands.look("queue-empty")

    # The first is overdue, the others of the day follow in the order they came.
    overdue = behind.receive(request(Person(1)))
    behind.clock.advance(days=6)
    plain = [behind.receive(request(Person(n))) for n in (2, 3, 4)]
    mismatch = behind.receive(mismatched(Person(5, language="en")))
    to_return = behind.receive(request(Person(6, language="en"), verdict=None))
    twins = [behind.receive(request(Person(7, account=account))) for account in range(7)]
    young = behind.receive(request(Person(8, born=date(2015, 5, 14))))
    not_live = behind.receive(request(Person(9), live=NOT_DONE))
    no_portrait = behind.receive(bare(Person(10)))
    wrong_proof = behind.receive(request(Person(11), verdict=IDENTITY))
    stale = behind.receive(request(Person(12)))
    taken = behind.receive(request(Person(13)))
    second = behind.receive(request(Person(14)))
    day = (
        overdue,
        *plain,
        mismatch,
        to_return,
        *twins,
        young,
        not_live,
        no_portrait,
        wrong_proof,
        stale,
        taken,
        second,
    )
    assert len(set(day)) == 20
    behind.colleague("besa", taken)

    # A new session: the one before was idle for six days.
    hands.key(key.Key_F5)
    hands.sign_in(arta, locked=True)
    hands.look("queue")
    assert hands.window.queue.rows[0].case.overdue

    # Overdue first; N takes it, 1 to 5 fill in the checklist, A approves.
    hands.key(key.Key_N)
    assert hands.case_id == overdue
    hands.look("case-overdue")
    for digit in (key.Key_1, key.Key_2, key.Key_4, key.Key_5):
        hands.key(digit)
    hands.look("case-checklist")
    hands.key(key.Key_A)
    hands.look("case-approved-undo")
    hands.key(key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.key(key.Key_A)

    # The next case is there at once; the decision before is sent when the next one is made.
    for case_id in plain:
        hands.key(key.Key_N)
        assert hands.case_id == case_id
        hands.key(key.Key_A)
    assert [state(case_id) for case_id in (overdue, *plain[:2])] == [CaseState.APPROVED] * 3

    # A mismatch: the checklist speaks against an approval; refused with reasons and a comment in the voter's English.
    hands.key(key.Key_N)
    assert hands.case_id == mismatch
    hands.look("case-mismatch")
    for digit in (key.Key_2, key.Key_2, key.Key_5, key.Key_5):
        hands.key(digit)
    hands.key(key.Key_A)
    assert hands.reads("errors.case.checklist_against")
    assert hands.window.flow.sending.decided(mismatch) is None
    hands.look("case-against-the-checklist")
    # What was found wrong in the checklist is ticked among the reasons already.
    hands.refuse(template=key.Key_5)
    assert hands.window.flow.sending.decided(mismatch) is Action.REFUSE

    # Returned for completion, with the voter's own words; looking through the pages before.
    hands.key(key.Key_N)
    assert hands.case_id == to_return
    for pressed in (key.Key_D, key.Key_Plus, key.Key_T):
        hands.key(pressed)
    hands.look("case-proof-zoomed")
    hands.key(key.Key_K)
    hands.key(key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert hands.reads("errors.case.comment_required")
    hands.key(key.Key_1, Qt.KeyboardModifier.AltModifier)
    hands.look("returning")
    hands.key(key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.undo_runs_out()
    assert (state(mismatch), state(to_return)) == (CaseState.REFUSED, CaseState.RETURNED)
    assert hands.window.page is hands.window.queue
    hands.look("queue-after-return")

    # Seven accounts of one person: compared one by one, then refused.
    hands.key(key.Key_N)
    assert hands.case_id == twins[0]
    hands.look("case-duplicates")
    hands.key(key.Key_C)
    assert hands.window.page is hands.window.compare
    hands.look("compare")
    hands.key(key.Key_Right)
    assert behind.audited("case.compare") == 2
    hands.key(key.Key_Escape)
    assert hands.case_id == twins[0]
    hands.key(key.Key_A)
    for twin in twins[1:]:
        hands.key(key.Key_N)
        assert hands.case_id == twin
        hands.refuse(key.Key_8)

    # Under age on election day, live check not done, no portrait in the document, an identity card as proof.
    hands.key(key.Key_N)
    assert hands.case_id == young
    assert hands.reads("review.flag.under_age")
    hands.look("case-under-age")
    hands.refuse(key.Key_7)
    hands.key(key.Key_N)
    assert hands.case_id == not_live
    assert hands.reads("review.desk.liveness.not_done")
    hands.look("case-no-live-check")
    hands.key(key.Key_A)
    hands.key(key.Key_N)
    assert hands.case_id == no_portrait
    assert hands.reads("review.desk.eyes_unknown") or hands.reads("review.desk.no_mrz")
    hands.look("case-no-portrait")
    hands.key(key.Key_A)
    hands.key(key.Key_N)
    assert hands.case_id == wrong_proof
    hands.key(key.Key_D)
    hands.look("case-wrong-proof")
    hands.refuse(key.Key_4, template=key.Key_6)

    # A stale claim: the lease runs out, a colleague takes the case, the decision is refused and kept.
    hands.key(key.Key_N)
    assert hands.case_id == stale
    hands.undo_runs_out()
    behind.clock.advance(minutes=16)
    behind.colleague("besa", stale)
    hands.key(key.Key_A)
    hands.undo_runs_out()
    assert hands.window.unsent.isVisible()
    hands.look("stale-decision")
    hands.press_until(key.Key_Tab, hands.on(lambda: hands.window.unsent.drop_buttons[stale]), most=80)
    hands.key(key.Key_Space)
    assert not hands.window.unsent.isVisible()
    assert state(stale) is CaseState.IN_REVIEW

    # Besa's other lease ran out too; she takes it again before Arta does.
    behind.colleague("besa", taken)
    hands.open(taken)
    assert hands.reads("errors.case.claimed", by="besa")
    hands.look("claimed-by-another")

    # The line is cut while a decision waits; nothing is lost, and it is sent again.
    monkeypatch.setattr(proposals, "_four_eyes_services", lambda: frozenset({"per.request"}))
    hands.open(second)
    hands.look("case-four-eyes")
    hands.key(key.Key_1)
    hands.key(key.Key_A)
    line.cut = True
    hands.undo_runs_out()
    assert hands.window.unsent.isVisible()
    hands.look("line-cut")
    line.cut = False
    hands.press_until(key.Key_Tab, hands.on(lambda: hands.window.unsent.retry_buttons[second]), most=80)
    hands.key(key.Key_Space)
    assert state(second) is CaseState.SUBMITTED
    hands.look("proposed")

    # The voter completes what was returned; the supervisor comes, confirms, takes over, reopens.
    completed = replace(request(Person(6, language="en")), revision=2)
    assert behind.receive(completed) == to_return
    hands.press_until(key.Key_Backtab, hands.on(lambda: hands.window.header.sign_out_button), most=120)
    hands.key(key.Key_Space)
    hands.sign_in(drita)
    hands.open(second)
    assert hands.reads("review.proposal", by="arta", action=hands.window.words("review.action.approve"))
    hands.look("case-proposal")
    hands.key(key.Key_A)
    hands.undo_runs_out()
    assert state(second) is CaseState.APPROVED
    monkeypatch.setattr(proposals, "_four_eyes_services", frozenset)

    hands.open(to_return)
    assert behind.case(to_return).revision == 2
    hands.look("case-completed")
    hands.key(key.Key_L)
    assert state(to_return) is CaseState.COMPLETED
    hands.open(to_return)
    hands.key(key.Key_A)
    hands.undo_runs_out()

    hands.open(taken)
    assert hands.window.queue.take_over_button.isVisible()
    hands.look("take-over")
    hands.press_until(key.Key_Backtab, hands.on(lambda: hands.window.queue.take_over_button))
    hands.key(key.Key_Space)
    assert hands.case_id == taken
    hands.key(key.Key_A)
    hands.undo_runs_out()
    # Besa's lease has run out, so nobody need be asked.
    behind.clock.advance(minutes=16)
    hands.key(key.Key_F5)
    hands.open(stale)
    hands.key(key.Key_A)
    hands.undo_runs_out()

    hands.choose_state(CaseState.REFUSED)
    hands.look("queue-refused")
    hands.open(wrong_proof)
    assert hands.window.page is hands.window.reopen
    hands.type(LONG[:700])
    hands.look("reopening")
    hands.key(key.Key_Tab)
    hands.key(key.Key_Space)
    assert hands.case_id == wrong_proof
    hands.look("case-reopened-history")
    hands.refuse(key.Key_4)
    hands.undo_runs_out()

    # The desk locks itself and comes back to the case.
    hands.choose_state(None)
    hands.look("queue-done")
    assert hands.reads("review.desk.empty")
    hands.behind.clock.advance(seconds=901)
    hands.window.idle.look()
    hands.settle()
    assert hands.window.page is hands.window.sign_in
    hands.look("locked")

    assert {state(case_id) for case_id in day} == {CaseState.APPROVED, CaseState.REFUSED}
