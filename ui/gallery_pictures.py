"""Painted pictures for the gallery, the tests of the pages and the program's own test.

Nothing here is a real person or document: pictures are painted, marked SPECIMEN, and bear no state emblem.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from registration.model.documents import DocumentImage, Side
from registration.model.evidence import Photo
from ui import fonts


def photo_of(image: QImage) -> Photo:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(88)
    writer.write(image)
    return Photo(bytes(buffer.data().data()), image.width(), image.height())


def face_image(width: int = 1280, height: int = 720) -> QImage:
    """Paint a person without features before a wall, as large as a camera's frame."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#C9D3DE"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    middle = width / 2
    painter.setBrush(QColor("#3C5A78"))
    painter.drawEllipse(QRectF(middle - height * 0.42, height * 0.74, height * 0.84, height * 0.7))
    painter.setBrush(QColor("#D2A584"))
    painter.drawEllipse(QRectF(middle - height * 0.2, height * 0.2, height * 0.4, height * 0.54))
    painter.setBrush(QColor("#6C6259"))
    painter.drawChord(QRectF(middle - height * 0.215, height * 0.16, height * 0.43, height * 0.5), 0, 180 * 16)
    painter.end()
    return image


def portrait() -> Photo:
    return photo_of(face_image(720, 900))


def document_image(side: Side = Side.DATA_PAGE) -> QImage:
    """Paint a page with lines of text, marked SPECIMEN."""
    width, height = (1250, 880) if side is Side.DATA_PAGE else (1284, 810)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#F1EBDD"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if side is not Side.BACK:
        painter.drawImage(QRectF(60, 170, 300, 400), face_image(600, 800))
    painter.setPen(QColor("#3A3F48"))
    painter.setFont(fonts.font(34))
    lines = ("ÇELAJ", "VJOLLCË", "07.03.1952", "GJIROKASTËR", "F20307123V")
    for row, line in enumerate(lines if side is not Side.BACK else ()):
        painter.drawText(410, 200 + row * 80, line)
    painter.setFont(fonts.font(38))
    for row in range({Side.DATA_PAGE: 2, Side.FRONT: 0, Side.BACK: 3}[side]):
        painter.drawText(60, height - 50 - row * 60, "<".join(["SPECIMEN"] * 5)[:40])
    painter.setPen(QColor(168, 25, 28, 120))
    painter.setFont(fonts.font(120))
    painter.translate(width / 2, height / 2)
    painter.rotate(-18)
    painter.drawText(QRectF(-600, -100, 1200, 200), Qt.AlignmentFlag.AlignCenter, "SPECIMEN")
    painter.end()
    return image


def on_desk(document: QImage, share: float) -> QImage:
    """Lay a picture on a dark desk, as the document camera sees it; `share` of the frame's height."""
    frame = QImage(1280, 720, QImage.Format.Format_RGB32)
    frame.fill(QColor("#2B3138"))
    height = 720 * share
    width = height * document.width() / document.height()
    painter = QPainter(frame)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF((1280 - width) / 2, (720 - height) / 2, width, height), document)
    painter.end()
    return frame


def proof_image() -> QImage:
    """Paint a bill of an invented company."""
    image = QImage(840, 1188, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    painter.setPen(QColor("#22304A"))
    painter.setFont(fonts.font(40))
    painter.drawText(70, 110, "ENERGIA ESEMPIO")
    painter.setFont(fonts.font(26))
    for row, line in enumerate(("Vjollcë Çelaj", "Via dei Neri 18", "50122 Firenze", "", "Bolletta 10/2026")):
        painter.drawText(430, 230 + row * 44, line)
    for row in range(12):
        painter.fillRect(70, 520 + row * 46, 700 - (row % 3) * 90, 12, QColor("#D5DBE5"))
    painter.end()
    return image


def document(side: Side = Side.DATA_PAGE) -> DocumentImage:
    return DocumentImage(side, photo_of(document_image(side)))


def proof_photo() -> DocumentImage:
    return DocumentImage(Side.FRONT, photo_of(proof_image()))
