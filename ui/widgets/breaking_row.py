"""A row that goes on in a second line where the width ends: nothing in it is squeezed below its words."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget


class BreakingRow(QWidget):
    """Two groups of widgets. `first` takes the room that is left; `second` stands after it, or below it."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self.first, self.second = QHBoxLayout(), QHBoxLayout()
        for group in (self.first, self.second):
            group.setSpacing(spacing)
        # Below the first it stands at the right, as it does beside it.
        self.second.addStretch(1)
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(spacing)
        self._lines.addLayout(self.first, 1)
        self._lines.addLayout(self.second)

    def minimumSizeHint(self) -> QSize:
        """No line is wider than its group."""
        first, second = self.first.minimumSize(), self.second.minimumSize()
        return QSize(max(first.width(), second.width()), self._lines.minimumSize().height())

    def event(self, event: QEvent) -> bool:
        # The second: words, text size or what is shown changed.
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            needed = self.first.sizeHint().width() + self._lines.spacing() + self.second.sizeHint().width()
            one, two = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            self._lines.setDirection(one if needed <= self.width() else two)
        return super().event(event)
