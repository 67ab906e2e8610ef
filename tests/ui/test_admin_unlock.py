"""Staff open the vault: choosing the passphrase, typing it, wrong tries, a vault that is damaged."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from registration.errors import Expected, StaffMustFix, WillRetry
from tests.ui.conftest import Seconds
from ui.flows.admin_flow import UnlockFlow
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

GOOD = "gur dru ujë erë"


class Vaults:
    """Opens for one passphrase; raises what lies in `answers` first."""

    def __init__(self, *answers: Expected) -> None:
        self.answers = list(answers)
        self.tried: list[str] = []

    def __call__(self, passphrase: str) -> object:
        self.tried.append(passphrase)
        if self.answers:
            raise self.answers.pop(0)
        return f"vault opened with {len(passphrase)} characters"


Begin = Callable[..., tuple[UnlockFlow, list[object]]]


@pytest.fixture
def begin(qtbot: QtBot, shell: Shell, words: Words) -> Begin:
    def one(vaults: Vaults, *, exists: bool) -> tuple[UnlockFlow, list[object]]:
        flow = UnlockFlow(shell, words, TaskRunner(parent=shell), exists=exists, open_vault=vaults)
        opened: list[object] = []
        flow.opened.connect(opened.append)
        flow.start()
        qtbot.waitUntil(lambda: flow.page.passphrase.line.hasFocus())
        return flow, opened

    return one


def reads(shell: Shell, words: str) -> bool:
    return any(words in label.text() for label in shell.findChildren(QLabel) if label.isVisible())


def press(shell: Shell, seconds: Seconds) -> None:
    seconds.go(1)
    shell.next_button.click()


def test_first_start_asks_twice_and_makes_the_vault(qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin) -> None:
    vaults = Vaults()
    flow, opened = begin(vaults, exists=False)
    assert reads(shell, "Zgjidhni fjalëkalimin e personelit")
    flow.page.passphrase.line.setText("shkurt")
    press(shell, seconds)
    assert reads(shell, "të paktën 10 karaktere")
    flow.page.passphrase.line.setText(GOOD)
    flow.page.repeat.line.setText("tjetër gjë fare")
    press(shell, seconds)
    assert reads(shell, "nuk janë të njëjta")
    assert vaults.tried == []
    flow.page.repeat.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.tried == [GOOD]
    assert flow.page.passphrase.line.text() == flow.page.repeat.line.text() == ""


def test_enter_opens_an_existing_vault(qtbot: QtBot, shell: Shell, begin: Begin) -> None:
    flow, opened = begin(Vaults(), exists=True)
    assert not flow.page.repeat.isVisible()
    flow.page.passphrase.line.setText(GOOD)
    QTest.keyClick(flow.page.passphrase.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened))


def test_wrong_passphrase_is_counted_and_the_wait_runs_down(
    qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin
) -> None:
    vaults = Vaults(
        StaffMustFix("vault.wrong_passphrase", wrong=1, seconds=0),
        StaffMustFix("vault.wrong_passphrase", wrong=3, seconds=2),
        WillRetry("vault.wait", seconds=1),
    )
    flow, opened = begin(vaults, exists=True)
    for said in ("përpjekje të gabuara: 1). Provoni", "përpjekje të gabuara: 3", "Prisni 1 sekonda"):
        flow.page.passphrase.line.setText("gabim gabim")
        press(shell, seconds)
        qtbot.waitUntil(lambda said=said: reads(shell, said))
        assert flow.page.passphrase.line.text() == ""
    flow._wait(2)
    assert reads(shell, "Prova tjetër pas 2 sekondash")
    flow.tick()
    assert reads(shell, "Prova tjetër pas 1 sekonde")
    flow.tick()
    assert not reads(shell, "Prova tjetër")
    flow.page.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))


@pytest.mark.parametrize("code", ["vault.damaged", "vault.newer", "vault.disk_error"])
def test_what_no_passphrase_solves_says_the_way_back(
    qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin, code: str
) -> None:
    flow, opened = begin(Vaults(StaffMustFix(code)), exists=True)
    flow.page.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: reads(shell, "Mos fshini asgjë nga dosja"))
    assert opened == []


def test_language_switch_keeps_what_was_typed(shell: Shell, words: Words, begin: Begin) -> None:
    flow, _ = begin(Vaults(), exists=False)
    flow.page.passphrase.line.setText(GOOD)
    words.choose("en")
    assert reads(shell, "Choose the staff passphrase")
    assert flow.page.passphrase.line.text() == GOOD
