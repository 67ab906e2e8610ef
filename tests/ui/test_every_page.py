"""Rules that hold on every screen, in every language, at all text sizes, on both screens (ux.md section 6)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from resources import texts
from ui.gallery import PANELS, SCENES, Scene, open_panel, open_scene, settle
from ui.page import application
from ui.shell import Shell
from ui.theme import TextSize
from ui.words import Words

SCREENS = {"1920x1080": (1920, 1080, 4.03), "1366x768": (1366, 768, 3.96)}
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QListWidget)


# The first language at every size; the others where they are read and where they are tightest.
CASES = [("sq", size) for size in TextSize] + [
    ("de", TextSize.NORMAL),
    *((language, TextSize.LARGEST) for language in texts.LANGUAGES if language != "sq"),
]


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> tuple[int, int, float]:
    return SCREENS[request.param]


@pytest.fixture(params=CASES, ids="-".join)
def case(request: pytest.FixtureRequest) -> tuple[str, TextSize]:
    return CASES[CASES.index(request.param)]


@pytest.fixture
def window(qtbot: QtBot, inter: str, screen: tuple[int, int, float], case: tuple[str, TextSize]) -> Iterator[Shell]:
    width, height, density = screen
    language, size = case
    shell = Shell(Words(language), size=size, screen_px_per_mm=density)
    shell.resize(width, height)
    shell.show()
    yield shell
    shell.close()
    shell.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)


def shown(parent: QWidget, *kinds: type[QWidget]) -> list[QWidget]:
    return [w for kind in kinds for w in parent.findChildren(kind) if w.isVisible()]


def clipped(label: QLabel) -> bool:
    """Tell whether a label's words do not fit into it."""
    room = label.contentsRect()
    wrap = Qt.TextFlag.TextWordWrap if label.wordWrap() else Qt.TextFlag.TextSingleLine
    needed = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), 100_000), wrap, label.text())
    return needed.width() > room.width() + 1 or needed.height() > room.height() + 1


def too_narrow(button: QPushButton) -> bool:
    text = button.text().replace("&&", "&")
    return bool(text) and button.fontMetrics().horizontalAdvance(text) > button.contentsRect().width()


def faults(shell: Shell, where: str, least: float) -> list[str]:
    found = []
    hint = shell.minimumSizeHint()
    if hint.width() > shell.width() or hint.height() > shell.height():
        found.append(f"{where}: needs {hint.width()}x{hint.height()}")
    for label in shown(shell, QLabel):
        if label.text() and clipped(label):  # type: ignore[attr-defined]
            found.append(f"{where}: clipped {label.objectName()} {label.text()!r} in {label.size()}")  # type: ignore[attr-defined]
    for button in shown(shell, QPushButton):
        if too_narrow(button):  # type: ignore[arg-type]
            found.append(f"{where}: button too narrow {button.text()!r}")  # type: ignore[attr-defined]
    for control in shown(shell, *CONTROLS):
        if control.objectName() == "qt_spinbox_lineedit":
            continue
        if min(control.width(), control.height()) < least:
            found.append(f"{where}: {control.accessibleName()!r} is {control.width()}x{control.height()}")
        if not control.accessibleName():
            found.append(f"{where}: a {type(control).__name__} has no accessible name")
    for bar in shown(shell, QProgressBar):
        if not bar.accessibleName():
            found.append(f"{where}: the progress bar has no accessible name")
    body = shell._holder
    if body.width() > shell._scroll.viewport().width():
        found.append(f"{where}: the body is {body.width()} wide, the window {shell._scroll.viewport().width()}")
    return found


def test_nothing_is_clipped_small_or_nameless(window: Shell, screen: tuple[int, int, float]) -> None:
    least = 12.7 * screen[2]
    found: list[str] = []
    for scene in SCENES:
        open_scene(window, scene)
        found += faults(window, scene.name, least)
    for panel in PANELS:
        open_panel(window, panel)
        found += faults(window, panel, least)
    assert not found, "\n".join(found)


def test_the_faults_would_be_found(usual: Shell) -> None:
    open_scene(usual, next(s for s in SCENES if s.name == "choice"))
    assert faults(usual, "here", 12.7 * 4.03) == []

    usual.page._heading.setFixedSize(60, 20)  # type: ignore[union-attr]
    usual.back_button.setAccessibleName("")
    usual.back_button.setFixedSize(40, 40)
    settle(usual)
    found = "\n".join(faults(usual, "here", 12.7 * 4.03))
    for fault in ("clipped heading", "no accessible name", "too narrow", "is 40x40"):
        assert fault in found


@pytest.fixture
def usual(qtbot: QtBot, inter: str) -> Iterator[Shell]:
    shell = Shell(Words("sq"), screen_px_per_mm=4.03)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    yield shell
    shell.close()
    shell.deleteLater()
    application().sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.name)
def test_tab_reaches_every_control(usual: Shell, scene: Scene) -> None:
    page = open_scene(usual, scene)
    wanted = {
        w
        for w in shown(usual, *CONTROLS)
        if w.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(w, QListWidget)
    }
    reached: set[QWidget] = set()
    for _ in range(len(wanted) * 2 + 20):
        focused = application().focusWidget()
        if focused is not None:
            reached.add(focused)
            # One stop for a group of choices: the arrow keys go through its members.
            if isinstance(focused, QAbstractButton) and (group := focused.group()):
                reached |= set(group.buttons())
        usual.focusNextChild()
    missed = [w.accessibleName() for w in wanted - reached]
    assert not missed
    assert page.heading()


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.name)
def test_every_page_speaks_the_other_language_at_once(usual: Shell, scene: Scene) -> None:
    page = open_scene(usual, scene)
    before = {w.text() for w in shown(page, QLabel) if len(w.text()) > 24}  # type: ignore[attr-defined]
    usual.words.choose("en")
    settle(usual)
    after = {w.text() for w in shown(page, QLabel) if len(w.text()) > 24}  # type: ignore[attr-defined]

    assert not before & after


def test_headings_differ_from_page_to_page(usual: Shell) -> None:
    headings = [
        open_scene(usual, scene).heading()
        for scene in SCENES
        if scene.name.split("-")[0] not in ("home",) and scene.name not in SAME_PAGE
    ]
    assert len(set(headings)) == len(headings)


SAME_PAGE = {"start-no-camera", "person-wrong", "face-green", "face-no-camera", "document-green", "document-live"} | {
    "card-taken",
    "read-back-differs",
    "proof-bad",
}
"""Further looks of a page that is in the list already."""


def test_the_field_with_the_focus_is_not_hidden_by_the_keyboard(usual: Shell) -> None:
    address = next(s for s in SCENES if s.name == "address")
    page = open_scene(usual, address)
    for line in shown(page, QLineEdit):
        line.setFocus()
        settle(usual)
        top = line.mapTo(usual, line.rect().topLeft()).y()
        bottom = line.mapTo(usual, line.rect().bottomLeft()).y()
        assert usual.keyboard.isVisible()
        assert top >= usual.header.height(), line.accessibleName()
        assert bottom <= usual._actions.mapTo(usual, usual._actions.rect().topLeft()).y(), line.accessibleName()
