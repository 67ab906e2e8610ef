"""The last page of a journey: account made (PA-26), or request sent with its reference and receipt (PR-22 to PR-24)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from registration.journey.views import DoneView
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text
from ui.words import Words


class DonePage(KioskPage):
    """The first button of the view is Continue, the second stands beside it, further ones on the page.

    Signals: chosen(str), the id of a button; receipt_requested().
    """

    chosen = Signal(str)
    receipt_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: DoneView | None = None
        self._reference_label = Text("hint")
        self._reference = Text("reference")
        self._keep = Text()
        self._stored = Panel("warningPanel", "⚠")
        self._unverified = Panel("warningPanel", "⚠")
        self._saved = Panel("goodPanel", "✓")
        self._saved_to = ""
        self.receipt_button = RowButton("bigChoice", sign="↓")
        self.receipt_button.clicked.connect(self.receipt_requested)
        self._held = QWidget()
        for widget in (
            self._reference_label,
            self._reference,
            self._stored,
            self._unverified,
            self._keep,
            self.receipt_button,
            self._saved,
            self._held,
        ):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.buttons: dict[str, RowButton] = {}
        self.skip_requested.connect(self._choose_second)

    def show_view(self, view: DoneView) -> None:
        if self._view is None or view.buttons != self._view.buttons:
            self._build(view)
        if self._view is None or view.reference != self._view.reference:
            self._saved_to = ""
        self._view = view
        self.show_page(view.page)
        self.retranslate()

    def show_saved(self, where: str) -> None:
        """Say where the receipt went."""
        self._saved_to = where
        self.retranslate()

    def bar(self) -> Actions:
        view = self._view
        names = [self.words.label(option.label) for option in view.buttons] if view is not None else []
        return Actions(next=names[0] if names else "", skip=names[1] if len(names) > 1 else "")

    def submit(self) -> None:
        assert self._view is not None
        self.chosen.emit(self._view.buttons[0].id)

    def _choose_second(self) -> None:
        assert self._view is not None
        self.chosen.emit(self._view.buttons[1].id)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for made in self.findChildren(RowButton):
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        view, words = self._view, self.words
        if view is not None:
            request = bool(view.reference)
            self._reference_label.say(words("voter.sent.reference") if request else "")
            self._reference.say(view.reference)
            self._stored.say(words("voter.sent.stored", nr=view.reference) if request and not view.delivered else "")
            self._unverified.say("" if view.contact_verified else words("voter.code.unverified"))
            self._keep.say(words("voter.sent.keep") if request else "")
            self.receipt_button.say(words("voter.sent.save_receipt"), words("voter.sent.receipt_holds"))
            self.receipt_button.setVisible(request)
            self._saved.say(words("voter.sent.saved", where=self._saved_to) if self._saved_to else "")
            for option in view.buttons[2:]:
                self.buttons[option.id].say(words.label(option.label))
        super().retranslate()
        if view is not None and view.reference and not view.delivered:
            self.write_heading(words("voter.sent.stored_title"))

    def _build(self, view: DoneView) -> None:
        old, self._held = self._held, QWidget()
        self.content.replaceWidget(old, self._held)
        old.hide()
        old.setParent(None)
        old.deleteLater()
        column = QVBoxLayout(self._held)
        column.setContentsMargins(0, 0, 0, 0)
        self.buttons = {}
        for option in view.buttons[2:]:
            made = RowButton("bigChoice", sign="→")
            made.clicked.connect(lambda _=False, chosen=option.id: self.chosen.emit(chosen))
            self.buttons[option.id] = made
            column.addWidget(made)
        self.restyle(self.look)
