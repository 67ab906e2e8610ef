"""The administrator's card of the vault: backup, lock, a new key, other ways of opening."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from registration.admin_desk import KioskStatus
from ui.admin.panels import Card
from ui.notices import Problem, sentence
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

OTHER_WAYS = ("recovery", "keyring", "tpm")


class VaultPanel(Card):
    """Signals: backup_requested(), lock_requested(), rekey_requested(passphrase, pin),
    add_requested(passphrase, way, secret), remove_requested(way)."""

    backup_requested = Signal()
    lock_requested = Signal()
    rekey_requested = Signal(str, str)
    add_requested = Signal(str, str, str)
    remove_requested = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__(words, "admin.vault")
        self._ways: tuple[str, ...] = ()
        self._problem: Problem | None = None
        self._opens = Text("value")
        self.backup_button, self.lock_button = button(), button()
        self.body.addWidget(self._opens)
        row = QHBoxLayout()
        for made in (self.backup_button, self.lock_button):
            row.addWidget(made)
        row.addStretch(1)
        self.body.addLayout(row)
        self._note, self._error = Text("hint"), Text("fieldError")
        self.body.addWidget(self._note)
        self.labels = {name: Text("label") for name in ("passphrase", "secret")}
        self.lines = {name: QLineEdit() for name in self.labels}
        for name, line in self.lines.items():
            line.setEchoMode(
                QLineEdit.EchoMode.Password if name == "passphrase" else QLineEdit.EchoMode.PasswordEchoOnEdit
            )
            self.body.addWidget(self.labels[name])
            self.body.addWidget(line)
        self.body.addWidget(self._error)
        self.rekey_button = button()
        self.add_buttons: dict[str, QPushButton] = {way: button() for way in OTHER_WAYS}
        self.remove_buttons: dict[str, QPushButton] = {way: button() for way in OTHER_WAYS}
        grid = QGridLayout()
        made_in_order: list[QWidget] = [self.rekey_button]
        for way in OTHER_WAYS:
            made_in_order += [self.add_buttons[way], self.remove_buttons[way]]
        for number, widget in enumerate(made_in_order):
            grid.addWidget(widget, number, 0)
        self.body.addLayout(grid)
        self.backup_button.clicked.connect(self.backup_requested)
        self.lock_button.clicked.connect(self.lock_requested)
        self.rekey_button.clicked.connect(self._rekey)
        for way in OTHER_WAYS:
            self.add_buttons[way].clicked.connect(lambda _checked=False, way=way: self._add(way))
            self.remove_buttons[way].clicked.connect(lambda _checked=False, way=way: self.remove_requested.emit(way))
        self.retranslate()

    def show_status(self, status: KioskStatus) -> None:
        self._ways = status.ways
        self.retranslate()

    def clear(self) -> None:
        for line in self.lines.values():
            line.clear()

    def _rekey(self) -> None:
        pin = self.lines["secret"].text()
        if self._complete("tpm" if "tpm" in self._ways else ""):
            self.rekey_requested.emit(self.lines["passphrase"].text(), pin)

    def _add(self, way: str) -> None:
        if self._complete(way):
            self.add_requested.emit(self.lines["passphrase"].text(), way, self.lines["secret"].text())

    def _complete(self, way: str) -> bool:
        """Tell whether all that `way` needs was typed, and say what is missing."""
        self._problem = None
        if not self.lines["passphrase"].text():
            self._problem = Problem("field.missing", field="passphrase")
        elif way in ("tpm", "recovery") and not self.lines["secret"].text():
            self._problem = Problem("vault.secret_missing", field="secret")
        if self._problem is not None:
            self.lines[self._problem.field].setFocus()
        self._say_problem()
        return self._problem is None

    def _say_problem(self) -> None:
        self._error.say("" if self._problem is None else f"✗  {sentence(self._words, self._problem)}")

    def retranslate(self) -> None:
        super().retranslate()
        words = self._words
        ways = ", ".join(words(f"admin.way.{way}") for way in self._ways)
        self._opens.say(words("admin.vault.opens_by", ways=ways) if ways else "")
        self.backup_button.setText(words("admin.vault.backup"))
        self.lock_button.setText(words("admin.vault.lock"))
        self._note.say(words("admin.vault.note"))
        for name, label in self.labels.items():
            label.say(words(f"admin.vault.{name}"))
            self.lines[name].setAccessibleName(label.text())
        self.rekey_button.setText(words("admin.vault.rekey"))
        for way in OTHER_WAYS:
            self.add_buttons[way].setText(words(f"admin.vault.add_{way}"))
            self.add_buttons[way].setVisible(way not in self._ways)
            self.remove_buttons[way].setText(words("admin.vault.remove", way=words(f"admin.way.{way}")))
            self.remove_buttons[way].setVisible(way in self._ways)
        self._say_problem()
