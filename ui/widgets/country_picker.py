"""Choose a country by typing a few letters of its name; where most voters abroad live comes first."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from resources import texts
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.words import Words

COMMON = ("IT", "GR", "DE", "CH", "GB", "US")
"""The countries with the most Albanian voters abroad; shown before anything is typed."""
SHOWN = 6
_AREA = "country."


class CountryPicker(QWidget):
    """The value is an ISO 3166 alpha-2 code. Signals: changed() when a country was chosen or taken back."""

    changed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._value = ""
        self.search = QLineEdit()
        self.search.textEdited.connect(self._typed)
        self.rows = [RowButton("choice") for _ in range(SHOWN)]
        self._codes: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.search)
        for number, row in enumerate(self.rows):
            row.setCheckable(False)
            row.clicked.connect(lambda _=False, place=number: self._choose(place))
            self._column.addWidget(row)
        self.search.returnPressed.connect(lambda: self._choose(0))
        self._offer()

    def value(self) -> str:
        return self._value

    def set_value(self, code: str) -> None:
        self._value = code
        self.search.setText(self._name(code) if code else "")
        self._offer()

    def restyle(self, look: Look) -> None:
        self._column.setSpacing(look.metrics.gap)
        for row in self.rows:
            row.setMinimumHeight(look.metrics.target)

    def retranslate(self, label: str) -> None:
        self.search.setAccessibleName(label)
        self.search.setPlaceholderText(self._words("voter.country_search"))
        if self._value:
            self.search.setText(self._name(self._value))
        self._offer()

    def _name(self, code: str) -> str:
        text_id = f"{_AREA}{code}"
        return self._words(text_id) if texts.has(self._words.language, text_id) else code

    def _typed(self, _text: str) -> None:
        if self._value:
            self._value = ""
            self.changed.emit()
        self._offer()

    def _offer(self) -> None:
        self._codes = [] if self._value else matching(self._words.language, self.search.text())
        for place, row in enumerate(self.rows):
            row.setVisible(place < len(self._codes))
            if place < len(self._codes):
                row.say(self._name(self._codes[place]))

    def _choose(self, place: int) -> None:
        if place < len(self._codes):
            self.set_value(self._codes[place])
            self.changed.emit()
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)


def matching(language: str, typed: str) -> list[str]:
    """Return at most `SHOWN` codes whose names begin with, then contain, what was typed; letters without accents."""
    sought = _plain(typed.strip())
    if not sought:
        return list(COMMON)
    names = {key.removeprefix(_AREA): str(name) for key, name in texts.table(language).items() if key.startswith(_AREA)}
    by_rank = sorted(
        (not _plain(name).startswith(sought), _plain(name), code)
        for code, name in names.items()
        if sought in _plain(name)
    )
    return [code for _, _, code in by_rank][:SHOWN]


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
