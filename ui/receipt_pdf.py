"""The voter's receipt: one A5 page with the reference, what happens next and a QR code of the reference.

It carries no personal number, no name, no contact and no photo: whoever finds it learns nothing of its owner.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from registration.errors import VoterCanFix
from registration.journey.views import DoneView
from ui import fonts
from ui.qr import QUIET_ZONE, paint_code
from ui.words import Words

_INK, _MUTED, _BRAND = QColor("#0F1B2D"), QColor("#41506A"), QColor("#14315C")
_DPI = 300
_MM = _DPI / 25.4
_QR_MM = 38.0


@dataclass(slots=True)
class _Writer:
    """Writes blocks of text under one another."""

    painter: QPainter
    width: float
    y: float = 0.0

    def write(self, text: str, points: float, weight: QFont.Weight, colour: QColor, after_mm: float) -> None:
        font = QFont(fonts.FAMILY)
        font.setPointSizeF(points)
        font.setWeight(weight)
        # Inter's contextual brackets and hyphens have no character behind them: the text could not be read back.
        font.setFeature(QFont.Tag("calt"), 0)
        self.painter.setFont(font)
        self.painter.setPen(colour)
        room = QRectF(0, self.y, self.width, 10_000)
        used = self.painter.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)
        self.painter.drawText(room, int(Qt.TextFlag.TextWordWrap), text)
        self.y += used.height() + after_mm * _MM


def receipt(view: DoneView, words: Words) -> bytes:
    """Return the PDF (A5, PDF/A-1b) of a sent or stored request in the language in use.

    Needs a QGuiApplication with the shipped fonts loaded.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pdf = QPdfWriter(buffer)
    pdf.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_A1b)
    pdf.setResolution(_DPI)
    pdf.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A5),
            QPageLayout.Orientation.Portrait,
            QMarginsF(15, 15, 15, 15),
            QPageLayout.Unit.Millimeter,
        )
    )
    pdf.setTitle(words("receipt.title"))
    pdf.setCreator(words("receipt.product"))
    painter = QPainter(pdf)
    _paint(painter, QRectF(0, 0, pdf.width(), pdf.height()), view, words)
    painter.end()
    return bytes(buffer.data().data())


def save_receipt(view: DoneView, words: Words, file: Path) -> None:
    """Write the receipt, all of it or nothing.

    Raises:
        VoterCanFix: ``file.cannot_save``, the stick is full, write-protected or gone.
    """
    content = receipt(view, words)
    part = file.with_suffix(".part")
    try:
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError:
        raise VoterCanFix("file.cannot_save") from None


def _paint(painter: QPainter, page: QRectF, view: DoneView, words: Words) -> None:
    normal, bold = QFont.Weight.Normal, QFont.Weight.Bold
    writer = _Writer(painter, page.width())
    writer.write(words("receipt.product"), 9, QFont.Weight.DemiBold, _BRAND, 2)
    painter.fillRect(QRectF(0, writer.y, page.width(), 0.7 * _MM), _BRAND)
    writer.y += 6 * _MM
    writer.write(words("receipt.title"), 16, bold, _INK, 4)
    writer.write(words("receipt.delivered" if view.delivered else "receipt.stored"), 10.5, normal, _INK, 6)

    top = writer.y
    side = _QR_MM * _MM
    paint_code(painter, QRectF(page.width() - side, top, side, side), view.reference)
    beside = _Writer(painter, page.width() - side - 4 * _MM, top + QUIET_ZONE * _MM)
    beside.write(words("receipt.reference"), 9, normal, _MUTED, 1)
    beside.write(view.reference, 17, bold, _INK, 4)
    if view.submitted is not None:
        beside.write(words("receipt.date"), 9, normal, _MUTED, 1)
        beside.write(words.day(view.submitted.astimezone().date().isoformat()), 11, QFont.Weight.DemiBold, _INK, 2)
    writer.y = max(top + side, beside.y) + 5 * _MM

    writer.write(words("receipt.next"), 11, bold, _INK, 2)
    for line in ("answer" if view.delivered else "answer_stored", "status", "correct"):
        writer.write(f"•  {words(f'receipt.{line}')}", 10, normal, _INK, 2)
    writer.y += 3 * _MM
    writer.write(words("receipt.help"), 11, bold, _INK, 2)
    writer.write(words("receipt.help_cec"), 10, normal, _INK, 4)
    writer.write(words("receipt.private"), 9, normal, _MUTED, 0)
