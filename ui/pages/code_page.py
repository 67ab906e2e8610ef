"""P4: the 6-digit code, with a visible count-down and Ridërgo Kodin (PA-11 to PA-13)."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from registration.journey.views import CodeView
from registration.model.contact import ContactKind
from ui.keyboard import INPUT, Input
from ui.page import KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text, column
from ui.words import Words


class CodePage(KioskPage):
    """Offline there is nothing to type: the page says that the contact stays unverified, and Continue goes on.

    Signals: submitted(str) with spaces and dashes taken out ("" offline); resend_requested().
    """

    submitted = Signal(str)
    resend_requested = Signal()

    def __init__(self, words: Words, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(words)
        self._monotonic = monotonic
        self._view: CodeView | None = None
        self._counted: tuple[object, int] | None = None
        self._since = monotonic()
        self._sent_to = Text()
        self._label = Text("label")
        self._error = Text("fieldError")
        self.line = QLineEdit()
        self.line.setObjectName("code")
        self.line.setProperty(INPUT, Input.DIGITS)
        self.line.returnPressed.connect(self.enter_pressed)
        self._left = Text("label")
        self._resend_note = Text("hint")
        self.resend_button = RowButton("link")
        self.resend_button.clicked.connect(self.resend_requested)
        self._spam = Text("hint")
        self._offline = Panel("warningPanel", "⚠")
        self.content.addWidget(self._sent_to)
        self.content.addWidget(self._offline)
        self.content.addLayout(column(self._label, self._error, self.line, spacing=6))
        for widget in (self._left, self._resend_note, self.resend_button, self._spam):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(500)
        self._timer.timeout.connect(self.count_down)

    def show_view(self, view: CodeView) -> None:
        fresh = (view.page.step, view.sent)
        if fresh != self._counted:
            self._counted, self._since = fresh, self._monotonic()
            self.line.clear()
        self._view = view
        self.line.setMaxLength(view.digits * 2)
        self.show_page(view.page)
        self.retranslate()

    def submit(self) -> None:
        self.submitted.emit("".join(c for c in self.line.text() if c.isdigit()))

    def first_field(self) -> QWidget | None:
        return self.line if self._view is not None and self._view.online else None

    def field_target(self, field: str) -> QWidget | None:
        return self.line

    def mark_field(self, field: str, words: str) -> None:
        self._error.say(f"✗  {words}" if words else "")

    def seconds_left(self) -> int:
        """Return the seconds until the code expires, 0 when it has."""
        view = self._view
        return 0 if view is None else max(0, view.expires_in - int(self._monotonic() - self._since))

    def count_down(self) -> None:
        """Write the time left; the timer calls it twice a second while the page is seen."""
        view = self._view
        if view is None or not view.online:
            return
        left = self.seconds_left()
        waited = view.expires_in - left
        self._left.say(self.words("voter.code.expires", n=left) if left else self.words("voter.code.expired"))
        wait = max(0, view.resend_after - waited)
        self._resend_note.say(
            self.words("voter.code.resend_wait", n=wait) if wait else self.words("voter.code.resend_if")
        )
        self.resend_button.setVisible(not wait)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for made in self.findChildren(RowButton):
            made.setMinimumHeight(look.metrics.target)
        for line in self.findChildren(QLineEdit):
            line.setFixedWidth(look.metrics.em * 9)

    def retranslate(self) -> None:
        view = self._view
        if view is not None:
            email = view.kind is ContactKind.EMAIL
            where = "voter.code.sent_email" if email else "voter.code.sent_phone"
            self._sent_to.say(self.words(where, to=view.masked) if view.online else "")
            self._offline.say("" if view.online else self.words("voter.code.offline"))
            self._label.say(self.words("voter.code.label") if view.online else "")
            self.line.setAccessibleName(self.words("voter.code.label"))
            self.line.setVisible(view.online)
            self.resend_button.say(self.words("voter.code.resend"))
            self._spam.say(self.words("voter.code.spam") if email and view.online else "")
            for widget in (self._left, self._resend_note, self.resend_button):
                widget.setVisible(view.online)
            self.count_down()
        super().retranslate()
        if view is not None and not view.online:
            self.write_heading(self.words("voter.code.offline_title"))

    def showEvent(self, _event: object) -> None:
        self._timer.start()

    def hideEvent(self, _event: object) -> None:
        self._timer.stop()
