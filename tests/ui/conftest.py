from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui import fonts
from ui.shell import Shell
from ui.words import Words


class Seconds:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="session")
def inter(qapp: QApplication) -> str:
    return fonts.load()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def words() -> Words:
    return Words("sq")


@pytest.fixture
def shell(qtbot: QtBot, inter: str, words: Words, seconds: Seconds) -> Iterator[Shell]:
    made = Shell(words, monotonic=seconds, screen_px_per_mm=4.03)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()
