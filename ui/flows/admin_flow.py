"""The administrator's calls run off the UI thread, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from registration.admin_desk import AdminDesk, WorkProgress
from registration.model.ids import PacketId
from ui.notices import Problem, of_error
from ui.tasks import TaskRunner

T = TypeVar("T")


class AdminFlow(QObject):
    """Signals:
    status(KioskStatus): how things stand.
    working(str): text id of what is being done, "" when it ended.
    progress(WorkProgress).
    problem(Problem | None).
    done(object): the outcome of what was asked, by its type; a text id where there is none.
    """

    status = Signal(object)
    working = Signal(str)
    progress = Signal(object)
    problem = Signal(object)
    done = Signal(object)

    def __init__(self, desk: AdminDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._busy = False

    def refresh(self) -> None:
        """Read how things stand; a look, it interrupts nothing."""
        self._tasks.run(self._desk.status, owner=self, on_success=self.status.emit, on_error=self._fail)

    def retry(self, packet_id: PacketId) -> None:
        self._work("admin.busy.retry", lambda: self._desk.retry(packet_id), "admin.done.retry")

    def sync(self) -> None:
        self._work("admin.busy.sync", lambda: self._desk.sync_now(self._moved))

    def export(self, folder: Path) -> None:
        self._work("admin.busy.export", lambda: self._desk.export_batch(folder, self._moved))

    def take_receipts(self, folder: Path) -> None:
        self._work("admin.busy.receipts", lambda: self._desk.take_receipts(folder))

    def change_passphrase(self, old: str, new: str) -> None:
        self._work("admin.busy.passphrase", lambda: self._desk.change_passphrase(old, new), "admin.done.passphrase")

    def back_up(self, folder: Path) -> None:
        self._work("admin.busy.backup", lambda: self._desk.back_up(folder), "admin.done.backup")

    def rekey(self, passphrase: str, pin: str) -> None:
        self._work("admin.busy.rekey", lambda: self._desk.rekey(passphrase, pin), "admin.done.rekey")

    def add_way(self, passphrase: str, way: str, secret: str) -> None:
        self._work("admin.busy.way", lambda: self._desk.add_way(passphrase, way, secret), "admin.done.way")

    def remove_way(self, way: str) -> None:
        self._work("admin.busy.way", lambda: self._desk.remove_way(way), "admin.done.way")

    def behind_seen(self) -> None:
        self._work("admin.busy.retry", self._desk.behind_seen, "admin.behind_note")

    def enrol(self, address: str, token: str) -> None:
        self._work("admin.busy.enrol", lambda: self._desk.enrol(address.strip(), token.strip()))

    def _moved(self, progress: WorkProgress) -> None:
        # On the pool's thread: the signal is queued into the UI thread.
        self.progress.emit(progress)

    def _work(self, text_id: str, func: Callable[[], T], said: str = "") -> None:
        """Run one thing at a time; the state is read again whatever came of it."""
        if self._busy:
            return
        self._busy = True
        self.problem.emit(None)
        self.done.emit(None)
        self.working.emit(text_id)

        def ended(result: T) -> None:
            self._end()
            self.done.emit(said or result)

        def failed(error: Exception) -> None:
            self._end()
            self._fail(error)

        self._tasks.run(func, owner=self, on_success=ended, on_error=failed)

    def _end(self) -> None:
        self._busy = False
        self.working.emit("")
        self.refresh()

    def _fail(self, error: Exception) -> None:
        problem: Problem = of_error(error)
        self.problem.emit(problem)
