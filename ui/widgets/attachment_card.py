"""One document already added: its kind, its pages, what the machine could find on it, and "Hiq"."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import Labels
from registration.model.documents import Attachment, Found, ProofVerdict
from ui.notices import Problem, sentence
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Text
from ui.widgets.photo_view import PhotoView
from ui.words import Words

_FOUND = {Found.YES: ("good", "✓"), Found.PARTLY: ("doubt", "⚠"), Found.NO: ("bad", "✗")}


class AttachmentCard(QWidget):
    """Signals: removed()."""

    removed = Signal()

    def __init__(self, words: Words, item: Attachment, label: Labels) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words, self._item, self._label = words, item, label
        self._title = Text("label")
        self._lines = [Text() for _ in range(3)]
        self._reasons = Text("doubt")
        self.remove_button = RowButton("link")
        self.remove_button.clicked.connect(self.removed)
        self._photos = [PhotoView(page, "", height=150) for page in item.pages]
        words_column = QVBoxLayout()
        for text in (self._title, *self._lines, self._reasons):
            words_column.addWidget(text)
        words_column.addStretch(1)
        self._row = QHBoxLayout(self)
        for photo in self._photos[:3]:
            self._row.addWidget(photo, alignment=Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words_column, 1)
        self._row.addWidget(self.remove_button, alignment=Qt.AlignmentFlag.AlignTop)
        self.retranslate()

    def restyle(self, look: Look) -> None:
        unit = look.metrics.unit
        self._row.setContentsMargins(unit * 2, unit * 2, unit * 2, unit * 2)
        self._row.setSpacing(unit * 2)
        self.remove_button.setMinimumHeight(look.metrics.target)
        self.remove_button.setMinimumWidth(look.metrics.em * 4)

    def retranslate(self) -> None:
        words = self._words
        self._title.say(words.label(self._label))
        self.remove_button.say(words("shell.remove"))
        self.remove_button.setAccessibleName(f"{words('shell.remove')}: {self._title.text()}")
        for number, photo in enumerate(self._photos, 1):
            photo.say(words("voter.proof.page", n=number))
        verdict = self._item.verdict
        found = _findings(verdict) if verdict is not None else []
        for place, line in enumerate(self._lines):
            if place < len(found):
                name, sign, text_id = found[place]
                line.setObjectName(name)
                line.style().unpolish(line)
                line.style().polish(line)
                line.say(f"{sign}  {words(text_id)}")
            else:
                line.say("")
        reasons = verdict.reasons if verdict is not None else ()
        self._reasons.say("\n".join(sentence(words, Problem(code)) for code in reasons))


def _findings(verdict: ProofVerdict) -> list[tuple[str, str, str]]:
    """Return what to say of a verdict: style name, sign, text id."""
    if not verdict.readable:
        return [("bad", "✗", "voter.proof.unreadable")]
    lines = [(*_FOUND[verdict.name_found], f"voter.proof.name_{verdict.name_found}")]
    # Before the address was typed there may be nothing to look for.
    if verdict.address_found is not Found.NO or any(code.startswith("proof.address") for code in verdict.reasons):
        lines.append((*_FOUND[verdict.address_found], f"voter.proof.address_{verdict.address_found}"))
    return lines
