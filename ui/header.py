"""The band on top: the product's name, the languages in their own names, display settings and help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from resources import texts
from ui.theme import Look
from ui.widgets.buttons import button
from ui.words import Words


class Header(QWidget):
    """Signals: language_chosen(str), display_requested(), sound_requested(), help_requested(),
    exit_requested().

    At large text, and in narrow windows, the languages collapse into one "Gjuha" button that opens the display panel.
    """

    language_chosen = Signal(str)
    display_requested = Signal()
    sound_requested = Signal()
    help_requested = Signal()
    exit_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = words
        self._collapsed = False
        self._name = QLabel()
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._languages: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._name, 1)
        for language in texts.LANGUAGES:
            made = button()
            made.setCheckable(True)
            made.setText(texts.text(language, "shell.language_name"))
            made.setAccessibleName(made.text())
            made.clicked.connect(lambda _=False, chosen=language: self.language_chosen.emit(chosen))
            self._group.addButton(made)
            self._languages[language] = made
            self._row.addWidget(made)
        self._collected = button()
        self._collected.clicked.connect(self.display_requested)
        self._display = button()
        self._display.clicked.connect(self.display_requested)
        self._sound = button()
        self._sound.clicked.connect(self.sound_requested)
        self._help = button()
        self._help.clicked.connect(self.help_requested)
        self.exit_button = button()
        self.exit_button.clicked.connect(self.exit_requested)
        self.exit_button.hide()
        for made in (self._collected, self._display, self._sound, self._help, self.exit_button):
            self._row.addWidget(made)

    def restyle(self, look: Look) -> None:
        unit = look.metrics.unit
        self._row.setContentsMargins(unit * 4, unit, unit * 4, unit)
        self._row.setSpacing(look.metrics.gap)
        self._collapsed = look.large or self.width() < 1500
        self._arrange()

    def retranslate(self) -> None:
        for language, made in self._languages.items():
            made.setChecked(language == self._words.language)
        self._collected.setText(self._words("shell.language"))
        self._display.setText(self._words("shell.display"))
        self._sound.setText(self._words("sound.button"))
        self._help.setText(self._words("shell.help"))
        self.exit_button.setText(self._words("shell.exit"))
        for made in (self._collected, self._display, self._sound, self._help, self.exit_button):
            made.setAccessibleName(made.text())
        self._arrange()

    def _arrange(self) -> None:
        for made in self._languages.values():
            made.setVisible(not self._collapsed)
        self._collected.setVisible(self._collapsed)
        name = self._words("shell.product")
        shown = [made for made in self._buttons() if not made.isHidden()]
        taken = sum(made.sizeHint().width() for made in shown) + self._row.spacing() * len(shown)
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - taken
        fits = not self._collapsed and self._name.fontMetrics().horizontalAdvance(name) < room
        self._name.setText(name if fits else self._words("shell.product_short"))

    def _buttons(self) -> list[QPushButton]:
        ends = (self._collected, self._display, self._sound, self._help, self.exit_button)
        return [*self._languages.values(), *ends]

    def offer_exit(self, offered: bool) -> None:
        """Show or hide the way out of a visit."""
        self.exit_button.setVisible(offered)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
