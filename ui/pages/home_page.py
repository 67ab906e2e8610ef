"""R11: after log-in, what can be done and how each request stands, with the reason and the comment (PR-24)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from registration.journey.views import HomeView, StatusItem
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.discard import discard
from ui.widgets.labels import Panel, Text
from ui.words import Words

_GOOD, _BAD, _DOUBT = frozenset({"approved"}), frozenset({"refused"}), frozenset({"returned", "stored"})
_SIGN = {"good": "✓", "bad": "✗", "doubt": "⚠", "value": "●"}


class _Item(QWidget):
    """One request."""

    def __init__(self, words: Words, item: StatusItem) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words, self.item = words, item
        kind = (
            "good"
            if item.state in _GOOD
            else "bad"
            if item.state in _BAD
            else "doubt"
            if item.state in _DOUBT
            else "value"
        )
        self._sign = _SIGN[kind]
        self._reference, self._state = Text("subheading"), Text(kind)
        self._when = Text("hint")
        self._reasons = Text()
        self._comment = Text()
        self.complete_button = RowButton("bigChoice", sign="→")
        self.withdraw_button = RowButton("link")
        self._column = QVBoxLayout(self)
        for widget in (self._reference, self._state, self._when, self._reasons, self._comment):
            self._column.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self.complete_button, 2)
        row.addWidget(self.withdraw_button, 1)
        self._row = row
        self._column.addLayout(row)
        self.complete_button.setVisible(item.can_complete)
        self.withdraw_button.setVisible(item.can_withdraw)
        self.retranslate()

    def restyle(self, look: Look) -> None:
        unit = look.metrics.unit
        self._column.setContentsMargins(unit * 3, unit * 2, unit * 3, unit * 2)
        self._column.setSpacing(unit)
        self._row.setSpacing(look.metrics.gap)
        for made in (self.complete_button, self.withdraw_button):
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        words, item = self._words, self.item
        self._reference.say(words("voter.status.request", nr=item.reference))
        self._state.say(f"{self._sign}  {words(f'voter.state.{item.state}')}")
        self._when.say(words("voter.status.due", day=words.day(item.due)) if item.due else "")
        reasons = "\n".join(f"•  {words(f'voter.reason.{reason}')}" for reason in item.reasons)
        self._reasons.say(f"{words('voter.status.reason')}\n{reasons}" if reasons else "")
        self._comment.say(words("shell.comment", comment=item.comment) if item.comment else "")
        again = "voter.status.complete" if item.state == "returned" else "voter.status.new"
        self.complete_button.say(words(again))
        self.withdraw_button.say(words("voter.status.withdraw"))


class HomePage(KioskPage):
    """Signals: create_requested(), continue_requested() the kept draft, refresh_requested(),
    confirm_requested() of an unverified contact,
    complete_requested(str) and withdraw_requested(str) with the reference, leave_requested()."""

    create_requested = Signal()
    continue_requested = Signal()
    refresh_requested = Signal()
    confirm_requested = Signal()
    complete_requested = Signal(str)
    withdraw_requested = Signal(str)
    leave_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view = HomeView("")
        self._who = Text("hint")
        self._unverified = Panel("warningPanel", "⚠")
        self._offline = Panel("infoPanel", "●")
        self._closed = Panel("warningPanel", "⚠")
        self.continue_button = RowButton("bigChoice", sign="→")
        self.create_button = RowButton("bigChoice", sign="→")
        self.refresh_button = RowButton("link")
        self.confirm_button = RowButton("bigChoice", sign="→")
        self._none = Text()
        self._held = QWidget()
        self.continue_button.clicked.connect(self.continue_requested)
        self.create_button.clicked.connect(self.create_requested)
        self.refresh_button.clicked.connect(self.refresh_requested)
        self.confirm_button.clicked.connect(self.confirm_requested)
        for widget in (
            self._who,
            self._unverified,
            self.confirm_button,
            self._offline,
            self._closed,
            self.continue_button,
            self.create_button,
            self._none,
            self._held,
            self.refresh_button,
        ):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.items: dict[str, _Item] = {}
        self.retranslate()

    @property
    def view(self) -> HomeView:
        """What is shown now."""
        return self._view

    def show_view(self, view: HomeView) -> None:
        if view.items != self._view.items:
            self._build(view)
        self._view = view
        self.show_problems(())
        self.retranslate()

    def bar(self) -> Actions:
        return Actions(skip=self.words("voter.status.leave"))

    def press_skip(self) -> None:
        self.leave_requested.emit()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for item in self.findChildren(_Item):
            item.restyle(look)
        for made in (self.findChildren(RowButton)) if hasattr(self, "items") else []:
            made.setMinimumHeight(look.metrics.target)

    def retranslate(self) -> None:
        view, words = self._view, self.words
        self.write_heading(words("voter.status.title"))
        self._who.say(words("voter.status.who", who=view.masked_contact) if view.masked_contact else "")
        self._unverified.say("" if view.contact_verified else words("voter.code.unverified"))
        # Without the server no code can come.
        self.confirm_button.setVisible(not view.contact_verified and view.looked is not None)
        self.confirm_button.say(words("voter.status.confirm_contact"))
        looked = words.day(view.looked.date().isoformat()) if view.looked else ""
        self._offline.say(
            "" if view.online else words("voter.status.offline"),
            words("voter.status.looked", day=looked) if looked and not view.online else "",
        )
        self._closed.say("" if view.registration_open else words("voter.start.closed"))
        self.continue_button.setVisible(view.draft is not None)
        self.continue_button.say(words("voter.status.continue"), words("voter.status.continue_note"))
        self.create_button.setVisible(view.can_create and view.registration_open)
        self.create_button.say(words("voter.status.create"))
        self._none.say("" if view.items else words("voter.status.none"))
        self.refresh_button.say(words("voter.status.refresh"))
        for item in self.items.values():
            item.retranslate()
        super().retranslate()

    def _build(self, view: HomeView) -> None:
        old, self._held = self._held, QWidget()
        self.content.replaceWidget(old, self._held)
        discard(old)
        column = QVBoxLayout(self._held)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.look.metrics.gap)
        self.items = {}
        for item in view.items:
            made = _Item(self.words, item)
            made.complete_button.clicked.connect(
                lambda _=False, reference=item.reference: self.complete_requested.emit(reference)
            )
            made.withdraw_button.clicked.connect(
                lambda _=False, reference=item.reference: self.withdraw_requested.emit(reference)
            )
            self.items[item.reference] = made
            column.addWidget(made)
        self.restyle(self.look)
