"""When the machine cannot go on: one clear sentence, and the ways out. Never a dead end."""

from __future__ import annotations

from PySide6.QtCore import Signal

from registration.errors import StaffMustFix
from ui.notices import Problem, of_error, sentence
from ui.page import Actions, KioskPage
from ui.widgets.labels import Panel, Text
from ui.words import Words


class TroublePage(KioskPage):
    """Signals: again_requested(), leave_requested()."""

    again_requested = Signal()
    leave_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._trouble: Problem | None = None
        self._staff = False
        self._panel = Panel("errorPanel", "⚠")
        self._note = Text()
        self.content.addWidget(self._panel)
        self.content.addWidget(self._note)
        self.content.addStretch(1)
        self.skip_requested.connect(self.leave_requested)

    def show_error(self, error: Exception) -> None:
        self._trouble, self._staff = of_error(error), isinstance(error, StaffMustFix)
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(next=self.words("shell.try_again"), skip=self.words("voter.trouble.leave"))

    def submit(self) -> None:
        self.again_requested.emit()

    def retranslate(self) -> None:
        self.write_heading(self.words("voter.trouble.title"))
        self._panel.say(sentence(self.words, self._trouble) if self._trouble is not None else "")
        self._note.say(self.words("voter.trouble.staff") if self._staff else "")
        super().retranslate()
