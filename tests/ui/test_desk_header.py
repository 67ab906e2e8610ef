"""The band on top of the officials' window, where room is short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QRect
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from registration.review_desk import Role
from tests.fakes.office import FakeOffice
from tests.fakes.review_desk import FakeReviewDesk
from tests.ui.desk_hands import DeskClock, Official
from ui.review.desk_header import DeskHeader

LANGUAGES = ("sq", "en", "it", "el", "de")


@pytest.fixture
def supervisor(qtbot: QtBot, inter: str, desk: FakeReviewDesk, clock: DeskClock) -> Iterator[Official]:
    """Whom every button of the header is shown to; no real name is longer than most."""
    desk.has_official("drita.hoxhallari", Role.SUPERVISOR)
    made = Official(qtbot, desk, clock, office=FakeOffice())  # type: ignore[arg-type]
    yield made
    made.window.close()


def shown(header: DeskHeader) -> list[QWidget]:
    parts: list[QWidget] = [*header.findChildren(QPushButton), *header.findChildren(QLabel)]
    return [part for part in parts if part.isVisible() and part.property("text")]


def place(part: QWidget, header: DeskHeader) -> QRect:
    return QRect(part.mapTo(header, part.rect().topLeft()), part.size())


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("large", [False, True])
def test_nothing_of_the_header_is_cut_in_any_language(supervisor: Official, size: tuple[int, int], large: bool) -> None:
    window, header = supervisor.window, supervisor.window.header
    window.window.resize(*size)
    supervisor.signs_in("drita.hoxhallari")
    header.size_button.setChecked(large)
    for language in LANGUAGES:
        header.languages.of[language].click()
        for _ in range(4):
            QCoreApplication.processEvents()
        assert header.officials_button.isVisible()
        parts = shown(header)
        assert len(parts) == 12
        places = [place(part, header) for part in parts]
        for part, at in zip(parts, places, strict=True):
            assert at.width() >= part.sizeHint().width(), (language, part.property("text"))
            assert header.rect().contains(at), (language, part.property("text"))
        assert not any(one.intersects(other) for n, one in enumerate(places) for other in places[:n])


def test_the_header_stands_in_one_line_where_there_is_room(supervisor: Official) -> None:
    header = supervisor.window.header
    supervisor.signs_in("drita.hoxhallari")
    supervisor.window.window.resize(1920, 1080)
    supervisor.qtbot.waitUntil(lambda: len({place(part, header).center().y() for part in shown(header)}) == 1)
    supervisor.window.window.resize(1024, 768)
    supervisor.qtbot.waitUntil(lambda: len({place(part, header).center().y() for part in shown(header)}) == 2)
