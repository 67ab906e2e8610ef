"""Staff open the vault: choosing the passphrase, typing it, wrong tries, a vault that is damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from registration.errors import Expected, StaffMustFix, WillRetry
from tests.ui.conftest import Seconds
from ui.flows.unlock_flow import UnlockFlow
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

GOOD = "gur dru ujë erë"


class Vaults:
    """A door that opens for any passphrase; raises what lies in `answers` first."""

    def __init__(self, *answers: Expected, ways: tuple[str, ...] = ()) -> None:
        self.answers = list(answers)
        self.tried: list[str] = []
        self.asked: list[tuple[object, ...]] = []
        self.stands = True
        self._ways = ways

    def exists(self) -> bool:
        return self.stands

    def ways(self) -> tuple[str, ...]:
        return self._ways

    def open(self, passphrase: str) -> object:
        self.tried.append(passphrase)
        return self._answer("open", passphrase)

    def open_by(self, way: str, pin: str) -> object:
        return self._answer("open_by", way, pin)

    def restore(self, backup: Path, passphrase: str) -> object:
        return self._answer("restore", backup, passphrase)

    def recover(self, identity: Path, passphrase: str) -> object:
        return self._answer("recover", identity, passphrase)

    def start_anew(self, passphrase: str) -> object:
        return self._answer("anew", passphrase)

    def _answer(self, *what: object) -> object:
        self.asked.append(what)
        if self.answers:
            raise self.answers.pop(0)
        return f"vault opened by {what[0]}"


Begin = Callable[..., tuple[UnlockFlow, list[object]]]


@pytest.fixture
def begin(qtbot: QtBot, shell: Shell, words: Words) -> Iterator[Begin]:
    tasks = TaskRunner(parent=shell)

    def one(vaults: Vaults, *, exists: bool) -> tuple[UnlockFlow, list[object]]:
        vaults.stands = exists
        flow = UnlockFlow(shell, words, tasks, door=vaults, choose=lambda way: Path("/chosen") / way)
        opened: list[object] = []
        flow.opened.connect(opened.append)
        flow.start()
        qtbot.waitUntil(lambda: flow.page.lines.passphrase.line.hasFocus())
        return flow, opened

    yield one
    assert tasks.close()


def reads(shell: Shell, words: str) -> bool:
    return any(words in label.text() for label in shell.findChildren(QLabel) if label.isVisible())


def press(shell: Shell, seconds: Seconds) -> None:
    seconds.go(1)
    shell.next_button.click()


def test_first_start_asks_twice_and_makes_the_vault(qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin) -> None:
    vaults = Vaults()
    flow, opened = begin(vaults, exists=False)
    assert reads(shell, "Zgjidhni fjalëkalimin e personelit")
    flow.page.lines.passphrase.line.setText("shkurt")
    press(shell, seconds)
    assert reads(shell, "të paktën 10 karaktere")
    flow.page.lines.passphrase.line.setText(GOOD)
    flow.page.lines.repeat.line.setText("tjetër gjë fare")
    press(shell, seconds)
    assert reads(shell, "nuk janë të njëjta")
    assert vaults.tried == []
    flow.page.lines.repeat.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.tried == [GOOD]
    assert flow.page.lines.passphrase.line.text() == flow.page.lines.repeat.line.text() == ""


def test_enter_opens_an_existing_vault(qtbot: QtBot, shell: Shell, begin: Begin) -> None:
    flow, opened = begin(Vaults(), exists=True)
    assert not flow.page.lines.repeat.isVisible()
    flow.page.lines.passphrase.line.setText(GOOD)
    QTest.keyClick(flow.page.lines.passphrase.line, Qt.Key.Key_Return)
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
        flow.page.lines.passphrase.line.setText("gabim gabim")
        press(shell, seconds)
        qtbot.waitUntil(lambda said=said: reads(shell, said))
        assert flow.page.lines.passphrase.line.text() == ""
    flow._wait(2)
    assert reads(shell, "Prova tjetër pas 2 sekondash")
    flow.tick()
    assert reads(shell, "Prova tjetër pas 1 sekonde")
    flow.tick()
    assert not reads(shell, "Prova tjetër")
    flow.page.lines.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))


@pytest.mark.parametrize("code", ["vault.newer", "vault.disk_error"])
def test_what_no_passphrase_solves_says_the_way_back(
    qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin, code: str
) -> None:
    flow, opened = begin(Vaults(StaffMustFix(code)), exists=True)
    flow.page.lines.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: reads(shell, "Mos fshini asgjë nga dosja"))
    assert opened == []


def test_language_switch_keeps_what_was_typed(shell: Shell, words: Words, begin: Begin) -> None:
    flow, _ = begin(Vaults(), exists=False)
    flow.page.lines.passphrase.line.setText(GOOD)
    words.choose("en")
    assert reads(shell, "Choose the staff passphrase")
    assert flow.page.lines.passphrase.line.text() == GOOD


def test_a_chip_is_offered_and_asks_for_its_pin(qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin) -> None:
    vaults = Vaults(StaffMustFix("vault.slot_refused"), ways=("tpm", "keyring"))
    flow, opened = begin(vaults, exists=True)
    qtbot.waitUntil(lambda: flow.page.way_buttons["tpm"].isVisible())
    assert flow.page.way_buttons["keyring"].isVisible()
    flow.page.way_buttons["tpm"].click()
    assert reads(shell, "PIN-i i çipit TPM")
    flow.page.lines.passphrase.line.setText("1234")
    press(shell, seconds)
    qtbot.waitUntil(lambda: reads(shell, "Përdorni fjalëkalimin e saj"))
    flow.page.way_buttons[""].click()
    assert not reads(shell, "PIN-i i çipit TPM")
    flow.page.lines.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.asked == [("open_by", "tpm", "1234"), ("open", GOOD)]


def test_the_keyring_opens_by_one_press(qtbot: QtBot, shell: Shell, begin: Begin) -> None:
    vaults = Vaults(ways=("keyring",))
    flow, opened = begin(vaults, exists=True)
    qtbot.waitUntil(lambda: flow.page.way_buttons["keyring"].isVisible())
    assert not flow.page.way_buttons["tpm"].isVisible()
    flow.page.way_buttons["keyring"].click()
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.asked == [("open_by", "keyring", "")]


def test_a_damaged_vault_is_brought_back_from_a_backup(
    qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin
) -> None:
    vaults = Vaults(StaffMustFix("vault.damaged"), StaffMustFix("vault.wrong_passphrase", wrong=1, seconds=0))
    flow, opened = begin(vaults, exists=True)
    flow.page.lines.passphrase.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: reads(shell, "Kthimi i kasafortës"))
    assert reads(shell, "Kasaforta e të dhënave është e dëmtuar")
    press(shell, seconds)
    assert vaults.asked == [("open", GOOD)]  # no folder, no passphrase yet
    flow.recovery.place_button.click()
    assert reads(shell, "/chosen/restore")
    for _ in range(2):
        flow.recovery.lines.passphrase.line.setText("i vjetër")
        press(shell, seconds)
        qtbot.waitUntil(lambda: bool(opened) or reads(shell, "përpjekje të gabuara: 1"))
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.asked[1:] == [("restore", Path("/chosen/restore"), "i vjetër")] * 2


@pytest.mark.parametrize(
    ("way", "asked"), [("recover", ("recover", Path("/chosen/recover"), GOOD)), ("anew", ("anew", GOOD))]
)
def test_a_lost_passphrase_or_vault_takes_a_new_passphrase_twice(
    qtbot: QtBot, shell: Shell, seconds: Seconds, begin: Begin, way: str, asked: tuple[object, ...]
) -> None:
    vaults = Vaults()
    flow, opened = begin(vaults, exists=way == "recover")
    flow.page.trouble_button.click()
    # Nobody who passes by may set a vault aside that stands; the authority's key opens only one that does.
    assert flow.recovery.ways["anew"].isVisible() == (way == "anew")
    assert flow.recovery.ways["recover"].isVisible() == (way == "recover")
    flow.recovery.ways[way].click()
    if way == "recover":
        flow.recovery.place_button.click()
    flow.recovery.lines.passphrase.line.setText(GOOD)
    press(shell, seconds)
    assert reads(shell, "nuk janë të njëjta")
    flow.recovery.lines.repeat.line.setText(GOOD)
    press(shell, seconds)
    qtbot.waitUntil(lambda: bool(opened))
    assert vaults.asked == [asked]
    assert flow.recovery.lines.passphrase.line.text() == ""


def test_after_locking_by_itself_it_says_so(shell: Shell, begin: Begin) -> None:
    flow, _ = begin(Vaults(), exists=True)
    flow.start(locked=True)
    assert reads(shell, "u mbyll vetë")
