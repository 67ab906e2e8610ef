"""Decisions on their way to the server: a time to undo, then one sending; nothing is lost and nothing goes twice.

A decision is kept here until its undo time has run, whatever page is in front, and is then sent exactly once. It is
sent at once when the next decision is made, the desk is locked, the official signs out or the window closes. One that
the server did not take stays here with its reason until the official sends it again, opens the case again or lets it
go. Sending again after a lost answer is safe: a decision names the version it was made on, so the server takes it once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from registration.errors import WillRetry
from registration.model.case import Action
from registration.model.ids import CaseId
from registration.ports.clock import Clock
from registration.review_desk import Decided, Decision, OfficialSession, ReviewDesk
from ui.notices import Problem, of_error
from ui.review.views import OpenedCase, UndoView, UnsentView
from ui.tasks import TaskRunner

_ALREADY_DONE = frozenset({"case.stale", "case.not_claimed"})
"""What the server says of a decision it has taken before, or that somebody else made needless."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A decision that was made, with the case as the official saw it."""

    opened: OpenedCase
    decision: Decision
    session: OfficialSession
    uncertain: bool = False

    @property
    def case_id(self) -> CaseId:
        return self.opened.case_id


class ReviewSending(QObject):
    """Signals:
    undo_changed(UndoView | None): ten times a second while an undo time runs, None when it ended.
    unsent_changed(tuple[UnsentView, ...]).
    sent(Outgoing, Decided), refused(Outgoing, Problem): the outcome of a sending.
    settled(): nothing runs and nothing is on its way any more.
    """

    undo_changed = Signal(object)
    unsent_changed = Signal(object)
    sent = Signal(object, object)
    refused = Signal(object, object)
    settled = Signal()

    def __init__(
        self, desk: ReviewDesk, clock: Clock, tasks: TaskRunner, undo_seconds: float, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._clock = clock
        self._tasks = tasks
        self._undo_seconds = undo_seconds
        self._waiting: Outgoing | None = None
        self._ends = 0.0
        self._on_the_way: dict[CaseId, Outgoing] = {}
        self._unsent: dict[CaseId, tuple[Outgoing, UnsentView]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(max(10, min(100, int(undo_seconds * 100))))
        self._timer.timeout.connect(self.look)

    # ------------------------------------------------------------ what stands

    @property
    def at_rest(self) -> bool:
        """True when no undo time runs and no answer is awaited."""
        return self._waiting is None and not self._on_the_way

    @property
    def unsent(self) -> tuple[UnsentView, ...]:
        return tuple(view for _, view in self._unsent.values())

    @property
    def cases(self) -> frozenset[CaseId]:
        """The cases whose decision waits or travels."""
        waiting = () if self._waiting is None else (self._waiting.case_id,)
        return frozenset((*waiting, *self._on_the_way))

    def decided(self, case_id: CaseId) -> Action | None:
        """Return the decision that waits or travels for this case."""
        if self._waiting is not None and self._waiting.case_id == case_id:
            return self._waiting.decision.action
        travelling = self._on_the_way.get(case_id)
        return None if travelling is None else travelling.decision.action

    # ------------------------------------------------------------ the undo time

    def begin(self, opened: OpenedCase, decision: Decision, session: OfficialSession) -> None:
        """Take a decision; the one before it, if its undo time still runs, is sent now."""
        assert self.decided(opened.case_id) is None, "decided twice"
        self.flush()
        self._forget(opened.case_id)
        self._waiting = Outgoing(opened, decision, session)
        self._ends = self._clock.monotonic() + self._undo_seconds
        self._timer.start()
        self.look()

    def undo(self) -> Outgoing | None:
        """Take the waiting decision back; None when it is gone already."""
        taken, self._waiting = self._waiting, None
        self._end_time()
        return taken

    def look(self) -> None:
        """Compare the time; the timer calls it."""
        waiting = self._waiting
        if waiting is None:
            return
        left = self._ends - self._clock.monotonic()
        if left <= 0:
            self.flush()
        else:
            view = UndoView(waiting.opened.reference, waiting.decision.action, self._undo_seconds, left)
            self.undo_changed.emit(view)

    def flush(self) -> None:
        """Send what waits, without waiting longer."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._end_time()
            self._send(waiting)

    def _end_time(self) -> None:
        self._timer.stop()
        self.undo_changed.emit(None)

    # ------------------------------------------------------------ sending

    def _send(self, outgoing: Outgoing) -> None:
        case_id = outgoing.case_id
        self._on_the_way[case_id] = outgoing

        def taken(decided: Decided) -> None:
            del self._on_the_way[case_id]
            self.sent.emit(outgoing, decided)
            self._settle()

        def not_taken(error: Exception) -> None:
            del self._on_the_way[case_id]
            self._keep(outgoing, error)
            self._settle()

        self._tasks.run(self._call(outgoing), owner=self, on_success=taken, on_error=not_taken)

    def _call(self, outgoing: Outgoing) -> Callable[[], Decided]:
        return lambda: self._desk.decide(outgoing.session, outgoing.case_id, outgoing.decision)

    def _keep(self, outgoing: Outgoing, error: Exception) -> None:
        problem = of_error(error)
        # A call that broke off for a reason nobody foresaw may have reached the server too.
        uncertain = outgoing.uncertain or isinstance(error, WillRetry) or problem.code == "unexpected"
        if outgoing.uncertain and problem.code in _ALREADY_DONE:
            problem = Problem("desk.maybe_taken")
        elif isinstance(error, WillRetry):
            problem = Problem("desk.not_confirmed")
        view = UnsentView(
            outgoing.case_id, outgoing.opened.reference, outgoing.decision.action, problem, uncertain=uncertain
        )
        self._unsent[outgoing.case_id] = (replace(outgoing, uncertain=uncertain), view)
        self.unsent_changed.emit(self.unsent)
        self.refused.emit(outgoing, problem)

    def _settle(self) -> None:
        if self.at_rest:
            self.settled.emit()

    # ------------------------------------------------------------ what was not taken

    def retry(self, case_id: CaseId, session: OfficialSession) -> None:
        """Send again, in the session of now."""
        kept = self._forget(case_id)
        if kept is not None:
            self._send(replace(kept, session=session))

    def drop(self, case_id: CaseId) -> Outgoing | None:
        """Let it go; returns what was let go."""
        return self._forget(case_id)

    def _forget(self, case_id: CaseId) -> Outgoing | None:
        kept = self._unsent.pop(case_id, None)
        if kept is None:
            return None
        self.unsent_changed.emit(self.unsent)
        return kept[0]
