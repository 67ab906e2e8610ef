"""One question of a form: label, hint, the control that suits its type, and the sentence when it is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from registration.catalog.definitions import FieldType, Option
from registration.journey.views import FieldView
from ui.keyboard import INPUT, Input
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.country_picker import CountryPicker
from ui.widgets.labels import Text, column
from ui.words import Words

_INPUT_OF = {
    FieldType.PHONE: Input.PHONE,
    FieldType.EMAIL: Input.EMAIL,
    FieldType.PERSONAL_NUMBER: Input.NUMBER,
    FieldType.BUSINESS_NUMBER: Input.NUMBER,
    FieldType.BANK_ACCOUNT: Input.NUMBER,
    FieldType.PASSWORD: Input.PASSWORD,
}
_ROOM = 64
"""More than the rule allows may be typed, so that the answer is a sentence and not a dead key."""


class MaskedLine(QLineEdit):
    """A line whose content turns to dots once it is left: who stands behind need not read it (ux.md rule 34)."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Password)
        super().focusOutEvent(event)


class DateFields(QWidget):
    """Day, month, year as three numbers (ux.md rule 19); a full one hands the focus on. Signals: changed()."""

    changed = Signal()
    PARTS = (("day", 2), ("month", 2), ("year", 4))

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._labels: list[Text] = []
        self.lines: list[QLineEdit] = []
        for _, digits in self.PARTS:
            label, line = Text("hint"), QLineEdit()
            line.setProperty(INPUT, Input.DIGITS)
            line.setMaxLength(digits)
            line.textChanged.connect(self.changed)
            self._labels.append(label)
            self.lines.append(line)
            self._row.addLayout(column(label, line, spacing=4))
        self._row.addStretch(1)
        for line, following in zip(self.lines, self.lines[1:], strict=False):
            line.textEdited.connect(lambda text, here=line, there=following: _hand_on(text, here, there))

    def value(self) -> str:
        """Return ``YYYY-MM-DD`` as far as it was typed, or an empty string."""
        day, month, year = (line.text().strip() for line in self.lines)
        return f"{year}-{month:0>2}-{day:0>2}" if day or month or year else ""

    def set_value(self, iso: str) -> None:
        parts = iso.split("-") if iso.count("-") == 2 else ["", "", ""]
        for line, part in zip(self.lines, reversed(parts), strict=True):
            line.setText(part)

    def restyle(self, look: Look) -> None:
        self._row.setSpacing(look.metrics.gap)
        for line, (_, digits) in zip(self.lines, self.PARTS, strict=True):
            line.setFixedWidth(round(look.metrics.em * (1.2 + digits)) + look.metrics.unit * 4)

    def retranslate(self, label: str) -> None:
        for text, line, (part, _) in zip(self._labels, self.lines, self.PARTS, strict=True):
            text.say(self._words(f"shell.{part}"))
            line.setAccessibleName(f"{label}: {text.text()}")


def _hand_on(text: str, here: QLineEdit, there: QLineEdit) -> None:
    if len(text) == here.maxLength() and here.hasFocus():
        there.setFocus(Qt.FocusReason.TabFocusReason)


class Choices(QWidget):
    """One of a few, all in sight. Signals: changed()."""

    changed = Signal()

    def __init__(self, words: Words, options: tuple[Option, ...]) -> None:
        super().__init__()
        self._words = words
        self._options = options
        self._group = QButtonGroup(self)
        self.buttons = [RowButton("choice") for _ in options]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        for number, made in enumerate(self.buttons):
            self._group.addButton(made, number)
            self._column.addWidget(made)
        self._group.idToggled.connect(lambda *_: self.changed.emit())

    def value(self) -> str:
        number = self._group.checkedId()
        return self._options[number].id if number >= 0 else ""

    def set_value(self, option: str) -> None:
        for made, known in zip(self.buttons, self._options, strict=True):
            if known.id == option:
                made.setChecked(True)

    def restyle(self, look: Look) -> None:
        self._column.setSpacing(look.metrics.gap)
        for made in self.buttons:
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        for made, option in zip(self.buttons, self._options, strict=True):
            made.say(self._words.label(option.label), self._words.label(option.detail))


