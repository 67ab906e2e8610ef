"""A voter's hands and eyes on the real window: the way through both journeys, one step at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from kiosk.demo.stagehand import HAND_SECONDS, Journal, Stagehand
from registration.journey.state import State
from ui.app import VoterWindow
from ui.flows.voter_pages import VoterPages
from ui.page import KioskPage

ACCOUNT = ("contact", "contact_confirm", "code", "password", "face", "face_saved", "person", "done")
REQUEST = (
    "document_kind",
    "document",
    "read_back",
    "document_saved",
    "proof",
    "address",
    "address_saved",
    "second_contact",
    "summary",
    "done",
)
AFTER_PASSWORD = ACCOUNT[ACCOUNT.index("password") + 1 : -1]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented voter and what they type."""

    phone: str = "+355691234567"
    password: str = "Zgjidhje7"
    birth: tuple[str, str, str] = ("1", "1", "1990")
    place: str = "Gjirokastër"
    number: str = "J05101999J"
    address: dict[str, str] = field(
        default_factory=lambda: {"city": "Bari", "postcode": "70121", "street": "Via Sparano", "building": "12"}
    )
    email: str = ""
    """The second contact; "" passes it over."""


class QuickHands(Stagehand):
    """Hands that need no time of the wall clock: the debounce believes that long enough has passed."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.typed: list[str] = []

    def type(self, widget: QWidget, text: str) -> None:
        self.typed.append(text)
        super().type(widget, text)

    def tap(self, widget: QWidget) -> None:
        self._acted_at -= HAND_SECONDS
        self.window._pressed_at = float("-inf")  # type: ignore[attr-defined]
        super().tap(widget)


class Walk:
    """One voter at one window.

    Args:
        code: returns the six digits on the voter's phone; "" while none came.
    """

    files: Path
    """The voter's stick."""

    def __init__(self, window: VoterWindow, person: Person, code: Callable[[], str], out: Path) -> None:
        self.window = window
        self.person = person
        self.hands = QuickHands(window.shell, "voter", out, Journal(), iter(itertools.count(1)))
        self._read_code = code

    # ------------------------------------------------------------ what is on the screen

    @property
    def pages(self) -> VoterPages:
        return self.window.stage.pages

    @property
    def state(self) -> State:
        assert self.window.flow.journey is not None
        return self.window.flow.journey.state

    @property
    def idle_hands(self) -> bool:
        """True while the window waits for the voter and not the other way round."""
        return self.window.shell.takes_presses

    @property
    def step(self) -> str:
        journey = self.window.flow.journey
        return journey.state.step if journey is not None else ""

    def until(self, page: KioskPage, seconds: float = 20) -> None:
        """Wait for a page of this kind; pages are made afresh when a visit ends."""
        shell, kind = self.window.shell, type(page)
        self.hands.wait(lambda: type(shell.page) is kind and self.idle_hands, kind.__name__, seconds)

    def until_step(self, step: str, seconds: float = 20) -> None:
        self.hands.wait(lambda: self.step == step and self.idle_hands, step, seconds)

    def answered(self, step: str) -> bool:
        journey = self.window.flow.journey
        return journey is not None and self.idle_hands and any(name == step for name, _ in journey.state.answers)

    def says(self, text_id: str, **params: str | int) -> bool:
        """Tell whether the words of a text stand on the screen."""
        return self.hands.reads(self.window.words(text_id, **params))

    def says_state(self, state: str) -> bool:
        """Tell whether the home page names this state of a request."""
        return self.idle_hands and self.says(f"voter.state.{state}")

    def problems(self) -> tuple[str, ...]:
        """Return the codes of the errors on top of the page in front."""
        page = self.window.shell.page
        return tuple(p.code for p in page.problems()) if page is not None else ()

    def until_problem(self, code: str, seconds: float = 20) -> None:
        self.hands.wait(lambda: code in self.problems() and self.idle_hands, code, seconds)

    def field(self, name: str) -> QLineEdit:
        target = self.pages.form.field_target(name)
        assert isinstance(target, QLineEdit), name
        return target

    @staticmethod
    def lines(page: QWidget) -> list[QLineEdit]:
        return [line for line in page.findChildren(QLineEdit) if line.isVisible()]

    # ------------------------------------------------------------ the walk

    def go_on(self) -> None:
        self.hands.tap(self.window.shell.next_button)

    def press(self, text_id: str) -> None:
        self.hands.press(self.window.words(text_id))

    def enter(self) -> None:
        """From the first page to the choice."""
        self.until(self.pages.start)
        self.go_on()
        self.until(self.pages.choice)

    def open_account(self, until: str = "done") -> Iterator[str]:
        """Walk through the account journey; yields each step's id before it is answered."""
        self.enter()
        self.press("voter.choice.create")
        yield from self.steps(ACCOUNT, until)

    def file_request(self, until: str = "done") -> Iterator[str]:
        """Walk through the request journey, from its first page on."""
        yield from self.steps(REQUEST, until)

    def steps(self, names: tuple[str, ...], until: str = "done") -> Iterator[str]:
        for step in names:
            self.until_step(step)
            yield step
            if step in ("done", until):
                return
            self.answer(step)

    def answer(self, step: str) -> None:
        """Fill the page of a step and go on."""
        self.fill(step)
        if step == "second_contact" and not self.person.email:
            self.hands.tap(self.window.shell.skip_button)
        else:
            self.go_on()

    def fill(self, step: str) -> None:
        """Do on the page of a step what is asked, up to Continue."""
        act = getattr(self, f"_{step}", None)
        if act is not None:
            act()

    def log_in(self, contact: str = "", password: str = "") -> None:
        """From the first page to the log-in's answer."""
        self.enter()
        self.press("voter.choice.log_in")
        self.until(self.pages.log_in)
        self.try_log_in(contact, password)

    def try_log_in(self, contact: str = "", password: str = "") -> None:
        lines = self.lines(self.pages.log_in)
        for line, text in zip(lines, (contact or self.person.phone, password or self.person.password), strict=True):
            line.clear()
            self.hands.type(line, text)
        self.go_on()
        self.hands.wait(lambda: self.idle_hands, "the log-in's answer")

    def resume(self, step: str) -> None:
        """Log in and go on with the kept draft, which must stand at `step`."""
        self.log_in()
        self.until(self.pages.home)
        self.hands.tap(self.pages.home.continue_button)
        self.until_step(step)

    def leave(self) -> None:
        """Dil, from a page that offers it beside Continue."""
        self.hands.tap(self.window.shell.skip_button)
        self.until(self.pages.start)

    # ------------------------------------------------------------ the steps

    def _contact(self) -> None:
        self.hands.type(self.field("phone"), self.person.phone)

    def _code(self) -> None:
        if self.says("voter.code.offline_title"):
            return
        self.hands.wait(lambda: bool(self._read_code()), "the code on the phone")
        self.hands.type(self.lines(self.pages.code)[0], self._read_code())

    def _password(self) -> None:
        for line in self.lines(self.pages.password)[:2]:
            self.hands.type(line, self.person.password)

    def _face(self) -> None:
        if not self.answered("face"):
            self.go_on()
            self.hands.wait(lambda: self.answered("face"), "the portrait")

    def _person(self) -> None:
        texts = (*self.person.birth, self.person.place, self.person.number)
        for line, text in zip(self.lines(self.pages.form), texts, strict=True):
            line.clear()
            self.hands.type(line, text)

    def _document_kind(self) -> None:
        self.hands.press("Pasaportë" if self.window.words.language == "sq" else "Passport")

    def _document(self) -> None:
        if not self.answered("document"):
            self.go_on()
            self.hands.wait(lambda: self.answered("document"), "the page")

    def _proof(self) -> None:
        if not self.answered("proof"):
            self.photograph_proof()

    def photograph_proof(self) -> None:
        """Choose a kind, photograph one page and use it."""
        self.hands.press("energjie" if self.window.words.language == "sq" else "electricity")
        self.go_on()
        self.use_page()

    def use_page(self) -> None:
        """Wait for the photographed page and use it."""
        use = self.window.words("voter.proof.use")
        button = self.window.shell.next_button
        self.hands.wait(lambda: button.isVisible() and button.text() == use, "the photographed page")
        self.go_on()
        self.hands.wait(lambda: self.answered("proof"), "the proof")

    def choose_file(self, name: str) -> None:
        """Open the stick and choose a file of it."""
        chooser = self.pages.attachments.files
        for sought in (self.files.name, name):
            item = next(i for i in map(chooser.list.item, range(chooser.list.count())) if sought in i.text())
            chooser.list.itemClicked.emit(item)

    def _address(self) -> None:
        picker = self.field("country")
        if not picker.text():
            self.hands.press("Itali" if self.window.words.language == "sq" else "Italy")
        for name, text in self.person.address.items():
            line = self.field(name)
            line.clear()
            self.hands.type(line, text)

    def _second_contact(self) -> None:
        if self.person.email:
            self.hands.type(self.field("second_email"), self.person.email)
