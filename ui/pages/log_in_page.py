"""R1: log in with the number or e-mail and the password used at creation."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from registration.journey.views import LogInView
from ui.keyboard import INPUT, Input
from ui.notices import Problem
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Text, column
from ui.widgets.password_line import PasswordLine
from ui.words import Words


class LogInPage(KioskPage):
    """Signals:
    submitted(contact: str, password: str)
    forgotten(): the voter does not know the password any more.
    """

    submitted = Signal(str, str)
    forgotten = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view = LogInView()
        self._label = Text("label")
        self.contact = QLineEdit()
        self.contact.setProperty(INPUT, Input.EMAIL)
        self.password = PasswordLine(words)
        self._lock_note = Text("hint")
        self.forgotten_button = RowButton("link")
        self.forgotten_button.clicked.connect(self.forgotten)
        self.content.addLayout(column(self._label, self.contact, spacing=6))
        self.content.addWidget(self.password)
        self.content.addWidget(self.forgotten_button)
        self.content.addWidget(self._lock_note)
        self.content.addStretch(1)
        self.contact.returnPressed.connect(self.password.line.setFocus)
        self.password.line.returnPressed.connect(self.enter_pressed)
        self.retranslate()

    def show_view(self, view: LogInView) -> None:
        if view.contact != self._view.contact:
            self.contact.setText(view.contact)
        self._view = view
        self.password.clear()
        self.show_problems((Problem(view.problem, view.params, "contact"),) if view.problem else ())

    def bar(self) -> Actions:
        return Actions(next=self.words("voter.log_in.button"), back=self.words("shell.back"))

    def submit(self) -> None:
        contact, password = self.contact.text().strip(), self.password.line.text()
        missing = [name for name, typed in (("contact", contact), ("password", password)) if not typed]
        if missing:
            self.show_problems(tuple(Problem("field.missing", field=name) for name in missing))
        else:
            self.submitted.emit(contact, password)

    def clear(self) -> None:
        """Forget what was typed, at the end of a session."""
        self.contact.clear()
        self.password.clear()

    def field_name(self, field: str) -> str:
        return self.words("voter.password.label" if field == "password" else "voter.log_in.contact")

    def field_target(self, field: str) -> QWidget | None:
        return self.password.line if field == "password" else self.contact

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for line in self.findChildren(PasswordLine):
            line.restyle(look)
        for made in self.findChildren(RowButton):
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        self.write_heading(self.words("voter.log_in.title"))
        self._label.say(self.words("voter.log_in.contact"))
        self.contact.setAccessibleName(self._label.text())
        self.password.retranslate(self.words("voter.password.label"))
        self.forgotten_button.say(self.words("voter.log_in.forgotten"))
        self._lock_note.say(self.words("voter.log_in.lock_note"))
        super().retranslate()
