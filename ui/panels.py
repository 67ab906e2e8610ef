"""What may stand before a page for a while: work in progress, the idle warning, help, display settings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from resources import texts
from ui.page import USUAL_LOOK
from ui.theme import Look, TextSize, Theme
from ui.widgets.buttons import RowButton, button
from ui.widgets.labels import Text
from ui.words import Words


class Panel(QScrollArea):
    """A scrolling column in the middle of the window; its accessible name is its heading."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("panelArea")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words = words
        self.look = USUAL_LOOK
        inner = QWidget()
        row = QHBoxLayout(inner)
        self._held = QWidget()
        row.addWidget(self._held, 1)
        self.column = QVBoxLayout(self._held)
        self.setWidget(inner)
        self.title = Text("heading")
        self.column.addWidget(self.title)

    def restyle(self, look: Look) -> None:
        self.look = look
        unit = look.metrics.unit
        self.column.setContentsMargins(unit * 4, unit * 6, unit * 4, unit * 4)
        self.column.setSpacing(look.metrics.gap)
        self._held.setMaximumWidth(max(1080, look.metrics.em * 36))

    def retranslate(self) -> None:
        self.setAccessibleName(self.title.text())


class Spinner(QWidget):
    """A turning arc; says nothing, so that it needs no words. Turns only while it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self._angle = 0
        self._look = USUAL_LOOK
        self.setFixedSize(96, 96)
        self._timer = QTimer(self)
        self._timer.setInterval(60)
        self._timer.timeout.connect(self._turn)

    def restyle(self, look: Look) -> None:
        self._look = look

    def showEvent(self, _event: object) -> None:
        self._timer.start()

    def hideEvent(self, _event: object) -> None:
        self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle + 20) % 360
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        square = self.rect().adjusted(10, 10, -10, -10)
        painter.setPen(QPen(QColor(self._look.palette.line), 4))
        painter.drawEllipse(square)
        painter.setPen(QPen(QColor(self._look.palette.brand), 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(square, -self._angle * 16, 100 * 16)
        painter.end()


class BusyPanel(Panel):
    """Work in progress, with a way out where there is one."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._text_id = "shell.busy"
        self._cancel: Callable[[], None] | None = None
        self._spinner = Spinner()
        self._note = Text("hint")
        self.cancel_button = button()
        self.cancel_button.clicked.connect(self._call_off)
        self.column.insertWidget(0, self._spinner, alignment=Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._note)
        self.column.addWidget(self.cancel_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def show_work(self, text_id: str, cancel: Callable[[], None] | None) -> None:
        self._text_id, self._cancel = text_id, cancel
        self.retranslate()

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        self._spinner.restyle(look)

    def retranslate(self) -> None:
        self.title.say(self.words(self._text_id))
        self._note.say(self.words("shell.busy_note"))
        self.cancel_button.setText(self.words("shell.cancel"))
        self.cancel_button.setAccessibleName(self.cancel_button.text())
        self.cancel_button.setVisible(self._cancel is not None)
        super().retranslate()

    def end(self) -> None:
        """The work ended: let go of whose it was."""
        self._cancel = None

    def _call_off(self) -> None:
        if self._cancel is not None:
            self._cancel()


class IdlePanel(Panel):
    """ "Are you still here?" with the seconds left: said every 15 seconds, each second in the last 20.

    Signals: stay_requested(), leave_requested().
    """

    stay_requested = Signal()
    leave_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._said = 45
        self._left = Text("subheading")
        self._note = Text()
        self.stay_button = button("primary")
        self.leave_button = button("danger")
        self.stay_button.clicked.connect(self.stay_requested)
        self.leave_button.clicked.connect(self.leave_requested)
        self.column.addWidget(self._left)
        self.column.addWidget(self._note)
        for made in (self.stay_button, self.leave_button):
            self.column.addWidget(made, alignment=Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def show_seconds(self, seconds: int) -> None:
        if seconds <= 20 or seconds % 15 == 0:
            self._said = seconds
        self.retranslate()

    def retranslate(self) -> None:
        self.title.say(self.words("shell.idle_title"))
        self._left.say(self.words("shell.idle_left", n=self._said))
        self._note.say(self.words("shell.idle_note"))
        for made, text_id in ((self.stay_button, "shell.idle_stay"), (self.leave_button, "shell.idle_leave")):
            made.setText(self.words(text_id))
            made.setAccessibleName(made.text())
        super().retranslate()


class ExitPanel(Panel):
    """Leaving before the end. What is sealed stays for its owner's password, or is erased; the voter chooses.

    Signals: stay_requested(), keep_requested(), erase_requested().
    """

    stay_requested = Signal()
    keep_requested = Signal()
    erase_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._note = Text()
        self.column.addWidget(self._note)
        self.stay_button, self.keep_button, self.erase_button = button("primary"), button(), button("danger")
        self._names = {
            self.stay_button: "shell.idle_stay",
            self.keep_button: "shell.exit_keep",
            self.erase_button: "shell.idle_leave",
        }
        self.stay_button.clicked.connect(self.stay_requested)
        self.keep_button.clicked.connect(self.keep_requested)
        self.erase_button.clicked.connect(self.erase_requested)
        for made in self._names:
            self.column.addWidget(made, alignment=Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def retranslate(self) -> None:
        self.title.say(self.words("shell.exit_title"))
        self._note.say(self.words("shell.exit_note"))
        for made, text_id in self._names.items():
            made.setText(self.words(text_id))
            made.setAccessibleName(made.text())
        super().retranslate()


class HelpPanel(Panel):
    """Who may help and how (PP-16), and what the machine does and does not do. Signals: closed()."""

    closed = Signal()
    LINES = ("shell.help_keys", "shell.help_save", "shell.help_cec", "shell.help_staff", "shell.help_report")

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._lines = [Text() for _ in self.LINES]
        for line in self._lines:
            self.column.addWidget(line)
        self.close_button = button("primary")
        self.close_button.clicked.connect(self.closed)
        self.column.addWidget(self.close_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)

    def retranslate(self) -> None:
        self.title.say(self.words("shell.help_title"))
        for line, text_id in zip(self._lines, self.LINES, strict=True):
            line.say(self.words(text_id))
        self.close_button.setText(self.words("shell.close"))
        self.close_button.setAccessibleName(self.close_button.text())
        super().retranslate()


class DisplayPanel(Panel):
    """Language, text size and contrast. Signals: language_chosen(str), size_chosen(TextSize), theme_chosen(Theme),
    reset_requested(), closed()."""

    language_chosen = Signal(str)
    size_chosen = Signal(object)
    theme_chosen = Signal(object)
    reset_requested = Signal()
    closed = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self._languages = {name: RowButton("choice") for name in texts.LANGUAGES}
        self._sizes = {size: RowButton("choice") for size in TextSize}
        self._themes = {theme: RowButton("choice") for theme in Theme}
        self._titles = [Text("subheading") for _ in range(3)]
        self._grids: list[QGridLayout] = []
        self._groups: list[QButtonGroup] = []
        for title, members in zip(
            self._titles,
            (list(self._languages.values()), list(self._sizes.values()), list(self._themes.values())),
            strict=True,
        ):
            self._add_group(title, members)
        for language, made in self._languages.items():
            made.clicked.connect(lambda _=False, chosen=language: self.language_chosen.emit(chosen))
        for size, made in self._sizes.items():
            made.clicked.connect(lambda _=False, chosen=size: self.size_chosen.emit(chosen))
        for theme, made in self._themes.items():
            made.clicked.connect(lambda _=False, chosen=theme: self.theme_chosen.emit(chosen))
        self.close_button = button("primary")
        self.reset_button = button()
        self.close_button.clicked.connect(self.closed)
        self.reset_button.clicked.connect(self.reset_requested)
        row = QHBoxLayout()
        row.addWidget(self.close_button)
        row.addWidget(self.reset_button)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addStretch(1)

    def _add_group(self, title: Text, members: list[RowButton]) -> None:
        self.column.addWidget(title)
        group = QButtonGroup(self)
        self._groups.append(group)
        grid = QGridLayout()
        self._grids.append(grid)
        for place, made in enumerate(members):
            group.addButton(made)
            grid.addWidget(made, place // 2, place % 2)
        self.column.addLayout(grid)

    def restyle(self, look: Look) -> None:
        super().restyle(look)
        for grid in self._grids:
            grid.setSpacing(look.metrics.gap)
        for button_ in (*self._languages.values(), *self._sizes.values(), *self._themes.values()):
            button_.setMinimumHeight(look.metrics.target)
        self._sizes[look.size].setChecked(True)
        self._themes[look.theme].setChecked(True)

    def retranslate(self) -> None:
        self.title.say(self.words("shell.display_title"))
        for title, text_id in zip(self._titles, ("language", "text_size", "contrast"), strict=True):
            title.say(self.words(f"shell.{text_id}"))
        for language, made in self._languages.items():
            made.say(texts.text(language, "shell.language_name"))
            made.setChecked(language == self.words.language)
        for size, made in self._sizes.items():
            made.say(self.words(f"shell.size.{size}"))
        for theme, made in self._themes.items():
            made.say(self.words(f"shell.theme.{theme}"))
        self.close_button.setText(self.words("shell.close"))
        self.reset_button.setText(self.words("shell.reset"))
        for plain in (self.close_button, self.reset_button):
            plain.setAccessibleName(plain.text())
        super().retranslate()
