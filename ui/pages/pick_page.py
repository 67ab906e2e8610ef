"""One of a list: the kind of identification document (PR-04)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from registration.catalog.definitions import Option
from registration.journey.views import PickView
from ui.notices import Problem
from ui.page import KioskPage
from ui.theme import Look
from ui.widgets.field_block import Choices
from ui.words import Words


class PickPage(KioskPage):
    """Signals: submitted(str), the id of the option chosen."""

    submitted = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._options: tuple[Option, ...] = ()
        self.choices = Choices(words, ())
        self.content.addWidget(self.choices)
        self.content.addStretch(1)

    def show_view(self, view: PickView) -> None:
        if view.options != self._options:
            self._options = view.options
            old, self.choices = self.choices, Choices(self.words, view.options)
            self.content.replaceWidget(old, self.choices)
            old.hide()
            old.setParent(None)
            old.deleteLater()
            self.restyle(self.look)
        self.choices.set_value(view.chosen)
        self.show_page(view.page)
        self.retranslate()

    def submit(self) -> None:
        chosen = self.choices.value()
        if chosen:
            self.submitted.emit(chosen)
        else:
            self.show_problems((Problem("field.choose", field="choices"),))

    def first_field(self) -> QWidget | None:
        buttons = self.choices.buttons
        return next((b for b in buttons if b.isChecked()), buttons[0] if buttons else None)

    def field_target(self, field: str) -> QWidget | None:
        return self.first_field()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for choices in self.findChildren(Choices):
            choices.restyle(look)
            for made in choices.buttons:
                made.setMinimumHeight(look.metrics.target * 3 // 2)

    def retranslate(self) -> None:
        self.choices.retranslate()
        super().retranslate()
