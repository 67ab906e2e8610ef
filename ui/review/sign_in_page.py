"""Where an official signs in, or comes back to a locked desk."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ui.review.parts import centred, desk_sentence
from ui.review.views import SignInView
from ui.widgets.buttons import button
from ui.widgets.labels import Panel, Text
from ui.words import Words


class SignInPage(QWidget):
    """Signals: submitted(name, password, code), other_requested() when another official comes to a locked desk."""

    submitted = Signal(str, str, str)
    other_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._view = SignInView()
        self.name_line, self.password_line, self.code_line = QLineEdit(), QLineEdit(), QLineEdit()
        self.password_line.setEchoMode(QLineEdit.EchoMode.Password)
        self.code_line.setMaxLength(7)
        self.sign_in_button = button("primary")
        self.other_button = button()
        self._heading, self._lead = Text("heading"), Text("lead")
        self._problem = Panel("errorPanel", "⚠")
        self._labels = (Text("label"), Text("label"), Text("label"))
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(440)
        rows = QVBoxLayout(card)
        rows.setContentsMargins(28, 24, 28, 28)
        rows.setSpacing(8)
        rows.addWidget(self._heading)
        rows.addWidget(self._lead)
        rows.addWidget(self._problem)
        for label, line in zip(self._labels, self._lines(), strict=True):
            rows.addSpacing(4)
            rows.addWidget(label)
            rows.addWidget(line)
            line.returnPressed.connect(self._enter)
        rows.addSpacing(12)
        rows.addWidget(self.sign_in_button)
        rows.addWidget(self.other_button)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(centred(card))
        column.addStretch(3)
        self.sign_in_button.clicked.connect(self._submit)
        self.other_button.clicked.connect(self.other_requested)
        self.retranslate()

    def _lines(self) -> tuple[QLineEdit, QLineEdit, QLineEdit]:
        return self.name_line, self.password_line, self.code_line

    def show_view(self, view: SignInView) -> None:
        self._view = view
        self.name_line.setText(view.name)
        self.name_line.setReadOnly(view.locked)
        self.password_line.clear()
        self.code_line.clear()
        self.retranslate()
        (self.password_line if view.name else self.name_line).setFocus(Qt.FocusReason.OtherFocusReason)

    def _enter(self) -> None:
        """Enter leads to the first empty line, then signs in."""
        empty = next((line for line in self._lines() if not line.text().strip()), None)
        if empty is not None and empty is not self.sender():
            empty.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._submit()

    def _submit(self) -> None:
        self.submitted.emit(self.name_line.text(), self.password_line.text(), self.code_line.text().replace(" ", ""))

    def retranslate(self) -> None:
        words, view = self._words, self._view
        self._heading.say(words("review.desk.locked" if view.locked else "review.desk.sign_in_title"))
        self._lead.say(words("review.desk.locked_note") if view.locked else "")
        self._problem.say("" if view.problem is None else desk_sentence(words, view.problem))
        for label, line, name in zip(self._labels, self._lines(), ("name", "password", "code"), strict=True):
            label.say(words(f"review.desk.{name}"))
            line.setAccessibleName(label.text())
        self.sign_in_button.setText(words("review.desk.sign_in"))
        self.other_button.setText(words("review.desk.other_official"))
        self.other_button.setVisible(view.locked)
