"""Staff open the vault before the kiosk starts, by passphrase, TPM or keyring; or bring it back when it is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from registration.admin_desk import VaultDoor
from registration.errors import Expected
from ui.admin.recovery_page import WAYS, Choose, RecoveryPage
from ui.admin.unlock_page import UnlockPage, UnlockView
from ui.notices import Problem, of_error
from ui.page import KioskPage
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

LOST = frozenset({"vault.damaged", "vault.missing"})
"""Problems for which no other try helps: the ways to bring the vault back are shown at once."""


class UnlockFlow(QObject):
    """Asks until the vault is open.

    Args:
        door: the closed vault; its long calls run off the UI thread.
        choose: asks for the backup's folder or the key's file; None: the system's dialogues.

    Signals: opened(object) with what the door returned.
    """

    opened = Signal(object)

    def __init__(
        self,
        shell: Shell,
        words: Words,
        tasks: TaskRunner,
        *,
        door: VaultDoor,
        choose: Choose | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or shell)
        self._shell = shell
        self._tasks = tasks
        self._door = door
        self._view = UnlockView(exists=True)
        self._left = 0
        self.page, self.recovery = UnlockPage(words), RecoveryPage(words, choose)
        self.page.submitted.connect(self._try)
        self.page.way_chosen.connect(self._choose_way)
        self.page.trouble.connect(self._begin_recovery)
        self.recovery.submitted.connect(self._bring_back)
        self.recovery.back_requested.connect(self.start)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)

    def start(self, *, locked: bool = False) -> None:
        """Show the question; `locked`: the vault locked itself, which the page says."""
        self._view = UnlockView(self._door.exists(), locked=locked)
        self.page.show_view(self._view)
        self._shell.show_page(self.page)
        if self._view.exists:
            # Looked for after the page stands: most vaults have no other way.
            self._tasks.run(self._door.ways, owner=self, on_success=self._offer, on_error=lambda _error: None)

    def _offer(self, ways: tuple[str, ...]) -> None:
        if ways:
            self._view = replace(self._view, ways=ways)
            self.page.show_view(self._view)

    def _choose_way(self, way: str) -> None:
        if way == "keyring":
            self._run(lambda: self._door.open_by("keyring", ""), self.page, "admin.unlock.busy")
            return
        self._view = replace(self._view, way=way, problem=None, locked=False)
        self.page.show_view(self._view)
        self.page.lines.passphrase.line.setFocus()

    def _try(self, typed: str) -> None:
        way = self._view.way
        self._run(
            (lambda: self._door.open_by(way, typed)) if way else (lambda: self._door.open(typed)),
            self.page,
            "admin.unlock.busy",
        )

    def _begin_recovery(self) -> None:
        self.page.clear()
        problem = self._view.problem
        if not self._view.exists:
            ways: tuple[str, ...] = ("restore", "anew")
        elif problem is not None and problem.code in LOST:
            ways = WAYS
        else:
            # A vault that stands is not set aside by whoever passes; both of these need something only staff have.
            ways = ("restore", "recover")
        self.recovery.begin(problem, ways)
        self._shell.show_page(self.recovery)

    def _bring_back(self, way: str, place: Path | None, passphrase: str) -> None:
        door = self._door
        acts: dict[str, Callable[[], object]] = {"anew": lambda: door.start_anew(passphrase)}
        if place is not None:
            acts["restore"] = lambda: door.restore(place, passphrase)
            acts["recover"] = lambda: door.recover(place, passphrase)
        self._run(acts[way], self.recovery, "admin.recover.busy")

    def _run(self, act: Callable[[], object], page: KioskPage, busy: str) -> None:
        self._shell.show_busy(busy)

        def done(vault: object) -> None:
            self._timer.stop()
            self._shell.hide_busy()
            self.page.clear()
            self.recovery.clear()
            self.opened.emit(vault)

        def failed(error: Exception) -> None:
            self._shell.hide_busy()
            problem, seconds = _spoken(error)
            if page is self.recovery:
                self.recovery.say_problem(problem)
                return
            self._wait(seconds)
            exists = self._view.exists or problem.code == "vault.exists"
            self._view = replace(self._view, exists=exists, problem=problem, wait=seconds, locked=False)
            if problem.code in LOST:
                self._begin_recovery()
            else:
                self.page.show_view(self._view)

        self._tasks.run(act, owner=self, on_success=done, on_error=failed)

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


def _spoken(error: Exception) -> tuple[Problem, int]:
    """Return what to say, and the seconds until the next try."""
    problem = of_error(error)
    params = error.params if isinstance(error, Expected) else {}
    seconds = int(params.get("seconds", 0))
    if problem.code == "vault.wrong_passphrase" and not seconds:
        problem = Problem("passphrase.wrong", (("wrong", params["wrong"]),))
    return problem, seconds