class FieldBlock(QWidget):
    """Signals: changed() when the value changed, entered() when Enter was pressed in it."""

    changed = Signal()
    entered = Signal()

    def __init__(self, words: Words, field: FieldView) -> None:
        super().__init__()
        self._words = words
        self.field = field
        self._label, self._hint, self._error = Text("label"), Text("hint"), Text("fieldError")
        self.editor = self._make_editor()
        self._column = column(self._label, self._hint, self._error, self.editor, spacing=6)
        self.setLayout(self._column)
        self._set(field.value)
        self.retranslate()

    def _make_editor(self) -> QWidget:
        field = self.field
        match field.type:
            case FieldType.DATE:
                dates = DateFields(self._words)
                dates.changed.connect(self.changed)
                dates.lines[-1].returnPressed.connect(self.entered)
                return dates
            case FieldType.CHOICE:
                choices = Choices(self._words, field.options)
                choices.changed.connect(self.changed)
                return choices
            case FieldType.COUNTRY:
                countries = CountryPicker(self._words)
                countries.changed.connect(self.changed)
                return countries
            case FieldType.LONG_TEXT:
                text = QPlainTextEdit()
                text.setTabChangesFocus(True)
                text.textChanged.connect(self.changed)
                return text
        line = MaskedLine() if field.type is FieldType.PERSONAL_NUMBER else QLineEdit()
        line.setProperty(INPUT, _INPUT_OF.get(field.type, Input.TEXT))
        line.setMaxLength(field.max_length + _ROOM)
        line.textChanged.connect(self.changed)
        line.returnPressed.connect(self.entered)
        return line

    def show_field(self, field: FieldView) -> None:
        """Take a new view of the same field; what the voter typed is replaced only where the view's value changed."""
        changed = field.value != self.field.value
        self.field = field
        if changed:
            self._set(field.value)
        self.retranslate()

    def value(self) -> str:
        """Return what was typed, in the form of `FieldView.value`."""
        match self.editor:
            case QLineEdit():
                return self.editor.text()
            case QPlainTextEdit():
                return self.editor.toPlainText()
            case DateFields() | Choices() | CountryPicker():
                return self.editor.value()
        raise TypeError(type(self.editor).__name__)

    def _set(self, value: str) -> None:
        match self.editor:
            case QLineEdit():
                self.editor.setText(value)
            case QPlainTextEdit():
                self.editor.setPlainText(value)
            case DateFields() | Choices() | CountryPicker():
                self.editor.set_value(value)

    def target(self) -> QWidget:
        """Return what takes the focus."""
        match self.editor:
            case DateFields():
                return self.editor.lines[0]
            case Choices():
                return self.editor.buttons[0] if self.editor.buttons else self
            case CountryPicker():
                return self.editor.search
        return self.editor

    def say_problem(self, words: str) -> None:
        """Write the sentence beside the field, or clear it."""
        self._error.say(f"✗  {words}" if words else "")
        lines = self.editor.lines if isinstance(self.editor, DateFields) else [self.target()]
        for line in lines:
            line.setProperty("wrong", bool(words))
            line.style().unpolish(line)
            line.style().polish(line)
            line.setAccessibleDescription(" ".join(t for t in (self._hint.text(), words) if t))

    def restyle(self, look: Look) -> None:
        if isinstance(self.editor, DateFields | Choices | CountryPicker):
            self.editor.restyle(look)
        if isinstance(self.editor, QPlainTextEdit):
            self.editor.setMinimumHeight(look.metrics.em * 5)

    def retranslate(self) -> None:
        label = self._words.label(self.field.label)
        shown = self._words("shell.optional", label=label) if self.field.optional else label
        self._label.say(shown)
        self._hint.say(self._words.label(self.field.hint))
        if isinstance(self.editor, DateFields):
            self.editor.retranslate(label)
        elif isinstance(self.editor, Choices):
            self.editor.retranslate()
        elif isinstance(self.editor, CountryPicker):
            self.editor.retranslate(shown)
        else:
            self.editor.setAccessibleName(shown)
            self.editor.setAccessibleDescription(self._hint.text())
