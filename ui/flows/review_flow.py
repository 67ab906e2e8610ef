"""An official's sitting: sign-in, queue, one case at a time, decisions. Joins the desk's pages to the `ReviewDesk`.

A case is held only while it is on the screen or its decision waits to be sent: leaving it undecided gives it back to
the queue (what was being written stays, and is there again when the case is). Next (N) and the way back may be used
while an undo time runs; undo brings the decided case back to the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from registration.errors import Expected, VoterCanFix
from registration.model.case import Action
from registration.model.ids import CaseId
from registration.ports.clock import Clock
from registration.review_desk import (
    CaseRow,
    Decided,
    Decision,
    Lease,
    OfficialSession,
    QueueFilter,
    QueuePage,
    ReviewDesk,
    Role,
)
from ui.flows.review_sending import Outgoing, ReviewSending
from ui.notices import Problem, of_error
from ui.review.decisions import must_reopen
from ui.review.pictures import open_pictures
from ui.review.views import (
    NO_DRAFT,
    CaseView,
    CountsView,
    Draft,
    News,
    OpenedCase,
    QueueView,
    ReopenView,
    SignInView,
    Trace,
)
from ui.tasks import TaskRunner

T = TypeVar("T")

RENEW_WHEN_LEFT = timedelta(minutes=10)
"""A lease is renewed while its case is on the screen; who is away is locked out before (15 minutes)."""
RENEW_EVERY_SECONDS = 60
_GONE = frozenset({"case.claimed", "case.stale", "case.not_claimed", "case.not_found", "case.second_official"})
"""The queue on the screen is out of date."""


class ReviewFlow(QObject):
    """Signals:
    shown(view): SignInView, QueueView, CaseView or ReopenView.
    working(bool): a call that the official waits for.
    problem(Problem | None): to be said on top of the page in front; None clears it.
    news(News | None): something went well.
    may_close(): everything is sent and signed out after `ask_close`.
    """

    shown = Signal(object)
    working = Signal(bool)
    problem = Signal(object)
    news = Signal(object)
    may_close = Signal()

    def __init__(
        self,
        desk: ReviewDesk,
        clock: Clock,
        tasks: TaskRunner,
        *,
        undo_seconds: float = 10.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._clock = clock
        self._tasks = tasks
        self.session: OfficialSession | None = None
        self.sending = ReviewSending(desk, clock, tasks, undo_seconds, self)
        self._opened: OpenedCase | None = None
        self._lease: Lease | None = None
        self._wanted = QueueFilter()
        self._drafts: dict[CaseId, Draft] = {}
        self._passed: set[CaseId] = set()
        self._resume: CaseId | None = None
        self._locked_name = ""
        self._asking = False
        self._busy = False
        self._turn = 0
        self._then: Callable[[], None] | None = None
        self.sending.sent.connect(self._sent)
        self.sending.refused.connect(self._not_sent)
        self.sending.settled.connect(self._go_on)
        self._renewal = QTimer(self)
        self._renewal.setInterval(RENEW_EVERY_SECONDS * 1000)
        self._renewal.timeout.connect(self.renew)

    @property
    def opened(self) -> OpenedCase | None:
        """The case on the screen."""
        return self._opened

    # ------------------------------------------------------------ signing in and out

    def start(self) -> None:
        self.shown.emit(SignInView())

    def sign_in(self, name: str, password: str, code: str) -> None:
        """Sign in, or come back to the locked desk; a case that was open is taken up again if it is still free."""

        def signed(session: OfficialSession) -> None:
            self.session, self._locked_name = session, ""
            self._renewal.start()
            resume, self._resume = self._resume, None
            if session.role is Role.OBSERVER:
                self.shown.emit(CountsView(session))
            elif resume is not None:
                self._open(resume)
            else:
                self.refresh()

        def refused(error: Exception) -> None:
            self.shown.emit(SignInView(name, locked=bool(self._locked_name), problem=of_error(error)))

        if self._busy:
            return
        name = self._locked_name or name.strip()
        self._work(lambda: self._desk.sign_in(name, password, code.strip()), signed, refused)

    def change_official(self) -> None:
        """Somebody else comes to the locked desk; nothing of the one before stays."""
        self._leave_after(self._signed_out)

    def sign_out(self) -> None:
        """Send what waits, end the session, forget what was written."""
        if self.session is not None and not self._busy:
            self._leave_after(self._signed_out)

    def ask_close(self) -> None:
        """The window wants to close: send what waits, sign out, then say `may_close`."""

        def end() -> None:
            self._signed_out()
            self.may_close.emit()

        self._leave_after(end)

    def _leave_after(self, then: Callable[[], None]) -> None:
        self.sending.flush()
        self._then = then
        if self.sending.at_rest:
            self._go_on()

    def _go_on(self) -> None:
        then, self._then = self._then, None
        if then is None:
            return
        if self.sending.unsent:
            self.news.emit(News(Trace.UNSENT_FIRST))
        else:
            then()

    def _signed_out(self) -> None:
        self._end_session()
        self._drafts.clear()
        self._passed.clear()
        self._resume, self._locked_name = None, ""
        self._wanted = QueueFilter()
        self.shown.emit(SignInView())

    def lock(self) -> None:
        """Wipe the screen and end the session; the same official's password and code bring the sitting back."""
        session = self.session
        if session is None:
            return
        self.sending.flush()
        self._resume = self._opened.case_id if self._opened is not None else None
        if self._resume is not None and self.sending.decided(self._resume) is not None:
            self._resume = None
        # After the flush in the same queue of one thread: the decision goes out before its session ends.
        self._end_session()
        self._locked_name = session.name
        self.shown.emit(SignInView(session.name, locked=True))

    def _end_session(self) -> None:
        session, self.session = self.session, None
        self._abandon()
        self._forget_case()
        self._renewal.stop()
        if session is not None:
            self._quietly(lambda: self._desk.sign_out(session))

    def _session_over(self, session: OfficialSession, problem: Problem) -> None:
        if self.session is not None and self.session.token == session.token:
            self._resume = self._opened.case_id if self._opened is not None else self._resume
            self.session, self._locked_name = None, session.name
            self.sending.flush()
            self._abandon()
            self._forget_case()
            self._renewal.stop()
            self.shown.emit(SignInView(session.name, locked=True, problem=problem))

    # ------------------------------------------------------------ the queue

    def refresh(self) -> None:
        self.show_queue(self._wanted)

    def show_queue(self, wanted: QueueFilter) -> None:
        """Leave the case in front, if there is one, and list the queue."""
        if self._busy:
            return
        self.news.emit(None)
        self._leave_case()
        self._load_queue(wanted)

    def _load_queue(self, wanted: QueueFilter) -> None:
        session = self.session
        if session is None:
            return

        def listed(page: QueuePage) -> None:
            self._wanted = QueueFilter(wanted.state, wanted.language, page.page)
            self._forget_case()
            self.shown.emit(QueueView(session, page, self._wanted, self._clock.now()))

        self._work(lambda: self._desk.queue(session, wanted), listed)

    # ------------------------------------------------------------ one case

    def open(self, row: CaseRow) -> None:
        """Take a case and show it; a decided one asks a supervisor for the reason first."""
        if self._busy or self.session is None:
            return
        if must_reopen(row.state, self.session.role):
            self._asking = True
            self.shown.emit(ReopenView(row.case_id, row.reference, row.state))
        else:
            self._open(row.case_id)

    def take_over(self, case_id: CaseId) -> None:
        """A supervisor takes the case from whoever holds it."""
        if not self._busy:
            self._open(case_id, self._desk.take_over)

    def reopen(self, case_id: CaseId, comment: str) -> None:
        """A supervisor takes a decided case up again."""
        if not self._busy:
            self._open(case_id, lambda session, case: self._desk.reopen(session, case, comment))

    def _open(self, case_id: CaseId, take: Callable[[OfficialSession, CaseId], Lease] | None = None) -> None:
        session = self.session
        if session is None:
            return
        take = take or self._desk.claim
        self._work(
            lambda: self._fetch(session, case_id, take), self._show_case, self._not_opened, too_late=self._give_back
        )

    def _fetch(
        self, session: OfficialSession, case_id: CaseId, take: Callable[[OfficialSession, CaseId], Lease]
    ) -> OpenedCase:
        take(session, case_id)
        try:
            return open_pictures(self._desk.open(session, case_id))
        except Exception:
            # Held but not to be seen: somebody else may have more luck.
            with suppress(Expected):
                self._desk.release(session, case_id)
            raise

    def _give_back(self, opened: OpenedCase | None) -> None:
        """The case came when the official was elsewhere already."""
        session = self.session
        if opened is None or session is None:
            return
        on_screen = self._opened is not None and self._opened.case_id == opened.case_id
        if not on_screen and self.sending.decided(opened.case_id) is None:
            self._quietly(lambda: self._desk.release(session, opened.case_id))

    def _show_case(self, opened: OpenedCase) -> None:
        self.sending.drop(opened.case_id)
        self._opened, self._lease, self._asking = opened, opened.case.lease, False
        self._write_case()

    def _write_case(self) -> None:
        opened = self._opened
        assert opened is not None
        draft = self._drafts.get(opened.case_id, NO_DRAFT)
        decided = self.sending.decided(opened.case_id)
        self.shown.emit(CaseView(opened, draft, decided, self._until()))

    def _until(self) -> datetime | None:
        return None if self._lease is None else self._lease.until

    def _not_opened(self, error: Exception) -> None:
        if self.session is not None and (self._opened is not None or of_error(error).code in _GONE):
            self._load_queue(self._wanted)
        self._fail(error)

    def next(self) -> None:
        """Leave the case in front and take the next one nobody works on, in the order of the queue."""
        session = self.session
        if self._busy or session is None:
            return
        if self._opened is not None:
            self._passed.add(self._opened.case_id)
        self._leave_case()
        passed = frozenset(self._passed) | self.sending.cases

        def found(opened: OpenedCase | None) -> None:
            if opened is None:
                self._passed.clear()
                self.news.emit(News(Trace.NOTHING_NEXT))
                self._load_queue(self._wanted)
            else:
                self._show_case(opened)

        self._work(lambda: self._fetch_next(session, passed), found, self._not_opened, too_late=self._give_back)

    def _fetch_next(self, session: OfficialSession, passed: frozenset[CaseId]) -> OpenedCase | None:
        number, pages = 1, 1
        while number <= pages:
            listed = self._desk.queue(session, QueueFilter(language=self._wanted.language, page=number))
            for row in listed.cases:
                mine_or_free = row.claimed_by in ("", session.name)
                if row.case_id in passed or not mine_or_free:
                    continue
                try:
                    return self._fetch(session, row.case_id, self._desk.claim)
                except VoterCanFix as error:
                    if error.code not in _GONE:
                        raise
            number, pages = number + 1, listed.pages
        return None

    def release(self) -> None:
        """Give the case back to the queue."""
        self.refresh()

    def leave_case(self) -> None:
        """Give the case back to the queue; another page than the queue comes to the front."""
        self.news.emit(None)
        self._leave_case()

    def _leave_case(self) -> None:
        opened, session = self._opened, self.session
        self._forget_case()
        if opened is not None and session is not None and self.sending.decided(opened.case_id) is None:
            self._quietly(lambda: self._desk.release(session, opened.case_id))

    def _forget_case(self) -> None:
        self._opened, self._lease, self._asking = None, None, False

    def renew(self) -> None:
        """Renew the lease of the case on the screen when it runs low; the timer calls it."""
        opened, session, lease = self._opened, self.session, self._lease
        if opened is None or session is None or lease is None or self._busy:
            return
        if lease.until - self._clock.now() > RENEW_WHEN_LEFT or self.sending.decided(opened.case_id) is not None:
            return

        def renewed(lease: Lease) -> None:
            if self._opened is opened:
                self._lease = lease
                self._write_case()

        def lost(error: Exception) -> None:
            # Without a connection the next try is a minute away.
            if self._opened is opened and isinstance(error, VoterCanFix):
                self._not_opened(error)

        self._tasks.run(
            lambda: self._desk.claim(session, opened.case_id), owner=self, on_success=renewed, on_error=lost
        )

    # ------------------------------------------------------------ decisions

    def keep_draft(self, draft: Draft) -> None:
        """Remember what is being written about the case on the screen."""
        if self._opened is not None:
            self._drafts[self._opened.case_id] = draft

    def decide(self, action: Action, reasons: tuple[str, ...] = (), comment: str = "") -> None:
        """Decide the case on the screen; it is sent when the undo time has run."""
        opened, session = self._opened, self.session
        if self._busy or opened is None or session is None or self.sending.decided(opened.case_id) is not None:
            return
        self.problem.emit(None)
        self.news.emit(None)
        if action is not Action.APPROVE:
            self._drafts[opened.case_id] = Draft(action, reasons, comment)
        version = opened.case.lease.version
        self.sending.begin(opened, Decision(action, version, reasons, comment), session)
        # With an undo time of nothing it is on its way already.
        if self._opened is opened:
            self._write_case()

    def undo(self) -> None:
        """Take the last decision back; its case comes back to the screen, whatever is going on."""
        taken = self.sending.undo()
        if taken is None or self.session is None:
            return
        self._abandon()
        if self._opened is None or self._opened.case_id != taken.case_id:
            self._leave_case()
            self._opened, self._lease = taken.opened, taken.opened.case.lease
        self._write_case()

    def retry(self, case_id: CaseId) -> None:
        """Send a decision again that the server did not take."""
        if self.session is not None:
            self.problem.emit(None)
            self.sending.retry(case_id, self.session)

    def open_unsent(self, case_id: CaseId) -> None:
        """Open the case of such a decision again, with what was written."""
        if self._busy or self.session is None:
            return
        self._leave_case()
        self._open(case_id)

    def drop_unsent(self, case_id: CaseId) -> None:
        """Let such a decision go."""
        self.sending.drop(case_id)
        self._drafts.pop(case_id, None)

    def _sent(self, outgoing: Outgoing, decided: Decided) -> None:
        self._drafts.pop(outgoing.case_id, None)
        self._passed.discard(outgoing.case_id)
        kind = Trace.SECOND if decided.awaiting_second else Trace.SENT
        self.news.emit(News(kind, outgoing.opened.reference, outgoing.decision.action))
        self._after(outgoing)

    def _not_sent(self, outgoing: Outgoing, problem: Problem) -> None:
        if problem.code == "official.session_over":
            self._session_over(outgoing.session, problem)
        self._after(outgoing)

    def _after(self, outgoing: Outgoing) -> None:
        """The case is out of our hands: show the queue anew, unless something else is being worked on."""
        on_screen = self._opened is not None and self._opened.case_id == outgoing.case_id
        free = self._opened is None and not self._asking
        if self.session is not None and not self._busy and (free or on_screen):
            self._forget_case()
            self._load_queue(self._wanted)

    # ------------------------------------------------------------ inside

    def _work(
        self,
        func: Callable[[], T],
        on_success: Callable[[T], None],
        on_error: Callable[[Exception], None] | None = None,
        *,
        too_late: Callable[[T], None] | None = None,
    ) -> None:
        """Run a call the official waits for; another one does not begin before it ended or was abandoned."""
        turn = self._turn
        self.problem.emit(None)
        self._set_busy(True)

        def done(result: T) -> None:
            if turn == self._turn:
                self._set_busy(False)
                on_success(result)
            elif too_late is not None:
                too_late(result)

        def failed(error: Exception) -> None:
            if turn == self._turn:
                self._set_busy(False)
                (on_error or self._fail)(error)
            else:
                self._unexpected_only(error)

        self._tasks.run(func, owner=self, on_success=done, on_error=failed)

    def _abandon(self) -> None:
        """Stop waiting for the call under way."""
        self._turn += 1
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.working.emit(busy)

    def _quietly(self, func: Callable[[], None]) -> None:
        """Run a call whose failure harms nobody: a lease and a session end by themselves."""
        self._tasks.run(func, owner=self, on_success=_nothing, on_error=self._unexpected_only)

    def _unexpected_only(self, error: Exception) -> None:
        if not isinstance(error, Expected):
            self.problem.emit(of_error(error))

    def _fail(self, error: Exception) -> None:
        said = of_error(error)
        if said.code == "official.session_over" and self.session is not None:
            self._session_over(self.session, said)
        else:
            self.problem.emit(said)


def _nothing(_result: object) -> None:
    """The outcome is of no interest."""
