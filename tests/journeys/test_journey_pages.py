"""On every page of both journeys: another language or the largest text loses nothing and hides no way on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from kiosk.demo.stagehand import settle
from resources import texts
from tests.journeys.visit import Visit
from tests.journeys.walk import ACCOUNT, REQUEST, Person
from ui.theme import TextSize
from ui.widgets.country_picker import CountryPicker
from ui.widgets.photo_view import PhotoView


@pytest.fixture
def visit(qapp: object, tmp_path: Path) -> Iterator[Visit]:
    made = Visit(tmp_path, Person(email="arta.specimen@example.org"))
    yield made
    made.close()


def held(page: QWidget) -> list[str]:
    """What the voter put on the page, whatever its language: typed, chosen, photographed."""
    pickers = [line for picker in page.findChildren(CountryPicker) for line in picker.findChildren(QLineEdit)]
    typed = [line.text() for line in page.findChildren(QLineEdit) if line.isVisible() and line not in pickers]
    chosen = [picker.value() for picker in page.findChildren(CountryPicker)]
    boxes = [b for b in page.findChildren(QAbstractButton) if b.isCheckable()]
    photos = [photo for photo in page.findChildren(PhotoView) if photo.isVisible()]
    return [*typed, *chosen, *("x" if box.isChecked() else "-" for box in boxes), str(len(photos))]


def ways(visit: Visit) -> list[QAbstractButton]:
    """The buttons that lead on: of the action bar, or of a page without one, by scrolling."""
    shell = visit.window.shell
    assert shell.page is not None
    bar = [b for b in (shell.next_button, shell.skip_button) if b.isVisible()]
    return bar or [b for b in shell.page.findChildren(QAbstractButton) if b.isVisible()]


def outside(visit: Visit, widget: QWidget) -> bool:
    """Tell whether a widget cannot be touched: not in the window, or nothing of it in the part that scrolls."""
    shell = visit.window.shell
    place = QRect(widget.mapTo(shell, QPoint(0, 0)), widget.size())
    return not shell.rect().contains(place)


def switch(visit: Visit, language: str) -> None:
    name = texts.text(language, "shell.language_name")
    button = next(b for b in visit.window.shell.header.findChildren(QAbstractButton) if b.text() == name)
    visit.hands.tap(button)
    assert visit.window.words.language == language


def enlarge(visit: Visit, size: TextSize) -> None:
    """Through the display panel, as a voter does."""
    shell = visit.window.shell
    shell.header.display_requested.emit()
    visit.press(f"shell.size.{size}")
    visit.hands.tap(shell.display_panel.close_button)
    settle()
    assert shell.look.size is size


def look(visit: Visit, where: str) -> list[str]:
    """Turn the page into English, into the largest text, and back; return what went wrong."""
    shell = visit.window.shell
    page = shell.page
    assert page is not None
    before, heading = held(page), page.heading()
    wrong = []
    switch(visit, "en")
    if held(page) != before:
        wrong.append(f"{where}: the language lost something")
    if page.heading() == heading:
        wrong.append(f"{where}: the heading did not change")
    enlarge(visit, TextSize.LARGEST)
    if held(page) != before:
        wrong.append(f"{where}: the large text lost something")
    buttons = ways(visit)
    if not buttons:
        wrong.append(f"{where}: no way on")
    for button in buttons:
        if button not in (shell.next_button, shell.skip_button):
            shell._scroll.ensureWidgetVisible(button)
            settle()
        if outside(visit, button):
            wrong.append(f"{where}: {button.text()!r} is out of reach")
    enlarge(visit, TextSize.NORMAL)
    switch(visit, "sq")
    if held(page) != before or page.heading() != heading:
        wrong.append(f"{where}: not as it was before")
    return wrong


def test_language_and_text_size_on_every_page(visit: Visit) -> None:
    wrong: list[str] = []
    visit.until(visit.pages.start)
    wrong += look(visit, "start")
    visit.go_on()
    visit.until(visit.pages.choice)
    wrong += look(visit, "choice")
    visit.press("voter.choice.log_in")
    visit.until(visit.pages.log_in)
    for line in visit.lines(visit.pages.log_in):
        visit.hands.type(line, "Shkruar7")
    wrong += look(visit, "log_in")
    visit.hands.tap(visit.window.shell.back_button)
    visit.until(visit.pages.choice)
    visit.press("voter.choice.create")

    for journey, names in (("account", ACCOUNT), ("request", REQUEST)):
        for step in names:
            visit.until_step(step)
            if step != "done":
                visit.fill(step)
            assert step != "person" or visit.person.place in held(visit.pages.form)
            wrong += look(visit, f"{journey}.{step}")
            if step != "done":
                visit.go_on()
        if journey == "account":
            visit.press("voter.status.create")
    visit.leave()
    visit.log_in()
    visit.until(visit.pages.home)
    wrong += look(visit, "home")
    assert not wrong, "\n".join(wrong)
