"""A voter's visit: start page, log-in, home, and the journeys in between, until everything is wiped.

The window shows whatever view is emitted; pages tell their intentions to `journey` while one is running, and to this
flow otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from registration.errors import Expected, VoterCanFix, WillRetry
from registration.journey.advance import begin
from registration.journey.draft import DraftUnreadable, decode_draft
from registration.journey.state import State
from registration.journey.views import ChoiceView, HomeView, LogInView, StartView, StatusItem
from registration.model.case import CaseState
from registration.model.contact import Contact, parse_contact
from registration.model.ids import RequestId, ServiceId
from registration.ports.server import RequestStatus
from registration.ports.vault import FinishedSubmission
from registration.usecases.file_request import continue_request
from registration.usecases.sign_in import SignedIn, sign_in
from ui.flows.journey_flow import JourneyFlow
from ui.flows.voter_services import Voter, VoterServices
from ui.tasks import TaskRunner
from ui.words import Words

T = TypeVar("T")

ACCOUNT = ServiceId("per.account")
REQUEST = ServiceId("per.request")
CONTACT = ServiceId("per.contact")
PASSWORD = ServiceId("per.password")
CAMERA_AGAIN_MS = 5000
_MAY_COMPLETE = frozenset({CaseState.RETURNED, CaseState.REFUSED, CaseState.APPROVED, CaseState.WITHDRAWN})
_ANSWERED = frozenset({CaseState.RETURNED, CaseState.APPROVED, CaseState.REFUSED, CaseState.WITHDRAWN})
_MAY_WITHDRAW = frozenset({CaseState.SUBMITTED, CaseState.RETURNED, CaseState.COMPLETED, CaseState.APPROVED})


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at the vault and the server found."""

    drafts: frozenset[ServiceId]
    finished: tuple[FinishedSubmission, ...]
    statuses: tuple[RequestStatus, ...]
    online: bool
    looked: datetime | None


