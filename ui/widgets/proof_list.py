"""The documents added so far, each with what was found on it, and the ways to add another."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from registration.catalog.definitions import NO_LABELS
from registration.journey.views import AttachmentsView
from ui.page import USUAL_LOOK
from ui.theme import Look
from ui.widgets.attachment_card import AttachmentCard
from ui.widgets.buttons import RowButton
from ui.widgets.discard import discard
from ui.words import Words


class ProofList(QWidget):
    """Signals:
    add_requested(): another document.
    link_requested(): a document that links the voter to the name on a proof.
    removed(str): id of an attachment.
    """

    add_requested = Signal()
    link_requested = Signal()
    removed = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._look = USUAL_LOOK
        self._cards: list[AttachmentCard] = []
        self._held = QWidget()
        self.add_button, self.link_button = RowButton("bigChoice", sign="+"), RowButton("bigChoice", sign="+")
        self.add_button.clicked.connect(self.add_requested)
        self.link_button.clicked.connect(self.link_requested)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        for widget in (self._held, self.add_button, self.link_button):
            self._box.addWidget(widget)
        self._box.addStretch(1)

    def show_items(self, view: AttachmentsView) -> None:
        """Show a card for each document."""
        old, self._held = self._held, QWidget()
        self._box.replaceWidget(old, self._held)
        discard(old)
        column = QVBoxLayout(self._held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._look.metrics.gap)
        labels = {option.id: option.label for option in (*view.kinds, *view.linking_kinds)}
        self._cards = [AttachmentCard(self._words, item, labels.get(item.kind, NO_LABELS)) for item in view.items]
        for card, item in zip(self._cards, view.items, strict=True):
            card.removed.connect(lambda which=item.id: self.removed.emit(which))
            column.addWidget(card)
        self.restyle(self._look)

    def offer(self, *, more: bool, linking: bool) -> None:
        """Offer to add another document, and one that links, as far as the view allows it."""
        self.add_button.setVisible(more)
        self.link_button.setVisible(linking)

    def restyle(self, look: Look) -> None:
        self._look = look
        self._box.setSpacing(look.metrics.gap)
        for made in (self.add_button, self.link_button):
            made.setMinimumHeight(look.metrics.target)
        for card in self._cards:
            card.restyle(look)

    def retranslate(self) -> None:
        words = self._words
        self.add_button.say(words("voter.proof.add"))
        self.link_button.say(words("voter.proof.not_mine"), words("voter.proof.not_mine_note"))
        for card in self._cards:
            card.retranslate()
