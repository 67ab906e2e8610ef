"""An official's sitting: signing in, locking, coming back, leaving. What is done in between is `review_flow`'s."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from registration.model.ids import CaseId
from registration.review_desk import OfficialSession, ReviewDesk
from ui.flows.review_calls import ReviewCalls
from ui.flows.review_sending import ReviewSending
from ui.notices import Problem, of_error
from ui.review.views import News, SignInView, Trace


class ReviewSitting(QObject):
    """Signals:
    shown(SignInView).
    news(News).
    entered(CaseId | None): somebody signed in; with the case that was open when the desk was locked.
    ended(): the session is over, nothing of a case may stay on the screen.
    left(): and the official is gone, nothing they wrote may stay.
    may_close(): everything is sent and signed out after `ask_close`.
    """

    shown = Signal(object)
    news = Signal(object)
    entered = Signal(object)
    ended = Signal()
    left = Signal()
    may_close = Signal()

    def __init__(
        self,
        desk: ReviewDesk,
        calls: ReviewCalls,
        sending: ReviewSending,
        on_screen: Callable[[], CaseId | None],
        parent: QObject | None = None,
    ) -> None:
        """`on_screen` tells which undecided case is in front."""
        super().__init__(parent)
        self._desk = desk
        self._calls = calls
        self._sending = sending
        self._on_screen = on_screen
        self.session: OfficialSession | None = None
        self._resume: CaseId | None = None
        self._locked_name = ""
        self._then: Callable[[], None] | None = None
        sending.settled.connect(self._go_on)
        calls.session_over.connect(self._over)

    def start(self) -> None:
        self.shown.emit(SignInView())

    def sign_in(self, name: str, password: str, code: str) -> None:
        """Sign in, or come back to the locked desk; a case that was open is taken up again if it is still free."""

        def signed(session: OfficialSession) -> None:
            self.session, self._locked_name = session, ""
            resume, self._resume = self._resume, None
            self.entered.emit(resume)

        def refused(error: Exception) -> None:
            self.shown.emit(SignInView(name, locked=bool(self._locked_name), problem=of_error(error)))

        if self._calls.busy:
            return
        name = self._locked_name or name.strip()
        self._calls.work(lambda: self._desk.sign_in(name, password, code.strip()), signed, refused)

    def change_official(self) -> None:
        """Somebody else comes to the locked desk; nothing of the one before stays."""
        self._leave_after(self._signed_out)

    def sign_out(self) -> None:
        """Send what waits, end the session, forget what was written."""
        if self.session is not None and not self._calls.busy:
            self._leave_after(self._signed_out)

    def ask_close(self) -> None:
        """The window wants to close: send what waits, sign out, then say `may_close`."""

        def end() -> None:
            self._signed_out()
            self.may_close.emit()

        self._leave_after(end)

    def lock(self) -> None:
        """Wipe the screen and end the session; the same official's password and code bring the sitting back."""
        session = self.session
        if session is None:
            return
        self._sending.flush()
        self._resume = self._on_screen()
        # After the flush in the same queue of one thread: the decision goes out before its session ends.
        self._end_session()
        self._locked_name = session.name
        self.shown.emit(SignInView(session.name, locked=True))

    def over(self, session: OfficialSession, problem: Problem) -> None:
        """The server ended this session; the official signs in again and goes on."""
        if self.session is None or self.session.token != session.token:
            return
        self._resume = self._on_screen() or self._resume
        self.session, self._locked_name = None, session.name
        self._sending.flush()
        self.ended.emit()
        self.shown.emit(SignInView(session.name, locked=True, problem=problem))

    def _over(self, problem: Problem) -> None:
        if self.session is not None:
            self.over(self.session, problem)

    def _leave_after(self, then: Callable[[], None]) -> None:
        self._sending.flush()
        self._then = then
        if self._sending.at_rest:
            self._go_on()

    def _go_on(self) -> None:
        then, self._then = self._then, None
        if then is None:
            return
        if self._sending.unsent:
            self.news.emit(News(Trace.UNSENT_FIRST))
        else:
            then()

    def _signed_out(self) -> None:
        self._end_session()
        self._resume, self._locked_name = None, ""
        self.left.emit()
        self.shown.emit(SignInView())

    def _end_session(self) -> None:
        session, self.session = self.session, None
        self.ended.emit()
        if session is not None:
            self._calls.quietly(lambda: self._desk.sign_out(session))
