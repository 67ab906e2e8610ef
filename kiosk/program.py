"""The running program: unlock, then the window of its mode. Joins `bootstrap` with the windows of `ui`.

What the first page does not need is imported after it stands.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from kiosk.log import describe
from kiosk.settings import Settings
from kiosk.vault_door import KioskVaultDoor
from registration.errors import Expected
from ui.flows.unlock_flow import UnlockFlow
from ui.idle import IdleWatch
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

if TYPE_CHECKING:
    from kiosk.bootstrap import Kiosk
    from kiosk.vault.vault import Vault

log = logging.getLogger("kiosk")

_NEEDED_LATER = ("kiosk.bootstrap", "ui.app")


class Window(Protocol):
    def close(self) -> None: ...


class Program(QObject):
    """Owns the unlock screen, the kiosk and the window in front.

    Signals: opened() when the window of the mode stands.
    """

    opened = Signal()

    def __init__(self, settings: Settings, passphrase: str = "") -> None:
        super().__init__()
        self._settings = settings
        self._passphrase = passphrase
        self._words = Words(settings.language)
        self._shell: Shell | None = None
        self._tasks: TaskRunner | None = None
        self._kiosk: Kiosk | None = None
        self._unlock: UnlockFlow | None = None
        self._watch: IdleWatch | None = None
        self.window: Window | None = None
        self._beside: list[threading.Thread] = []

    @property
    def shell(self) -> Shell | None:
        """The unlock screen's window, while there is one."""
        return self._shell

    def start(self) -> None:
        """Show the unlock screen, or open at once where the passphrase was given to the process.

        Raises:
            Expected: with a given passphrase, what opening the vault or a service definition met.
        """
        settings = self._settings
        if settings.mode == "review" and settings.server:
            # An official's desk keeps nothing on the machine, so there is no vault to unlock.
            self._open_review(settings.server)
            return
        if self._passphrase:
            passphrase, self._passphrase = self._passphrase, ""
            self._open(self._open_vault(passphrase))
            return
        self._ask()
        self._run_beside(lambda: [importlib.import_module(name) for name in _NEEDED_LATER], "preload")

    def lock(self, *, by_itself: bool = False) -> None:
        """Close the window, the server and the vault, and ask for the passphrase again. Nothing happens when closed.

        Args:
            by_itself: nobody worked here for the set time; the page says so.
        """
        if self._kiosk is None or self.window is None:
            return
        log.info("locked by_itself=%s", by_itself)
        self._watch = None
        # Before the window goes: with no window left the program would end.
        self._ask(locked=by_itself)
        self._end_work()

    def _ask(self, *, locked: bool = False) -> None:
        """Show the unlock screen."""
        settings = self._settings
        if self._shell is None:
            self._shell = Shell(self._words, screen_px_per_mm=settings.px_per_mm or None)
            self._tasks = TaskRunner(threads=1, parent=self._shell)
            door = KioskVaultDoor(settings)
            self._unlock = UnlockFlow(self._shell, self._words, self._tasks, door=door)
            self._unlock.opened.connect(self._unlocked)
        assert self._unlock is not None
        self._unlock.start(locked=locked)
        if settings.window:
            self._shell.show()
        else:
            self._shell.showFullScreen()

    def _lock_when_idle(self) -> None:
        """Lock the vault after the set time without a touch; work under way is let end first."""
        settings = self._settings
        seconds = {"admin": settings.lock_seconds, "voter": settings.voter_lock_seconds}.get(settings.mode, 0)
        if not seconds:
            return

        def expired() -> None:
            tasks = getattr(self.window, "tasks", None)
            if tasks is not None and tasks.busy:
                watch.start()
            else:
                self.lock(by_itself=True)

        watch = self._watch = IdleWatch(time.monotonic, idle_seconds=seconds, warning_seconds=0, parent=self)
        watch.expired.connect(expired)
        watch.start()

    def close(self) -> None:
        """End the window, its threads, the server and the vault; safe to call twice."""
        if self._tasks is not None:
            self._tasks.close()
        self._end_work()

    def _end_work(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.close()
        for thread in self._beside:
            thread.join()
        self._beside.clear()
        kiosk, self._kiosk = self._kiosk, None
        if kiosk is not None:
            kiosk.close()

    # ------------------------------------------------------------ opening

    def _open_vault(self, passphrase: str) -> Vault:
        from kiosk import bootstrap

        return bootstrap.open_vault(self._settings, passphrase)

    def _unlocked(self, vault: Vault) -> None:
        assert self._shell is not None
        try:
            self._open(vault)
        except Expected as error:
            log.error("not opened: %s", describe(error))
            self._shell.notices.show(error)
        else:
            self._shell.hide()

    def _open(self, vault: Vault) -> None:
        from kiosk import bootstrap

        settings = self._settings
        kiosk = self._kiosk = bootstrap.open_kiosk(settings, vault)
        if not settings.server:
            server = self._run_beside(lambda: self._start_server(kiosk), "server-start")
            if settings.mode == "review":
                # It must answer before an official can sign in.
                server.join()
        match settings.mode:
            case "voter":
                self._open_voter(kiosk)
            case "admin":
                self._open_admin(kiosk)
            case _:
                self._open_review(kiosk.connection.address)
        self._lock_when_idle()
        self.opened.emit()

    @staticmethod
    def _start_server(kiosk: Kiosk) -> None:
        from kiosk import bootstrap

        try:
            bootstrap.start_server(kiosk)
            kiosk.connection.enrolment()
        except Expected as error:
            log.error("embedded server: %s", describe(error))

    def _run_beside(self, work: Callable[[], object], name: str) -> threading.Thread:
        thread = threading.Thread(target=work, name=name)
        self._beside.append(thread)
        thread.start()
        return thread

    # ------------------------------------------------------------ windows

    def _open_voter(self, kiosk: Kiosk) -> None:
        from kiosk import bootstrap
        from ui.app import VoterWindow

        settings = self._settings
        window = VoterWindow(
            bootstrap.voter_services(kiosk, speech=bootstrap.voice()),
            language=settings.language,
            idle_seconds=settings.idle_seconds,
            idle_answer_seconds=settings.idle_answer_seconds,
            sync_every_seconds=settings.sync_every_seconds,
            px_per_mm=settings.px_per_mm or None,
        )
        window.stage.bug.connect(lambda error: log.error("bug shown to a voter: %s", describe(error)))
        self.window = window
        window.start(full_screen=not settings.window)

    def _open_admin(self, kiosk: Kiosk) -> None:
        from kiosk.admin_desk import KioskAdminDesk
        from ui.admin.window import AdminWindow

        window = AdminWindow(
            KioskAdminDesk(kiosk),
            self._words,
            # In a turn of its own: the button that asks for it belongs to the window that goes.
            lock=lambda: QTimer.singleShot(0, self.lock),
        )
        self.window = window
        window.start(full_screen=not self._settings.window)

    def _open_review(self, address: str) -> None:
        import resources
        from kiosk.clock import SystemClock
        from registration.catalog.loader import load_catalog
        from sync.http import Http
        from sync.office_link import HttpOffice
        from sync.review_link import HttpReviewDesk
        from ui.review.window import ReviewWindow

        # The services name the kinds of documents that voters add.
        catalog = {service.id: service for service in load_catalog(resources.path("services"))}
        window = ReviewWindow(
            HttpReviewDesk(Http(address)),
            SystemClock(),
            self._words,
            catalog=catalog,
            office=HttpOffice(Http(address)),
        )
        self.window = window
        window.start(full_screen=not self._settings.window)
