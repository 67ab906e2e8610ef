"""Two portraits side by side at one eye distance, with a line through the eyes (ux.md rule 36): what a person compares.

The kiosk measured where the eyes are (`registration.model.evidence.Eyes`). Where it could not, both stand equally high.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from registration.model.evidence import Eyes
from ui.theme import Look

ASPECT = 0.778
"""Width / height of a cell: a portrait's in ISO/IEC 39794-5."""
EYE_LINE = 0.44
"""Where the eyes come to stand, from the top of a cell."""
EYE_DISTANCE = 0.26
"""Between the eyes' centres, as a share of a cell's width."""
_GAP = 12


@dataclass(frozen=True, slots=True)
class Face:
    """One portrait. `image` None or null: there is none, and `words` say so in its place."""

    image: QImage | None = field(repr=False)
    eyes: Eyes | None
    words: str

    @property
    def missing(self) -> bool:
        return self.image is None or self.image.isNull()


def placed(face: Face, cell: QRectF, *, by_eyes: bool) -> QRectF:
    """Return where the whole picture goes, in the cell's coordinates; what leaves the cell is cut off.

    Args:
        face: a picture that is there.
        cell: the room it is shown in.
        by_eyes: put the eyes at `EYE_LINE`, `EYE_DISTANCE` apart; else the picture fills the cell's height.
    """
    assert face.image is not None
    width, height = face.image.width(), face.image.height()
    if by_eyes and face.eyes is not None:
        scale = EYE_DISTANCE * cell.width() / (face.eyes.distance * width)
        left = cell.center().x() - face.eyes.x * width * scale
        top = cell.top() + EYE_LINE * cell.height() - face.eyes.y * height * scale
    else:
        scale = min(cell.height() / height, cell.width() / width)
        left = cell.center().x() - width * scale / 2
        top = cell.center().y() - height * scale / 2
    return QRectF(left, top, width * scale, height * scale)


class FacePair(QWidget):
    """Shows the faces in cells of equal size; `height` in pixels."""

    def __init__(self, faces: tuple[Face, ...], look: Look, height: int, name: str) -> None:
        super().__init__()
        self._faces = faces
        self._look = look
        self.by_eyes = all(face.eyes is not None for face in faces if not face.missing)
        """Every picture that is there is shown by its eyes."""
        self._cell = QSize(round(height * ASPECT), height)
        self.setFixedSize(len(faces) * self._cell.width() + (len(faces) - 1) * _GAP, height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(". ".join((name, *(face.words for face in faces))))

    def cell(self, number: int) -> QRectF:
        """Return the room of one face."""
        left = number * (self._cell.width() + _GAP)
        return QRectF(left, 0, self._cell.width(), self._cell.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing)
        palette = self._look.palette
        for number, face in enumerate(self._faces):
            cell = self.cell(number)
            painter.fillRect(cell, QColor(palette.soft))
            if face.image is None or face.missing:
                painter.setPen(QColor(palette.muted))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(cell.adjusted(6, 6, -6, -6), int(flags), face.words)
            else:
                painter.save()
                painter.setClipRect(cell)
                self._draw(painter, face.image, placed(face, cell, by_eyes=self.by_eyes))
                painter.restore()
            painter.setPen(QPen(QColor(palette.line), 1))
            painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
        if self.by_eyes and not any(face.missing for face in self._faces):
            self._draw_eye_line(painter)
        painter.end()

    def _draw(self, painter: QPainter, image: QImage, where: QRectF) -> None:
        # Scaled down in one good step; a painter's own scaling of a large photo loses half of its pixels.
        size = (where.size() * self.devicePixelRatioF()).toSize()
        small = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        painter.drawImage(where, small)

    def _draw_eye_line(self, painter: QPainter) -> None:
        """Thin, light on dark, so that it is seen on any skin and hides none of it."""
        y = EYE_LINE * self.height()
        for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 220), 1.0)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
