from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from registration.model.ids import CaseId
from registration.review_desk import Role
from tests.fakes import invented_voter
from tests.fakes.review_desk import FakeReviewDesk
from tests.ui.desk_hands import DeskClock, Official
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


# ---------------------------------------------------------------- the review desk


@pytest.fixture
def clock() -> DeskClock:
    return DeskClock()


@pytest.fixture
def desk(clock: DeskClock) -> FakeReviewDesk:
    made = FakeReviewDesk(clock)
    made.has_official("arta")
    made.has_official("besa")
    made.has_official("drita", Role.SUPERVISOR)
    return made


@pytest.fixture
def receives(desk: FakeReviewDesk, clock: DeskClock) -> Callable[[], CaseId]:
    numbers = itertools.count(1)

    def one() -> CaseId:
        number = next(numbers)
        request = invented_voter.request(
            f"01990000-0000-7000-8000-{number:012x}", account_id=f"01990000-0000-7000-9000-{number:012x}"
        )
        return desk.receives(request, received=clock.now() - timedelta(hours=10 - number))

    return one


@pytest.fixture
def official(qtbot: QtBot, inter: str, desk: FakeReviewDesk, clock: DeskClock) -> Iterator[Official]:
    made = Official(qtbot, desk, clock)
    yield made
    made.window.close()
