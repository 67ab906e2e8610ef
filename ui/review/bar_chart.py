"""Counts as bars, drawn by us: one row for each value, one colour and one word for each measure, the number beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Look

_GAP, _PAD = 6, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. `count` None: hidden, and drawn as a word, never as a length."""

    label: str
    count: int | None


class BarChart(QWidget):
    """A chart with its rows as text for a screen reader."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._bars: tuple[Bar, ...] = ()
        self._hidden = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_bars(self, title: str, bars: Sequence[Bar], hidden: str) -> None:
        """Draw these; `hidden` is the word in place of a hidden count."""
        self._bars, self._hidden = tuple(bars), hidden
        self.setAccessibleName(title)
        self.setAccessibleDescription("; ".join(f"{bar.label}: {self._number(bar)}" for bar in bars))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, max(1, len(self._bars)) * self._row())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def _row(self) -> int:
        return QFontMetrics(self.font()).height() + 2 * _GAP

    def _number(self, bar: Bar) -> str:
        return self._hidden if bar.count is None else f"{bar.count:,}".replace(",", "\u202f")

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        palette, metrics, row = self._look.palette, QFontMetrics(self.font()), self._row()
        labels = min(self.width() * 0.34, max(metrics.horizontalAdvance(bar.label) for bar in self._bars) + _PAD)
        numbers = max(metrics.horizontalAdvance(self._number(bar)) for bar in self._bars) + _PAD
        room = max(20.0, self.width() - labels - numbers - 2 * _PAD)
        most = max((bar.count or 0 for bar in self._bars), default=0) or 1
        for at, bar in enumerate(self._bars):
            top = at * row
            painter.setPen(QPen(QColor(palette.ink)))
            label = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, round(labels - _PAD) + 1)
            left = QRectF(0, top, labels - _PAD, row)
            painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
            long = room * (bar.count or 0) / most
            if bar.count:
                painter.fillRect(QRectF(labels, top + _GAP, max(2.0, long), row - 2 * _GAP), QColor(palette.brand))
            if bar.count is None:
                painter.setPen(QPen(QColor(palette.muted)))
            beside = QRectF(labels + long + _PAD, top, numbers + _PAD, row)
            painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._number(bar))
