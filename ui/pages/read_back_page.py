"""R4: what was read from the document, to be confirmed or put right in place (PR-09, PR-10, D-09)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from registration.journey.views import ReadBackView
from registration.model.documents import FieldName
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.discard import discard
from ui.widgets.photo_view import PhotoView
from ui.widgets.read_field import ReadField
from ui.words import Words


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
        self.rows: dict[FieldName, ReadField] = {}
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
        for row in self.findChildren(ReadField):
            row.restyle(look)
        for photo in self.findChildren(PhotoView):
            photo.restyle(look)

    def retranslate(self) -> None:
        for row in self.rows.values():
            row.retranslate()
        super().retranslate()

    def _row(self, field: str) -> ReadField | None:
        return next((row for name, row in self.rows.items() if name == field), None)

    def _build(self, view: ReadBackView) -> None:
        self.content.removeWidget(self._held)
        discard(self._held)
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
            self.rows[field.name] = row = ReadField(self.words, field)
            fields.addWidget(row)
        fields.addStretch(1)
        sides.addLayout(fields, 6)
        self.content.insertWidget(0, self._held)
        self.restyle(self.look)
