"""How much is heard and how loud, chosen by the voter; the shell brings it before a page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout

from ui.panels import Panel
from ui.read_aloud import STEPS, Aloud
from ui.theme import Look
from ui.widgets.buttons import RowButton, button
from ui.widgets.labels import Text
from ui.words import Words


class SoundPanel(Panel):
    """Signals: aloud_chosen(Aloud), louder_requested(int) by one step up or down, read_requested(), closed()."""

    aloud_chosen = Signal(object)
    louder_requested = Signal(int)
    read_requested = Signal()
    closed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._step = 1
        self._how_much, self._volume = Text("subheading"), Text("subheading")
        self.column.addWidget(self._how_much)
        self._choices = {aloud: RowButton("choice") for aloud in Aloud}
        self._group = QButtonGroup(self)
        for aloud, made in self._choices.items():
            self._group.addButton(made)
            self.column.addWidget(made)
            made.clicked.connect(lambda _=False, chosen=aloud: self.aloud_chosen.emit(chosen))
        self.column.addWidget(self._volume)
        self.quieter, self.louder, self.read_button = button(), button(), button()
        self.close_button = button("primary")
        self.quieter.clicked.connect(lambda: self.louder_requested.emit(-1))
        self.louder.clicked.connect(lambda: self.louder_requested.emit(1))
        self.read_button.clicked.connect(self.read_requested)
        self.close_button.clicked.connect(self.closed)
        self._rows: list[QHBoxLayout] = []
        for pair in ((self.quieter, self.louder), (self.close_button, self.read_button)):
            row = QHBoxLayout()
            for plain in pair:
                row.addWidget(plain)
            row.addStretch(1)
            self.column.addLayout(row)
            self._rows.append(row)
        self.column.addStretch(1)

    def show_choice(self, aloud: Aloud, step: int) -> None:
        """Show what holds now; `step` is 1 to `STEPS`."""
        self._choices[aloud].setChecked(True)
        self._step = step
        self.retranslate()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for made in self._choices.values():
            made.setMinimumHeight(look.metrics.target)
        for row in self._rows:
            row.setSpacing(look.metrics.gap)

    def retranslate(self) -> None:
        self.title.say(self.words("sound.title"))
        self._how_much.say(self.words("sound.how_much"))
        for aloud, made in self._choices.items():
            made.say(self.words(f"sound.{aloud}"))
        now = self.words("sound.volume_now", n=self._step, most=STEPS)
        self._volume.say(now)
        for plain, text_id in (
            (self.quieter, "sound.quieter"),
            (self.louder, "sound.louder"),
            (self.read_button, "sound.read_page"),
            (self.close_button, "shell.close"),
        ):
            plain.setText(self.words(text_id))
            plain.setAccessibleName(plain.text())
        for plain in (self.quieter, self.louder):
            plain.setAccessibleDescription(now)
        super().retranslate()
