"""The official's work: queue, one case at a time, decisions. Joins the desk's pages to the `ReviewDesk`.

A case is held only while it is on the screen, is the next one, or its decision waits to be sent: leaving it undecided
gives it back to the queue (what was being written stays, and is there again when the case is). Next (N) and the way
back may be used while an undo time runs; undo brings the decided case back to the screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from registration.model.case import Action, Checklist
from registration.model.ids import CaseId
from registration.ports.clock import Clock
from registration.review_desk import (
    CaseRow,
    Decided,
    Decision,
    OfficialSession,
    QueueFilter,
    QueuePage,
    ReviewDesk,
    Role,
)
from ui.flows.review_calls import ReviewCalls
from ui.flows.review_case import CaseInFront
from ui.flows.review_fetching import GONE, CaseAhead, Take, fetch_case, fetch_next
from ui.flows.review_sending import Outgoing, ReviewSending
from ui.flows.review_sitting import ReviewSitting
from ui.notices import Problem, of_error
from ui.review.decisions import must_reopen
from ui.review.views import (
    CountsView,
    Draft,
    News,
    OpenedCase,
    QueueView,
    ReopenView,
    Trace,
)
from ui.tasks import TaskRunner

T = TypeVar("T")

RENEW_EVERY_SECONDS = 60


class ReviewFlow(QObject):
    """Signals:
    shown(view): SignInView, QueueView, CaseView, CompareView or ReopenView.
    news(News | None): something went well.

    What is being waited for and what went wrong is said by `calls`.
    """

    shown = Signal(object)
    news = Signal(object)

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
        self.calls = ReviewCalls(tasks, self)
        self.sending = ReviewSending(desk, clock, tasks, undo_seconds, self)
        self.case = CaseInFront(desk, clock, self.calls, self.sending, self)
        self.sitting = ReviewSitting(desk, self.calls, self.sending, lambda: self.case.undecided, self)
        self.ahead = CaseAhead(desk, clock, self.calls)
        self._wanted = QueueFilter()
        self._passed: set[CaseId] = set()
        self.case.shown.connect(self.shown)
        self.case.lost.connect(self._not_opened)
        self.sitting.shown.connect(self.shown)
        self.sitting.news.connect(self.news)
        self.sitting.entered.connect(self._entered)
        self.sitting.ended.connect(self._ended)
        self.sitting.left.connect(self._left)
        self.sending.sent.connect(self._sent)
        self.sending.refused.connect(self._not_sent)
        self._renewal = QTimer(self)
        self._renewal.setInterval(RENEW_EVERY_SECONDS * 1000)
        self._renewal.timeout.connect(self.renew)

    @property
    def session(self) -> OfficialSession | None:
        return self.sitting.session

    @property
    def opened(self) -> OpenedCase | None:
        """The case on the screen."""
        return self.case.opened

    # ------------------------------------------------------------ the sitting

    def _entered(self, resume: CaseId | None) -> None:
        self._renewal.start()
        if self.session is not None and self.session.role is Role.OBSERVER:
            self.shown.emit(CountsView(self.session))
        elif resume is not None:
            self._open(resume)
        else:
            self.refresh()

    def _ended(self) -> None:
        self._renewal.stop()
        self.calls.abandon()
        self.ahead.let_go(None)
        self.case.forget()

    def _left(self) -> None:
        self.case.drop_drafts()
        self._passed.clear()
        self._wanted = QueueFilter()

    # ------------------------------------------------------------ the queue

    def refresh(self) -> None:
        self.show_queue(self._wanted)

    def show_queue(self, wanted: QueueFilter) -> None:
        """Leave the case in front, if there is one, and list the queue."""
        if self.calls.busy:
            return
        self.news.emit(None)
        self.case.leave(self.session)
        self._load_queue(wanted)

    def _load_queue(self, wanted: QueueFilter) -> None:
        session = self.session
        if session is None:
            return
        self.ahead.let_go(session)

        def listed(page: QueuePage) -> None:
            self._wanted = replace(wanted, page=page.page)
            self.case.forget()
            self.shown.emit(QueueView(session, page, self._wanted, self._clock.now()))

        self.calls.work(lambda: self._desk.queue(session, wanted), listed)

    # ------------------------------------------------------------ one case

    def open(self, row: CaseRow) -> None:
        """Take a case and show it; a decided one asks a supervisor for the reason first."""
        if self.calls.busy or self.session is None:
            return
        if must_reopen(row.state, self.session.role):
            self.case.aside = True
            self.shown.emit(ReopenView(row.case_id, row.reference, row.state))
        else:
            self._open(row.case_id)

    def take_over(self, case_id: CaseId) -> None:
        """A supervisor takes the case from whoever holds it."""
        if not self.calls.busy:
            self._open(case_id, self._desk.take_over)

    def reopen(self, case_id: CaseId, comment: str) -> None:
        """A supervisor takes a decided case up again."""
        if not self.calls.busy:
            self._open(case_id, lambda session, case: self._desk.reopen(session, case, comment))

    def _open(self, case_id: CaseId, take: Take | None = None) -> None:
        session = self.session
        if session is None:
            return
        if self.ahead.case_id == case_id:
            self.ahead.let_go(session)
        take = take or self._desk.claim
        self.calls.work(
            lambda: fetch_case(self._desk, session, case_id, take),
            self._show_case,
            self._not_opened,
            too_late=self._give_back,
        )

    def _give_back(self, opened: OpenedCase | None) -> None:
        """The case came when the official was elsewhere already."""
        session = self.session
        if opened is None or session is None:
            return
        if self.case.case_id != opened.case_id and self.sending.decided(opened.case_id) is None:
            self.calls.quietly(lambda: self._desk.release(session, opened.case_id))

    def _show_case(self, opened: OpenedCase) -> None:
        self.sending.drop(opened.case_id)
        self.case.put(opened)
        if self.session is not None:
            self.ahead.fetch(self.session, self._wanted.language, self._not_next())

    def _not_next(self) -> frozenset[CaseId]:
        """Cases that are not offered as the next one: on the screen, passed by, decided and not yet taken."""
        unsent = {view.case_id for view in self.sending.unsent}
        here = set() if self.case.case_id is None else {self.case.case_id}
        return frozenset(self._passed | self.sending.cases | unsent | here)

    def _not_opened(self, error: Exception) -> None:
        if self.session is not None and (self.case.opened is not None or of_error(error).code in GONE):
            self._load_queue(self._wanted)
        self.calls.fail(error)

    def next(self) -> None:
        """Leave the case in front and take the next one nobody works on, in the order of the queue."""
        session = self.session
        if self.calls.busy or session is None:
            return
        if self.case.case_id is not None:
            self._passed.add(self.case.case_id)
        self.case.leave(self.session)
        turn = self.calls.begin()

        def ready(opened: OpenedCase | None) -> None:
            if not self.calls.ends(turn):
                self._give_back(opened)
            elif opened is None:
                self._find_next(session)
            else:
                self._show_ahead(session, opened)

        self.ahead.take(ready)

    def _show_ahead(self, session: OfficialSession, opened: OpenedCase) -> None:
        # Told first: the one after it is fetched in the same queue of calls.
        self.case.tell_shown(session, opened)
        self._show_case(opened)

    def _find_next(self, session: OfficialSession) -> None:
        passed = self._not_next()

        def found(opened: OpenedCase | None) -> None:
            if opened is None:
                self._passed.clear()
                self.news.emit(News(Trace.NOTHING_NEXT))
                self._load_queue(self._wanted)
            else:
                self._show_case(opened)

        language = self._wanted.language
        self.calls.work(
            lambda: fetch_next(self._desk, session, language, passed),
            found,
            self._not_opened,
            too_late=self._give_back,
        )

    def release(self) -> None:
        """Give the case back to the queue."""
        self.refresh()

    def leave_case(self) -> None:
        """Give the case back to the queue, and the next one; another page than the queue comes to the front."""
        self.news.emit(None)
        if self.session is not None:
            self.ahead.let_go(self.session)
        self.case.leave(self.session)

    def renew(self) -> None:
        """Renew the lease of the case on the screen, and of the next one, when it runs low; the timer calls it."""
        session = self.session
        if session is not None and not self.calls.busy:
            self.ahead.renew(session)
            self.case.renew(session)

    # ------------------------------------------------------------ duplicates

    def compare(self, number: int) -> None:
        """Put the case's duplicate of this number (from 0) beside it."""
        if self.session is not None and not self.calls.busy:
            self.case.compare(self.session, number)

    def end_compare(self) -> None:
        """Back to the case as it was left."""
        if self.case.opened is not None:
            self.case.bring_back()

    # ------------------------------------------------------------ decisions

    def decide(
        self, action: Action, reasons: tuple[str, ...] = (), comment: str = "", checklist: Checklist = ()
    ) -> None:
        """Decide the case on the screen; it is sent when the undo time has run."""
        opened, session = self.case.opened, self.session
        if self.calls.busy or opened is None or session is None or self.sending.decided(opened.case_id) is not None:
            return
        self.calls.problem.emit(None)
        self.news.emit(None)
        if action is not Action.APPROVE:
            self.case.keep_draft(Draft(action, reasons, comment))
        version = opened.case.lease.version
        self.sending.begin(opened, Decision(action, version, reasons, comment, checklist), session)
        # With an undo time of nothing it is on its way already.
        if self.case.opened is opened:
            self.case.write()

    def undo(self) -> None:
        """Take the last decision back; its case comes back to the screen, whatever is going on."""
        taken = self.sending.undo()
        if taken is None or self.session is None:
            return
        self.calls.abandon()
        if self.case.case_id == taken.case_id:
            self.case.bring_back()
        else:
            self.case.leave(self.session)
            self.case.put(taken.opened)

    def retry(self, case_id: CaseId) -> None:
        """Send a decision again that the server did not take."""
        if self.session is not None:
            self.calls.problem.emit(None)
            self.sending.retry(case_id, self.session)

    def open_unsent(self, case_id: CaseId) -> None:
        """Open the case of such a decision again, with what was written."""
        if self.calls.busy or self.session is None:
            return
        self.case.leave(self.session)
        self._open(case_id)

    def drop_unsent(self, case_id: CaseId) -> None:
        """Let such a decision go."""
        self.sending.drop(case_id)
        self.case.drop_draft(case_id)

    def _sent(self, outgoing: Outgoing, decided: Decided) -> None:
        self.case.drop_draft(outgoing.case_id)
        self._passed.discard(outgoing.case_id)
        kind = Trace.SECOND if decided.awaiting_second else Trace.SENT
        self.news.emit(News(kind, outgoing.opened.reference, outgoing.decision.action))
        self._after(outgoing)

    def _not_sent(self, outgoing: Outgoing, problem: Problem) -> None:
        if problem.code == "official.session_over":
            self.sitting.over(outgoing.session, problem)
        on_screen = self.case.case_id == outgoing.case_id
        if problem.code == "desk.not_confirmed" and on_screen:
            # No line to the server: nowhere else to go, and the case may be decided again from here.
            self.case.write()
        else:
            self._after(outgoing)

    def _after(self, outgoing: Outgoing) -> None:
        """The case is out of our hands: show the queue anew, unless something else is being worked on."""
        on_screen = self.case.case_id == outgoing.case_id
        free = self.case.opened is None and not self.case.aside
        if self.session is not None and not self.calls.busy and (free or on_screen):
            self.case.forget()
            self._load_queue(self._wanted)
