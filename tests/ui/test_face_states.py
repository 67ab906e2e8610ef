"""The capture screen in every state: the face, the frame and one sentence, nothing overlapping, nothing cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from registration.ports.capture import Guidance
from resources import texts
from tests.ui.test_every_page import SCREENS, faults
from ui.gallery import open_scene, settle
from ui.gallery_hints import guidances, hint_scenes
from ui.gallery_pictures import face_image
from ui.page import application
from ui.pages.face_page import FacePage
from ui.shell import Shell
from ui.theme import TextSize
from ui.widgets.capture_preview import Shape, guide, sign
from ui.words import Words

# Every size on both screens in the first language, and all languages where it is tightest.
CASES = [(screen, texts.LANGUAGES[0], size) for screen in SCREENS for size in TextSize]
CASES += [("1366x768", language, TextSize.LARGEST) for language in texts.LANGUAGES[1:]]


@pytest.fixture(params=CASES, ids="-".join)
def window(request: pytest.FixtureRequest, qtbot: QtBot, inter: str) -> Iterator[Shell]:
    screen, language, size = request.param
    width, height, density = SCREENS[screen]
    shell = Shell(Words(language), size=size, screen_px_per_mm=density)
    shell.resize(width, height)
    shell.show()
    yield shell
    shell.close()
    shell.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)


def place(widget: QWidget, shell: Shell) -> QRect:
    return QRect(widget.mapTo(shell, QPoint(0, 0)), widget.size())


def overlaps(shell: Shell, page: FacePage, where: str) -> list[str]:
    """Return what stands upon one another, leaves the body, or leaves the face too small."""
    panel = page.panel
    parts = {
        "picture": panel.preview,
        "instruction": panel._instruction,
        "sign": panel._sign,
        "note": panel._note,
        "other way": panel.other_way,
        "heading": page._heading,
        "Back": shell.back_button,
        "header": shell.header,
    }
    seen = {name: place(part, shell) for name, part in parts.items() if part.isVisible()}
    found = [
        f"{where}: {a} lies on {b}: {seen[a]} {seen[b]}"
        for a in seen
        for b in seen
        if a < b and seen[a].intersects(seen[b])
    ]
    body = QRect(shell._scroll.mapTo(shell, QPoint(0, 0)), shell._scroll.viewport().size())
    found += [
        f"{where}: {name} leaves the body: {seen[name]} {body}"
        for name in ("picture", "instruction", "other way", "sign")
        if name in seen and not body.contains(seen[name])
    ]
    oval = guide(Shape.FACE, panel.preview._picture(QRectF(panel.preview.rect())))
    if oval.height() < 0.2 * shell.height():
        found.append(f"{where}: the oval is only {oval.height():.0f} pixels high")
    return found


def test_the_face_the_frame_and_one_sentence(window: Shell) -> None:
    found: list[str] = []
    for scene in hint_scenes():
        page = open_scene(window, scene)
        assert isinstance(page, FacePage)
        assert page.panel._instruction.text()
        found += faults(window, scene.name, 12.7 * 3.9)
        found += overlaps(window, page, scene.name)
        page.setParent(None)
        page.deleteLater()
    assert not found, "\n".join(found)


def test_an_overlap_would_be_found(qtbot: QtBot, inter: str) -> None:
    shell = Shell(Words("sq"), screen_px_per_mm=4.03)
    shell.show()
    page = open_scene(shell, hint_scenes()[0])
    assert isinstance(page, FacePage)
    assert overlaps(shell, page, "here") == []
    page.panel._instruction.move(-300, 0)
    assert "here: instruction lies on picture" in "\n".join(overlaps(shell, page, "here"))
    page.panel.preview.setFixedSize(280, 220)
    settle(shell)
    assert "the oval is only" in "\n".join(overlaps(shell, page, "here"))
    shell.close()
    shell.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_every_state_has_its_sign_and_words() -> None:
    states = guidances()
    assert len(states) == len({(g.green, g.hint, g.challenge) for g in states.values()})
    signs = {name: sign(guidance) for name, guidance in states.items()}
    assert signs["looking"] == ""
    assert signs["green"] == signs["hint-done"] == "✓"
    assert signs["hint-move_left"] == signs["asked-turn_left"] == "←"
    assert signs["hint-move_right"] == signs["asked-turn_right"] == "→"
    assert (signs["hint-move_up"], signs["hint-move_down"]) == ("↑", "↓")
    assert signs["hint-closer"] == signs["asked-blink"] == "!"


def test_closing_help_leads_back_to_the_picture_and_not_past_the_checks(qtbot: QtBot, inter: str) -> None:
    shell = Shell(Words("sq"), screen_px_per_mm=4.03)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    page = open_scene(shell, next(s for s in hint_scenes() if s.name == "face-hint-closer"))
    assert isinstance(page, FacePage)
    assert page.panel.preview.hasFocus()
    shell.header.help_requested.emit()
    settle(shell)
    shell.help_panel.close_button.click()
    settle(shell)
    assert page.panel.preview.hasFocus()
    # When the tries are used up the button is the way on.
    page.show_frame(face_image(), Guidance(False, "voter.hint.face_other_way"))
    assert page.panel.other_way.hasFocus()
    shell.close()
    shell.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)
