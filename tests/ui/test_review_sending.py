"""Decisions on their way to the fake server: taken back, sent once, refused, or never answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from registration.errors import WillRetry
from registration.model.case import Action, CaseState
from registration.model.ids import CaseId
from registration.review_desk import Decided, Decision, OfficialSession
from tests.fakes import invented_voter
from tests.fakes.review_desk import FakeReviewDesk
from tests.ui.desk_hands import DeskClock, Official


def test_undo_brings_the_case_back_with_what_was_written(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id, other = receives(), receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_R)
    official.key(Qt.Key.Key_8)
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    official.key(Qt.Key.Key_N)
    official.settles()
    assert official.window.flow.opened is not None
    assert official.window.flow.opened.case_id == other
    official.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    official.settles()
    assert official.window.flow.opened.case_id == case_id
    assert official.window.case.decision.isVisible()
    assert official.window.case.decision.draft().reasons == ("other_person",)
    official.undo_time_runs(60)
    assert desk.told == []
    assert desk.state_of(case_id) is CaseState.IN_REVIEW
    assert desk.state_of(other) is CaseState.SUBMITTED


def test_next_case_while_the_undo_time_runs_sends_the_decision_once(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    first, second = receives(), receives()
    official.signs_in()
    official.opens(first)
    official.key(Qt.Key.Key_A)
    official.key(Qt.Key.Key_N)
    official.settles()
    official.undo_time_runs()
    assert desk.state_of(first) is CaseState.APPROVED
    assert official.window.flow.opened is not None
    assert official.window.flow.opened.case_id == second
    assert len(desk.told) == 1


def test_second_decision_sends_the_first_at_once(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    first, second = receives(), receives()
    official.signs_in()
    official.opens(first)
    official.key(Qt.Key.Key_A)
    official.key(Qt.Key.Key_N)
    official.settles()
    official.key(Qt.Key.Key_A)
    official.settles()
    assert desk.state_of(first) is CaseState.APPROVED
    assert desk.state_of(second) is CaseState.IN_REVIEW
    official.undo_time_runs()
    assert desk.state_of(second) is CaseState.APPROVED
    assert len(desk.told) == 2


def test_pressing_twice_decides_once(official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_A)
    official.key(Qt.Key.Key_A)
    official.key(Qt.Key.Key_R)
    official.undo_time_runs()
    assert [decision.action for _, decision in desk.told] == [Action.APPROVE]


def test_claimed_by_another_is_said_and_the_queue_is_new(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    desk.is_taken(case_id, by="besa")
    official.opens(case_id)
    assert official.window.page is official.window.queue
    assert official.reads("Kërkesën e ka në shqyrtim besa")
    assert official.window.queue.rows[0].case.claimed_by == "besa"


def test_stale_decision_is_kept_and_can_be_opened_again(
    official: Official, desk: FakeReviewDesk, clock: DeskClock, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_R)
    official.key(Qt.Key.Key_5)
    # The lease runs out meanwhile, and somebody takes and releases the case.
    clock.go(16 * 60)
    besa = desk.sign("besa")
    desk.claim(besa, case_id)
    desk.release(besa, case_id)
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    official.undo_time_runs()
    assert desk.told == []
    assert official.reads("nuk është më në shqyrtim nga ju")
    assert official.window.page is official.window.queue
    official.window.unsent.open_buttons[case_id].click()
    official.settles()
    assert official.window.page is official.window.case
    assert not official.window.unsent.isVisible()
    assert official.window.case.decision.draft().reasons == ("unreadable",)


def test_without_a_connection_the_decision_waits_and_is_sent_again(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_A)
    desk.goes_offline()
    official.undo_time_runs()
    assert official.reads("Serveri nuk e konfirmoi")
    official.window.header.sign_out_button.click()
    official.settles()
    assert official.window.page is not official.window.sign_in
    assert official.reads("Një vendim nuk është dërguar ende")
    desk.comes_back()
    official.window.unsent.retry_buttons[case_id].click()
    official.settles()
    assert desk.state_of(case_id) is CaseState.APPROVED
    assert not official.window.unsent.isVisible()


class LosesOneAnswer(FakeReviewDesk):
    """Takes the first decision, and the line breaks before the answer."""

    lost = False

    def decide(self, session: OfficialSession, case_id: CaseId, decision: Decision) -> Decided:
        decided = super().decide(session, case_id, decision)
        if not self.lost:
            self.lost = True
            raise WillRetry("server.unreachable")
        return decided


def test_lost_answer_is_never_counted_twice(qtbot: QtBot, inter: str, clock: DeskClock) -> None:
    desk = LosesOneAnswer(clock)
    desk.has_official("arta")
    case_id = desk.receives(invented_voter.request())
    official = Official(qtbot, desk, clock)
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_A)
    official.undo_time_runs()
    official.window.unsent.retry_buttons[case_id].click()
    official.settles()
    assert len(desk.told) == 1
    assert official.reads("me gjasë dërgimi i parë mbërriti")
    official.window.unsent.drop_buttons[case_id].click()
    assert not official.window.unsent.isVisible()
    official.window.close()
