"""Buttons whose words may wrap: links, choices with a detail, the rows of a list."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui.widgets.labels import Text, column

CHOSEN_SIGN, FREE_SIGN = "●", "○"


class RowButton(QPushButton):
    """A push button as wide as the page, with a title that wraps, a detail under it and a sign before it.

    `name` is choice, link, primary or danger of the style sheet. With `choice` it is checkable and shows by sign,
    border and ground whether it is chosen.
    """

    def __init__(self, name: str = "choice", title: str = "", detail: str = "", sign: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._sign = QLabel(sign)
        self._sign.setObjectName("rowSign")
        self._title = Text("rowTitle")
        self._detail = Text("rowDetail")
        row = QHBoxLayout(self)
        side = 6 if name == "link" else 20
        row.setContentsMargins(side, 8, side, 8)
        row.setSpacing(16)
        row.addWidget(self._sign)
        row.addLayout(column(self._title, self._detail, spacing=2), 1)
        for child in (self._sign, self._title, self._detail):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._sign.setVisible(bool(sign))
        if name == "choice":
            self.setCheckable(True)
            self.toggled.connect(self._show_choice)
            self._show_choice(False)
            self._sign.show()
        self.say(title, detail)

    def say(self, title: str, detail: str = "") -> None:
        self._title.say(title)
        self._detail.say(detail)
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        self.updateGeometry()

    def words(self) -> str:
        return self._title.text()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint().expandedTo(QSize(0, self.minimumHeight()))

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.minimumSize().expandedTo(QSize(0, self.minimumHeight()))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return max(layout.totalHeightForWidth(width), self.minimumHeight())

    def _show_choice(self, chosen: bool) -> None:
        self._sign.setText(CHOSEN_SIGN if chosen else FREE_SIGN)


def button(name: str = "", parent: QWidget | None = None) -> QPushButton:
    """Return a plain one-line button of the style sheet's kind `name`."""
    made = QPushButton(parent)
    if name:
        made.setObjectName(name)
    return made
