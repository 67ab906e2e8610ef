"""An official at the desk, with the keyboard, over the fake server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from registration.model.case import Action, CaseState
from registration.model.documents import Correction, FieldName
from registration.model.ids import CaseId
from registration.review_desk import Decision, QueueFilter
from tests.fakes import invented_voter
from tests.fakes.review_desk import FakeReviewDesk
from tests.ui.desk_hands import DeskClock, Official


def test_official_signs_in_takes_a_case_and_approves(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    assert official.window.page is official.window.queue
    official.opens(case_id)
    assert official.window.page is official.window.case
    official.key(Qt.Key.Key_A)
    assert official.window.undo_bar.isVisible()
    assert desk.state_of(case_id) is CaseState.IN_REVIEW
    official.undo_time_runs()
    assert desk.state_of(case_id) is CaseState.APPROVED
    assert official.window.page is official.window.queue
    assert not official.window.undo_bar.isVisible()
    assert official.reads("Vendimi u dërgua")


def test_wrong_code_says_so_and_keeps_the_name(official: Official) -> None:
    official.signs_in(password="gabim")
    assert official.window.page is official.window.sign_in
    assert official.reads("nuk është i saktë", official.window.sign_in)
    assert official.window.sign_in.name_line.text() == "arta"
    assert official.window.sign_in.password_line.text() == ""
    official.enters()
    assert official.window.page is official.window.queue


def test_refusal_needs_a_reason_and_sends_it(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_R)
    decision = official.window.case.decision
    assert decision.isVisible()
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert official.reads("të paktën një arsye", decision)
    assert not official.window.undo_bar.isVisible()
    official.key(Qt.Key.Key_1)
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    official.undo_time_runs()
    assert desk.told == [(case_id, Decision(Action.REFUSE, 2, ("address_differs",), ""))]


def test_return_needs_a_comment_and_letters_in_it_decide_nothing(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_K)
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert official.reads("kërkon një koment", official.window.case.decision)
    official.type("Arkë: një fletë")
    for letter in (Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_L):
        official.key(letter)
    assert official.window.page is official.window.case
    assert not official.window.undo_bar.isVisible()
    official.window.case.decision.comment.setPlainText("Shtoni faqen me adresën.")
    official.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    official.undo_time_runs()
    assert desk.state_of(case_id) is CaseState.RETURNED
    assert desk.told[0][1].comment == "Shtoni faqen me adresën."


def test_supervisor_takes_a_case_over(
    qtbot: QtBot, official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    desk.is_taken(case_id, by="besa")
    official.signs_in("drita")
    official.opens(case_id)
    assert official.window.page is official.window.queue
    assert official.window.queue.take_over_button.isVisible()
    official.window.queue.take_over_button.click()
    official.settles()
    assert official.window.page is official.window.case


def test_supervisor_reopens_a_decided_case(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    session = desk.sign("besa")
    desk.decide(session, case_id, Decision(Action.APPROVE, desk.claim(session, case_id).version))
    official.signs_in("drita")
    official.window.queue.state_buttons[CaseState.APPROVED].click()
    official.settles()
    official.opens(case_id)
    assert official.window.page is official.window.reopen
    official.window.reopen.reopen_button.click()
    assert official.reads("kërkon një koment")
    official.type("Gabim në adresë")
    official.window.reopen.reopen_button.click()
    official.settles()
    assert official.window.page is official.window.case
    assert desk.state_of(case_id) is CaseState.IN_REVIEW


def test_a_sending_that_ends_does_not_take_the_reopening_away(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    decided, waiting = receives(), receives()
    session = desk.sign("besa")
    desk.decide(session, decided, Decision(Action.APPROVE, desk.claim(session, decided).version))
    official.signs_in("drita")
    official.opens(waiting)
    official.key(Qt.Key.Key_A)
    official.window.flow.show_queue(QueueFilter(CaseState.APPROVED))
    official.settles()
    official.opens(decided)
    official.type("Gabim")
    official.undo_time_runs()
    assert desk.state_of(waiting) is CaseState.APPROVED
    assert official.window.page is official.window.reopen
    assert official.window.reopen.comment.toPlainText() == "Gabim"


def test_four_eyes_shows_the_first_officials_proposal(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    desk.needs_four_eyes = True
    case_id = receives()
    session = desk.sign("besa")
    desk.decide(session, case_id, Decision(Action.APPROVE, desk.claim(session, case_id).version))
    official.signs_in()
    official.opens(case_id)
    assert official.reads("besa propozon: Mirato")
    official.key(Qt.Key.Key_A)
    official.undo_time_runs()
    assert desk.state_of(case_id) is CaseState.APPROVED


def test_leaving_a_case_undecided_gives_it_back(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    assert desk.state_of(case_id) is CaseState.IN_REVIEW
    official.key(Qt.Key.Key_L)
    official.settles()
    assert desk.state_of(case_id) is CaseState.SUBMITTED
    assert official.window.page is official.window.queue


def test_idle_desk_locks_wipes_and_comes_back_to_the_case(
    official: Official, desk: FakeReviewDesk, clock: DeskClock, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    clock.go(901)
    official.window.idle.look()
    official.settles()
    assert official.window.page is official.window.sign_in
    assert official.reads("Tavolina është e kyçur")
    assert not official.reads(invented_voter.PERSON.personal_number)
    assert official.window.flow.opened is None
    assert "sign_out" in desk.calls
    official.enters()
    assert official.window.page is official.window.case


def test_session_over_asks_to_sign_in_again(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId], clock: DeskClock
) -> None:
    receives()
    official.signs_in()
    desk.ends_sessions()
    clock.go(60)
    official.key(Qt.Key.Key_F5)
    official.settles()
    assert official.window.page is official.window.sign_in
    assert official.reads("Seanca juaj ka mbaruar")
    official.enters()
    assert official.window.page is official.window.queue


def test_closing_sends_what_waits(
    qtbot: QtBot, inter: str, desk: FakeReviewDesk, clock: DeskClock, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official = Official(qtbot, desk, clock)
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_A)
    official.window.close()
    assert desk.state_of(case_id) is CaseState.APPROVED
    assert len(desk.told) == 1


def test_closing_by_the_title_bar_signs_out_and_ends(
    official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_A)
    official.window.window.close()
    official.qtbot.waitUntil(lambda: not official.window.window.isVisible())
    official.settles()
    assert desk.state_of(case_id) is CaseState.APPROVED
    assert desk.calls[-1] == "sign_out"


def test_only_differences_are_marked_by_word(official: Official, desk: FakeReviewDesk) -> None:
    request = invented_voter.of(
        invented_voter.request(), corrections=(Correction(FieldName.SURNAME, "Specimen", "Tjetërkush"),)
    )
    case_id = desk.receives(request, contact_verified=False, flags=("duplicate_person",))
    official.signs_in()
    official.opens(case_id)
    assert official.reads("✗ Nuk përputhet")
    assert official.reads("Kontakti nuk është konfirmuar")
    assert official.reads("Ka edhe një llogari tjetër")


def test_language_switch_keeps_the_case_and_the_comment(official: Official, receives: Callable[[], CaseId]) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    official.key(Qt.Key.Key_K)
    official.type("Shtoni faqen")
    official.window.header.languages.of["en"].click()
    assert official.reads("Return for completion")
    assert official.window.case.decision.comment.toPlainText() == "Shtoni faqen"
    official.key(Qt.Key.Key_Escape)
    assert official.window.flow.opened is not None
    assert official.window.flow.opened.case_id == case_id


def test_viewer_turns_pages_and_zooms_by_key(official: Official, receives: Callable[[], CaseId]) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    viewer = official.window.case.viewer
    official.key(Qt.Key.Key_D)
    assert viewer.number == 1
    before = viewer.page.transform().m11()
    official.key(Qt.Key.Key_Plus)
    assert viewer.page.transform().m11() > before
    official.key(Qt.Key.Key_T)
    assert abs(viewer.page.transform().m11()) < 1e-6
    official.key(Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert viewer.number == 0


def test_low_lease_is_renewed_while_the_case_is_on_the_screen(
    official: Official, clock: DeskClock, receives: Callable[[], CaseId]
) -> None:
    case_id = receives()
    official.signs_in()
    official.opens(case_id)
    clock.go(8 * 60)
    official.window.flow.renew()
    official.settles()
    clock.go(10 * 60)
    official.key(Qt.Key.Key_A)
    official.undo_time_runs()
    assert official.desk.state_of(case_id) is CaseState.APPROVED


def test_filters_and_counts(official: Official, desk: FakeReviewDesk, receives: Callable[[], CaseId]) -> None:
    receives()
    receives()
    official.signs_in()
    queue = official.window.queue
    assert queue.state_buttons[None].text() == "Në pritje (2)"
    assert queue.language_buttons[""].text() == "Të gjitha gjuhët (2)"
    assert queue.language_buttons["sq"].text() == "Shqip (2)"
    queue.language_buttons["en"].click()
    official.settles()
    assert queue.language_buttons["en"].text() == "English (0)"
    assert queue.language_buttons["en"].accessibleName() == "Gjuha: English (0)"
    assert queue.language_buttons["sq"].text() == "Shqip (2)"
    assert queue.rows == []
    assert official.reads("Nuk ka asnjë kërkesë këtu")
    queue.language_buttons[""].click()
    official.settles()
    assert len(queue.rows) == 2
    queue.rows[0].setFocus()
    official.key(Qt.Key.Key_Down)
    assert queue.rows[1].hasFocus()


def test_filters_of_a_country_wrap_rather_than_lose_digits(official: Official, desk: FakeReviewDesk) -> None:
    official.signs_in()
    queue = official.window.queue
    view = queue._view
    assert view is not None
    many = replace(view.page, counts=dict.fromkeys(CaseState, 129_876), by_language={"sq": 98_765, "el": 98_765})
    queue.show_view(replace(view, page=many))
    official.window.window.resize(1024, 640)
    buttons = [*queue.state_buttons.values(), *queue.language_buttons.values(), *queue.limit_buttons.values()]
    official.qtbot.waitUntil(lambda: all(made.width() >= made.sizeHint().width() for made in buttons))
    places = [made.geometry() for made in buttons]
    assert not any(one.intersects(other) for n, one in enumerate(places) for other in places[:n])
    assert all(queue.rect().contains(place) for place in places)
    assert max(place.bottom() for place in places) < queue._head.geometry().top()


@pytest.mark.parametrize("language", ["sq", "en"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_nothing_of_a_case_is_cut_off(
    official: Official, receives: Callable[[], CaseId], language: str, width: int, height: int
) -> None:
    case_id = receives()
    official.window.window.resize(width, height)
    official.signs_in()
    official.opens(case_id)
    official.window.header.languages.of[language].click()
    for _ in range(3):
        QCoreApplication.processEvents()
    for area in official.window.case.findChildren(QScrollArea):
        held = area.widget()
        if held is not None and area.isVisible():
            assert held.width() <= area.viewport().width()
    for label in official.window.window.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
            assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()


@pytest.mark.parametrize("language", ["sq", "en", "it", "el", "de"])
def test_the_tools_of_the_viewer_keep_their_words_in_a_narrow_window(
    official: Official, receives: Callable[[], CaseId], language: str
) -> None:
    case_id = receives()
    official.window.window.resize(1024, 768)
    official.window.header.size_button.click()
    official.signs_in()
    official.opens(case_id)
    official.window.header.languages.of[language].click()
    tools = [made for made in official.window.case.viewer.findChildren(QPushButton) if made.isVisible()]
    assert len(tools) >= 7
    official.qtbot.waitUntil(lambda: all(made.width() >= made.sizeHint().width() for made in tools))
