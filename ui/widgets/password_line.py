"""A line for a password: hidden, until the person who types it wants to see it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui.keyboard import INPUT, Input
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Text, column
from ui.words import Words


class PasswordLine(QWidget):
    """A hidden line with a button that shows it."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.label, self.error = Text("label"), Text("fieldError")
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setProperty(INPUT, Input.PASSWORD)
        self.show_button: QPushButton = button()
        self.show_button.clicked.connect(self._toggle)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.show_button)
        self._row = row
        box = column(self.label, self.error, spacing=6)
        box.addLayout(row)
        self.setLayout(box)

    def clear(self) -> None:
        self.line.clear()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)

    def restyle(self, look: Look) -> None:
        self._row.setSpacing(look.metrics.gap)

    def retranslate(self, label: str) -> None:
        self.label.say(label)
        self.line.setAccessibleName(label)
        hidden = self.line.echoMode() is QLineEdit.EchoMode.Password
        self.show_button.setText(self._words("shell.show" if hidden else "shell.hide"))
        self.show_button.setAccessibleName(f"{self.show_button.text()}: {label}")

    def _toggle(self) -> None:
        hidden = self.line.echoMode() is QLineEdit.EchoMode.Password
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self.retranslate(self.label.text())
