from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Seconds
from ui.idle import IdleWatch


class Told:
    def __init__(self, watch: IdleWatch) -> None:
        self.warned: list[int] = []
        self.returned = self.expired = 0
        watch.warned.connect(self.warned.append)
        watch.returned.connect(self._back)
        watch.expired.connect(self._over)

    def _back(self) -> None:
        self.returned += 1

    def _over(self) -> None:
        self.expired += 1


@pytest.fixture
def watch(qtbot: QtBot, seconds: Seconds) -> Iterator[IdleWatch]:
    made = IdleWatch(seconds)
    made.start()
    yield made
    made.stop()


def test_it_warns_after_five_minutes_and_ends_after_45_seconds(watch: IdleWatch, seconds: Seconds) -> None:
    told = Told(watch)
    seconds.go(299)
    watch.look()
    assert told.warned == []
    seconds.go(1)
    watch.look()
    assert told.warned == [45]
    seconds.go(44.5)
    watch.look()
    assert told.warned == [45, 1]
    seconds.go(0.5)
    watch.look()
    assert told.expired == 1


def test_a_press_anywhere_counts_as_life(qtbot: QtBot, watch: IdleWatch, seconds: Seconds) -> None:
    told = Told(watch)
    button = QPushButton()
    qtbot.addWidget(button)
    button.show()
    seconds.go(290)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    seconds.go(290)
    watch.look()
    assert told.warned == []


def test_only_saying_so_ends_the_warning(qtbot: QtBot, watch: IdleWatch, seconds: Seconds) -> None:
    told = Told(watch)
    button = QPushButton()
    qtbot.addWidget(button)
    button.show()
    seconds.go(300)
    watch.look()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    seconds.go(10)
    watch.look()
    assert told.warned == [45, 35]

    watch.stay()
    seconds.go(290)
    watch.look()
    assert told.returned == 1
    assert told.warned == [45, 35]


def test_it_holds_while_the_machine_works(watch: IdleWatch, seconds: Seconds) -> None:
    told = Told(watch)
    watch.pause()
    seconds.go(3600)
    watch.look()
    watch.resume()
    seconds.go(299)
    watch.look()
    assert told.warned == []
    assert told.expired == 0
