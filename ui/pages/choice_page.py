"""P1: Krijo Llogari or Hyr në llogari."""

from __future__ import annotations

from PySide6.QtCore import Signal

from registration.journey.views import ChoiceView
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel
from ui.words import Words


class ChoicePage(KioskPage):
    """Signals: create_requested(), log_in_requested()."""

    create_requested = Signal()
    log_in_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view = ChoiceView()
        self._closed = Panel("warningPanel", "⚠")
        self.create_button = RowButton("bigChoice", sign="→")
        self.log_in_button = RowButton("bigChoice", sign="→")
        self.create_button.clicked.connect(self.create_requested)
        self.log_in_button.clicked.connect(self.log_in_requested)
        for widget in (self._closed, self.create_button, self.log_in_button):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.retranslate()

    def show_view(self, view: ChoiceView) -> None:
        self._view = view
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(back=self.words("shell.back"))

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for made in self.findChildren(RowButton):
            made.setMinimumHeight(look.metrics.target * 3 // 2)

    def retranslate(self) -> None:
        words = self.words
        self.write_heading(words("voter.choice.title"))
        self._closed.say("" if self._view.registration_open else words("voter.start.closed"))
        self.create_button.setVisible(self._view.registration_open)
        self.create_button.say(words("voter.choice.create"), words("voter.choice.create_if"))
        self.log_in_button.say(words("voter.choice.log_in"), words("voter.choice.log_in_if"))
        super().retranslate()
