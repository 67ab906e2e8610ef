"""Staff open the vault before the kiosk starts; the administrator's calls run off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from registration.admin_desk import AdminDesk, WorkProgress
from registration.errors import Expected
from registration.model.ids import PacketId
from ui.admin.unlock_page import UnlockPage, UnlockView
from ui.notices import Problem, of_error
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

T = TypeVar("T")


class UnlockFlow(QObject):
    """Asks for the staff passphrase until the vault is open.

    Args:
        exists: a vault stands, whole or damaged; else one is made.
        open_vault: opens or makes it with the passphrase; raises ``vault.*``; runs off the UI thread.

    Signals: opened(object) with what `open_vault` returned.
    """

    opened = Signal(object)

    def __init__(
        self,
        shell: Shell,
        words: Words,
        tasks: TaskRunner,
        *,
        exists: bool,
        open_vault: Callable[[str], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or shell)
        self._shell = shell
        self._tasks = tasks
        self._open_vault = open_vault
        self._exists = exists
        self._left = 0
        self.page = UnlockPage(words)
        self.page.submitted.connect(self._try)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        self.page.show_view(UnlockView(self._exists))
        self._shell.show_page(self.page)

    def _try(self, passphrase: str) -> None:
        self._shell.show_busy("admin.unlock.busy")

        def done(vault: object) -> None:
            self._timer.stop()
            self._shell.hide_busy()
            self.page.clear()
            self.opened.emit(vault)

        def failed(error: Exception) -> None:
            self._shell.hide_busy()
            problem = of_error(error)
            if problem.code == "vault.exists":
                self._exists = True
            params = error.params if isinstance(error, Expected) else {}
            seconds = int(params.get("seconds", 0))
            if problem.code == "vault.wrong_passphrase" and not seconds:
                problem = Problem("passphrase.wrong", (("wrong", params["wrong"]),))
            self._wait(seconds)
            self.page.show_view(UnlockView(self._exists, problem, seconds))

        self._tasks.run(lambda: self._open_vault(passphrase), owner=self, on_success=done, on_error=failed)

    def _wait(self, seconds: int) -> None:
        self._left = seconds
        self.page.show_wait(seconds)
        if seconds > 0:
            self._timer.start()

    def tick(self) -> None:
        """A second has passed; the timer calls it. The vault itself decides when a try counts."""
        self._left = max(0, self._left - 1)
        self.page.show_wait(self._left)
        if not self._left:
            self._timer.stop()


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
