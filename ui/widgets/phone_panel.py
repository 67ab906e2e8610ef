"""The QR code of a hand-off, what to do with it, and how long it is good for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.qr import QrCode
from ui.theme import Look
from ui.widgets.labels import Text, column
from ui.words import Words

_TICK_MS = 1000


class PhonePanel(QWidget):
    """Shows one hand-off. `monotonic` measures its count-down."""

    def __init__(self, words: Words, monotonic: Callable[[], float]) -> None:
        super().__init__()
        self._words = words
        self._monotonic = monotonic
        self._until = 0.0
        self.code = QrCode()
        self._steps = [Text("instruction") for _ in range(3)]
        self._left = Text("label")
        self._private = Text("hint")
        side = column(*self._steps, self._left, self._private, spacing=18)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.code, 5)
        row.addLayout(side, 5)
        self._row = row
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.count_down)
        self.retranslate()

    def show_code(self, url: str, seconds: int) -> None:
        """Draw the address and begin the count-down."""
        self._until = self._monotonic() + seconds
        self.code.show_text(url)
        self._timer.start()
        self.retranslate()

    def clear(self) -> None:
        """Forget the address: it holds the key."""
        self._timer.stop()
        self.code.show_text("")

    def count_down(self) -> None:
        minutes = max(1, -(-int(self._until - self._monotonic()) // 60))
        self._left.say(self._words("voter.phone.left", n=minutes))

    def restyle(self, look: Look) -> None:
        self._row.setSpacing(look.metrics.gap * 2)
        self.code.setMinimumSize(look.metrics.em * 12, look.metrics.em * 12)

    def retranslate(self) -> None:
        for number, text in enumerate(self._steps, 1):
            text.say(self._words(f"voter.phone.step{number}"))
        self._private.say(self._words("voter.phone.private"))
        self.code.setAccessibleName(self._words("voter.phone.code"))
        self.count_down()
