"""A voter's visit on the real windows over fakes of the world: the whole journey in a second or two."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import argon2

import resources
from registration.catalog.loader import load_catalog
from registration.journey.state import Facts
from registration.model.contact import parse_phone
from registration.ports.capture import Captures
from tests.fakes.captures import FakeCamera, FakeCaptures, FakePictures, FakeProofChecker, FakeReader
from tests.fakes.server_link import FakeServerLink
from tests.fakes.vault import FakeDrafts, FakeOutbox
from tests.journeys.walk import Person, Walk
from ui.app import VoterWindow, start_application
from ui.flows.voter_services import VoterServices

PHONE = Person().phone
PASSWORD = Person().password


class StoppedClock:
    """Time that a test moves; the calendar stands still."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.began = datetime(2029, 1, 20, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds - 1000)

    def monotonic(self) -> float:
        return self.seconds


class PlainHasher:
    def hash(self, password: str) -> str:
        return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


class Visit(Walk):
    """The fakes, the window and the hands."""

    def __init__(
        self, out: Path, person: Person | None = None, captures: Captures | None = None, *, open_now: bool = True
    ) -> None:
        start_application(["test"])
        self.clock = StoppedClock()
        self.server = FakeServerLink(self.clock)
        self.drafts = FakeDrafts(self.clock)
        self.outbox = FakeOutbox(self.drafts)
        self.face_camera, self.document_camera = FakeCamera(), FakeCamera()
        self.proof_checker = FakeProofChecker("Via Sparano")
        self.files = out / "stick"
        self.files.mkdir(exist_ok=True)
        self.facts = Facts(today=date(2029, 1, 20), election_day=date(2029, 5, 13))
        self.account_known = True
        self._ids = itertools.count(1)
        self.services = VoterServices(
            catalog={s.id: s for s in load_catalog(resources.path("services"))},
            clock=self.clock,
            drafts=self.drafts,
            outbox=self.outbox,
            link=self.server,
            captures=captures or FakeCaptures(),
            face_camera=self.face_camera,
            document_camera=self.document_camera,
            reader=FakeReader(),
            proof_checker=self.proof_checker,
            pictures=FakePictures(),
            passwords=PlainHasher(),
            facts=lambda: self.facts,
            new_id=lambda: f"019aa000-0000-7000-8000-{next(self._ids):012}",
            sync_now=self._sync,
            account_known=lambda _key: self.account_known,
            forget=lambda: None,
            camera_problem=self.face_camera.problem,
            registration_open=lambda: True,
            files_folder=self.files,
        )
        self.out = out
        self._who = person or Person()
        if open_now:
            self.open()

    def open(self) -> None:
        window = VoterWindow(self.services, sync_every_seconds=3600)
        window.start(full_screen=False)
        super().__init__(window, self._who, self.read_code, self.out)

    def read_code(self) -> str:
        try:
            return self.server.code_sent_to(parse_phone(self._who.phone))
        except LookupError:
            return ""

    def restart(self) -> None:
        """Close the window as a crash would leave things: only what was saved is there again."""
        self.close()
        self.open()

    def close(self) -> None:
        self.window.close()
        self.window.shell.deleteLater()

    def _sync(self) -> None:
        """What a round with the server does to what waits."""
        if self.server.problem is not None:
            raise self.server.problem
        for entry in self.outbox.entries():
            if entry.state == "waiting":
                self.outbox.receive(entry.packet_id)
