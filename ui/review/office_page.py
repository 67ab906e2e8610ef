"""A supervisor's page: enrol officials, give new credentials, lift locks, shut out (DESIGN section 3 People)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from registration.office import Credentials, OfficialRow
from registration.review_desk import Role
from ui.qr import QrCode
from ui.review.parts import Section, line, moment, spread
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

_COLUMNS = ("name", "role", "created", "state")
_CODE = 220


class OfficePage(QWidget):
    """Signals:
    enrol_requested(name: str, role: Role, replace: bool)
    unlock_requested(name: str), disable_requested(name: str)
    voter_unlock_requested(contact: str)
    left(): back to the queue.
    """

    enrol_requested = Signal(str, object, bool)
    unlock_requested = Signal(str)
    disable_requested = Signal(str)
    voter_unlock_requested = Signal(str)
    left = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._rows: tuple[OfficialRow, ...] = ()
        self._made: Credentials | None = None
        self._heading = line("heading")
        self.back_button = button()
        self.back_button.clicked.connect(self.left)
        self.table = QTableWidget(0, len(_COLUMNS))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._write_buttons)
        self.unlock_button, self.renew_button, self.disable_button = button(), button(), button("danger")
        self.unlock_button.clicked.connect(lambda: self.unlock_requested.emit(self._chosen()))
        self.renew_button.clicked.connect(self._renew)
        self.disable_button.clicked.connect(lambda: self.disable_requested.emit(self._chosen()))
        self.name_line, self.role_box, self.enrol_button = QLineEdit(), QComboBox(), button("primary")
        self.enrol_button.clicked.connect(self._enrol)
        self.name_line.returnPressed.connect(self._enrol)
        self._name_label, self._role_label = line("label"), line("label")
        self.contact_line, self.voter_button = QLineEdit(), button()
        self.voter_button.clicked.connect(self._unlock_voter)
        self.contact_line.returnPressed.connect(self._unlock_voter)
        self._voter_note = Text("hint")
        self.credentials = Section()
        self._handed, self._password, self._secret, self._once = (
            Text("label"),
            line("label"),
            line("label"),
            Text("hint"),
        )
        for shown in (self._password, self._secret):
            shown.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.code = QrCode()
        self.code.setFixedSize(_CODE, _CODE)
        self.handed_button = button()
        self.handed_button.clicked.connect(self.forget)
        self._build()
        self.retranslate()

    def _build(self) -> None:
        listed, enrol, voter = Section(), Section(), Section()
        listed.body.addWidget(self.table, 1)
        listed.body.addLayout(spread(self.unlock_button, self.renew_button, self.disable_button))
        enrol.body.addWidget(self._name_label)
        enrol.body.addWidget(self.name_line)
        enrol.body.addWidget(self._role_label)
        enrol.body.addWidget(self.role_box)
        enrol.body.addLayout(spread(self.enrol_button))
        for widget in (self._handed, self._password, self._secret, self.code, self._once):
            self.credentials.body.addWidget(widget)
        self.credentials.body.addLayout(spread(self.handed_button))
        self.credentials.hide()
        voter.body.addWidget(self._voter_note)
        voter.body.addWidget(self.contact_line)
        voter.body.addLayout(spread(self.voter_button))
        side = QVBoxLayout()
        for card in (enrol, self.credentials, voter):
            side.addWidget(card)
        side.addStretch(1)
        top = QHBoxLayout()
        top.addWidget(self._heading)
        top.addStretch(1)
        top.addWidget(self.back_button)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(listed, 6)
        row.addLayout(side, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 12, 24, 12)
        whole.addLayout(top)
        whole.addLayout(row, 1)

    # ------------------------------------------------------------ what the flow calls

    def show_officials(self, rows: Sequence[OfficialRow]) -> None:
        chosen = self._chosen()
        self._rows = tuple(rows)
        self._write_rows()
        for number, row in enumerate(self._rows):
            if row.name == chosen:
                self.table.selectRow(number)
        self._write_buttons()

    def show_credentials(self, made: Credentials) -> None:
        """Show what the new official is handed, once; the supervisor says when it was handed over."""
        self._made = made
        self.name_line.clear()
        self.code.show_text(made.totp_uri)
        self.credentials.show()
        self.retranslate()
        self.handed_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Forget the credentials and what was typed."""
        self._made = None
        self.code.show_text("")
        self._password.clear()
        self._secret.clear()
        self.credentials.hide()
        self.contact_line.clear()

    # ------------------------------------------------------------ inside

    def _chosen(self) -> str:
        row = self.table.currentRow()
        return self._rows[row].name if 0 <= row < len(self._rows) and self.table.selectedItems() else ""

    def _enrol(self) -> None:
        name = self.name_line.text().strip()
        if name:
            self.enrol_requested.emit(name, Role(self.role_box.currentData()), False)

    def _renew(self) -> None:
        row = next(row for row in self._rows if row.name == self._chosen())
        self.enrol_requested.emit(row.name, row.role, True)

    def _unlock_voter(self) -> None:
        contact = self.contact_line.text().strip()
        if contact:
            self.voter_unlock_requested.emit(contact)

    def _write_buttons(self) -> None:
        for made in (self.unlock_button, self.renew_button, self.disable_button):
            made.setEnabled(bool(self._chosen()))

    def _write_rows(self) -> None:
        words = self._words
        self.table.setRowCount(len(self._rows))
        for number, row in enumerate(self._rows):
            state = words("review.office.shut_out" if row.disabled else "review.office.active")
            for column, text in enumerate((row.name, words(f"review.role.{row.role}"), moment(row.created), state)):
                self.table.setItem(number, column, QTableWidgetItem(text))

    def retranslate(self) -> None:
        words, made = self._words, self._made
        self._heading.setText(words("review.office.title"))
        self.back_button.setText(words("review.statistics.back"))
        self.table.setHorizontalHeaderLabels([words(f"review.office.{column}") for column in _COLUMNS])
        self.table.setAccessibleName(words("review.office.title"))
        self.unlock_button.setText(words("review.office.unlock"))
        self.renew_button.setText(words("review.office.renew"))
        self.disable_button.setText(words("review.office.disable"))
        self._name_label.setText(words("review.office.new_name"))
        self.name_line.setAccessibleName(self._name_label.text())
        self._role_label.setText(words("review.office.role"))
        self.role_box.setAccessibleName(self._role_label.text())
        chosen = max(0, self.role_box.currentIndex())
        self.role_box.clear()
        for role in Role:
            self.role_box.addItem(words(f"review.role.{role}"), role.value)
        self.role_box.setCurrentIndex(chosen)
        self.enrol_button.setText(words("review.office.enrol"))
        self._voter_note.say(words("review.office.voter_note"))
        self.contact_line.setAccessibleName(words("voter.log_in.contact"))
        self.contact_line.setPlaceholderText(words("voter.log_in.contact"))
        self.voter_button.setText(words("review.office.voter_unlock"))
        self.handed_button.setText(words("review.office.handed"))
        self.code.setAccessibleName(words("review.office.code"))
        if made is not None:
            self._handed.say(words("review.office.for", name=made.name))
            self._password.setText(words("review.office.password", password=made.password))
            self._secret.setText(words("review.office.secret", secret=made.totp_secret))
            self._once.say(words("review.office.once"))
        self._write_rows()
        self._write_buttons()
