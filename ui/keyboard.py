"""Our own on-screen keyboard: docked, never takes the focus, types key events into whatever has it.

Layouts are rows of characters. A field says what it takes with the property ``input`` (see `Input`); the voter
may switch between QWERTZ (the Albanian standard) and QWERTY. A physical keyboard works beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.theme import Look
from ui.widgets.discard import discard
from ui.words import Words

INPUT = "input"
"""Name of the dynamic property in which a field says what it takes."""


class Layer(StrEnum):
    LETTERS = "abc"
    SYMBOLS = "#+="
    ACCENTS = "àäü"
    GREEK = "αβγ"


_LAYERS = tuple(Layer)


class Input(StrEnum):
    TEXT = "text"
    DIGITS = "digits"
    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    """Capital letters and digits: the personal number."""
    PASSWORD = "password"  # noqa: S105  (what a field takes, not a secret)


class Layout(StrEnum):
    QWERTZ = "qwertz"
    QWERTY = "qwerty"


LETTERS: Mapping[tuple[str, Layout], Sequence[str]] = MappingProxyType(
    {
        ("sq", Layout.QWERTZ): ("qwertzuiopç", "asdfghjklë", "yxcvbnm-'"),
        ("it", Layout.QWERTZ): ("qwertzuiopèé", "asdfghjklòàù", "yxcvbnmì'-"),
        ("it", Layout.QWERTY): ("qwertyuiopèé", "asdfghjklòàù", "zxcvbnmì'-"),
        ("de", Layout.QWERTZ): ("qwertzuiopüß", "asdfghjklöä", "yxcvbnm-'"),
        ("de", Layout.QWERTY): ("qwertyuiopüß", "asdfghjklöä", "zxcvbnm-'"),
        ("sq", Layout.QWERTY): ("qwertyuiopç", "asdfghjklë", "zxcvbnm-'"),
        ("en", Layout.QWERTZ): ("qwertzuiop", "asdfghjkl", "yxcvbnm-'"),
        ("en", Layout.QWERTY): ("qwertyuiop", "asdfghjkl", "zxcvbnm-'"),
    }
)
HOME: Mapping[str, Layout] = MappingProxyType({"sq": Layout.QWERTZ, "de": Layout.QWERTZ})
"""Where keyboards of a language are QWERTZ; all others are QWERTY."""
DIGIT_ROW = "1234567890"
SYMBOLS = ("1234567890", "!?&%+=#*/€", '()[]:;"_@~', ".,-'’\\|<>^")
ACCENTS = ("àáâäãåæçğı", "èéêëìíîïñş", "òóôöõøœùúû", "üßčćđšž")
"""Letters of the countries where Albanian voters live: addresses are typed as they stand on the proof."""
GREEK = ("άέήίόύώϊϋ", "ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ")
EMAIL_ROW = ("@", ".", "-", "_", ".com")
PAD = ("123", "456", "789")

_BACKSPACE, _SHIFT, _SPACE, _SWITCH, _HIDE, _NEXT = "⌫", "⇧", " ", "↔", "▼", "⇥"


class Keyboard(QWidget):
    """Signals: hide_requested(), next_requested() (go to the next field), enter is a key event like any other.

    `look` and `words` are followed through `restyle` and `retranslate`.
    """

    hide_requested = Signal()
    next_requested = Signal()

    def __init__(self, words: Words, look: Look, layout: Layout | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyboard")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = words
        self._look = look
        self._layout = layout
        self._swapped = False
        self._input = Input.TEXT
        self._shift = False
        self._layer = Layer.LETTERS
        self._rows = QVBoxLayout(self)
        self._held = QWidget()
        self._rows.addWidget(self._held)
        self._build()

    def buttons(self) -> list[QPushButton]:
        """Return the keys now shown, for tests and for the scripted voter."""
        return self._held.findChildren(QPushButton)

    def key(self, face: str) -> QPushButton:
        """Return the key that types `face`; raises KeyError when it is not shown now."""
        for button in self.buttons():
            if button.property("types") == face:
                return button
        raise KeyError(face)

    def serve(self, field: QWidget) -> None:
        """Show the keys that suit a field."""
        wanted = Input(str(field.property(INPUT) or Input.TEXT))
        self._input, self._layer = wanted, Layer.LETTERS
        self._shift = wanted in (Input.TEXT, Input.NUMBER) and _is_empty(field)
        self._build()

    def restyle(self, look: Look) -> None:
        self._look = look
        self._build()

    def retranslate(self) -> None:
        self._build()

    # ------------------------------------------------------------------ building

    def _build(self) -> None:
        metrics = self._look.metrics
        self._rows.setContentsMargins(metrics.gap, metrics.unit, metrics.gap, metrics.unit)
        self._rows.removeWidget(self._held)
        discard(self._held)
        self._held = QWidget()
        self._rows.addWidget(self._held, alignment=Qt.AlignmentFlag.AlignHCenter)
        if self._input in (Input.DIGITS, Input.PHONE):
            self._build_pad()
        else:
            self._build_letters()

    def _build_pad(self) -> None:
        grid = QGridLayout(self._held)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(self._look.metrics.gap)
        wide = self._look.metrics.target * 2
        for row, digits in enumerate(PAD):
            for column, digit in enumerate(digits):
                grid.addWidget(self._typing_key(digit, wide), row, column)
        if self._input is Input.PHONE:
            grid.addWidget(self._typing_key("+", wide), 3, 0)
        grid.addWidget(self._typing_key("0", wide), 3, 1)
        grid.addWidget(self._command_key(_BACKSPACE, "shell.key.backspace", wide, self._backspace), 0, 3)
        grid.addWidget(self._command_key(_NEXT, "shell.key.next", wide, self.next_requested.emit), 1, 3)
        grid.addWidget(self._command_key(_HIDE, "shell.key.hide", wide, self.hide_requested.emit), 3, 3)

    def _build_letters(self) -> None:
        rows = QVBoxLayout(self._held)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(self._look.metrics.gap)
        unit = self._look.metrics.target
        faces = self._faces()
        for place, face in enumerate(faces):
            row = self._row(rows)
            if place == len(faces) - 1 and self._layer is not Layer.SYMBOLS:
                shift = self._command_key(_SHIFT, "shell.key.shift", unit * 3 // 2, self._toggle_shift)
                shift.setCheckable(True)
                shift.setChecked(self._shift)
                row.addWidget(shift)
            for character in face:
                row.addWidget(self._typing_key(self._cased(character), unit))
            if place == len(faces) - 1:
                row.addWidget(self._command_key(_BACKSPACE, "shell.key.backspace", unit * 3 // 2, self._backspace))
        row = self._row(rows)
        row.addWidget(self._command_key(self._next_layer(), "shell.key.symbols", unit * 3 // 2, self._turn_layer))
        if self._layer is Layer.LETTERS:
            row.addWidget(self._command_key(_SWITCH, "shell.key.switch", unit, self._switch_layout))
        if self._input is Input.EMAIL:
            for part in EMAIL_ROW:
                row.addWidget(self._typing_key(part, unit * (2 if len(part) > 1 else 1)))
        else:
            row.addWidget(self._typing_key(_SPACE, unit * (4 if self._layer is Layer.GREEK else 5)))
            if self._input is Input.TEXT:
                for part in ".,":
                    row.addWidget(self._typing_key(part, unit))
        row.addWidget(self._command_key(_NEXT, "shell.key.next", unit * 3 // 2, self.next_requested.emit))
        row.addWidget(self._command_key(_HIDE, "shell.key.hide", unit * 3 // 2, self.hide_requested.emit))

    def _faces(self) -> Sequence[str]:
        match self._layer:
            case Layer.SYMBOLS:
                return SYMBOLS
            case Layer.ACCENTS:
                return ACCENTS
            case Layer.GREEK:
                return GREEK
        layout = self._layout or HOME.get(self._words.language, Layout.QWERTY)
        if self._swapped:
            layout = Layout.QWERTY if layout is Layout.QWERTZ else Layout.QWERTZ
        letters = LETTERS.get((self._words.language, layout), LETTERS["en", layout])
        return (DIGIT_ROW, *letters)

    def _row(self, rows: QVBoxLayout) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._look.metrics.gap)
        row.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rows.addLayout(row)
        return row

    def _cased(self, character: str) -> str:
        # The capital of ß is two letters and that of ς is another letter's: both stay as they are.
        upper = character.upper() if character not in "ßς" else character
        return upper if self._shift and self._layer is not Layer.SYMBOLS else character

    def _key(self, face: str, width: int) -> QPushButton:
        metrics = self._look.metrics
        return _Key(face, QSize(max(width, metrics.target), metrics.key))

    def _typing_key(self, face: str, width: int) -> QPushButton:
        key = self._key(face, width)
        key.setProperty("types", face)
        key.setAccessibleName(self._words("shell.key.space") if face == _SPACE else face)
        if face == _SPACE:
            key.setText(self._words("shell.key.space"))
        key.clicked.connect(lambda: self._type(face))
        return key

    def _command_key(self, face: str, name_id: str, width: int, do: object) -> QPushButton:
        key = self._key(face, width)
        key.setAccessibleName(self._words(name_id))
        key.setProperty("does", name_id.rpartition(".")[2])
        key.clicked.connect(do)
        return key

    # ------------------------------------------------------------------ typing

    def _type(self, face: str) -> None:
        for character in face:
            _send(Qt.Key.Key_unknown, character)
        if self._shift and self._input is not Input.NUMBER:
            self._shift = False
            self._build()

    def _backspace(self) -> None:
        _send(Qt.Key.Key_Backspace, "")

    def _toggle_shift(self) -> None:
        self._shift = not self._shift
        self._build()

    def _next_layer(self) -> Layer:
        offered = self._offered()
        return offered[(offered.index(self._layer) + 1) % len(offered)]

    def _offered(self) -> Sequence[Layer]:
        """Only free text needs foreign letters; passwords and addresses of mail keep to two layers.

        Who reads Greek finds its letters first after the Latin ones, in which the documents are written.
        """
        if self._input is not Input.TEXT:
            return _LAYERS[:2]
        return (Layer.LETTERS, Layer.GREEK, Layer.SYMBOLS, Layer.ACCENTS) if self._words.language == "el" else _LAYERS

    def _turn_layer(self) -> None:
        self._layer = self._next_layer()
        self._build()

    def _switch_layout(self) -> None:
        self._swapped = not self._swapped
        self._build()


class _Key(QPushButton):
    """A key of its own size, whatever the style sheet says of buttons; it never takes the focus."""

    def __init__(self, face: str, size: QSize) -> None:
        super().__init__(face.replace("&", "&&"))
        self._size = size
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return self._size

    def minimumSizeHint(self) -> QSize:
        return self._size


def takes_text(widget: QWidget | None) -> bool:
    """Tell whether the keyboard should be shown for the widget that has the focus."""
    return isinstance(widget, QLineEdit | QPlainTextEdit) and not widget.isReadOnly()


def _is_empty(field: QWidget) -> bool:
    if isinstance(field, QLineEdit):
        return not field.text()
    return isinstance(field, QPlainTextEdit) and not field.toPlainText()


def _send(key: Qt.Key, character: str) -> None:
    target = QApplication.focusWidget()
    if not takes_text(target) or target is None:
        return
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character))
