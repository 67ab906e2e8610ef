"""The program itself: opened, locked by hand and by itself, opened again, brought back after damage; server and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk.program import Program
from kiosk.settings import Settings
from kiosk.vault.vault import DATABASE
from ui.admin.window import AdminWindow

STAFF = "gur dru ujë erë"
NOWHERE = "http://127.0.0.1:9"
"""A server out of reach: none is started, and nothing is asked of it."""


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(Settings(tmp_path / "profile", mode="admin", window=True, server=NOWHERE, lock_seconds=600))
    made.start()
    yield made
    made.close()


def unlock(qtbot: QtBot, program: Program) -> AdminWindow:
    flow = program._unlock
    assert flow is not None
    flow.page.lines.passphrase.line.setText(STAFF)
    flow.page.lines.repeat.line.setText(STAFF)
    flow.page.submit()
    qtbot.waitUntil(lambda: program.window is not None, timeout=30_000)
    window = program.window
    assert isinstance(window, AdminWindow)
    qtbot.waitUntil(lambda: not window.tasks.busy)
    return window


def test_locked_by_hand_and_by_itself_it_asks_again(qtbot: QtBot, program: Program) -> None:
    window = unlock(qtbot, program)
    kiosk = program._kiosk
    assert kiosk is not None
    assert kiosk.vault.is_open
    window.vault.lock_button.click()
    qtbot.waitUntil(lambda: program.window is None)
    assert not kiosk.vault.is_open
    assert program.shell is not None
    assert program.shell.isVisible()
    unlock(qtbot, program)
    again = program._kiosk
    watch = program._watch
    assert watch is not None
    assert again is not None
    watch._last -= 601
    watch.look()
    assert program.window is None
    assert not again.vault.is_open
    assert program._unlock is not None
    assert program._unlock._view.locked


def test_work_under_way_is_let_end_before_it_locks(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = unlock(qtbot, program)
    watch = program._watch
    assert watch is not None
    monkeypatch.setattr(type(window.tasks), "busy", True)
    watch._last -= 601
    watch.look()
    assert program.window is window
    monkeypatch.undo()
    watch._last -= 601
    watch.look()
    assert program.window is None


def test_a_damaged_vault_is_restored_from_the_screen(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    window = unlock(qtbot, program)
    window._choose_folder = lambda: tmp_path / "backup"
    window.vault.backup_button.click()
    qtbot.waitUntil(lambda: not window.tasks.busy)
    program.lock()
    vault = tmp_path / "profile" / "vault"
    (vault / DATABASE).write_bytes(b"damaged" * 2000)
    flow = program._unlock
    assert flow is not None
    flow.page.lines.passphrase.line.setText(STAFF)
    flow.page.submit()
    qtbot.waitUntil(flow.recovery.isVisible, timeout=30_000)
    flow.recovery._place = tmp_path / "backup"
    flow.recovery.lines.passphrase.line.setText(STAFF)
    flow.recovery.submit()
    qtbot.waitUntil(lambda: program.window is not None, timeout=30_000)
    assert len(list((tmp_path / "profile").glob("vault-replaced-*"))) == 1
