"""The demo from beginning to end: a real kiosk, a real server, a scripted voter and a scripted official.

Only the people and what they hold before the cameras are made up. The vault, the packets, the server, the windows and
the reading are the product's own.
"""

from __future__ import annotations

import itertools
import secrets
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyotp

from kiosk.bootstrap import Kiosk, open_kiosk, open_vault, start_server, voter_services
from kiosk.demo.animated_head import AnimatedHead
from kiosk.demo.camera_shots import DeskCamera
from kiosk.demo.head_mesh import astronaut
from kiosk.demo.official_script import OfficialScript
from kiosk.demo.people import DemoVoter, demo_voter, energy_bill
from kiosk.demo.phone import Phone
from kiosk.demo.specimen import passport_page
from kiosk.demo.stagehand import Journal, NothingHappened, Stagehand, let_out, slots_let_out, turn_until
from kiosk.demo.voter_script import VoterScript
from kiosk.embedded_server import DemoOfficial, Ready
from kiosk.settings import load_settings
from registration.model.submission import Submission
from registration.ports.vault import FinishedSubmission, Outbox, OutboxEntry, VoterKey
from sync.http import Http
from sync.office_link import HttpOffice
from sync.review_link import HttpReviewDesk
from ui.app import VoterWindow, start_application
from ui.review.window import ReviewWindow
from ui.words import Words


@dataclass(frozen=True, slots=True)
class Outcome:
    reference: str
    state: str


class Desk:
    """The document camera and the papers that may lie under it."""

    def __init__(self, voter: DemoVoter, kiosk: Kiosk) -> None:
        pace = (kiosk.clock, time.sleep)
        self.camera = DeskCamera(seed=3, pace=pace)
        bill = np.asarray(energy_bill(voter))[:, :, ::-1].copy()
        self._papers = {"passport": passport_page(voter.holder, astronaut()[15:285, 118:328]), "bill": bill, "": None}

    def lay(self, paper: str) -> None:
        self.camera.show(self._papers[paper])


def run_demo(out: Path, *, offline: bool, language: str) -> Outcome:
    """Play the whole demo and write pictures, journal, receipt and packet to `out`.

    Raises:
        NothingHappened: a window did not do what it should.
    """
    out.mkdir(parents=True, exist_ok=True)
    for old in (*out.glob("*.png"), *out.glob("*.vrp"), out / "journey.json", out / "receipt.pdf"):
        old.unlink(missing_ok=True)
    application = start_application(["kiosk"])
    journal, numbers = Journal(), itertools.count(1)
    with slots_let_out(), tempfile.TemporaryDirectory(prefix="kiosk-demo-") as folder:
        settings = load_settings(
            Path(folder) / "profile", language=language, region="IT", files_folder=str(out), kiosk_name="Demo"
        )
        # Nobody needs to know it: this vault lives for one demo.
        kiosk = open_kiosk(settings, open_vault(settings, secrets.token_urlsafe(24)))
        try:
            ready = start_server(kiosk, demo=True)
            kiosk.connection.enrolment()
            began = time.monotonic()
            outcome = _play(kiosk, ready, out, journal, numbers, offline=offline, language=language)
            journal.write(
                out / "journey.json",
                reference=outcome.reference,
                state=outcome.state,
                language=language,
                offline=offline,
                wall_seconds=round(time.monotonic() - began, 1),
            )
        finally:
            kiosk.close()
            application.processEvents()
    return outcome


def _play(
    kiosk: Kiosk,
    ready: Ready,
    out: Path,
    journal: Journal,
    numbers: itertools.count[int],
    *,
    offline: bool,
    language: str,
) -> Outcome:
    voter = demo_voter()
    head, desk = AnimatedHead(paced=True), Desk(voter, kiosk)
    services = voter_services(kiosk, face_camera=head, document_camera=desk.camera)
    services = replace(services, outbox=CopyingOutbox(services.outbox, kiosk, out))
    window = VoterWindow(services, language=language, sync_every_seconds=3600)
    hands = Stagehand(window.shell, "voter", out, journal, numbers)
    script = VoterScript(window, hands, voter, Phone(kiosk.settings.phone_outbox).code, head.act, desk.lay)
    window.stage.bug.connect(let_out)
    try:
        if offline:
            _go_offline(kiosk)
        window.start(full_screen=False)
        script.open_account()
        reference = script.file_request()
        hands.tap(window.stage.pages.done.receipt_button)
        _keep(out / f"{reference}.pdf", out / "receipt.pdf")
        hands.tap(window.shell.skip_button)
        script.until_page("start")
        if offline:
            with hands.step("sync"):
                # A demo server makes its official anew at every start.
                ready = start_server(kiosk, demo=True)
                hands.wait(lambda: kiosk.connection.sync_once().waiting == 0, "the round with the server", 60)
        assert ready.official is not None
        _decide(kiosk, ready.official, reference, out, journal, numbers, language)
        with hands.step("notice"):
            phone = Phone(kiosk.settings.phone_outbox)
            hands.wait(lambda: bool(phone.messages("decision")), "the notice on the phone", 30)
        with hands.step("result"):
            state = _read_result(script, reference)
        return Outcome(reference, state)
    finally:
        window.close()


def _go_offline(kiosk: Kiosk) -> None:
    assert kiosk.server is not None
    kiosk.server.stop()
    kiosk.connection.at("")


def _keep(written: Path, name: Path) -> None:
    if not turn_until(written.exists, 10):
        raise NothingHappened("the receipt was not saved")
    written.replace(name)


class CopyingOutbox:
    """The kiosk's outbox; keeps a copy of each sealed request, for its content goes with the server's receipt."""

    def __init__(self, outbox: Outbox, kiosk: Kiosk, out: Path) -> None:
        self._outbox = outbox
        self._kiosk = kiosk
        self._out = out

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        entry = self._outbox.finish(submission, key, service)
        if entry.kind == "request":
            (self._out / f"{entry.reference}.vrp").write_bytes(self._kiosk.vault.sync.read(entry.packet_id))
        return entry

    def entries(self) -> tuple[OutboxEntry, ...]:
        return self._outbox.entries()

    def finished(self, key: VoterKey) -> tuple[FinishedSubmission, ...]:
        return self._outbox.finished(key)


def _decide(
    kiosk: Kiosk,
    official: DemoOfficial,
    reference: str,
    out: Path,
    journal: Journal,
    numbers: itertools.count[int],
    language: str,
) -> None:
    """The official's half: from the sign-in to the decision."""
    address = kiosk.connection.address
    window = ReviewWindow(
        HttpReviewDesk(Http(address)),
        kiosk.clock,
        Words(language),
        undo_seconds=0.5,
        catalog=kiosk.catalog,
        office=HttpOffice(Http(address)),
    )
    window.start()
    try:
        hands = Stagehand(window.window, "official", out, journal, numbers)
        script = OfficialScript(window, hands, official, pyotp.TOTP(official.totp_secret).now)
        script.sign_in()
        script.open(reference)
        script.approve()
        script.look_at_counts()
    finally:
        window.close()


def _read_result(script: VoterScript, reference: str) -> str:
    """Log in again and read the state off the screen's view."""
    script.log_in()
    pages = script.pages

    def state() -> str:
        shown = pages.home.view.items
        return next((item.state for item in shown if item.reference == reference), "")

    if not turn_until(lambda: state() == "approved", 1):
        script.hands.tap(pages.home.refresh_button)
        turn_until(lambda: state() == "approved", 20)
    script.hands.look("status")
    return state()
