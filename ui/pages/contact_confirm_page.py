"""P3: the number or address read back before any code is sent (PA-10)."""

from __future__ import annotations

from PySide6.QtCore import Signal

from registration.journey.views import ContactConfirmView
from registration.model.contact import ContactKind
from ui.page import Actions, KioskPage
from ui.widgets.labels import Panel, Text
from ui.words import Words


class ContactConfirmPage(KioskPage):
    """Signals: confirmed(). "Ndrysho" is the page's Back."""

    confirmed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view: ContactConfirmView | None = None
        self._kind = Text("hint")
        self._contact = Text("reference")
        self._spam = Text("hint")
        self._offline = Panel("warningPanel", "⚠")
        for widget in (self._kind, self._contact, self._spam, self._offline):
            self.content.addWidget(widget)
        self.content.addStretch(1)

    def show_view(self, view: ContactConfirmView) -> None:
        self._view = view
        self.show_page(view.page)
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(next=super().bar().next, back=self.words("shell.change"))

    def submit(self) -> None:
        self.confirmed.emit()

    def retranslate(self) -> None:
        view = self._view
        if view is not None:
            email = view.kind is ContactKind.EMAIL
            self._kind.say(self.words("voter.contact.email" if email else "voter.contact.phone"))
            self._contact.say(view.text)
            self._spam.say(self.words("voter.code.spam") if email and view.online else "")
            self._offline.say("" if view.online else self.words("voter.code.offline"))
        super().retranslate()
