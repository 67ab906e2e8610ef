"""A voter's visit on the real windows over fakes of the world: the whole journey in a few seconds, without a camera."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import resources
from kiosk.demo.stagehand import Journal, Stagehand
from registration.catalog.loader import load_catalog
from registration.errors import WillRetry
from registration.journey.state import Facts
from registration.model.contact import parse_phone
from tests.fakes.captures import FakeCamera, FakeCaptures, FakePictures, FakeProofChecker, FakeReader
from tests.fakes.server_link import FakeServerLink
from tests.fakes.vault import FakeDrafts, FakeOutbox
from ui.app import VoterWindow, start_application
from ui.flows.voter_services import VoterServices

PHONE = "+355691234567"
PASSWORD = "Zgjidhje7"
BIRTH, PLACE, NUMBER = ("1", "1", "1990"), "Gjirokastër", "J05101999J"

ADDRESS = {"city": "Bari", "postcode": "70121", "street": "Via Sparano", "building": "12"}


class HurriedClock:
    """Every look at it is a second later, so no debounce and no count-down holds a test up."""

    def __init__(self) -> None:
        self._ticks = itertools.count()
        self.began = datetime(2029, 1, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.began + timedelta(milliseconds=next(self._ticks))

    def monotonic(self) -> float:
        return float(next(self._ticks))


class PlainHasher:
    def hash(self, password: str) -> str:
        return f"$argon2id$fake${len(password)}"


class Visit:
    """The fakes, the window and the hands."""

    def __init__(self, out: Path) -> None:
        start_application(["test"])
        self.clock = HurriedClock()
        self.server = FakeServerLink(self.clock)
        self.drafts = FakeDrafts(self.clock)
        self.outbox = FakeOutbox(self.drafts)
        self.face_camera, self.document_camera = FakeCamera(), FakeCamera()
        self.proof_checker = FakeProofChecker("Via Sparano")
        self.files = out / "stick"
        self.files.mkdir(exist_ok=True)
        self.facts = Facts(today=date(2029, 1, 20), election_day=date(2029, 5, 13))
        self._ids = itertools.count(1)
        self.services = VoterServices(
            catalog={s.id: s for s in load_catalog(resources.path("services"))},
            clock=self.clock,
            drafts=self.drafts,
            outbox=self.outbox,
            link=self.server,
            captures=FakeCaptures(),
            face_camera=self.face_camera,
            document_camera=self.document_camera,
            reader=FakeReader(),
            proof_checker=self.proof_checker,
            pictures=FakePictures(),
            passwords=PlainHasher(),
            facts=lambda: self.facts,
            new_id=lambda: f"019aa000-0000-7000-8000-{next(self._ids):012}",
            sync_now=self._sync,
            account_known=lambda _key: True,
            camera_problem=lambda: self.face_camera.problem,
            registration_open=lambda: True,
            files_folder=self.files,
        )
        self.out = out
        self.window = self._open()

    def _open(self) -> VoterWindow:
        window = VoterWindow(self.services, sync_every_seconds=3600, idle_seconds=10**9)
        window.start(full_screen=False)
        self.hands = Stagehand(window.shell, "voter", self.out, Journal(), iter(itertools.count(1)))
        return window

    def restart(self) -> None:
        """Close the window as a crash would leave things: only what was saved is there again."""
        self.close()
        self.window = self._open()

    def close(self) -> None:
        self.window.close()
        self.window.shell.deleteLater()

    def _sync(self) -> None:
        """What a round with the server does to what waits."""
        if "server.unreachable" in repr(self.server.__dict__.get("_problem")):
            raise WillRetry("server.unreachable")
        for entry in self.outbox.entries():
            if entry.state == "waiting":
                self.outbox.receive(entry.packet_id)

    # ------------------------------------------------------------ what is on the screen

    @property
    def pages(self):  # noqa: ANN201
        return self.window.stage.pages

    def until(self, page: object, seconds: float = 20) -> None:
        shell = self.window.shell
        self.hands.wait(lambda: shell.page is page and shell.next_button.isEnabled(), type(page).__name__, seconds)

    def until_step(self, step: str, seconds: float = 20) -> None:
        def there() -> bool:
            journey = self.window.flow.journey
            return journey is not None and journey.state.step == step and not self.window.shell._busy

        self.hands.wait(there, step, seconds)

    def go_on(self) -> None:
        self.hands.tap(self.window.shell.next_button)

    # ------------------------------------------------------------ the walk

    def open_account(self, until: str = "done") -> Iterator[str]:
        """Walk through the account journey; yields each step's id before it is answered."""
        pages, hands = self.pages, self.hands
        self.until(pages.start)
        self.go_on()
        self.until(pages.choice)
        hands.press("Krijo Llogari")
        for step, act in (
            ("contact", self._contact),
            ("contact_confirm", self.go_on),
            ("code", self._code),
            ("password", self._password),
            ("face", self._face),
            ("face_saved", self.go_on),
            ("person", self._person),
            ("done", None),
        ):
            self.until_step(step)
            yield step
            if step == until or act is None:
                return
            act()

    def file_request(self, until: str = "done") -> Iterator[str]:
        """Walk through the request journey from the account's last page or the home page."""
        for step, act in (
            ("document_kind", self._kind),
            ("document", self._document),
            ("read_back", self.go_on),
            ("document_saved", self.go_on),
            ("proof", self._proof),
            ("address", self._address),
            ("address_saved", self.go_on),
            ("second_contact", lambda: self.hands.tap(self.window.shell.skip_button)),
            ("summary", self.go_on),
            ("done", None),
        ):
            self.until_step(step)
            yield step
            if step == until or act is None:
                return
            act()

    def _kind(self) -> None:
        self.hands.press("Pasaportë")
        self.go_on()

    def _document(self) -> None:
        self.go_on()
        self.hands.wait(lambda: self._has_answer("document"), "the page")
        self.go_on()

    def _proof(self) -> None:
        page = self.pages.attachments
        self.hands.press("energjie")
        self.hands.press("Fotografoje")
        use = self.window.words("voter.proof.use")
        self.hands.wait(lambda: self.window.shell.next_button.text() == use, "the photographed page")
        self.go_on()
        self.hands.wait(lambda: self._has_answer("proof"), "the proof")
        assert page.isVisible()
        self.go_on()

    def _address(self) -> None:
        self.hands.press("Itali")
        for name, text in ADDRESS.items():
            self.hands.type(self.field(name), text)
        self.go_on()

    def _contact(self) -> None:
        self.hands.type(self.field("phone"), PHONE)
        self.go_on()

    def _code(self) -> None:
        self.hands.type(self.pages.code.first_field(), self.server.code_sent_to(parse_phone(PHONE)))
        self.go_on()

    def _password(self) -> None:
        lines = self.fields(self.pages.password)
        for line in lines[:2]:
            self.hands.type(line, PASSWORD)
        self.go_on()

    def _face(self) -> None:
        self.go_on()
        self.hands.wait(lambda: self._has_answer("face"), "the portrait")
        self.go_on()

    def _person(self) -> None:
        for line, text in zip(self.fields(self.pages.form), (*BIRTH, PLACE, NUMBER), strict=True):
            self.hands.type(line, text)
        self.go_on()

    def _has_answer(self, step: str) -> bool:
        journey = self.window.flow.journey
        return journey is not None and any(name == step for name, _ in journey.state.answers)

    def field(self, name: str):  # noqa: ANN201
        target = self.pages.form.field_target(name)
        assert target is not None
        return target

    @staticmethod
    def fields(page):  # noqa: ANN001, ANN205
        from PySide6.QtWidgets import QLineEdit

        return [f for f in page.findChildren(QLineEdit) if f.isVisible()]


def with_region(visit: Visit, region: str) -> None:
    visit.facts = replace(visit.facts, region=region)
