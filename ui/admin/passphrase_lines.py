"""The vault's passphrase: a line to type it in, and a second one where it is new."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from registration.admin_desk import LEAST_PASSPHRASE
from ui.notices import Problem
from ui.theme import Look
from ui.widgets.password_line import PasswordLine
from ui.words import Words

PASSPHRASE, REPEAT = "passphrase", "repeat"
"""Names of the two lines as fields of a problem."""


class PassphraseLines(QWidget):
    """Signals: entered(): Enter was pressed in the last line."""

    entered = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._new = False
        self.passphrase, self.repeat = PasswordLine(words), PasswordLine(words)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        for line in (self.passphrase, self.repeat):
            self._box.addWidget(line)
        self.passphrase.line.returnPressed.connect(self._enter)
        self.repeat.line.returnPressed.connect(self.entered)

    def ask(self, label: str, repeat: str = "") -> None:
        """Ask for a passphrase under this label; with a label for its repetition it is a new one."""
        self._new = bool(repeat)
        self.passphrase.retranslate(label)
        self.repeat.retranslate(repeat)
        self.repeat.setVisible(self._new)

    def text(self) -> str:
        return self.passphrase.line.text()

    def lacks(self) -> tuple[Problem, ...]:
        """Return what keeps the passphrase from being taken."""
        typed = self.text()
        if not self._new:
            return () if typed else (Problem("field.missing", field=PASSPHRASE),)
        if len(typed) < LEAST_PASSPHRASE:
            return (Problem("passphrase.short", (("least", LEAST_PASSPHRASE),), PASSPHRASE),)
        if typed != self.repeat.line.text():
            return (Problem("passphrase.differs", field=REPEAT),)
        return ()

    def of(self, field: str) -> PasswordLine:
        """Return the line of a problem's field."""
        return self.repeat if field == REPEAT else self.passphrase

    def mark(self, field: str, words: str) -> None:
        """Write the sentence beside a line, or clear it."""
        self.of(field).error.say(f"✗  {words}" if words else "")

    def clear(self) -> None:
        for line in (self.passphrase, self.repeat):
            line.clear()

    def restyle(self, look: Look) -> None:
        self._box.setSpacing(look.metrics.unit * 2)
        for line in (self.passphrase, self.repeat):
            line.restyle(look)

    def _enter(self) -> None:
        if self._new:
            self.repeat.line.setFocus()
        else:
            self.entered.emit()
