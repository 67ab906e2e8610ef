"""Before anything else staff open the vault: the first time they choose its passphrase, later they type it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from registration.admin_desk import LEAST_PASSPHRASE
from ui.notices import Problem
from ui.page import Actions, KioskPage
from ui.pages.password_page import PasswordLine
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text
from ui.words import Words

PASSPHRASE, REPEAT = "passphrase", "repeat"
RECOVERABLE = frozenset({"vault.damaged", "vault.missing", "vault.newer", "vault.disk_error"})
"""Problems that no passphrase solves: the page says how the vault comes back."""


@dataclass(frozen=True, slots=True)
class UnlockView:
    """`exists`: a vault stands, it is opened; else one is made. `wait` is in seconds until the next try.

    `ways`: how else it opens, ``tpm`` or ``keyring``; `way` is the one in hand, "" the passphrase. `locked`: it locked
    itself while nobody was there.
    """

    exists: bool
    problem: Problem | None = None
    wait: int = 0
    ways: tuple[str, ...] = ()
    way: str = ""
    locked: bool = False


class UnlockPage(KioskPage):
    """Signals: submitted(passphrase or PIN), way_chosen(way, "" for the passphrase), trouble() to bring it back."""

    submitted = Signal(str)
    way_chosen = Signal(str)
    trouble = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._view = UnlockView(exists=True)
        self.passphrase, self.repeat = PasswordLine(words), PasswordLine(words)
        self._rule, self._recovery = Text("hint"), Panel("infoPanel", "→")
        self._waiting = Text("doubt")
        self.way_buttons = {way: RowButton("link") for way in ("", "tpm", "keyring")}
        self.trouble_button = RowButton("link")
        for widget in (self._recovery, self.passphrase, self.repeat, self._rule, self._waiting):
            self.content.addWidget(widget)
        for way, made in self.way_buttons.items():
            made.clicked.connect(lambda _checked=False, way=way: self.way_chosen.emit(way))
            self.content.addWidget(made)
        self.trouble_button.clicked.connect(self.trouble)
        self.content.addWidget(self.trouble_button)
        self.content.addStretch(1)
        self.passphrase.line.returnPressed.connect(self._enter)
        self.repeat.line.returnPressed.connect(self.enter_pressed)
        self.retranslate()

    def show_view(self, view: UnlockView) -> None:
        """Show the question; what was typed is wiped unless only the seconds changed."""
        before, self._view = self._view, view
        if view.problem is not before.problem or (view.exists, view.way) != (before.exists, before.way):
            self.clear()
        self.retranslate()
        self.show_problems(
            () if view.problem is None else (view.problem,), take_focus=view.problem is not before.problem
        )

    def show_wait(self, seconds: int) -> None:
        """Count the seconds down until the next try is possible."""
        self._waiting.say(self.words("admin.unlock.wait", n=seconds) if seconds > 0 else "")

    def submit(self) -> None:
        problems = self._lacks()
        if problems:
            self.show_problems(problems)
        else:
            self.submitted.emit(self.passphrase.line.text())

    def _lacks(self) -> tuple[Problem, ...]:
        typed = self.passphrase.line.text()
        if self._view.exists:
            return () if typed else (Problem("field.missing", field=PASSPHRASE),)
        found = []
        if len(typed) < LEAST_PASSPHRASE:
            found.append(Problem("passphrase.short", (("least", LEAST_PASSPHRASE),), PASSPHRASE))
        elif typed != self.repeat.line.text():
            found.append(Problem("passphrase.differs", field=REPEAT))
        return tuple(found)

    def clear(self) -> None:
        self.passphrase.clear()
        self.repeat.clear()

    def bar(self) -> Actions:
        return Actions(next=self.words("admin.unlock.open" if self._view.exists else "admin.unlock.create"))

    def place(self) -> str:
        return f"unlock/{'open' if self._view.exists else 'create'}"

    def _enter(self) -> None:
        if self._view.exists:
            self.enter_pressed.emit()
        else:
            self.repeat.line.setFocus()

    # ------------------------------------------------------------ words

    def field_name(self, field: str) -> str:
        return self._line(field).label.text()

    def field_target(self, field: str) -> QWidget | None:
        return self._line(field).line

    def mark_field(self, field: str, words: str) -> None:
        self._line(field).error.say(f"✗  {words}" if words else "")

    def _line(self, field: str) -> PasswordLine:
        return self.repeat if field == REPEAT else self.passphrase

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for line in self.findChildren(PasswordLine):
            line.restyle(look)

    def retranslate(self) -> None:
        words, view = self.words, self._view
        kind = "open" if view.exists else "create"
        self.write_heading(words(f"admin.unlock.title_{kind}"), words(f"admin.unlock.lead_{kind}"))
        self.passphrase.retranslate(words("admin.unlock.pin" if view.way == "tpm" else "admin.unlock.passphrase"))
        for way, made in self.way_buttons.items():
            made.say(words(f"admin.unlock.way_{way or 'passphrase'}"))
            made.setVisible(way != view.way and (way in view.ways or (way == "" and bool(view.way))))
        self.trouble_button.say(words("admin.unlock.trouble"))
        self.repeat.retranslate(words("admin.unlock.repeat"))
        self.repeat.setVisible(not view.exists)
        self._rule.say("" if view.exists else words("admin.unlock.rule", least=LEAST_PASSPHRASE))
        stuck = view.problem is not None and view.problem.code in RECOVERABLE
        locked = words("admin.unlock.locked") if view.locked and view.problem is None else ""
        self._recovery.say(words("admin.unlock.recovery") if stuck else locked)
        super().retranslate()
