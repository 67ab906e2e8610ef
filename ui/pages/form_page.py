"""Any form of a service: personal data, address, the contact and the second contact."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from registration.catalog.definitions import FieldType
from registration.journey.answers import FieldValue
from registration.journey.views import FieldView, FormView
from registration.model.ids import FieldId
from ui.page import KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.discard import discard
from ui.widgets.field_block import FieldBlock
from ui.words import Words

_USE = {FieldType.PHONE: "voter.form.use_phone", FieldType.EMAIL: "voter.form.use_email"}


class FormPage(KioskPage):
    """With `choose_one` one field is shown and links offer the others ("Përdor email në vend të numrit celular").

    Signals: submitted(tuple[FieldValue, ...]) with every shown field as it was typed.
    """

    submitted = Signal(object)

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: FormView | None = None
        self._chosen: FieldId | None = None
        self.blocks: dict[FieldId, FieldBlock] = {}
        self.links: dict[FieldId, RowButton] = {}
        self._held = QWidget()
        self.content.addWidget(self._held)
        self.content.addStretch(1)

    def show_view(self, view: FormView) -> None:
        before = self._view
        same = before is not None and before.page.step == view.page.step and _ids(before) == _ids(view)
        self._view = view
        if same:
            for field in view.fields:
                self.blocks[field.id].show_field(field)
        else:
            self._chosen = view.chosen
            self._build(view)
        self._arrange()
        self.show_page(view.page)

    def submit(self) -> None:
        view = self._view
        assert view is not None
        shown = [f.id for f in view.fields if not view.choose_one or f.id == self._chosen]
        self.submitted.emit(tuple(FieldValue(i, self.blocks[i].value().strip()) for i in shown))

    def field_name(self, field: str) -> str:
        block = self.blocks.get(FieldId(field))
        return "" if block is None else self.words.label(block.field.label)

    def field_target(self, field: str) -> QWidget | None:
        block = self.blocks.get(FieldId(field))
        return block.target() if block is not None and not block.isHidden() else None

    def mark_field(self, field: str, words: str) -> None:
        if block := self.blocks.get(FieldId(field)):
            block.say_problem(words)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for block in self.findChildren(FieldBlock):
            block.restyle(look)
        for link in self.findChildren(RowButton):
            link.setMinimumHeight(look.metrics.target)
        if hasattr(self, "_rows"):
            self._rows.setSpacing(look.metrics.unit * 3)

    def retranslate(self) -> None:
        if self._view is not None:
            for block in self.blocks.values():
                block.retranslate()
            for field in self._view.fields:
                self._write_link(field)
        super().retranslate()

    def _build(self, view: FormView) -> None:
        self.content.removeWidget(self._held)
        discard(self._held)
        self._held = QWidget()
        self._rows = QVBoxLayout(self._held)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.blocks, self.links = {}, {}
        for field in view.fields:
            block = FieldBlock(self.words, field)
            block.entered.connect(lambda here=field.id: self._go_on_from(here))
            self.blocks[field.id] = block
            self._rows.addWidget(block)
        if view.choose_one:
            for field in view.fields:
                link = RowButton("link")
                link.clicked.connect(lambda _=False, chosen=field.id: self._choose(chosen))
                self.links[field.id] = link
                self._rows.addWidget(link)
                self._write_link(field)
        self.content.insertWidget(0, self._held)
        self.restyle(self.look)

    def _write_link(self, field: FieldView) -> None:
        if link := self.links.get(field.id):
            known = _USE.get(field.type)
            link.say(self.words(known) if known else self.words.label(field.label))

    def _arrange(self) -> None:
        view = self._view
        assert view is not None
        if view.choose_one:
            for name, block in self.blocks.items():
                block.setVisible(name == self._chosen)
            for name, link in self.links.items():
                link.setVisible(name != self._chosen)

    def _choose(self, field: FieldId) -> None:
        self._chosen = field
        self._arrange()
        self.show_problems(())
        self.blocks[field].target().setFocus()

    def _go_on_from(self, field: FieldId) -> None:
        """Enter leads to the next field; from the last one it sends the form, as Continue does."""
        shown = [name for name, block in self.blocks.items() if not block.isHidden()]
        following = shown[shown.index(field) + 1 :]
        if following:
            self.blocks[following[0]].target().setFocus()
        else:
            self.enter_pressed.emit()


def _ids(view: FormView) -> list[tuple[FieldId, FieldType]]:
    return [(f.id, f.type) for f in view.fields]
