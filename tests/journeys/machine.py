"""A voter's window on the real vault, the real packets and, when started, the real server in a process of its own.

Only the cameras and what they see are made up. Argon2 is cheap, so that a start costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp

from kiosk import bootstrap
from kiosk.bootstrap import Kiosk
from kiosk.clock import SystemClock
from kiosk.demo.phone import Phone
from kiosk.demo.stagehand import turn_until
from kiosk.embedded_server import Ready
from kiosk.passwords import Argon2Hasher
from kiosk.settings import load_settings
from kiosk.vault.keys import Argon2Cost
from kiosk.vault.vault import Vault
from registration.model.case import Action, CaseState
from registration.ports.clock import Clock
from registration.review_desk import CaseRow, Decided, Decision, QueueFilter
from sync.http import Http
from sync.review_link import HttpReviewDesk
from tests.fakes.captures import FakeCamera, FakeCaptures, FakePictures, FakeProofChecker, FakeReader
from tests.journeys.walk import Person, Walk
from ui.app import VoterWindow, start_application
from ui.flows.voter_services import VoterServices

QUICK = Argon2Cost(64, 1, 1)
PASSPHRASE = "fjalëkalimi i stafit"


class Machine(Walk):
    """One kiosk: profile folder, vault, window. `close` ends it in order; a kill just leaves the folder."""

    def __init__(
        self,
        profile: Path,
        *,
        person: Person | None = None,
        passphrase: str = PASSPHRASE,
        clock: Clock | None = None,
        other: Mapping[str, Any] | None = None,
        idle_seconds: float = 300,
        phone: Path | None = None,
        **settings: Any,
    ) -> None:
        """Open the kiosk of a profile; makes its vault the first time.

        Args:
            other: services to be put in the place of the usual ones, by the names in `VoterServices`.
            phone: file outbox of a server that is not this machine's own.
            settings: what the command line would say, e.g. ``server``.
        """
        start_application(["test"])
        self.profile = profile
        self.clock = clock or SystemClock()
        self.files = profile.parent / "stick"
        self.files.mkdir(parents=True, exist_ok=True)
        self.settings = load_settings(profile, files_folder=str(self.files), kiosk_name="Test", **settings)
        self.kiosk: Kiosk = bootstrap.open_kiosk(self.settings, self._vault(passphrase), self.clock)
        self.phone = Phone(phone or self.settings.phone_outbox)
        self.ready: Ready | None = None
        self.face_camera, self.document_camera = FakeCamera(), FakeCamera()
        self.other = dict(other or {})
        self.who = person or Person()
        self._idle_seconds = idle_seconds
        self._codes_seen = 0

    def _vault(self, passphrase: str) -> Vault:
        make = Vault.open if self.settings.vault_stands else Vault.create
        return make(self.settings.vault, passphrase, self.clock, staff_cost=QUICK, voter_cost=QUICK)

    def services(self) -> VoterServices:
        services = bootstrap.voter_services(
            self.kiosk, face_camera=self.face_camera, document_camera=self.document_camera
        )
        usual: dict[str, Any] = {
            "captures": FakeCaptures(),
            "reader": FakeReader(),
            "proof_checker": FakeProofChecker("Via Sparano"),
            "pictures": FakePictures(),
            "passwords": Argon2Hasher(64, 1),
        }
        return replace(services, **{**usual, **self.other})

    def open_window(self, person: Person | None = None) -> None:
        self.who = person or self.who
        window = VoterWindow(self.services(), sync_every_seconds=3600, idle_seconds=self._idle_seconds)
        window.start(full_screen=False)
        super().__init__(window, self.who, self.read_code, self.profile.parent)

    def close_window(self) -> None:
        self.window.close()
        self.window.shell.deleteLater()

    def close(self) -> None:
        if hasattr(self, "window"):
            self.close_window()
        self.kiosk.close()

    # ------------------------------------------------------------ the server of this machine

    def start_server(self) -> Ready:
        self.ready = bootstrap.start_server(self.kiosk, demo=True)
        self.kiosk.connection.enrolment()
        return self.ready

    def stop_server(self) -> None:
        """The network is gone, as far as the kiosk can tell."""
        assert self.kiosk.server is not None
        self.kiosk.server.stop()
        self.kiosk.connection.at("")

    def read_code(self) -> str:
        """Return the newest code that this voter has not typed yet."""
        return self.phone.code() if len(self.phone.messages("code")) > self._codes_seen else ""

    def answer(self, step: str) -> None:
        super().answer(step)
        if step == "code":
            self._codes_seen = len(self.phone.messages("code"))

    def settle(self) -> None:
        """Bring everything to the server and wait until its worker has opened it."""
        self.kiosk.connection.sync_once()
        entries = self.kiosk.vault.sync.entries()
        state = self.kiosk.connection.packet_state
        assert turn_until(lambda: all(state(e.sha256) == "opened" for e in entries), 20)

    def outbox_messages(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text()) for file in sorted(self.settings.phone_outbox.glob("*.json"))]


class Desk:
    """An official of the demo server, at the server's own interface."""

    def __init__(self, ready: Ready) -> None:
        official = ready.official
        assert official is not None
        self._http = Http(ready.address)
        self._desk = HttpReviewDesk(self._http)
        code = pyotp.TOTP(official.totp_secret).at(datetime.now(UTC))
        self.session = self._desk.sign_in(official.name, official.password, code)

    def row(self, reference: str) -> CaseRow:
        found = self._desk.queue(self.session, QueueFilter())
        return next(row for row in found.cases if row.reference == reference)

    def decide(self, reference: str, action: Action, reasons: tuple[str, ...] = (), comment: str = "") -> Decided:
        """Claim the case, look at all of it, decide."""
        row = self.row(reference)
        lease = self._desk.claim(self.session, row.case_id)
        case = self._desk.open(self.session, row.case_id)
        assert case.row.state is CaseState.IN_REVIEW
        return self._desk.decide(self.session, row.case_id, Decision(action, lease.version, reasons, comment))

    def open(self, reference: str):
        """Claim a case and return all of it; the lease is given back."""
        row = self.row(reference)
        self._desk.claim(self.session, row.case_id)
        case = self._desk.open(self.session, row.case_id)
        self._desk.release(self.session, row.case_id)
        return case

    def close(self) -> None:
        self._http.close()
