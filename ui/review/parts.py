"""Small parts of the desk's pages: tags, cells, headings of a section, dates."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from registration.model.case import CaseState
from ui.notices import Problem, sentence
from ui.theme import Look
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


class Picture(QWidget):
    """One decoded picture in its proportions, never mirrored, at a set height."""

    def __init__(self, image: QImage | None, name: str, look: Look, height: int) -> None:
        super().__init__()
        self._image = image if image is not None and not image.isNull() else None
        self._look = look
        self._words = name
        self.setAccessibleName(name)
        ratio = self._image.width() / max(1, self._image.height()) if self._image is not None else 0.78
        self.setFixedSize(QSize(max(60, round(height * ratio)), height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette = self._look.palette
        if self._image is None:
            painter.fillRect(self.rect(), QColor(palette.soft))
            painter.setPen(QColor(palette.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect().adjusted(4, 4, -4, -4)), int(flags), self._words)
        else:
            size = self.size() * self.devicePixelRatioF()
            scaled = self._image.scaled(
                size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            painter.drawImage(self.rect(), scaled)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
