"""Small drawn examples of papers: what proves an address and what does not. Drawn here, of no real document."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.page import USUAL_LOOK
from ui.theme import Look, Palette
from ui.widgets.labels import Text
from ui.words import Words

ACCEPTED = ("letter", "contract")
REFUSED = ("identity", "map", "house", "ticket", "bank_card", "no_address")

_Pen = Callable[[QPainter, Palette], None]


class ExamplePicture(QWidget):
    """One drawn paper; a tick or a cross in its corner says whether it is accepted."""

    def __init__(self, what: str, *, accepted: bool) -> None:
        super().__init__()
        self._what, self._accepted, self._look = what, accepted, USUAL_LOOK
        self.restyle(USUAL_LOOK)

    def restyle(self, look: Look) -> None:
        self._look = look
        side = min(96, 3 * look.metrics.em)
        self.setFixedSize(QSize(side, side))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self), self._look.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / 100, self.height() / 100)
        _DRAWN[self._what](painter, palette)
        colour = QColor(palette.ok if self._accepted else palette.error)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.card))
        painter.drawEllipse(QRectF(62, 62, 38, 38))
        painter.setPen(QPen(QBrush(colour), 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if self._accepted:
            painter.drawPolyline(QPolygonF([QPointF(70, 82), QPointF(78, 90), QPointF(92, 72)]))
        else:
            painter.drawLine(QPointF(72, 72), QPointF(91, 91))
            painter.drawLine(QPointF(91, 72), QPointF(72, 91))


class ProofExamples(QWidget):
    """A grid of examples with their names; at large text fewer stand in one row."""

    def __init__(self, words: Words, what: tuple[str, ...], *, accepted: bool) -> None:
        super().__init__()
        self._words, self._what = words, what
        self._pictures = [ExamplePicture(each, accepted=accepted) for each in what]
        self._names = [Text("caption") for _ in what]
        self._cells = []
        for picture, name in zip(self._pictures, self._names, strict=True):
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(picture, alignment=Qt.AlignmentFlag.AlignHCenter)
            name.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            column.addWidget(name)
            column.addStretch(1)
            self._cells.append(cell)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.restyle(USUAL_LOOK)

    def restyle(self, look: Look) -> None:
        for picture in self._pictures:
            picture.restyle(look)
        self._grid.setSpacing(look.metrics.unit)
        across = 2 if look.large else 3
        for number, cell in enumerate(self._cells):
            self._grid.addWidget(cell, number // across, number % across)

    def retranslate(self) -> None:
        for each, picture, name in zip(self._what, self._pictures, self._names, strict=True):
            name.say(self._words(f"voter.example.{each}"))
            picture.setAccessibleName(name.text())


def _paper(painter: QPainter, palette: Palette, place: QRectF) -> None:
    painter.setPen(QPen(QColor(palette.ink), 2.5))
    painter.setBrush(QColor(palette.page))
    painter.drawRect(place)


def _line(painter: QPainter, colour: str, x: float, y: float, to: float, thick: float = 3) -> None:
    painter.setPen(QPen(QColor(colour), thick))
    painter.drawLine(QPointF(x, y), QPointF(to, y))


def _letter(painter: QPainter, palette: Palette) -> None:
    _paper(painter, palette, QRectF(16, 4, 66, 92))
    painter.fillRect(QRectF(18, 6, 62, 10), QColor(palette.brand))
    # Name and address, as the machine marks them.
    painter.fillRect(QRectF(23, 22, 36, 9), QColor(palette.ok_soft))
    painter.fillRect(QRectF(23, 33, 44, 18), QColor(palette.ok_soft))
    _line(painter, palette.ink, 25, 27, 56, 4)
    _line(painter, palette.ink, 25, 38, 64, 4)
    _line(painter, palette.ink, 25, 46, 58, 4)
    for y in (60, 68, 76, 84):
        _line(painter, palette.muted, 24, y, 74, 2)


def _contract(painter: QPainter, palette: Palette) -> None:
    _paper(painter, palette, QRectF(16, 4, 66, 92))
    _line(painter, palette.ink, 34, 14, 64, 5)
    painter.fillRect(QRectF(23, 24, 52, 20), QColor(palette.ok_soft))
    for y, to in ((30, 72), (38, 60)):
        _line(painter, palette.ink, 25, y, to, 4)
    for y in (52, 60, 68):
        _line(painter, palette.muted, 24, y, 74, 2)
    painter.setPen(QPen(QColor(palette.brand), 3))
    signature = ((24, 86), (31, 78), (35, 88), (43, 80), (50, 86))
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in signature]))


def _card(painter: QPainter, palette: Palette, fill: str) -> None:
    painter.setPen(QPen(QColor(palette.ink), 2.5))
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(QRectF(6, 24, 88, 56), 6, 6)


def _identity(painter: QPainter, palette: Palette) -> None:
    _card(painter, palette, palette.soft)
    painter.setBrush(QColor(palette.muted))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QRectF(18, 34, 16, 16))
    painter.drawChord(QRectF(12, 52, 28, 30), 0, 180 * 16)
    for y, to in ((36, 84), (46, 76), (56, 82)):
        _line(painter, palette.ink, 48, y, to)


def _map(painter: QPainter, palette: Palette) -> None:
    _paper(painter, palette, QRectF(14, 6, 72, 88))
    for start, end in (((14, 30), (86, 52)), ((38, 6), (58, 94)), ((14, 78), (86, 62))):
        painter.setPen(QPen(QColor(palette.line), 6))
        painter.drawLine(QPointF(*start), QPointF(*end))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.error))
    painter.drawEllipse(QRectF(38, 26, 22, 22))
    painter.drawPolygon(QPolygonF([QPointF(40, 42), QPointF(58, 42), QPointF(49, 62)]))
    painter.setBrush(QColor(palette.page))
    painter.drawEllipse(QRectF(45, 33, 8, 8))


def _house(painter: QPainter, palette: Palette) -> None:
    painter.setPen(QPen(QColor(palette.ink), 2.5))
    painter.setBrush(QColor(palette.soft))
    painter.drawRect(QRectF(20, 44, 60, 44))
    painter.setBrush(QColor(palette.muted))
    painter.drawPolygon(QPolygonF([QPointF(12, 46), QPointF(50, 14), QPointF(88, 46)]))
    painter.setBrush(QColor(palette.page))
    painter.drawRect(QRectF(28, 54, 14, 12))
    painter.drawRect(QRectF(50, 60, 14, 28))


def _ticket(painter: QPainter, palette: Palette) -> None:
    _card(painter, palette, palette.page)
    painter.fillRect(QRectF(8, 26, 84, 12), QColor(palette.brand))
    for x, wide in ((60, 2), (64, 4), (70, 2), (74, 3), (80, 4), (86, 2)):
        painter.fillRect(QRectF(x, 48, wide, 24), QColor(palette.ink))
    _line(painter, palette.ink, 16, 50, 46)
    _line(painter, palette.muted, 16, 60, 40)
    _line(painter, palette.muted, 16, 70, 44)


def _bank_card(painter: QPainter, palette: Palette) -> None:
    _card(painter, palette, palette.muted)
    painter.fillRect(QRectF(16, 36, 16, 12), QColor(palette.page))
    for x in (16, 34, 52, 70):
        _line(painter, palette.page, x, 58, x + 13, 4)
    _line(painter, palette.page, 16, 70, 50, 3)


def _no_address(painter: QPainter, palette: Palette) -> None:
    _paper(painter, palette, QRectF(16, 4, 66, 92))
    for y, to in ((16, 74), (26, 70), (36, 74), (46, 66), (56, 74), (66, 72), (76, 74), (86, 50)):
        _line(painter, palette.muted, 24, y, to, 2.5)


_DRAWN: dict[str, _Pen] = {
    "letter": _letter,
    "contract": _contract,
    "identity": _identity,
    "map": _map,
    "house": _house,
    "ticket": _ticket,
    "bank_card": _bank_card,
    "no_address": _no_address,
}
