"""The whole personal-data notice: who, what, why, how long, which rights."""

from __future__ import annotations

from PySide6.QtCore import Signal

from ui.page import Actions, KioskPage
from ui.widgets.labels import Text
from ui.words import Words

_LINES = ("what", "why", "device", "people", "machine", "rights")


class PrivacyPage(KioskPage):
    """Signals: read() "Kam lexuar dhe vazhdoj"."""

    read = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._lines = [Text() for _ in _LINES]
        for line in self._lines:
            self.content.addWidget(line)
        self.content.addStretch(1)
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(next=self.words("voter.privacy.read"), back=self.words("shell.back"))

    def submit(self) -> None:
        self.read.emit()

    def retranslate(self) -> None:
        self.write_heading(self.words("voter.privacy.title"))
        for line, name in zip(self._lines, _LINES, strict=True):
            line.say(self.words(f"voter.privacy.{name}"))
        super().retranslate()
