"""The live picture with its guide: an oval for a face, a frame for a document, green when all is right.

Colour is never the only sign. While something is to be changed the line is thin and broken and a badge shows an arrow
or a mark; while a movement is asked for it is whole; when all is right it grows thick and the badge is a tick. Words
stand beside the picture, and `ui.read_aloud` says them.
A face is shown mirrored, as in a mirror; what is stored never is.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from registration.ports.capture import FACE_TARGET, Guidance
from ui import fonts
from ui.page import USUAL_LOOK
from ui.theme import Look


class Shape(StrEnum):
    FACE = "face"
    PASSPORT = "passport"
    CARD = "card"
    PAGE = "page"


_RATIO = {Shape.PASSPORT: 125 / 88, Shape.CARD: 85.6 / 53.98, Shape.PAGE: 210 / 297}
"""Width by height: ICAO Doc 9303 TD3 and TD1 pages, an A4 page."""
_SHARE = {Shape.PASSPORT: 0.90, Shape.CARD: 0.70, Shape.PAGE: 0.94}
"""Height of the guide as a share of the picture's height."""
_DIM = QColor(0, 0, 0, 140)
_TICK, _MARK = "✓", "!"
_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}
"""By the last word of a hint or challenge. The picture is a mirror, so the voter's left is at its left."""


def sign(guidance: Guidance) -> str:
    """Return the badge's sign for what is said: a tick, an arrow, a mark, or "" while nothing is."""
    if guidance.green:
        return _TICK
    said = guidance.challenge or guidance.hint
    return _ARROWS.get(said.rpartition("_")[2], _MARK) if said else ""


def guide(shape: Shape, picture: QRectF) -> QRectF:
    """Return the guide's rectangle inside the picture's; a document's is never wider than 94 % of it."""
    if shape is Shape.FACE:
        height = picture.height()
        made = QRectF(0, 0, 2 * FACE_TARGET.rx * height, 2 * FACE_TARGET.ry * height)
        made.moveCenter(
            QPointF(picture.left() + FACE_TARGET.cx * picture.width(), picture.top() + FACE_TARGET.cy * height)
        )
        return made
    height = picture.height() * _SHARE[shape]
    width = min(height * _RATIO[shape], picture.width() * 0.94)
    height = width / _RATIO[shape]
    made = QRectF(0, 0, width, height)
    made.moveCenter(picture.center())
    return made


class CapturePreview(QWidget):
    """Paints the newest frame. `show_frame` is called in the UI thread for every frame."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self._look = USUAL_LOOK
        self._image: QImage | None = None
        self._guidance: Guidance | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 220)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    def show_frame(self, image: QImage, guidance: Guidance) -> None:
        self._image, self._guidance = image, guidance
        self.update()

    def clear(self) -> None:
        """Forget the last picture, e.g. before another attempt."""
        self._image = self._guidance = None
        self.update()

    @property
    def shows_picture(self) -> bool:
        """True once a frame has come."""
        return self._image is not None

    def restyle(self, look: Look) -> None:
        self._look = look
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(whole, 12, 12)
        painter.setClipPath(clip)
        painter.fillRect(whole, QColor("#10161F"))
        picture = self._picture(whole)
        if self._image is not None:
            painter.save()
            if self.shape is Shape.FACE:
                painter.translate(picture.center().x() * 2, 0)
                painter.scale(-1, 1)
            painter.drawImage(picture, self._image)
            painter.restore()
        hole = guide(self.shape, picture)
        self._paint_guide(painter, whole, picture, hole)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._look.palette.focus_on_header), 4))
            painter.drawRoundedRect(whole.adjusted(3, 3, -3, -3), 10, 10)
        painter.end()

    def _picture(self, whole: QRectF) -> QRectF:
        size = self._image.size() if self._image is not None else QSize(16, 9)
        fitting = size.toSizeF().scaled(whole.size(), Qt.AspectRatioMode.KeepAspectRatio)
        made = QRectF(QPointF(0, 0), fitting)
        made.moveCenter(whole.center())
        return made

    def _paint_guide(self, painter: QPainter, whole: QRectF, picture: QRectF, hole: QRectF) -> None:
        palette = self._look.palette
        green = self._guidance is not None and self._guidance.green
        outline, around = QPainterPath(), QPainterPath()
        if self.shape is Shape.FACE:
            outline.addEllipse(hole)
        else:
            outline.addRoundedRect(hole, hole.height() * 0.04, hole.height() * 0.04)
        found = self._found(picture)
        if green and found is not None and self.shape is not Shape.FACE:
            # What turned green is the document itself, wherever in the guide it lies.
            outline = QPainterPath()
            outline.addPolygon(found)
            outline.closeSubpath()
            hole = outline.boundingRect()
        around.addRect(whole)
        painter.fillPath(around - outline, _DIM)
        if found is not None and not green:
            painter.setPen(QPen(QColor(255, 255, 255, 150), 2))
            painter.drawPolygon(found)
        # A dark line under the light one keeps the guide visible on white walls too.
        painter.setPen(QPen(QColor(0, 0, 0, 170), 18 if green else 10))
        painter.drawPath(outline)
        asked = self._guidance is not None and bool(self._guidance.challenge)
        style = Qt.PenStyle.SolidLine if green or asked else Qt.PenStyle.DashLine
        thick = 12 if green else 8 if asked else 5
        painter.setPen(QPen(QColor(palette.guide_ok if green else palette.guide), thick, style))
        painter.drawPath(outline)
        if self._guidance is not None and (shown := sign(self._guidance)):
            self._paint_badge(painter, hole, shown, green)
        if self._guidance is not None and self._guidance.progress > 0:
            self._paint_progress(painter, whole, self._guidance.progress)

    def _found(self, picture: QRectF) -> QPolygonF | None:
        """What the session found, in the widget's pixels."""
        if self._guidance is None or not self._guidance.outline:
            return None
        mirrored = self.shape is Shape.FACE
        return QPolygonF(
            [
                QPointF(
                    picture.left() + picture.width() * (1 - x if mirrored else x),
                    picture.top() + picture.height() * y,
                )
                for x, y in self._guidance.outline
            ]
        )

    def _paint_badge(self, painter: QPainter, hole: QRectF, shown: str, green: bool) -> None:
        radius = max(26.0, hole.height() * 0.08)
        at = QPointF(hole.right(), hole.top() + radius) if self.shape is not Shape.FACE else _on_oval(hole)
        palette = self._look.palette
        painter.setPen(QPen(QColor(0, 0, 0, 170), 3))
        painter.setBrush(QColor(palette.guide_ok if green else palette.guide))
        painter.drawEllipse(at, radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor("#06301B" if green else "#10161F"))
        painter.setFont(fonts.font(round(radius * 1.4)))
        painter.drawText(
            QRectF(at.x() - radius, at.y() - radius, radius * 2, radius * 2), Qt.AlignmentFlag.AlignCenter, shown
        )

    def _paint_progress(self, painter: QPainter, whole: QRectF, share: float) -> None:
        painter.fillRect(QRectF(whole.left(), whole.bottom() - 14, whole.width(), 14), QColor(0, 0, 0, 170))
        painter.fillRect(
            QRectF(whole.left(), whole.bottom() - 14, whole.width() * min(1.0, share), 14),
            QColor(self._look.palette.guide_ok),
        )


def _on_oval(hole: QRectF) -> QPointF:
    """The oval's point at 45 degrees, up and right."""
    return QPointF(hole.center().x() + hole.width() * 0.3536, hole.center().y() - hole.height() * 0.3536)
