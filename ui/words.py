"""The language in use: every page asks here for its words and writes them again when `changed` is emitted."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, QObject, Signal

from registration.catalog.definitions import Labels
from resources import texts

_LOCALES = {"sq": "sq_AL", "en": "en_GB", "it": "it_IT", "el": "el_GR", "de": "de_DE"}


class Words(QObject):
    """Signals: changed() after another language was chosen."""

    changed = Signal()

    def __init__(self, language: str = texts.LANGUAGES[0], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language

    @property
    def language(self) -> str:
        return self._language

    def choose(self, language: str) -> None:
        """Switch to another language; the data on the pages stay."""
        if language not in texts.LANGUAGES:
            raise ValueError(f"no such language: {language}")
        if language != self._language:
            self._language = language
            self.changed.emit()

    def __call__(self, text_id: str, **places: object) -> str:
        """Return the words for a text id, e.g. ``words("shell.back")``."""
        return texts.text(self._language, text_id, **places)

    def label(self, labels: Labels, otherwise: str = "") -> str:
        """Return the words of a catalogue label; where it is empty those of the text id `otherwise`."""
        return labels.get(self._language) or (self(otherwise) if otherwise else "")

    def day(self, iso: str) -> str:
        """Return an ISO date written out (``11 maj 2026``); anything else is returned as it is."""
        try:
            day = date.fromisoformat(iso[:10])
        except ValueError:
            return iso
        locale = QLocale(_LOCALES.get(self._language, "C"))
        return locale.toString(QDate(day.year, day.month, day.day), "d MMMM yyyy")
