"""Which document it is: the kinds to choose from, beside drawn examples of what proves an address and what does not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.catalog.definitions import Option
from ui.page import USUAL_LOOK
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.discard import discard
from ui.widgets.field_block import Choices
from ui.widgets.labels import Panel
from ui.widgets.proof_examples import ACCEPTED, REFUSED, ProofExamples
from ui.words import Words


class ProofKinds(QWidget):
    """Signals: phone_requested(): bring the document from the voter's phone."""

    phone_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._look = USUAL_LOOK
        self.choices = Choices(words, ())
        self._kinds = QVBoxLayout()
        self._kinds.addWidget(self.choices)
        self._kinds.addStretch(1)
        self.phone_button = RowButton("bigChoice", sign="▦")
        self.phone_button.clicked.connect(self.phone_requested)
        self.phone_button.hide()
        self._good, self._bad = Panel("goodPanel", "✓"), Panel("warningPanel", "✗")
        self._examples = (
            ProofExamples(words, ACCEPTED, accepted=True),
            ProofExamples(words, REFUSED, accepted=False),
        )
        self._beside = QVBoxLayout()
        self._beside.addWidget(self.phone_button)
        for panel, examples in zip((self._good, self._bad), self._examples, strict=True):
            self._beside.addWidget(panel)
            self._beside.addWidget(examples)
        self._beside.addStretch(1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(40)
        self._row.addLayout(self._beside, 4)
        self._row.addLayout(self._kinds, 6)

    def show_options(self, options: tuple[Option, ...]) -> None:
        """Show other kinds to choose from; none is chosen."""
        old, self.choices = self.choices, Choices(self._words, options)
        self._kinds.replaceWidget(old, self.choices)
        discard(old)
        self.choices.retranslate()
        self.choices.restyle(self._look)

    def kind(self) -> str:
        """Return the id of the kind chosen, "" while there is none."""
        return self.choices.value()

    def target(self) -> QWidget | None:
        """Return what takes the focus when a kind has to be chosen."""
        return self.choices.buttons[0] if self.choices.buttons else None

    def offer_phone(self, offered: bool) -> None:
        self.phone_button.setVisible(offered)

    def restyle(self, look: Look) -> None:
        self._look = look
        self.phone_button.setMinimumHeight(look.metrics.target)
        self.choices.restyle(look)
        for examples in self._examples:
            examples.restyle(look)
        # Large words leave no room beside the list: it is the question and comes first, the examples below it.
        across, up = QHBoxLayout.Direction.LeftToRight, QHBoxLayout.Direction.BottomToTop
        self._row.setDirection(up if look.large else across)
        for box in (self._kinds, self._beside):
            box.setSpacing(look.metrics.gap)

    def retranslate(self) -> None:
        words = self._words
        self._good.say(words("voter.proof.accepted"))
        self._bad.say(words("voter.proof.refused"))
        for examples in self._examples:
            examples.retranslate()
        self.choices.retranslate()
        self.phone_button.say(words("voter.phone.button"), words("voter.phone.button_note"))
