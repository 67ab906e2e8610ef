from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.keyboard import INPUT, LETTERS, Input, Keyboard, Layout
from ui.page import USUAL_LOOK
from ui.words import Words


class Desk(QWidget):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self.line, self.text = QLineEdit(), QPlainTextEdit()
        self.keyboard = Keyboard(words, USUAL_LOOK)
        box = QVBoxLayout(self)
        for part in (self.line, self.text, self.keyboard):
            box.addWidget(part)


@pytest.fixture
def desk(qtbot: QtBot, inter: str, words: Words) -> Desk:
    made = Desk(words)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def typed(qtbot: QtBot, desk: Desk, *faces: str) -> None:
    for face in faces:
        qtbot.mouseClick(desk.keyboard.key(face), Qt.MouseButton.LeftButton)


def does(desk: Desk, what: str) -> QWidget:
    return next(k for k in desk.keyboard.buttons() if k.property("does") == what)


def test_albanian_letters_are_typed_and_the_focus_stays(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "Ç", "ë", "l", "a")

    assert desk.line.text() == "Çëla"
    assert desk.line.hasFocus()


def test_it_types_into_longer_text_too(qtbot: QtBot, desk: Desk) -> None:
    desk.text.setFocus()
    desk.keyboard.serve(desk.text)
    typed(qtbot, desk, "A", " ", "b")
    qtbot.mouseClick(does(desk, "backspace"), Qt.MouseButton.LeftButton)

    assert desk.text.toPlainText() == "A "


def test_shift_is_for_one_letter_but_stays_for_the_personal_number(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setProperty(INPUT, Input.NUMBER)
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "I", "9", "E", "J")
    assert desk.line.text() == "I9EJ"

    desk.line.clear()
    desk.line.setProperty(INPUT, Input.TEXT)
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "E", "j")
    assert desk.line.text() == "Ej"


def test_an_email_field_gets_its_own_row(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setProperty(INPUT, Input.EMAIL)
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "a", "@", "b", ".com")

    assert desk.line.text() == "a@b.com"


def test_numbers_get_a_pad(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setProperty(INPUT, Input.PHONE)
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "+", "3", "5", "5")
    assert desk.line.text() == "+355"

    desk.keyboard.serve(_with(desk.line, Input.DIGITS))
    with pytest.raises(KeyError):
        desk.keyboard.key("+")


def test_letters_of_other_countries_are_there_for_addresses(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    typed(qtbot, desk, "S")
    for _ in range(2):
        qtbot.mouseClick(does(desk, "symbols"), Qt.MouseButton.LeftButton)
    typed(qtbot, desk, "ß", "ü")
    qtbot.mouseClick(does(desk, "symbols"), Qt.MouseButton.LeftButton)
    typed(qtbot, desk, "ώ")
    qtbot.mouseClick(does(desk, "symbols"), Qt.MouseButton.LeftButton)
    typed(qtbot, desk, "a")
    assert desk.line.text() == "Sßüώa"


def test_a_password_has_letters_and_signs_only(qtbot: QtBot, desk: Desk) -> None:
    desk.keyboard.serve(_with(desk.line, Input.PASSWORD))
    for _ in range(2):
        qtbot.mouseClick(does(desk, "symbols"), Qt.MouseButton.LeftButton)
    assert desk.keyboard.key("q")


def test_a_physical_keyboard_works_beside_it(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    qtbot.keyClicks(desk.line, "plain")

    assert desk.line.text() == "plain"


def test_qwertz_and_qwerty_can_be_chosen(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    assert _row_of(desk, "T")[1] == "Z"
    qtbot.mouseClick(does(desk, "switch"), Qt.MouseButton.LeftButton)
    assert _row_of(desk, "T")[1] == "Y"


@pytest.mark.parametrize(("language", "after_t"), [("sq", "Z"), ("de", "Z"), ("en", "Y"), ("it", "Y"), ("el", "Y")])
def test_a_language_brings_the_keyboard_its_readers_know(desk: Desk, words: Words, language: str, after_t: str) -> None:
    words.choose(language)
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    assert _row_of(desk, "T")[1] == after_t


def test_greek_letters_are_one_key_away_in_greek(qtbot: QtBot, desk: Desk, words: Words) -> None:
    words.choose("el")
    desk.line.setFocus()
    desk.keyboard.serve(desk.line)
    qtbot.mouseClick(does(desk, "symbols"), Qt.MouseButton.LeftButton)
    typed(qtbot, desk, "Ά")
    typed(qtbot, desk, "ς")
    assert desk.line.text() == "Άς"


def test_maximum_length_is_kept(qtbot: QtBot, desk: Desk) -> None:
    desk.line.setMaxLength(2)
    desk.line.setFocus()
    desk.keyboard.serve(_with(desk.line, Input.DIGITS))
    typed(qtbot, desk, "1", "2", "3")
    assert desk.line.text() == "12"


@pytest.mark.parametrize("key", LETTERS)
def test_every_layout_has_the_alphabet(key: tuple[str, Layout]) -> None:
    letters = "".join(LETTERS[key])
    wanted = set("abcdefghijklmnopqrstuvwxyz") | set({"sq": "çë", "it": "àèéìòù", "de": "äöüß"}.get(key[0], ""))
    assert wanted <= set(letters)
    assert len(set(letters)) == len(letters)


def test_every_key_is_named_and_large_enough(desk: Desk) -> None:
    for kind in Input:
        desk.keyboard.serve(_with(desk.line, kind))
        for key in desk.keyboard.buttons():
            assert key.accessibleName()
            assert key.width() >= USUAL_LOOK.metrics.target
            assert key.height() >= 12.7 * 4.03
            assert key.focusPolicy() is Qt.FocusPolicy.NoFocus


def _with(line: QLineEdit, kind: Input) -> QLineEdit:
    line.setProperty(INPUT, kind)
    return line


def _row_of(desk: Desk, face: str) -> list[str]:
    faces = [k.property("types") for k in desk.keyboard.buttons() if k.property("types")]
    return faces[faces.index(face) :]
