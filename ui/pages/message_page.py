"""A short confirmation between two questions (PA-21, PR-11, PR-17)."""

from __future__ import annotations

from PySide6.QtCore import Signal

from registration.journey.views import MessageView
from ui.page import KioskPage
from ui.widgets.labels import Text
from ui.words import Words


class MessagePage(KioskPage):
    """Signals: continued()."""

    continued = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._sign = Text("bigSign", "✓")
        self.content.addWidget(self._sign)
        self._sign.show()
        self.content.addStretch(1)

    def show_view(self, view: MessageView) -> None:
        self.show_page(view.page)

    def submit(self) -> None:
        self.continued.emit()
