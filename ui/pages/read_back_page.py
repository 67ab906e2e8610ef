"""R4: what was read from the document, to be confirmed or put right in place (PR-09, PR-10, D-09)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import NO_LABELS, FieldType, Labels, Option
from registration.journey.views import FieldView, ReadBackView, ReadFieldView
from registration.model.documents import FieldName, FieldSource
from registration.model.ids import FieldId
from registration.model.person import Sex
from resources import texts
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.field_block import FieldBlock
from ui.widgets.labels import Text, column, rule
from ui.widgets.photo_view import PhotoView
from ui.words import Words

_DATES = frozenset({FieldName.BIRTH_DATE, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE})
SURE = 0.9
"""Below this confidence a field is marked to be looked at."""


class _Row(QWidget):
    """One field: its name, its value, where it comes from, and "Ndrysho" that turns it into a field to type in.

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


class _Sides(QWidget):
    """The pictures beside the fields; large words need the whole width, and the pictures then stand above them."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self.box.setContentsMargins(0, 0, 0, 0)

    def restyle(self, look: Look) -> None:
        self.box.setDirection(QBoxLayout.Direction.TopToBottom if look.large else QBoxLayout.Direction.LeftToRight)
        self.box.setSpacing(look.metrics.unit * 4)


class ReadBackPage(KioskPage):
    """Signals: submitted(tuple[tuple[FieldName, str], ...]) with every field as it now stands.

    "Fotografo përsëri" is the page's skip_requested().
    """

    submitted = Signal(object)

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: ReadBackView | None = None
        self.rows: dict[FieldName, _Row] = {}
        self._held = _Sides()
        self.content.addWidget(self._held)
        self.content.addStretch(1)
        self.set_wide(True)

    def show_view(self, view: ReadBackView) -> None:
        if self._view is None or view.fields != self._view.fields or view.images != self._view.images:
            self._view = view
            self._build(view)
        self._view = view
        self.show_page(view.page)
        self.retranslate()

    def bar(self) -> Actions:
        bar = super().bar()
        return Actions(next=bar.next, back=bar.back, skip=self.words("voter.read_back.again"))

    def submit(self) -> None:
        self.submitted.emit(tuple((name, row.value()) for name, row in self.rows.items()))

    def first_field(self) -> QWidget | None:
        return None

    def field_name(self, field: str) -> str:
        return self.words(f"voter.field.{field}") if self._row(field) is not None else ""

    def field_target(self, field: str) -> QWidget | None:
        row = self._row(field)
        return None if row is None else row.block.target() if row.opened else row.change_button

    def mark_field(self, field: str, words: str) -> None:
        row = self._row(field)
        if row is not None:
            if words:
                row.open_field()
            if row.opened:
                row.block.say_problem(words)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for sides in self.findChildren(_Sides):
            sides.restyle(look)
        for row in self.findChildren(_Row):
            row.restyle(look)
        for photo in self.findChildren(PhotoView):
            photo.restyle(look)

    def retranslate(self) -> None:
        for row in self.rows.values():
            row.retranslate()
        super().retranslate()

    def _row(self, field: str) -> _Row | None:
        return next((row for name, row in self.rows.items() if name == field), None)

    def _build(self, view: ReadBackView) -> None:
        self.content.removeWidget(self._held)
        self._held.hide()
        self._held.setParent(None)
        self._held.deleteLater()
        self._held = _Sides()
        sides = self._held.box
        pictures = QVBoxLayout()
        for image in view.images:
            photo = PhotoView(image.photo, self.words(f"voter.document.side.{image.side}"))
            photo.setMinimumHeight(200)
            photo.setMaximumHeight(420)
            pictures.addWidget(photo, 1)
        pictures.addStretch(1)
        sides.addLayout(pictures, 4)
        fields = QVBoxLayout()
        fields.setSpacing(self.look.metrics.unit)
        self.rows = {}
        for field in view.fields:
            self.rows[field.name] = row = _Row(self.words, field)
            fields.addWidget(row)
        fields.addStretch(1)
        sides.addLayout(fields, 6)
        self.content.insertWidget(0, self._held)
        self.restyle(self.look)


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
