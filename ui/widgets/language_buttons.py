"""The languages in their own names, in the header of a desktop window; the one in use is marked."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from resources import texts
from ui.widgets.buttons import button
from ui.words import Words


class LanguageButtons(QWidget):
    """Chooses the language of its `Words`, which tell everybody. `of` holds the button of each language."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.of: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for language in texts.LANGUAGES:
            self.of[language] = made = button()
            made.setText(texts.text(language, "shell.language_name"))
            made.setCheckable(True)
            made.clicked.connect(lambda _checked=False, language=language: self._choose(language))
            row.addWidget(made)

    def retranslate(self) -> None:
        for language, made in self.of.items():
            made.setChecked(language == self._words.language)

    def _choose(self, language: str) -> None:
        self._words.choose(language)
        # The one in use was pressed again and is marked no more.
        self.retranslate()
