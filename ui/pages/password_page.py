"""P5: the password, typed twice, with the rule ticking off live (PA-14 to PA-16)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from registration.journey.views import PasswordView
from registration.model.password import check_password, ticks
from ui.notices import of_finding
from ui.page import KioskPage
from ui.theme import Look
from ui.widgets.labels import Text
from ui.widgets.password_line import PasswordLine
from ui.words import Words

_PARTS = ("length", "upper", "lower", "digit", "same")


class PasswordPage(KioskPage):
    """Signals: submitted(password: str, repeat: str), a password that holds."""

    submitted = Signal(str, str)

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.password, self.repeat = PasswordLine(words), PasswordLine(words)
        self._ticks = {part: Text() for part in _PARTS}
        for widget in (self.password, self.repeat, *self._ticks.values()):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        for part in (self.password, self.repeat):
            part.line.textChanged.connect(self._tick)
        self.password.line.returnPressed.connect(self.repeat.line.setFocus)
        self.repeat.line.returnPressed.connect(self.enter_pressed)
        self.retranslate()

    def show_view(self, view: PasswordView) -> None:
        self.show_page(view.page)

    def submit(self) -> None:
        findings = check_password(self.password.line.text(), self.repeat.line.text())
        if findings:
            self.show_problems(tuple(of_finding(f) for f in findings))
        else:
            self.submitted.emit(self.password.line.text(), self.repeat.line.text())

    def clear(self) -> None:
        """Forget what was typed; called once the password is set."""
        self.password.clear()
        self.repeat.clear()

    def field_target(self, field: str) -> QWidget | None:
        return self._line(field).line

    def mark_field(self, field: str, words: str) -> None:
        self._line(field).error.say(f"✗  {words}" if words else "")

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for line in self.findChildren(PasswordLine):
            line.restyle(look)

    def retranslate(self) -> None:
        self.password.retranslate(self.words("voter.password.label"))
        self.repeat.retranslate(self.words("voter.password.repeat"))
        self._tick()
        super().retranslate()

    def _line(self, field: str) -> PasswordLine:
        return self.repeat if field == "repeat" else self.password

    def _tick(self) -> None:
        judged = ticks(self.password.line.text(), self.repeat.line.text())
        for part, text in self._ticks.items():
            done = bool(getattr(judged, part))
            text.setObjectName("good" if done else "hint")
            text.style().unpolish(text)
            text.style().polish(text)
            text.say(f"{'✓' if done else '○'}  {self.words(f'voter.password.{part}')}")
