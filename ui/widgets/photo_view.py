"""A photo as it will be sent: scaled, never mirrored, named for a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from registration.model.evidence import Photo
from ui.page import USUAL_LOOK
from ui.theme import Look


class PhotoView(QWidget):
    """Shows one photo in its proportions, `height` pixels high at most where a height is given."""

    def __init__(self, photo: Photo, name: str, *, height: int = 0) -> None:
        super().__init__()
        self._look = USUAL_LOOK
        self._image = QImage.fromData(photo.jpeg)
        self._height = height
        self.say(name)
        if height:
            ratio = self._image.width() / max(1, self._image.height())
            self.setFixedSize(QSize(max(24, round(height * ratio)), height))
        else:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
            self.setMinimumSize(200, 180)

    def say(self, name: str) -> None:
        self.setAccessibleName(name)

    def restyle(self, look: Look) -> None:
        self._look = look
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image.isNull():
            painter.fillRect(self.rect(), QColor(self._look.palette.soft))
        else:
            fitting = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            ratio = self.devicePixelRatioF()
            scaled = self._image.scaled(
                fitting * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            scaled.setDevicePixelRatio(ratio)
            at = QPoint((self.width() - fitting.width()) // 2, (self.height() - fitting.height()) // 2)
            painter.drawPixmap(at, QPixmap.fromImage(scaled))
            painter.setPen(QPen(QColor(self._look.palette.line), 2))
            painter.drawRect(at.x() + 1, at.y() + 1, fitting.width() - 2, fitting.height() - 2)
        painter.end()
