"""An official's day with the keyboard alone: twenty cases through the real window, the real link and the real server.

Only keys go to the window, and only to the widget that has the focus. With ``OFFICIAL_PICTURES=DIR`` every state is
photographed, in ``OFFICIAL_LANGUAGE`` (default sq) and, with ``OFFICIAL_SIZE=large``, in larger text.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyotp
import pytest
import uvicorn
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

import resources
from registration.catalog.loader import load_catalog
from registration.errors import WillRetry
from registration.model.case import Action, CaseState, Checked
from registration.model.contact import Contact, ContactKind
from registration.model.ids import CaseId, reference_of
from registration.model.submission import RequestSubmission
from registration.review_desk import Role
from server import audit
from server.app import create_app
from server.casework import cases
from server.context import Server, open_server
from server.desk import decisions, leases, officials, proposals
from server.desk.officials import NewOfficial, Official
from server.intake import case_intake
from server.sealing import MasterKey
from server.settings import Settings
from server.voters import accounts
from sync.http import Http
from sync.review_link import HttpReviewDesk
from tests.fakes import invented_voter
from tests.fakes.server_store import HandClock
from tests.journeys.desk_cases import IDENTITY, NOT_DONE, Person, bare, mismatched, request
from ui import fonts
from ui.review.queue_page import QueueRow
from ui.review.window import ReviewWindow
from ui.words import Words

LONG = "Dokumenti që ngarkuat tregon vetëm faqen e parë të kontratës, pa adresë dhe pa nënshkrim. " * 8
PICTURES = os.environ.get("OFFICIAL_PICTURES", "")
LANGUAGE = os.environ.get("OFFICIAL_LANGUAGE", "sq")
LARGE = os.environ.get("OFFICIAL_SIZE", "") == "large"
NONE = Qt.KeyboardModifier.NoModifier


class Behind:
    """The server with what happens to it while the official works."""

    def __init__(self, server: Server, clock: HandClock) -> None:
        self.server, self.clock = server, clock

    def official(self, name: str, role: Role = Role.REVIEWER) -> NewOfficial:
        with self.server.store.write() as unit:
            return officials.enrol(unit, self.server.master, name, role, by="system", replace=True)

    def receive(self, submission: RequestSubmission) -> CaseId:
        server, config, now = self.server, self.server.config(), self.clock.now()
        contact = Contact(ContactKind.EMAIL, f"v{submission.account_id[-16:]}@example.org")
        account = invented_voter.account(submission.account_id, contact=contact, person=submission.person)
        packet_id = f"r-{submission.request_id}-{submission.revision}"
        with server.store.write() as unit:
            accounts.adopt(
                unit, server, config, account, kiosk_id="k-1", packet_id=f"a-{account.account_id}", received=now
            )
            case_intake.receive(unit, server, config, submission, kiosk_id="k-1", packet_id=packet_id, received=now)
        self.clock.advance(seconds=1)
        return CaseId(submission.request_id)

    def colleague(self, name: str, case_id: CaseId, action: Action | None = None, comment: str = "") -> None:
        """Another official takes a case, and decides it when told so."""
        who, server = Official(name, Role.SUPERVISOR), self.server
        with server.store.write() as unit:
            version = leases.claim(unit, server.master, who, case_id).version
            if action is not None:
                reasons = ("address_differs",) if action is Action.REFUSE else ()
                found = (("face", Checked.MATCHES), ("document", Checked.MATCHES))
                decisions.decide(
                    unit,
                    server.master,
                    who,
                    case_id,
                    action=action,
                    version=version,
                    reasons=reasons,
                    comment=comment,
                    checklist=found,
                )

    def case(self, case_id: CaseId) -> cases.Case:
        with self.server.store.read() as connection:
            found = cases.get(connection, self.server.election, case_id)
        assert found is not None
        return found

    def state(self, case_id: CaseId) -> CaseState:
        return self.case(case_id).state

    def audited(self, kind: str) -> int:
        with self.server.store.read() as connection:
            return len(connection.execute(select(audit.events.c.place).where(audit.events.c.kind == kind)).all())


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def behind(tmp_path: Path, clock: HandClock) -> Iterator[Behind]:
    server = open_server(Settings(tmp_path / "server"), MasterKey(bytes(32)), clock)
    yield Behind(server, clock)
    server.close()


class Line(Http):
    """The line to the server; it can be cut."""

    cut = False

    def send(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if self.cut:
            raise WillRetry("server.unreachable")
        return super().send(*args, **kwargs)  # type: ignore[arg-type]


@pytest.fixture
def line(behind: Behind) -> Iterator[Line]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(behind.server, beside=False)
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started:
            time.sleep(0.005)
        http = Line(f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield http
        http.close()
        running.should_exit = True
        thread.join()


class Hands:
    """Somebody with a keyboard and no mouse, looking at one window."""

    def __init__(self, qtbot: QtBot, line: Line, behind: Behind) -> None:
        self.qtbot, self.behind = qtbot, behind
        catalog = {service.id: service for service in load_catalog(resources.path("services"))}
        self.window = ReviewWindow(HttpReviewDesk(line), behind.clock, Words(LANGUAGE), catalog=catalog)
        self.window.enlarge(LARGE)
        self.window.start()
        self.window.window.activateWindow()
        qtbot.waitUntil(self.window.window.isActiveWindow)
        self.pictures = 0

    # ------------------------------------------------------------ keys

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.window.window.focusWidget() or self.window.window, key, modifier)
        self.settle()

    def type(self, text: str) -> None:
        target = self.window.window.focusWidget()
        assert target is not None
        for character in text:
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QCoreApplication.sendEvent(target, QKeyEvent(kind, 0, NONE, character))

    def press_until(self, key: Qt.Key, there: Callable[[], bool], most: int = 60) -> None:
        for _ in range(most):
            if there():
                return
            self.key(key)
        raise AssertionError("no key leads there")

    # ------------------------------------------------------------ eyes

    def on(self, widget: Callable[[], QWidget]) -> Callable[[], bool]:
        """Return a question: does the widget have the window's focus?"""
        return lambda: self.window.window.focusWidget() is widget()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.window.tasks.busy, timeout=20_000)

    def look(self, name: str) -> None:
        if PICTURES:
            for _ in range(5):
                QCoreApplication.processEvents()
            self.pictures += 1
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.window.window.grab().save(f"{PICTURES}/{self.pictures:02d}-{name}.png")

    def reads(self, text_id: str, **places: object) -> bool:
        said = self.window.words(text_id, **places)
        labels = self.window.window.findChildren(QLabel)
        return any(said in label.text() for label in labels if label.isVisible())

    @property
    def case_id(self) -> CaseId:
        assert self.window.flow.opened is not None
        assert self.window.page is self.window.case
        return self.window.flow.opened.case_id

    # ------------------------------------------------------------ deeds

    def sign_in(self, official: NewOfficial, *, locked: bool = False) -> None:
        if not locked:
            self.type(official.name)
            self.key(Qt.Key.Key_Return)
        self.type(official.password)
        self.key(Qt.Key.Key_Return)
        self.type(pyotp.TOTP(official.totp_secret).at(self.behind.clock.now()))
        self.look("sign-in")
        self.key(Qt.Key.Key_Return)

    def undo_runs_out(self) -> None:
        self.behind.clock.advance(seconds=11)
        self.window.flow.sending.look()
        self.settle()

    def queue(self) -> None:
        if self.window.page is not self.window.queue:
            self.key(Qt.Key.Key_L)
        assert self.window.page is self.window.queue

    def choose_state(self, state: CaseState | None) -> None:
        self.press_until(Qt.Key.Key_Backtab, self.on(lambda: self.window.queue.state_buttons[state]))
        self.key(Qt.Key.Key_Space)

    def open(self, case_id: CaseId) -> None:
        """Walk down the queue to a case and press Space."""
        self.press_until(Qt.Key.Key_Tab, lambda: isinstance(self.window.window.focusWidget(), QueueRow))
        reference = reference_of(case_id)

        def there() -> bool:
            focused = self.window.window.focusWidget()
            return isinstance(focused, QueueRow) and focused.case.reference == reference

        self.press_until(Qt.Key.Key_Up, self.on(lambda: self.window.queue.rows[0]))
        self.press_until(Qt.Key.Key_Down, there)
        self.key(Qt.Key.Key_Space)

    def refuse(self, *digits: Qt.Key, template: Qt.Key | None = None) -> None:
        self.key(Qt.Key.Key_R)
        for digit in digits:
            self.key(digit)
        if template is not None:
            self.key(template, Qt.KeyboardModifier.AltModifier)
        self.look("refusing")
        self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def hands(qtbot: QtBot, line: Line, behind: Behind) -> Iterator[Hands]:
    fonts.load()
    made = Hands(qtbot, line, behind)
    yield made
    line.cut = False
    made.window.close()


