"""Calls from the desk to the server: one that the official waits for at a time, and those nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from registration.errors import Expected
from ui.notices import of_error
from ui.tasks import TaskRunner

T = TypeVar("T")


class ReviewCalls(QObject):
    """Signals:
    working(bool): a call that the official waits for.
    problem(Problem | None): to be said on top of the page in front; None clears it.
    session_over(Problem): the server ended the session.
    """

    working = Signal(bool)
    problem = Signal(object)
    session_over = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._turn = 0
        self.busy = False

    def work(
        self,
        func: Callable[[], T],
        on_success: Callable[[T], None],
        on_error: Callable[[Exception], None] | None = None,
        *,
        too_late: Callable[[T], None] | None = None,
    ) -> None:
        """Run a call the official waits for; another one does not begin before it ended or was abandoned.

        `too_late` gets what came when nobody waited for it any more.
        """
        turn = self.begin()

        def done(result: T) -> None:
            if self.ends(turn):
                on_success(result)
            elif too_late is not None:
                too_late(result)

        def failed(error: Exception) -> None:
            if self.ends(turn):
                (on_error or self.fail)(error)
            else:
                self._unexpected_only(error)

        self._tasks.run(func, owner=self, on_success=done, on_error=failed)

    def begin(self) -> int:
        """Begin waiting for something; returns the turn that `ends` asks for."""
        self.problem.emit(None)
        self._set_busy(True)
        return self._turn

    def ends(self, turn: int) -> bool:
        """End the waiting; False when it was abandoned meanwhile, and then nothing changes."""
        if turn == self._turn:
            self._set_busy(False)
        return turn == self._turn

    def abandon(self) -> None:
        """Stop waiting for the call under way."""
        self._turn += 1
        self._set_busy(False)

    def beside(
        self, func: Callable[[], T], on_success: Callable[[T], None], on_error: Callable[[Exception], None]
    ) -> None:
        """Run a call that the official does not wait for."""
        self._tasks.run(func, owner=self, on_success=on_success, on_error=on_error)

    def quietly(self, func: Callable[[], None]) -> None:
        """Run a call whose failure harms nobody: a lease and a session end by themselves."""
        self.beside(func, _nothing, self._unexpected_only)

    def fail(self, error: Exception) -> None:
        """Say what went wrong."""
        said = of_error(error)
        if said.code == "official.session_over":
            self.session_over.emit(said)
        else:
            self.problem.emit(said)

    def _unexpected_only(self, error: Exception) -> None:
        if not isinstance(error, Expected):
            self.problem.emit(of_error(error))

    def _set_busy(self, busy: bool) -> None:
        self.busy = busy
        self.working.emit(busy)


def _nothing(_result: object) -> None:
    """The outcome is of no interest."""
