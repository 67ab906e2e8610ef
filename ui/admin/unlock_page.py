"""Before anything else staff open the vault: the first time they choose its passphrase, later they type it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from registration.admin_desk import LEAST_PASSPHRASE
from ui.admin.passphrase_lines import PassphraseLines
from ui.notices import Problem
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton
from ui.widgets.labels import Panel, Text
from ui.words import Words

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
        self.lines = PassphraseLines(words)
        self._rule, self._recovery = Text("hint"), Panel("infoPanel", "→")
        self._waiting = Text("doubt")
        self.way_buttons = {way: RowButton("link") for way in ("", "tpm", "keyring")}
        self.trouble_button = RowButton("link")
        for widget in (self._recovery, self.lines, self._rule, self._waiting):
            self.content.addWidget(widget)
        for way, made in self.way_buttons.items():
            made.clicked.connect(lambda _checked=False, way=way: self.way_chosen.emit(way))
            self.content.addWidget(made)
        self.trouble_button.clicked.connect(self.trouble)
        self.content.addWidget(self.trouble_button)
        self.content.addStretch(1)
        self.lines.entered.connect(self.enter_pressed)
        self.retranslate()

    def show_view(self, view: UnlockView) -> None:
        """Show the question; what was typed is wiped unless only the seconds changed."""
        before, self._view = self._view, view
        if view.problem is not before.problem or (view.exists, view.way) != (before.exists, before.way):
            self.lines.clear()
        self.retranslate()
        self.show_problems(
            () if view.problem is None else (view.problem,), take_focus=view.problem is not before.problem
        )

    def show_wait(self, seconds: int) -> None:
        """Count the seconds down until the next try is possible."""
        self._waiting.say(self.words("admin.unlock.wait", n=seconds) if seconds > 0 else "")

    def submit(self) -> None:
        problems = self.lines.lacks()
        if problems:
            self.show_problems(problems)
        else:
            self.submitted.emit(self.lines.text())

    def clear(self) -> None:
        """Forget what was typed."""
        self.lines.clear()

    def bar(self) -> Actions:
        return Actions(next=self.words("admin.unlock.open" if self._view.exists else "admin.unlock.create"))

    def place(self) -> str:
        return f"unlock/{'open' if self._view.exists else 'create'}"

    # ------------------------------------------------------------ words

    def field_name(self, field: str) -> str:
        return self.lines.of(field).label.text()

    def field_target(self, field: str) -> QWidget | None:
        return self.lines.of(field).line

    def mark_field(self, field: str, words: str) -> None:
        self.lines.mark(field, words)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if hasattr(self, "lines"):
            self.lines.restyle(look)

    def retranslate(self) -> None:
        words, view = self.words, self._view
        kind = "open" if view.exists else "create"
        self.write_heading(words(f"admin.unlock.title_{kind}"), words(f"admin.unlock.lead_{kind}"))
        self.lines.ask(
            words("admin.unlock.pin" if view.way == "tpm" else "admin.unlock.passphrase"),
            "" if view.exists else words("admin.unlock.repeat"),
        )
        for way, made in self.way_buttons.items():
            made.say(words(f"admin.unlock.way_{way or 'passphrase'}"))
            made.setVisible(way != view.way and (way in view.ways or (way == "" and bool(view.way))))
        self.trouble_button.say(words("admin.unlock.trouble"))
        self._rule.say("" if view.exists else words("admin.unlock.rule", least=LEAST_PASSPHRASE))
        stuck = view.problem is not None and view.problem.code in RECOVERABLE
        locked = words("admin.unlock.locked") if view.locked and view.problem is None else ""
        self._recovery.say(words("admin.unlock.recovery") if stuck else locked)
        super().retranslate()
