"""One field that was read from a document, to be confirmed or put right in place (D-09)."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import NO_LABELS, FieldType, Labels, Option
from registration.journey.views import FieldView, ReadFieldView
from registration.model.documents import FieldName, FieldSource
from registration.model.ids import FieldId
from registration.model.person import Sex
from resources import texts
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.field_block import FieldBlock
from ui.widgets.labels import Text, column, rule
from ui.words import Words

_DATES = frozenset({FieldName.BIRTH_DATE, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE})
SURE = 0.9
"""Below this confidence a field is marked to be looked at."""


class ReadField(QWidget):
    """Its name, its value, where it comes from, and "Ndrysho" that turns it into a field to type in.

    The field is built when it is first wanted: a page full of them would hold the window up for longer than an eye
    forgives, and most are never opened.
    """

    def __init__(self, words: Words, view: ReadFieldView) -> None:
        super().__init__()
        self._words = words
        self.view = view
        self._name, self._value, self._source = Text("hint"), Text("value"), Text("hint")
        self.change_button = RowButton("link")
        self.change_button.clicked.connect(self.open)
        self._block: FieldBlock | None = None
        self._look: Look | None = None
        self._read = QWidget()
        row = QHBoxLayout(self._read)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._name, 3)
        row.addLayout(column(self._value, self._source, spacing=2), 7)
        row.addWidget(self.change_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._read)
        box.addWidget(rule())
        self._box = box
        self.retranslate()
        if not view.value:
            self.open_field()

    def open(self) -> None:
        """Turn the value into a field, and go there."""
        self.open_field()
        self.block.target().setFocus()

    @property
    def opened(self) -> bool:
        """Whether it is a field by now."""
        return self._block is not None

    @property
    def block(self) -> FieldBlock:
        """The field; only once it was opened."""
        assert self._block is not None
        return self._block

    def open_field(self) -> None:
        """Turn the value into a field."""
        if self._block is None:
            self._block = FieldBlock(self._words, _field_of(self.view))
            if self._look is not None:
                self._block.restyle(self._look)
            self._block.retranslate()
            self._box.insertWidget(1, self._block)
            self._read.hide()

    def value(self) -> str:
        return self.view.value if self._block is None else self._block.value().strip()

    def restyle(self, look: Look) -> None:
        self._look = look
        if self._block is not None:
            self._block.restyle(look)
        self.change_button.setMinimumHeight(look.metrics.target)
        self.change_button.setMinimumWidth(look.metrics.em * 6)

    def retranslate(self) -> None:
        words, view = self._words, self.view
        name = words(f"voter.field.{view.name}")
        self._name.say(name)
        self._value.say(_shown(words, view))
        corrected = view.read and view.value != view.read
        source = words("voter.source.voter" if corrected else f"voter.source.{view.source}")
        if corrected:
            source += " " + words("voter.source.was", read=view.read)
        doubtful = not corrected and view.source is not FieldSource.VOTER and view.confidence < SURE
        self._source.setObjectName("doubt" if doubtful else "hint")
        self._source.say(f"⚠  {words('voter.source.unsure')}" if doubtful else source)
        self.change_button.say(words("shell.change"))
        self.change_button.setAccessibleName(f"{words('shell.change')}: {name}")
        if self._block is not None:
            self._block.retranslate()


def _field_of(view: ReadFieldView) -> FieldView:
    label = Labels({language: texts.text(language, f"voter.field.{view.name}") for language in texts.LANGUAGES})
    kind = FieldType.TEXT
    options: tuple[Option, ...] = ()
    if view.name in _DATES:
        kind = FieldType.DATE
    elif view.name is FieldName.PERSONAL_NUMBER:
        kind = FieldType.PERSONAL_NUMBER
    elif view.name is FieldName.SEX:
        kind, options = FieldType.CHOICE, tuple(_sex_option(sex) for sex in Sex)
    return FieldView(FieldId(view.name), label, kind, view.value, options=options, hint=NO_LABELS)


def _sex_option(sex: Sex) -> Option:
    return Option(sex, Labels({language: texts.text(language, f"voter.sex.{sex}") for language in texts.LANGUAGES}))


def _shown(words: Words, view: ReadFieldView) -> str:
    if view.name in _DATES:
        return words.day(view.value)
    if view.name is FieldName.SEX and texts.has(words.language, f"voter.sex.{view.value}"):
        return words(f"voter.sex.{view.value}")
    return view.value
