"""The scripted voter: reads the screen, touches, types, looks into the camera and lays papers on the desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from kiosk.demo.people import DemoVoter
from kiosk.demo.stagehand import Stagehand
from registration.journey.answers import AttachmentsAnswer
from registration.model.ids import StepId
from ui.app import VoterWindow

CHALLENGES = ("turn_left", "turn_right", "blink", "open_mouth")
FACE_SECONDS = 90.0
DOCUMENT_SECONDS = 60.0


class VoterScript:
    """One voter at one window.

    Args:
        window: the real voter's window.
        hands: of the voter.
        voter: who they are.
        read_code: what the phone shows, "" while nothing came.
        act: the person does what a challenge asks, e.g. ``turn_left``.
        lay: puts a paper under the document camera: ``passport``, ``bill`` or "" for nothing.
    """

    def __init__(
        self,
        window: VoterWindow,
        hands: Stagehand,
        voter: DemoVoter,
        read_code: Callable[[], str],
        act: Callable[[str], None],
        lay: Callable[[str], None],
    ) -> None:
        self.window = window
        self.hands = hands
        self._voter = voter
        self._read_code = read_code
        self._act = act
        self._lay = lay

    # ------------------------------------------------------------ the account

    def open_account(self) -> None:
        """From the first page to "Tashmë ju keni krijuar me sukses llogarinë tuaj"."""
        for step in (
            "start",
            "choice",
            "contact",
            "contact_confirm",
            "code",
            "password",
            "face",
            "face_saved",
            "person",
        ):
            with self.hands.step(f"account.{step}"):
                getattr(self, f"_{step}")()
        with self.hands.step("account.done"):
            self.until_step("done")
            self.hands.look("account-done")

    def _start(self) -> None:
        self.until_page("start")
        self.hands.look("start")
        self.go_on()

    def _choice(self) -> None:
        self.until_page("choice")
        self.hands.look("choice")
        self.hands.press(self.window.words("voter.choice.create"))

    def _contact(self) -> None:
        self.until_step("contact")
        self.hands.look("contact")
        self.hands.type(self.field("phone"), self._voter.phone)
        self.hands.look("contact-typed")
        self.go_on()

    def _contact_confirm(self) -> None:
        self.until_step("contact_confirm")
        self.hands.look("contact-confirm")
        self.go_on()

    def _code(self) -> None:
        self.until_step("code")
        self.hands.look("code")
        if self.window.words("voter.code.offline_title") != self.pages.code.heading():
            self.hands.wait(lambda: bool(self._read_code()), "the code on the phone", 30)
            self.hands.type(self.lines(self.pages.code)[0], self._read_code())
        self.go_on()

    def _password(self) -> None:
        self.until_step("password")
        self.hands.look("password")
        for line in self.lines(self.pages.password)[:2]:
            self.hands.type(line, self._voter.password)
        self.hands.look("password-typed")
        self.go_on()

    def _face(self) -> None:
        self.until_step("face")
        self.hands.look("face-instructions")
        self.go_on()
        self.be_photographed()
        self.hands.look("face-photo")
        self.go_on()

    def be_photographed(self) -> None:
        """Stand before the camera; read each challenge off the screen and do it."""
        seen = ""
        words, looked = self.window.words, {"hold": False, "challenge": False}

        def done() -> bool:
            nonlocal seen
            asked = next((c for c in CHALLENGES if self.hands.reads(words(f"voter.challenge.{c}"))), "")
            if asked and asked != seen:
                if not looked["challenge"]:
                    looked["challenge"] = True
                    self.hands.look("face-challenge")
                self._act(asked)
            elif not asked and not looked["hold"] and self.pages.face.panel.preview.shows_picture:
                looked["hold"] = True
                self.hands.look("face-frame")
            seen = asked
            return self.answered("face")

        self.hands.wait(done, "the portrait", FACE_SECONDS, machine=False)

    def _face_saved(self) -> None:
        self.until_step("face_saved")
        self.hands.look("face-saved")
        self.go_on()

    def _person(self) -> None:
        self.until_step("person")
        texts = (*self._voter.birth_fields, self._voter.holder.birth_place, self._voter.holder.personal_number)
        for line, text in zip(self.lines(self.pages.form), texts, strict=True):
            self.hands.type(line, text)
        self.hands.look("person")
        self.go_on()

    # ------------------------------------------------------------ the request

    def file_request(self) -> str:
        """From "Krijo Kërkesën" to "Kërkesa juaj u dërgua në KQZ"; return the reference on the screen."""
        self.hands.press(self.window.words("voter.status.create"))
        for step in (
            "document_kind",
            "document",
            "read_back",
            "document_saved",
            "proof",
            "address",
            "address_saved",
            "second_contact",
            "summary",
        ):
            with self.hands.step(f"request.{step}"):
                getattr(self, f"_{step}")()
        with self.hands.step("request.done"):
            self.until_step("done")
            self.hands.look("request-sent")
        assert self.window.flow.journey is not None
        return self.window.flow.journey.state.reference

    def _document_kind(self) -> None:
        self.until_step("document_kind")
        self.hands.look("document-kind")
        self.press_option("document_kind", "passport")
        self.go_on()

    def _document(self) -> None:
        self.until_step("document")
        self.hands.look("document-instructions")
        self.go_on()
        self._lay("passport")
        looked = False

        def done() -> bool:
            nonlocal looked
            if not looked and self.hands.reads(self.window.words("voter.capture.green")):
                looked = True
                self.hands.look("document-green")
            return self.answered("document")

        self.hands.wait(done, "the document", DOCUMENT_SECONDS, machine=False)
        self._lay("")
        self.hands.look("document-photo")
        self.go_on()

    def _read_back(self) -> None:
        self.until_step("read_back")
        self.hands.look("read-back")
        self.go_on()

    def _document_saved(self) -> None:
        self.until_step("document_saved")
        self.hands.look("document-saved")
        self.go_on()

    def _proof(self) -> None:
        self.until_step("proof")
        self.hands.look("proof-kinds")
        self.add_proof()
        self.hands.look("proof")
        self.go_on()

    def add_proof(self) -> None:
        """Photograph the bill that lies on the desk and use it."""
        before = self._proofs()
        self.press_option("proof", "energy")
        self._lay("bill")
        self.go_on()
        use = self.window.words("voter.proof.use")
        button = self.window.shell.next_button
        self.hands.wait(
            lambda: button.isVisible() and button.text() == use, "the page", DOCUMENT_SECONDS, machine=False
        )
        self._lay("")
        self.hands.look("proof-photo")
        self.go_on()
        self.hands.wait(lambda: self._proofs() > before and not self.busy, "the proof's check", DOCUMENT_SECONDS)

    def _proofs(self) -> int:
        journey = self.window.flow.journey
        kept = journey.state.answer(StepId("proof"), AttachmentsAnswer) if journey else None
        return len(kept.items) if kept else 0

    def _address(self) -> None:
        self.until_step("address")
        self.hands.look("address-empty")
        picker = self.field("country")
        country = self.window.words("country.IT")
        self.hands.type(picker, country[:4])
        self.hands.press(country)
        for name in ("city", "postcode", "street", "building"):
            self.hands.type(self.field(name), getattr(self._voter, name))
        self.hands.look("address")
        self.go_on()

    def _address_saved(self) -> None:
        self.until_step("address_saved")
        self.hands.look("address-saved")
        self.go_on()

    def _second_contact(self) -> None:
        self.until_step("second_contact")
        self.hands.look("second-contact")
        self.hands.type(self.field("second_email"), self._voter.email)
        self.go_on()

    def _summary(self) -> None:
        self.until_step("summary")
        self.hands.look("summary")
        self.go_on()

    # ------------------------------------------------------------ coming back

    def log_in(self) -> None:
        """From the first page to the home page with the state of each request."""
        self.until_page("start")
        self.go_on()
        self.until_page("choice")
        self.hands.press(self.window.words("voter.choice.log_in"))
        self.until_page("log_in")
        lines = self.lines(self.pages.log_in)
        self.hands.type(lines[0], self._voter.phone)
        self.hands.type(lines[1], self._voter.password)
        self.hands.look("log-in")
        self.go_on()
        self.until_page("home", 30)

    # ------------------------------------------------------------ eyes and hands of a voter

    @property
    def pages(self):  # type: ignore[no-untyped-def]
        return self.window.stage.pages

    @property
    def busy(self) -> bool:
        return not self.window.shell.takes_presses

    def go_on(self) -> None:
        self.hands.tap(self.window.shell.next_button)

    def press_option(self, step: str, option: str) -> None:
        """Touch an option of a step, or a kind of attachment, by its words in the language on the screen."""
        assert self.window.flow.journey is not None
        asked = self.window.flow.journey.service.step(StepId(step))
        labels = {each.id: each.label for each in asked.options} | {each.id: each.label for each in asked.kinds}
        self.hands.press(self.window.words.label(labels[option]))

    def until_page(self, name: str, seconds: float = 20) -> None:
        """Wait for a page by its name; the pages themselves are made afresh for every visit."""
        shell = self.window.shell
        self.hands.wait(lambda: shell.page is getattr(self.pages, name) and not self.busy, f"the page {name}", seconds)

    def until_step(self, step: str, seconds: float = 60) -> None:
        def there() -> bool:
            journey = self.window.flow.journey
            return journey is not None and journey.state.step == step and not self.busy

        self.hands.wait(there, f"the step {step}", seconds)

    def answered(self, step: str) -> bool:
        journey = self.window.flow.journey
        return journey is not None and not self.busy and any(name == step for name, _ in journey.state.answers)

    def field(self, name: str) -> QWidget:
        target = self.pages.form.field_target(name)
        assert isinstance(target, QWidget), name
        return target

    @staticmethod
    def lines(page: QWidget) -> list[QLineEdit]:
        return [line for line in page.findChildren(QLineEdit) if line.isVisible()]
