"""A vault that does not open or is missing: what happened, and three ways on. None of them erases anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.admin.passphrase_lines import PassphraseLines
from ui.notices import Problem
from ui.page import Actions, KioskPage
from ui.theme import Look
from ui.widgets.buttons import RowButton, button
from ui.widgets.labels import Text
from ui.words import Words

WAYS = ("restore", "recover", "anew")
PLACE = "place"

Choose = Callable[[str], Path | None]
"""Asks for a folder (``restore``) or a file (``recover``); None when none was chosen."""


class RecoveryPage(KioskPage):
    """Signals: submitted(way, path or None, passphrase)."""

    submitted = Signal(str, object, str)

    def __init__(self, words: Words, choose: Choose | None = None) -> None:
        super().__init__(words)
        self._choose = choose or self._ask
        self._way = WAYS[0]
        self._place: Path | None = None
        self.ways = {way: RowButton("choice") for way in WAYS}
        self.place_button, self._place_words = button(), Text("hint")
        self.lines = PassphraseLines(words)
        for way, made in self.ways.items():
            made.clicked.connect(lambda _checked=False, way=way: self.pick(way))
            self.content.addWidget(made)
        self.place_button.clicked.connect(self._pick_place)
        for widget in (self.place_button, self._place_words, self.lines):
            self.content.addWidget(widget)
        self.content.addStretch(1)
        self.lines.entered.connect(self.enter_pressed)
        self.retranslate()

    def begin(self, problem: Problem | None, ways: tuple[str, ...]) -> None:
        """Show the page anew with what made it necessary and the ways that may help."""
        self.lines.clear()
        self._place = None
        for way, made in self.ways.items():
            made.setVisible(way in ways)
        self.pick(ways[0])
        self.say_problem(problem)

    def say_problem(self, problem: Problem | None) -> None:
        self.show_problems(() if problem is None else (problem,), take_focus=problem is not None)

    def pick(self, way: str) -> None:
        if way != self._way:
            self._place = None
            self.lines.clear()
            self.show_problems(())
        self._way = way
        self.retranslate()

    def submit(self) -> None:
        problems = self._lacks()
        self.show_problems(problems)
        if not problems:
            self.submitted.emit(self._way, self._place, self.lines.text())

    def _lacks(self) -> tuple[Problem, ...]:
        placeless = self._way != "anew" and self._place is None
        return ((Problem("field.missing", field=PLACE),) if placeless else ()) + self.lines.lacks()

    def clear(self) -> None:
        """Forget what was typed."""
        self.lines.clear()

    def bar(self) -> Actions:
        return Actions(next=self.words("admin.recover.go"), back=self.words("shell.back"))

    def place(self) -> str:
        return "unlock/recover"

    def _pick_place(self) -> None:
        chosen = self._choose(self._way)
        if chosen is not None:
            self._place = chosen
            self.retranslate()

    def _ask(self, way: str) -> Path | None:
        if way == "restore":
            chosen = QFileDialog.getExistingDirectory(self, self.words("admin.recover.folder"))
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, self.words("admin.recover.file"))
        return Path(chosen) if chosen else None

    # ------------------------------------------------------------ words

    def field_name(self, field: str) -> str:
        return self.place_button.text() if field == PLACE else self.lines.of(field).label.text()

    def field_target(self, field: str) -> QWidget | None:
        return self.place_button if field == PLACE else self.lines.of(field).line

    def mark_field(self, field: str, words: str) -> None:
        if field != PLACE:
            self.lines.mark(field, words)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        if hasattr(self, "lines"):
            self.lines.restyle(look)

    def retranslate(self) -> None:
        words, way = self.words, self._way
        self.write_heading(words("admin.recover.title"), words("admin.recover.lead"))
        for name, made in self.ways.items():
            made.say(words(f"admin.recover.{name}"), words(f"admin.recover.{name}_detail"))
            made.setChecked(name == way)
        self.place_button.setText(words("admin.recover.folder" if way == "restore" else "admin.recover.file"))
        self.place_button.setVisible(way != "anew")
        chosen = str(self._place) if self._place is not None else words("admin.recover.none")
        self._place_words.say(chosen if way != "anew" else "")
        if way == "restore":
            self.lines.ask(words("admin.recover.passphrase_restore"))
        else:
            self.lines.ask(words("admin.recover.passphrase_new"), words("admin.recover.repeat"))
        super().retranslate()