class VoterFlow(QObject):
    """Signals:
    shown(view): the page to show, a journey's or one outside.
    working(str, bool): text id of what is being done, "" when it ended; whether the voter may give it up.
    failed(Exception): something to be said on top of the page in front.
    journey_began(JourneyFlow), journey_ended(): for whoever binds pages to it.
    wiped(): the session is over; nothing of the voter is left in memory.
    """

    shown = Signal(object)
    working = Signal(str, bool)
    failed = Signal(object)
    journey_began = Signal(object)
    journey_ended = Signal()
    wiped = Signal()

    def __init__(
        self,
        services: VoterServices,
        tasks: TaskRunner,
        vault: TaskRunner,
        words: Words,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._vault = vault
        self._words = words
        self.voter: Voter | None = None
        self.journey: JourneyFlow | None = None
        self._statuses: tuple[RequestStatus, ...] = ()
        self._drafts: frozenset[ServiceId] = frozenset()
        self._visit = 0
        self._first_page = -1
        self._online = True
        self._camera_problem: Expected | None = None

    @property
    def tasks(self) -> TaskRunner:
        """Runs what takes time beside the pages."""
        return self._tasks

    # ------------------------------------------------------------ before anyone is known

    def start(self) -> None:
        """Show the first page; the camera is tried in the background and never blocks it."""
        self._first_page = self._visit
        self._show_start(None)
        self._try_camera(None)

    def _show_start(self, problem: Expected | None) -> None:
        self._camera_problem = problem
        code, params = (problem.code, tuple(problem.params.items())) if problem else ("", ())
        is_open = self._services.registration_open()
        self.shown.emit(StartView(code, self._online, is_open, params))

    def _try_camera(self, before: Expected | None) -> None:
        """Try it, and as long as it does not work again and again: somebody may be plugging it in."""
        visit = self._visit

        def waits() -> bool:
            return self._visit == visit and self.voter is None and self.journey is None

        def tried(problem: Expected | None) -> None:
            if not waits():
                return
            if (problem and problem.code) != (before and before.code):
                self._show_start(problem)
            if problem is not None:
                QTimer.singleShot(CAMERA_AGAIN_MS, self, lambda: self._try_camera(problem) if waits() else None)

        self._tasks.run(self._services.camera_problem, owner=self, on_success=tried, on_error=self.failed.emit)

    def read_privacy(self) -> None:
        """The privacy notice is being read: no news of the camera may bring the first page back meanwhile."""
        self._visit += 1

    def note_connection(self, online: bool) -> None:
        """A round with the server just succeeded or failed; the first page says so while it is in front."""
        changed, self._online = online != self._online, online
        if changed and self._first_page == self._visit and self.voter is None and self.journey is None:
            self._show_start(self._camera_problem)

    def enter(self) -> None:
        """HYR NË PER."""
        self._visit += 1
        self.shown.emit(ChoiceView(self._services.registration_open()))

    def create_account(self) -> None:
        service = self._services.catalog[ACCOUNT]
        self._run(
            JourneyFlow(self._services, self._tasks, self._vault, self._words, service, begin(service), None, self)
        )

    def ask_log_in(self) -> None:
        self.shown.emit(LogInView())

    def forgot_password(self) -> None:
        """Keni harruar fjalëkalimin tuaj?"""
        service = self._services.catalog[PASSWORD]
        self._run(
            JourneyFlow(self._services, self._tasks, self._vault, self._words, service, begin(service), None, self)
        )

    def log_in(self, contact: str, password: str) -> None:
        """Try what was typed; the password is never shown again, the contact is."""
        try:
            parsed = parse_contact(contact, self._services.facts().region)
        except VoterCanFix as error:
            self.shown.emit(LogInView(error.code, tuple(error.params.items()), contact))
            return

        def signed(voter: Voter) -> None:
            self.voter = voter
            self.home()

        def refused(error: Exception) -> None:
            if isinstance(error, VoterCanFix):
                self.shown.emit(LogInView(error.code, tuple(error.params.items()), contact))
            else:
                self.failed.emit(error)

        def attempt() -> Voter:
            found = self._sign_in(parsed, password)
            return Voter(parsed, found.key, password, found.session, found.profile)

        self._work("voter.busy.log_in", attempt, signed, refused)

    # ------------------------------------------------------------ home and status

    def home(self) -> None:
        """Show what the voter can do and how each request stands, asking the server anew."""
        self._end_journey()
        voter = self.voter
        assert voter is not None
        self._work("voter.busy.status", lambda: self._look(voter), self._show_home)

    def _look(self, voter: Voter) -> _Look:
        drafts, outbox = self._services.drafts, self._services.outbox
        kept = frozenset(name for name in (ACCOUNT, REQUEST) if drafts.load(voter.key, name) is not None)
        online, looked = self._send_waiting(outbox.finished(voter.key)), None
        finished = outbox.finished(voter.key)
        statuses: tuple[RequestStatus, ...] = ()
        try:
            if voter.session is None and self._services.account_known(voter.key):
                self._sign_in_late(voter)
            if voter.session is not None:
                statuses = self._services.link.requests(voter.session)
                looked = self._services.clock.now()
        except WillRetry:
            online = False
        except VoterCanFix:
            # The session ran out, or the server has not opened the account's packet yet.
            voter.session = None
        return _Look(kept, finished, statuses, online, looked)

    def _send_waiting(self, finished: tuple[FinishedSubmission, ...]) -> bool:
        """Try to bring to the server what this voter has waiting here; False: there is no connection."""
        if all(done.state == "received" for done in finished):
            return True
        try:
            self._services.sync_now()
        except Expected:
            return False
        return True

    def _sign_in(self, contact: Contact, password: str) -> SignedIn:
        services = self._services
        return sign_in(
            contact, password, drafts=services.drafts, link=services.link, server_knows=services.account_known
        )

    def _sign_in_late(self, voter: Voter) -> None:
        found = self._sign_in(voter.contact, voter.password)
        voter.key, voter.session = found.key, found.session
        voter.profile = found.profile or voter.profile
        if not found.online:
            raise WillRetry("server.unreachable")

    def _show_home(self, look: _Look) -> None:
        voter = self.voter
        if voter is None:
            return
        self._statuses, self._drafts = look.statuses, look.drafts
        draft = next((name for name in (ACCOUNT, REQUEST) if name in look.drafts), None)
        items = _items(look)
        self.shown.emit(
            HomeView(
                masked_contact=voter.contact.masked,
                items=items,
                looked=look.looked,
                online=look.online,
                draft=draft,
                can_create=draft is None and voter.profile is not None and not items,
                registration_open=self._services.registration_open(),
                contact_verified=voter.verified,
            )
        )

    def begin_request(self) -> None:
        """Krijo Kërkesën."""
        self._begin(begin(self._services.catalog[REQUEST]))

    def confirm_contact(self) -> None:
        """Confirm the contact of an account that was opened without a connection."""
        self._begin(begin(self._services.catalog[CONTACT]))

    def resume(self) -> None:
        """Go on with the draft kept on this kiosk."""
        voter = self.voter
        assert voter is not None
        name = next(name for name in (ACCOUNT, REQUEST) if name in self._drafts)
        drafts = self._services.drafts

        def load() -> State:
            content = drafts.load(voter.key, name)
            try:
                return decode_draft(content or b"")
            except DraftUnreadable:
                # Written by another version of the program: begin that journey anew.
                return begin(self._services.catalog[name])

        self._work("voter.busy.status", load, self._begin, runner=self._vault)

    def complete(self, reference: str) -> None:
        """Complete a returned request, or file a decided one anew, prefilled from its last version."""
        voter, status = self.voter, self._status(reference)
        assert voter is not None
        session = voter.session
        if session is None:
            self.failed.emit(WillRetry("server.unreachable"))
            return
        service = self._services.catalog[REQUEST]

        def fetch() -> State:
            last = self._services.link.content(session, status.request_id)
            return continue_request(service, last, state=status.state, reasons=status.reasons, comment=status.comment)

        self._work("voter.busy.status", fetch, self._begin)

    def withdraw(self, reference: str) -> None:
        voter, status = self.voter, self._status(reference)
        assert voter is not None
        session = voter.session
        if session is None:
            self.failed.emit(WillRetry("server.unreachable"))
            return
        self._work(
            "voter.busy.status",
            lambda: self._services.link.withdraw(session, RequestId(status.request_id)),
            lambda _status: self.home(),
        )

    def _status(self, reference: str) -> RequestStatus:
        return next(status for status in self._statuses if status.reference == reference)

    # ------------------------------------------------------------ journeys

    def choose(self, button: str) -> None:
        """A button of a journey's last page."""
        if button.startswith("start:"):
            self.begin_request()
        elif button == "status":
            self.home()
        else:
            self.leave()

    def back(self) -> None:
        """Back on a page outside a journey, or on a journey's first page."""
        if self.voter is not None:
            self.home()
        else:
            self._end_journey()
            self.enter()

    def leave(self) -> None:
        """End the session: nothing of the voter stays in memory; a sealed draft stays for its owner."""
        self._visit += 1
        self._end_journey()
        self.voter = None
        self._statuses, self._drafts = (), frozenset()
        self._services.forget()
        self.wiped.emit()
        self.start()

    def discard(self) -> None:
        """Erase the drafts too, then leave."""
        voter = self.voter or (self.journey.course.voter if self.journey else None)
        if voter is None:
            self.leave()
            return
        key = voter.key
        self._work(
            "voter.busy.erase", lambda: self._services.drafts.discard(key), lambda _: self.leave(), runner=self._vault
        )

    def _begin(self, state: State) -> None:
        service = self._services.catalog[state.service]
        self._run(JourneyFlow(self._services, self._tasks, self._vault, self._words, service, state, self.voter, self))

    def _run(self, journey: JourneyFlow) -> None:
        self._end_journey()
        self.journey = journey
        course = journey.course
        course.shown.connect(self.shown)
        course.working.connect(self.working)
        course.failed.connect(self._journey_failed)
        course.opened.connect(self._opened)
        self.journey_began.emit(journey)
        course.show()

    def _opened(self, voter: Voter) -> None:
        self.voter = voter

    def _journey_failed(self, error: Exception) -> None:
        if isinstance(error, Expected) and error.code in ("account.exists", "account.none"):
            # The contact was proven to be theirs, so they may be told, and led to the log-in.
            self._end_journey()
            self.shown.emit(LogInView(error.code))
            return
        self.failed.emit(error)

    def _end_journey(self) -> None:
        journey, self.journey = self.journey, None
        if journey is not None:
            self.journey_ended.emit()
            journey.deleteLater()

    def _work(
        self,
        text_id: str,
        func: Callable[[], T],
        on_success: Callable[[T], None],
        on_error: Callable[[Exception], None] | None = None,
        *,
        runner: TaskRunner | None = None,
    ) -> None:
        visit = self._visit

        def ended(result: T) -> None:
            if self._visit == visit:
                self.working.emit("", False)
                on_success(result)

        def broke(error: Exception) -> None:
            if self._visit == visit:
                self.working.emit("", False)
                (on_error or self.failed.emit)(error)

        self.working.emit(text_id, False)
        (runner or self._tasks).run(func, owner=self, on_success=ended, on_error=broke)


def _items(look: _Look) -> tuple[StatusItem, ...]:
    """The server's word first; what only this kiosk knows is shown as stored or sent."""
    items = [
        StatusItem(
            reference=status.reference,
            state=status.state,
            revision=status.revision,
            changed=status.received,
            due="" if status.state in _ANSWERED else status.due.isoformat(),
            reasons=status.reasons,
            comment=status.comment,
            can_complete=status.state in _MAY_COMPLETE,
            can_withdraw=status.state in _MAY_WITHDRAW,
        )
        for status in look.statuses
    ]
    known = {(status.request_id, status.revision) for status in look.statuses}
    for done in look.finished:
        newer = not any(r == done.subject_id and revision >= done.revision for r, revision in known)
        if done.kind == "request" and newer:
            state = "sent" if done.state == "received" else "stored"
            items.insert(0, StatusItem(done.reference, state, done.revision, done.created))
    return tuple(items)
