"""The running program: unlock, then the window of its mode. Joins `bootstrap` with the windows of `ui`."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from PySide6.QtCore import QObject

import resources
from kiosk import bootstrap
from kiosk.bootstrap import Kiosk
from kiosk.log import describe
from kiosk.settings import Settings
from kiosk.vault.vault import Vault
from registration.catalog.loader import load_catalog
from registration.errors import Expected
from sync.http import Http
from sync.review_link import HttpReviewDesk
from ui.app import VoterWindow
from ui.flows.admin_flow import UnlockFlow
from ui.review.window import ReviewWindow
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

log = logging.getLogger("kiosk")


class Window(Protocol):
    def close(self) -> None: ...


class Program(QObject):
    """Owns the unlock screen, the kiosk and the window in front."""

    def __init__(self, settings: Settings, passphrase: str = "") -> None:
        super().__init__()
        self._settings = settings
        self._passphrase = passphrase
        self._kiosk: Kiosk | None = None
        self._window: Window | None = None
        self._words = Words(settings.language)
        self._shell: Shell | None = None
        self._tasks: TaskRunner | None = None
        self._starting: threading.Thread | None = None

    def start(self) -> None:
        """Show the unlock screen, or open at once where the passphrase was given to the process."""
        if self._settings.mode == "review" and self._settings.server:
            # An official's desk keeps nothing on the machine, so there is no vault to unlock.
            self._open_review(self._settings.server)
            return
        if self._passphrase:
            passphrase, self._passphrase = self._passphrase, ""
            self._opened(bootstrap.open_vault(self._settings, passphrase))
            return
        shell = self._shell = Shell(self._words, screen_px_per_mm=self._settings.px_per_mm or None)
        self._tasks = TaskRunner(threads=1, parent=shell)
        self._unlock = UnlockFlow(
            shell,
            self._words,
            self._tasks,
            exists=bootstrap.vault_exists(self._settings),
            open_vault=lambda given: bootstrap.open_vault(self._settings, given),
        )
        self._unlock.opened.connect(self._opened)
        self._unlock.start()
        self._show(shell)

    def close(self) -> None:
        """End the window, its threads, the server and the vault; safe to call twice."""
        window, self._window = self._window, None
        if window is not None:
            window.close()
        if self._tasks is not None:
            self._tasks.close()
        if self._starting is not None:
            self._starting.join()
        kiosk, self._kiosk = self._kiosk, None
        if kiosk is not None:
            kiosk.close()

    def _show(self, shell: Shell) -> None:
        if self._settings.window:
            shell.show()
        else:
            shell.showFullScreen()

    def _opened(self, vault: object) -> None:
        assert isinstance(vault, Vault)
        kiosk = self._kiosk = bootstrap.open_kiosk(self._settings, vault)
        if not self._settings.server:
            self._starting = threading.Thread(target=self._start_server, args=(kiosk,), name="server-start")
            self._starting.start()
        match self._settings.mode:
            case "voter":
                self._open_voter(kiosk)
            case "admin":
                self._open_admin(kiosk)
            case _:
                # The embedded server must answer before an official can sign in.
                if self._starting is not None:
                    self._starting.join()
                self._open_review(kiosk.connection.address)
        if self._shell is not None:
            self._shell.hide()

    def _start_server(self, kiosk: Kiosk) -> None:
        try:
            bootstrap.start_server(kiosk)
            kiosk.connection.enrolment()
        except Expected as error:
            log.error("embedded server: %s", describe(error))

    def _open_voter(self, kiosk: Kiosk) -> None:
        settings = self._settings
        window = VoterWindow(
            bootstrap.voter_services(kiosk),
            language=settings.language,
            idle_seconds=settings.idle_seconds,
            idle_answer_seconds=settings.idle_answer_seconds,
            sync_every_seconds=settings.sync_every_seconds,
            px_per_mm=settings.px_per_mm or None,
        )
        window.stage.bug.connect(lambda error: log.error("bug shown to a voter: %s", describe(error)))
        self._window = window
        window.start(full_screen=not settings.window)

    def _open_admin(self, kiosk: Kiosk) -> None:
        from kiosk.admin_desk import KioskAdminDesk
        from ui.admin.window import AdminWindow

        window = AdminWindow(KioskAdminDesk(kiosk), self._words)
        self._window = window
        window.start(full_screen=not self._settings.window)

    def _open_review(self, address: str) -> None:
        from kiosk.clock import SystemClock

        # The services name the kinds of documents that voters add.
        catalog = {service.id: service for service in load_catalog(resources.path("services"))}
        window = ReviewWindow(HttpReviewDesk(Http(address)), SystemClock(), self._words, catalog=catalog)
        self._window = window
        window.start(full_screen=not self._settings.window)
