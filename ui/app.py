"""Start Qt and the windows. Whatever the windows need is handed in; nothing here reaches for it."""

from __future__ import annotations

import gc
import logging

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from registration.errors import WillRetry
from registration.journey.views import StartView
from ui import fonts
from ui.collector import Collector
from ui.flows.voter_flow import VoterFlow
from ui.flows.voter_services import VoterServices
from ui.flows.voter_stage import VoterStage
from ui.idle import IdleWatch
from ui.pages.start_page import StartPage
from ui.shell import Shell
from ui.tasks import TaskRunner
from ui.words import Words

log = logging.getLogger("kiosk")


def start_application(arguments: list[str]) -> QApplication:
    """Return the application with the shipped fonts; makes it when there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
    else:
        qInstallMessageHandler(_to_log)
        application = QApplication(arguments)
    application.setApplicationName("per-kiosk")
    # The look is ours alone: a desktop's style must not shine through.
    application.setStyle("Fusion")
    fonts.load()
    if application.findChild(Collector) is None:
        Collector(application)
    return application


_LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _to_log(kind: QtMsgType, _where: QMessageLogContext, words: str) -> None:
    """Qt's own messages go to the log; the offscreen platform's remark on size hints means nothing."""
    if "propagateSizeHints" not in words:
        log.log(_LEVELS.get(kind, logging.INFO), "qt: %s", words)


class VoterWindow:
    """A voter's window with everything it runs on. `close` ends threads in order."""

    def __init__(
        self,
        services: VoterServices,
        *,
        language: str = "sq",
        idle_seconds: float = 300,
        idle_answer_seconds: float = 45,
        sync_every_seconds: float = 60,
        px_per_mm: float | None = None,
    ) -> None:
        self.words = Words(language)
        self.shell = Shell(self.words, screen_px_per_mm=px_per_mm, monotonic=services.clock.monotonic)
        self.tasks = TaskRunner(threads=2, parent=self.shell)
        self.vault = TaskRunner(threads=1, parent=self.shell)
        self.background = TaskRunner(threads=1, parent=self.shell)
        self.idle = IdleWatch(
            services.clock.monotonic,
            idle_seconds=idle_seconds,
            warning_seconds=idle_answer_seconds,
            parent=self.shell,
        )
        self.flow = VoterFlow(services, self.tasks, self.vault, self.words, self.shell)
        self.stage = VoterStage(self.shell, self.flow, services, self.words, self.idle)
        # Between two visits nobody waits, and nothing of a voter may outlive the visit in a cycle of references.
        self.flow.wiped.connect(gc.collect, Qt.ConnectionType.QueuedConnection)
        self._sync = services.sync_now
        self._timer = QTimer(self.shell)
        self._timer.setInterval(int(sync_every_seconds * 1000))
        self._timer.timeout.connect(self.sync_round)

    def start(self, *, full_screen: bool) -> None:
        """Show the first page and begin the rounds with the server."""
        self.flow.start()
        if full_screen:
            self.shell.showFullScreen()
        else:
            self.shell.show()
        # What the program itself consists of stays for ever: a full collection in the middle of a capture would look
        # through all of it and hold the picture still for a tenth of a second.
        gc.freeze()
        self._timer.start()
        self.sync_round()

    def close(self) -> None:
        """Stop cameras and tasks; safe to call twice."""
        self._timer.stop()
        self.idle.stop()
        self.stage.close()
        for runner in (self.tasks, self.vault, self.background):
            runner.close()
        self.shell.may_close = True
        self.shell.close()

    def sync_round(self) -> None:
        """Begin a round with the server beside everything else, unless one is under way."""
        if not self.background.busy:
            # What a round met is kept with each packet for the administrator; the voter only sees whether there is a
            # connection.
            self.background.run(
                self._sync,
                owner=self.shell,
                on_success=lambda _: self.flow.note_connection(True),
                on_error=lambda error: self.flow.note_connection(not isinstance(error, WillRetry)),
            )


def draw_first_page() -> tuple[int, int]:
    """Draw the first page without a screen and return its size in pixels, for the self-test."""
    start_application(["kiosk"])
    words = Words()
    shell = Shell(words)
    page = StartPage(words)
    page.show_view(StartView())
    shell.show_page(page)
    picture = shell.grab()
    shell.deleteLater()
    return picture.width(), picture.height()