def test_twenty_cases_with_the_keyboard_alone(
    hands: Hands, behind: Behind, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, key = behind.state, Qt.Key
    arta, drita = behind.official("arta"), behind.official("drita", Role.SUPERVISOR)
    hands.look("start")
    hands.sign_in(arta)
    assert hands.reads("review.desk.empty")
    hands.look("queue-empty")

    # The first is overdue, the others of the day follow in the order they came.
    overdue = behind.receive(request(Person(1)))
    behind.clock.advance(days=6)
    plain = [behind.receive(request(Person(n))) for n in (2, 3, 4)]
    mismatch = behind.receive(mismatched(Person(5, language="en")))
    to_return = behind.receive(request(Person(6, language="en"), verdict=None))
    twins = [behind.receive(request(Person(7, account=account))) for account in range(7)]
    young = behind.receive(request(Person(8, born=date(2015, 5, 14))))
    not_live = behind.receive(request(Person(9), live=NOT_DONE))
    no_portrait = behind.receive(bare(Person(10)))
    wrong_proof = behind.receive(request(Person(11), verdict=IDENTITY))
    stale = behind.receive(request(Person(12)))
    taken = behind.receive(request(Person(13)))
    second = behind.receive(request(Person(14)))
    day = (
        overdue,
        *plain,
        mismatch,
        to_return,
        *twins,
        young,
        not_live,
        no_portrait,
        wrong_proof,
        stale,
        taken,
        second,
    )
    assert len(set(day)) == 20
    behind.colleague("besa", taken)

    # A new session: the one before was idle for six days.
    hands.key(key.Key_F5)
    hands.sign_in(arta, locked=True)
    hands.look("queue")
    assert hands.window.queue.rows[0].case.overdue

    # Overdue first; N takes it, 1 to 5 fill in the checklist, A approves.
    hands.key(key.Key_N)
    assert hands.case_id == overdue
    hands.look("case-overdue")
    for digit in (key.Key_1, key.Key_2, key.Key_4, key.Key_5):
        hands.key(digit)
    hands.look("case-checklist")
    hands.key(key.Key_A)
    hands.look("case-approved-undo")
    hands.key(key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    hands.key(key.Key_A)

    # The next case is there at once; the decision before is sent when the next one is made.
    for case_id in plain:
        hands.key(key.Key_N)
        assert hands.case_id == case_id
        hands.key(key.Key_A)
    assert [state(case_id) for case_id in (overdue, *plain[:2])] == [CaseState.APPROVED] * 3

    # A mismatch: the checklist speaks against an approval; refused with reasons and a comment in the voter's English.
    hands.key(key.Key_N)
    assert hands.case_id == mismatch
    hands.look("case-mismatch")
    for digit in (key.Key_2, key.Key_2, key.Key_5, key.Key_5):
        hands.key(digit)
    hands.key(key.Key_A)
    assert hands.reads("errors.case.checklist_against")
    assert hands.window.flow.sending.decided(mismatch) is None
    hands.look("case-against-the-checklist")
    # What was found wrong in the checklist is ticked among the reasons already.
    hands.refuse(template=key.Key_5)
    assert hands.window.flow.sending.decided(mismatch) is Action.REFUSE

    # Returned for completion, with the voter's own words; looking through the pages before.
    hands.key(key.Key_N)
    assert hands.case_id == to_return
    for pressed in (key.Key_D, key.Key_Plus, key.Key_T):
        hands.key(pressed)
    hands.look("case-proof-zoomed")
    hands.key(key.Key_K)
    hands.key(key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert hands.reads("errors.case.comment_required")
    hands.key(key.Key_1, Qt.KeyboardModifier.AltModifier)
    hands.look("returning")
    hands.key(key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    hands.undo_runs_out()
    assert (state(mismatch), state(to_return)) == (CaseState.REFUSED, CaseState.RETURNED)
    assert hands.window.page is hands.window.queue
    hands.look("queue-after-return")

    # Seven accounts of one person: compared one by one, then refused.
    hands.key(key.Key_N)
    assert hands.case_id == twins[0]
    hands.look("case-duplicates")
    hands.key(key.Key_C)
    assert hands.window.page is hands.window.compare
    hands.look("compare")
    hands.key(key.Key_Right)
    assert behind.audited("case.compare") == 2
    hands.key(key.Key_Escape)
    assert hands.case_id == twins[0]
    hands.key(key.Key_A)
    for twin in twins[1:]:
        hands.key(key.Key_N)
        assert hands.case_id == twin
        hands.refuse(key.Key_8)

    # Under age on election day, live check not done, no portrait in the document, an identity card as proof.
    hands.key(key.Key_N)
    assert hands.case_id == young
    assert hands.reads("review.flag.under_age")
    hands.look("case-under-age")
    hands.refuse(key.Key_7)
    hands.key(key.Key_N)
    assert hands.case_id == not_live
    assert hands.reads("review.desk.liveness.not_done")
    hands.look("case-no-live-check")
    hands.key(key.Key_A)
    hands.key(key.Key_N)
    assert hands.case_id == no_portrait
    assert hands.reads("review.desk.eyes_unknown") or hands.reads("review.desk.no_mrz")
    hands.look("case-no-portrait")
    hands.key(key.Key_A)
    hands.key(key.Key_N)
    assert hands.case_id == wrong_proof
    hands.key(key.Key_D)
    hands.look("case-wrong-proof")
    hands.refuse(key.Key_4, template=key.Key_6)

    # A stale claim: the lease runs out, a colleague takes the case, the decision is refused and kept.
    hands.key(key.Key_N)
    assert hands.case_id == stale
    hands.undo_runs_out()
    behind.clock.advance(minutes=16)
    behind.colleague("besa", stale)
    hands.key(key.Key_A)
    hands.undo_runs_out()
    assert hands.window.unsent.isVisible()
    hands.look("stale-decision")
    hands.press_until(key.Key_Tab, hands.on(lambda: hands.window.unsent.drop_buttons[stale]), most=80)
    hands.key(key.Key_Space)
    assert not hands.window.unsent.isVisible()
    assert state(stale) is CaseState.IN_REVIEW

    # Besa's other lease ran out too; she takes it again before Arta does.
    behind.colleague("besa", taken)
    hands.open(taken)
    assert hands.reads("errors.case.claimed", by="besa")
    hands.look("claimed-by-another")

    # The line is cut while a decision waits; nothing is lost, and it is sent again.
    monkeypatch.setattr(proposals, "_four_eyes_services", lambda: frozenset({"per.request"}))
    hands.open(second)
    hands.look("case-four-eyes")
    hands.key(key.Key_1)
    hands.key(key.Key_A)
    line.cut = True
    hands.undo_runs_out()
    assert hands.window.unsent.isVisible()
    hands.look("line-cut")
    line.cut = False
    hands.press_until(key.Key_Tab, hands.on(lambda: hands.window.unsent.retry_buttons[second]), most=80)
    hands.key(key.Key_Space)
    assert state(second) is CaseState.SUBMITTED
    hands.look("proposed")

    # The voter completes what was returned; the supervisor comes, confirms, takes over, reopens.
    completed = replace(request(Person(6, language="en")), revision=2)
    assert behind.receive(completed) == to_return
    hands.press_until(key.Key_Backtab, hands.on(lambda: hands.window.header.sign_out_button), most=120)
    hands.key(key.Key_Space)
    hands.sign_in(drita)
    hands.open(second)
    assert hands.reads("review.proposal", by="arta", action=hands.window.words("review.action.approve"))
    hands.look("case-proposal")
    hands.key(key.Key_A)
    hands.undo_runs_out()
    assert state(second) is CaseState.APPROVED
    monkeypatch.setattr(proposals, "_four_eyes_services", frozenset)

    hands.open(to_return)
    assert behind.case(to_return).revision == 2
    hands.look("case-completed")
    hands.key(key.Key_L)
    assert state(to_return) is CaseState.COMPLETED
    hands.open(to_return)
    hands.key(key.Key_A)
    hands.undo_runs_out()

    hands.open(taken)
    assert hands.window.queue.take_over_button.isVisible()
    hands.look("take-over")
    hands.press_until(key.Key_Backtab, hands.on(lambda: hands.window.queue.take_over_button))
    hands.key(key.Key_Space)
    assert hands.case_id == taken
    hands.key(key.Key_A)
    hands.undo_runs_out()
    # Besa's lease has run out, so nobody need be asked.
    behind.clock.advance(minutes=16)
    hands.key(key.Key_F5)
    hands.open(stale)
    hands.key(key.Key_A)
    hands.undo_runs_out()

    hands.choose_state(CaseState.REFUSED)
    hands.look("queue-refused")
    hands.open(wrong_proof)
    assert hands.window.page is hands.window.reopen
    hands.type(LONG[:700])
    hands.look("reopening")
    hands.key(key.Key_Tab)
    hands.key(key.Key_Space)
    assert hands.case_id == wrong_proof
    hands.look("case-reopened-history")
    hands.refuse(key.Key_4)
    hands.undo_runs_out()

    # The desk locks itself and comes back to the case.
    hands.choose_state(None)
    hands.look("queue-done")
    assert hands.reads("review.desk.empty")
    hands.behind.clock.advance(seconds=901)
    hands.window.idle.look()
    hands.settle()
    assert hands.window.page is hands.window.sign_in
    hands.look("locked")

    assert {state(case_id) for case_id in day} == {CaseState.APPROVED, CaseState.REFUSED}
