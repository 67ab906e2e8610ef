from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from registration.errors import StaffMustFix, VoterCanFix
from tests.ui.conftest import Seconds
from ui.page import Actions, KioskPage
from ui.shell import BUSY_DELAY_MS, Shell
from ui.theme import TextSize, Theme
from ui.words import Words


class SamplePage(KioskPage):
    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.line = QLineEdit()
        self.line.setAccessibleName("sample")
        self.content.addWidget(self.line)
        self.content.addStretch(1)
        self.submitted: list[str] = []
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(self.words("shell.continue"), self.words("shell.back"))

    def submit(self) -> None:
        self.submitted.append(self.line.text())

    def retranslate(self) -> None:
        self.write_heading(self.words("shell.help_title"))
        super().retranslate()


@pytest.fixture
def page(qtbot: QtBot, shell: Shell, words: Words) -> SamplePage:
    made = SamplePage(words)
    shell.show_page(made)
    qtbot.waitUntil(made.line.hasFocus)
    return made


def press(qtbot: QtBot, widget: object) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_a_trembling_hand_continues_once(qtbot: QtBot, shell: Shell, page: SamplePage, seconds: Seconds) -> None:
    press(qtbot, shell.next_button)
    seconds.go(0.2)
    press(qtbot, shell.next_button)
    assert page.submitted == [""]

    seconds.go(1.0)
    press(qtbot, shell.next_button)
    assert page.submitted == ["", ""]


def test_continue_is_never_disabled_but_waits_while_busy(qtbot: QtBot, shell: Shell, page: SamplePage) -> None:
    shell.show_busy("voter.busy.sealing")
    assert shell.next_button.isEnabled()
    press(qtbot, shell.next_button)
    assert page.submitted == []


def test_busy_shows_itself_after_a_moment_and_can_be_called_off(qtbot: QtBot, shell: Shell, page: SamplePage) -> None:
    called: list[bool] = []
    shell.show_busy("voter.busy.sending", cancel=lambda: called.append(True))
    assert not shell.busy_panel.isVisible()

    qtbot.waitUntil(shell.busy_panel.isVisible, timeout=BUSY_DELAY_MS * 10)
    press(qtbot, shell.busy_panel.cancel_button)
    assert called == [True]

    shell.hide_busy()
    assert page.isVisible()


def test_the_language_is_switched_with_the_data_kept(qtbot: QtBot, shell: Shell, page: SamplePage) -> None:
    page.line.setText("Çela")
    press(qtbot, shell.header._languages["en"])

    assert page.heading() == "Help"
    assert shell.next_button.text() == "Continue"
    assert page.line.text() == "Çela"


def test_an_error_stands_on_top_and_takes_the_focus(qtbot: QtBot, shell: Shell, page: SamplePage, words: Words) -> None:
    shell.notices.show(VoterCanFix("unexpected"))
    qtbot.waitUntil(page._summary.hasFocus)
    assert page._summary.accessibleName().startswith("Ka një problem")

    words.choose("en")
    assert page._summary.accessibleName().startswith("There is a problem")

    shell.notices.clear()
    assert not page._summary.isVisible()


@pytest.mark.expects_log
def test_a_bug_is_logged_by_type_only(shell: Shell, page: SamplePage, caplog: pytest.LogCaptureFixture) -> None:
    shell.notices.show(RuntimeError("I90201535E"))

    assert page.problems()[0].code == "unexpected"
    assert "RuntimeError" in caplog.text
    assert "I90201535E" not in caplog.text


@pytest.mark.expects_log
def test_a_code_without_words_still_gets_a_sentence(shell: Shell, page: SamplePage) -> None:
    shell.notices.show(StaffMustFix("no.such_code"))

    assert "no.such_code" not in page._summary.accessibleName()
    assert page._summary.isVisible()


def test_the_look_changes_and_resets_with_the_data_kept(shell: Shell, page: SamplePage) -> None:
    page.line.setText("Çela")
    shell.choose_look(theme=Theme.WHITE_ON_BLACK, size=TextSize.LARGEST)
    assert shell.look.palette.page == "#000000"
    assert page.look is shell.look

    shell.reset_look()
    assert (shell.look.theme, shell.look.size) == (Theme.DEFAULT, TextSize.NORMAL)
    assert page.line.text() == "Çela"


def test_large_text_collapses_the_languages(shell: Shell, page: SamplePage) -> None:
    shell.choose_look(size=TextSize.LARGE)

    assert not shell.header._languages["sq"].isVisible()
    assert shell.header._collected.isVisible()


def test_the_idle_warning_says_the_seconds_and_gives_the_page_back(shell: Shell, page: SamplePage) -> None:
    shell.show_idle_warning(45)
    said = shell.idle_panel._left.text()
    shell.show_idle_warning(44)
    assert shell.idle_panel._left.text() == said, "between 45 and 20 it speaks every 15 seconds only"
    shell.show_idle_warning(19)
    assert "19" in shell.idle_panel._left.text()

    shell.hide_idle_warning()
    assert page.isVisible()


def test_help_opens_over_the_page_and_closes(qtbot: QtBot, shell: Shell, page: SamplePage) -> None:
    press(qtbot, shell.header._help)
    assert shell.help_panel.isVisible()
    press(qtbot, shell.help_panel.close_button)
    assert page.isVisible()


def test_leaving_before_the_end_offers_to_keep_or_erase(qtbot: QtBot, shell: Shell, page: SamplePage) -> None:
    said: list[str] = []
    shell.exit_requested.connect(lambda: said.append("keep"))
    shell.leave_requested.connect(lambda: said.append("erase"))
    assert not shell.header.exit_button.isVisible()
    shell.offer_exit(True)
    press(qtbot, shell.header.exit_button)
    press(qtbot, shell.exit_panel.keep_button)
    press(qtbot, shell.exit_panel.erase_button)
    assert said == ["keep", "erase"]
    press(qtbot, shell.exit_panel.stay_button)
    assert page.isVisible()


def test_the_window_closes_only_when_it_may(shell: Shell) -> None:
    shell.may_close = False
    shell.close()
    assert shell.isVisible()
    shell.may_close = True
