"""Somebody at the review desk with a keyboard, over the fake server and a clock set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from registration.model.ids import CaseId
from tests.fakes.review_desk import PASSWORD, FakeReviewDesk
from ui.review.window import ReviewWindow
from ui.words import Words


class DeskClock:
    """Goes only when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
        self.seconds = 100.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def go(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds


class Official:
    """Somebody with a keyboard at one window."""

    def __init__(self, qtbot: QtBot, desk: FakeReviewDesk, clock: DeskClock, **more: float) -> None:
        self.qtbot, self.desk, self.clock = qtbot, desk, clock
        self.words = Words("sq")
        self.window = ReviewWindow(desk, clock, self.words, **more)
        self.window.start()
        self.window.window.activateWindow()
        qtbot.waitUntil(self.window.window.isActiveWindow)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.window.focusWidget() or self.window.window, key, modifier)

    def type(self, text: str) -> None:
        target = self.window.window.focusWidget()
        assert target is not None
        for character in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character)
                QCoreApplication.sendEvent(target, event)

    def settles(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.tasks.busy)

    def signs_in(self, name: str = "arta", password: str = PASSWORD) -> None:
        self.window.sign_in.name_line.setFocus()
        self.type(name)
        self.key(Qt.Key.Key_Return)
        self.enters(password, name)

    def enters(self, password: str = PASSWORD, name: str = "arta") -> None:
        self.type(password)
        self.key(Qt.Key.Key_Return)
        self.type(self.desk.code_of(name))
        self.key(Qt.Key.Key_Return)
        self.settles()

    def opens(self, case_id: CaseId) -> None:
        row = next(row for row in self.window.queue.rows if row.case.case_id == case_id)
        row.setFocus()
        self.key(Qt.Key.Key_Space)
        self.settles()

    def undo_time_runs(self, seconds: float = 10.0) -> None:
        self.clock.go(seconds)
        self.window.flow.sending.look()
        self.settles()

    def reads(self, words: str, place: QWidget | None = None) -> bool:
        labels = (place or self.window.window).findChildren(QLabel)
        return any(words in label.text() for label in labels if label.isVisible())
