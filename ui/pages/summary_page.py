"""R9: everything that will be sent, each section with its Ndrysho (PR-20, PR-21)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import FieldType
from registration.journey.views import SummaryRow, SummarySection, SummaryView
from registration.model.ids import StepId
from registration.model.person import Finding
from resources import texts
from ui.notices import of_finding, sentence
from ui.page import KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text
from ui.widgets.photo_view import PhotoView
from ui.words import Words


class _Section(QWidget):
    def __init__(self, words: Words, view: SummarySection) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words, self._view = words, view
        self._title = Text("subheading")
        self.change_button = RowButton("link")
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self.change_button)
        self._column = QVBoxLayout(self)
        self._column.addLayout(top)
        self._cells = [(row, Text("hint"), Text("value")) for row in view.rows]
        grid = QGridLayout()
        grid.setColumnStretch(0, 4)
        grid.setColumnStretch(1, 6)
        for place, (_, label, value) in enumerate(self._cells):
            grid.addWidget(label, place, 0)
            grid.addWidget(value, place, 1)
        self._grid = grid
        self._column.addLayout(grid)
        self._photos = [PhotoView(photo, "", height=170) for photo in view.photos]
        if self._photos:
            pictures = QHBoxLayout()
            for photo in self._photos:
                pictures.addWidget(photo)
            pictures.addStretch(1)
            self._column.addLayout(pictures)
        self._doubts = Panel("warningPanel", "⚠")
        self._column.addWidget(self._doubts)
        if not view.step:
            self.change_button.hide()
        self.retranslate()

    def restyle(self, look: Look) -> None:
        unit = look.metrics.unit
        self._column.setContentsMargins(unit * 3, unit * 2, unit * 3, unit * 2)
        self._column.setSpacing(unit)
        self._grid.setHorizontalSpacing(unit * 3)
        self._grid.setVerticalSpacing(unit)
        self.change_button.setMinimumHeight(look.metrics.target)
        self.change_button.setMinimumWidth(look.metrics.em * 6)

    def retranslate(self) -> None:
        words, view = self._words, self._view
        title = _title(words, view)
        self._title.say(title)
        self.change_button.say(words("shell.change"))
        self.change_button.setAccessibleName(f"{words('shell.change')}: {title}")
        for row, label, value in self._cells:
            label.say(words.label(row.label, row.label_id))
            value.say(row_value(words, row))
        for photo in self._photos:
            photo.say(title)
        self._doubts.say(*(self._doubt(f) for f in view.warnings))

    def _doubt(self, finding: Finding) -> str:
        return sentence(self._words, of_finding(finding))


def _title(words: Words, view: SummarySection) -> str:
    """A noun where there is one ("Adresa"); a step's own title is an instruction."""
    noun = f"voter.section.{view.step}"
    return words(noun) if view.step and texts.has(words.language, noun) else words.label(view.title, view.title_id)


def row_value(words: Words, row: SummaryRow) -> str:
    """Return a row's value as a person reads it."""
    if row.value_id:
        return words(row.value_id)
    worded = words.label(row.value_label)
    if worded:
        return worded
    if row.type is FieldType.DATE:
        return words.day(row.value)
    if row.type is FieldType.COUNTRY and texts.has(words.language, f"country.{row.value}"):
        return words(f"country.{row.value}")
    return row.value


class SummaryPage(KioskPage):
    """Signals: change_requested(StepId), submitted()."""

    change_requested = Signal(str)
    submitted = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: SummaryView | None = None
        self.sections: dict[StepId, _Section] = {}
        self._held = QWidget()
        self.content.addWidget(self._held)
        self.content.addStretch(1)

    def show_view(self, view: SummaryView) -> None:
        if self._view is None or view.sections != self._view.sections:
            self._build(view)
        self._view = view
        self.show_page(view.page)
        self.retranslate()

    def submit(self) -> None:
        self.submitted.emit()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for section in self.findChildren(_Section):
            section.restyle(look)

    def retranslate(self) -> None:
        for section in self.findChildren(_Section):
            section.retranslate()
        super().retranslate()

    def _build(self, view: SummaryView) -> None:
        self.content.removeWidget(self._held)
        self._held.hide()
        self._held.setParent(None)
        self._held.deleteLater()
        self._held = QWidget()
        rows = QVBoxLayout(self._held)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(self.look.metrics.gap)
        self.sections = {}
        for part in view.sections:
            section = _Section(self.words, part)
            rows.addWidget(section)
            if part.step:
                self.sections[part.step] = section
                section.change_button.clicked.connect(lambda _=False, step=part.step: self.change_requested.emit(step))
        self.content.insertWidget(0, self._held)
        self.restyle(self.look)
