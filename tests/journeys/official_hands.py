"""An official with a keyboard and no mouse, the line to the server, and what stands behind it.

With ``OFFICIAL_PICTURES=DIR`` every state is photographed, in ``OFFICIAL_LANGUAGE`` (default sq) and, with
``OFFICIAL_SIZE=large``, in larger text.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyotp
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
from server.casework import cases
from server.context import Server
from server.desk import decisions, leases, officials
from server.desk.officials import NewOfficial, Official
from server.intake import case_intake
from server.voters import accounts
from sync.http import Http
from sync.review_link import HttpReviewDesk
from tests.fakes import invented_voter
from tests.fakes.server_store import HandClock
from ui.review.queue_page import QueueRow
from ui.review.window import ReviewWindow
from ui.words import Words

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


class Line(Http):
    """The line to the server; it can be cut."""

    cut = False

    def send(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        if self.cut:
            raise WillRetry("server.unreachable")
        return super().send(*args, **kwargs)  # type: ignore[arg-type]


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
