"""QR codes (ISO/IEC 18004), drawn by us: on the receipt, for a phone, for an authenticator."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

QUIET_ZONE = 4
"""Modules of white around a code, ISO/IEC 18004."""


def paint_code(painter: QPainter, square: QRectF, text: str) -> None:
    """Paint the code of `text`, error correction M, black on white with its quiet zone, whatever the theme."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    cell = square.width() / (len(rows) + 2 * QUIET_ZONE)
    painter.fillRect(square, QColor("#FFFFFF"))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                # A hair wider than the cell, so that no white line shows between two.
                painter.fillRect(
                    QRectF(
                        square.left() + (x + QUIET_ZONE) * cell,
                        square.top() + (y + QUIET_ZONE) * cell,
                        cell * 1.02,
                        cell * 1.02,
                    ),
                    QColor("#000000"),
                )


class QrCode(QWidget):
    """A code as large as its place allows."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_text(self, text: str) -> None:
        """Draw `text`; "" draws nothing."""
        self._text = text
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._text:
            side = float(min(self.width(), self.height()))
            square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            paint_code(QPainter(self), square, self._text)
