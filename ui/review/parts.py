"""Small parts of the desk's pages: tags, cells, headings of a section, dates."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from registration.model.case import CaseState
from ui.notices import Problem, sentence
from ui.widgets.labels import Text
from ui.words import Words

PLAIN, GOOD, BAD, DOUBT = "tag", "tagGood", "tagBad", "tagDoubt"
"""Kinds of tags: named in the style sheet; what they say is in words, never only in colour."""

STATE_TAG = {
    CaseState.APPROVED: GOOD,
    CaseState.REFUSED: BAD,
    CaseState.RETURNED: DOUBT,
    CaseState.IN_REVIEW: PLAIN,
}


def tag(kind: str, text: str) -> QLabel:
    """Return a word in a frame; an adjective, never a button."""
    made = QLabel(text)
    made.setObjectName(kind)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


def line(name: str = "text", text: str = "") -> QLabel:
    """Return one line of plain text that does not wrap."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def spread(*widgets: QWidget, spacing: int = 8) -> QHBoxLayout:
    """Put widgets beside one another, with the rest of the room after them."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row


def centred(widget: QWidget) -> QHBoxLayout:
    """Put a card in the middle; without an alignment flag, so that its wrapped words keep their height."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


def desk_sentence(words: Words, problem: Problem) -> str:
    """Return the words for a problem at this desk, where nothing waits in a kiosk to be sent by itself."""
    if problem.code == "server.unreachable":
        problem = Problem("desk.unreachable")
    return sentence(words, problem)


def moment(at: datetime) -> str:
    """Return date and time on this machine's clock, as Albanian offices write them."""
    return at.astimezone().strftime("%d.%m.%Y %H:%M")


def day(on: date) -> str:
    return on.strftime("%d.%m.%Y")


def hour(at: datetime) -> str:
    return at.astimezone().strftime("%H:%M")


class Section(QFrame):
    """A card with a title; what it holds goes into `body`."""

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 10)
        self.body.setSpacing(6)
        if title:
            self.body.addWidget(Text("label", title))
        self.setAccessibleName(title)
