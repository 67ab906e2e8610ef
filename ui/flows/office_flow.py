"""What supervisors and observers do beside the cases: officials, locked voters, counts. Joins pages and the port."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from registration.errors import Expected, StaffMustFix
from registration.model.contact import parse_contact
from registration.office import Office
from registration.review_desk import OfficialSession, Role
from ui.notices import Problem, of_error
from ui.tasks import TaskRunner

T = TypeVar("T")
REGION = "AL"
"""Where a telephone number without a prefix is from."""


class OfficeFlow(QObject):
    """Signals:
    statistics(Statistics), officials(tuple[OfficialRow, ...]), credentials(Credentials): to be shown.
    done(str): text id of what went well.
    problem(Problem | None): to be said on top of the page; None clears it.
    working(bool): a call that the person waits for.
    """

    statistics = Signal(object)
    officials = Signal(object)
    credentials = Signal(object)
    done = Signal(str)
    problem = Signal(object)
    working = Signal(bool)

    def __init__(self, office: Office, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._tasks = tasks
        self._session: OfficialSession | None = None

    def enter(self, session: OfficialSession | None) -> None:
        """Somebody signed in, or out: answers to whoever was here before are dropped."""
        self._session = session

    def show_statistics(self) -> None:
        self._call(self._office.statistics, self.statistics.emit)

    def save_statistics(self, file: Path) -> None:
        """Write the counts as CSV. Raises nothing; a file that cannot be written is said."""

        def fetched(content: bytes) -> None:
            try:
                file.write_bytes(content)
            except OSError:
                self.problem.emit(of_error(StaffMustFix("file.unwritable", file=file.name)))
            else:
                self.done.emit("review.statistics.saved")

        self._call(self._office.statistics_csv, fetched)

    def show_officials(self) -> None:
        self._call(self._office.officials, self.officials.emit)

    def enrol(self, name: str, role: Role, replace: bool) -> None:
        def made(credentials: object) -> None:
            self.credentials.emit(credentials)
            self.show_officials()

        self._call(lambda session: self._office.enrol(session, name, role, replace=replace), made)

    def unlock(self, name: str) -> None:
        self._call(
            lambda session: self._office.unlock(session, name), lambda _: self.done.emit("review.office.unlocked")
        )

    def disable(self, name: str) -> None:
        def shut(_: None) -> None:
            self.done.emit("review.office.disabled")
            self.show_officials()

        self._call(lambda session: self._office.disable(session, name), shut)

    def unlock_voter(self, typed: str) -> None:
        try:
            contact = parse_contact(typed, REGION)
        except Expected as error:
            self.problem.emit(of_error(error))
            return
        self._call(
            lambda session: self._office.unlock_voter(session, contact),
            lambda _: self.done.emit("review.office.voter_unlocked"),
        )

    def _call(self, func: Callable[[OfficialSession], T], on_success: Callable[[T], None]) -> None:
        session = self._session
        if session is None:
            return

        def ended(result: T) -> None:
            if self._session is session:
                self.working.emit(False)
                self.problem.emit(None)
                on_success(result)

        def broke(error: Exception) -> None:
            if self._session is session:
                self.working.emit(False)
                self.problem.emit(of_error(error) if isinstance(error, Expected) else Problem("unexpected"))

        self.working.emit(True)
        self._tasks.run(lambda: func(session), owner=self, on_success=ended, on_error=broke)
