"""A voter's visit: start page, log-in, home, and the journeys in between, until everything is wiped.

The window shows whatever view is emitted; pages tell their intentions to `journey` while one is running, and to this
flow otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from registration.errors import Expected, VoterCanFix, WillRetry
from registration.journey.advance import begin
from registration.journey.draft import DraftUnreadable, decode_draft
from registration.journey.state import State
from registration.journey.views import ChoiceView, LogInView, StartView
from registration.model.contact import parse_contact
from registration.model.ids import RequestId
from registration.usecases.file_request import continue_request
from ui.flows.journey_flow import JourneyFlow
from ui.flows.voter_services import ACCOUNT, CONTACT, PASSWORD, REQUEST, Voter, VoterServices
from ui.flows.voter_standing import Standing, look_up, sign_in_here
from ui.tasks import TaskRunner
from ui.words import Words

T = TypeVar("T")

CAMERA_AGAIN_MS = 5000


class VoterFlow(QObject):
    """Signals:
    shown(view): the page to show, a journey's or one outside.
    working(str, bool): text id of what is being done, "" when it ended; whether the voter may give it up.
    failed(Exception): something to be said on top of the page in front.
    wiped(): the session is over; nothing of the voter is left in memory.
    """

    shown = Signal(object)
    working = Signal(str, bool)
    failed = Signal(object)
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
        self._standing = Standing()
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
        self._run(begin(self._services.catalog[ACCOUNT]), None)

    def ask_log_in(self) -> None:
        self.shown.emit(LogInView())

    def forgot_password(self) -> None:
        """Keni harruar fjalëkalimin tuaj?"""
        self._run(begin(self._services.catalog[PASSWORD]), None)

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
            found = sign_in_here(self._services, parsed, password)
            return Voter(parsed, found.key, password, found.session, found.profile)

        self._work("voter.busy.log_in", attempt, signed, refused)

    # ------------------------------------------------------------ home and status

    def home(self) -> None:
        """Show what the voter can do and how each request stands, asking the server anew."""
        self._end_journey()
        voter = self.voter
        assert voter is not None
        self._work("voter.busy.status", lambda: look_up(self._services, voter), self._show_home)

    def _show_home(self, standing: Standing) -> None:
        voter = self.voter
        if voter is not None:
            self._standing = standing
            self.shown.emit(standing.home_view(voter, registration_open=self._services.registration_open()))

    def begin_request(self) -> None:
        """Krijo Kërkesën."""
        self._begin(begin(self._services.catalog[REQUEST]))

    def confirm_contact(self) -> None:
        """Confirm the contact of an account that was opened without a connection."""
        self._begin(begin(self._services.catalog[CONTACT]))

    def resume(self) -> None:
        """Go on with the draft kept on this kiosk."""
        voter, name = self.voter, self._standing.draft
        assert voter is not None
        assert name is not None
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
        voter, status = self.voter, self._standing.status(reference)
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
        voter, status = self.voter, self._standing.status(reference)
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
        self._standing = Standing()
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
        self._run(state, self.voter)

    def _run(self, state: State, voter: Voter | None) -> None:
        services, service = self._services, self._services.catalog[state.service]
        journey = JourneyFlow(services, self._tasks, self._vault, self._words, service, state, voter, self)
        self._end_journey()
        self.journey = journey
        course = journey.course
        course.shown.connect(self.shown)
        course.working.connect(self.working)
        course.failed.connect(self._journey_failed)
        course.opened.connect(self._opened)
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
