"""The officials' window: header, page in front, what can be undone.

Keys on a case: A, R, K decide, N next, L release, 1 to 5 go through the checklist, C compares with a duplicate, D
documents, + - 0 zoom, T turn; Ctrl+Z takes back. None of them acts while a text field has the focus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QEventLoop, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from registration.catalog.definitions import Service
from registration.model.ids import ServiceId
from registration.model.statistics import Statistics
from registration.office import Office, OfficialRow
from registration.ports.clock import Clock
from registration.review_desk import ReviewDesk, Role
from ui.desk_look import desk_look, desk_style
from ui.flows.office_flow import OfficeFlow
from ui.flows.review_flow import ReviewFlow
from ui.idle import IdleWatch
from ui.review.case_page import CasePage
from ui.review.compare_page import ComparePage
from ui.review.desk_header import DeskHeader
from ui.review.desk_notes import DeskNotes
from ui.review.office_page import OfficePage
from ui.review.queue_page import QueuePage
from ui.review.reopen_page import ReopenPage
from ui.review.sign_in_page import SignInPage
from ui.review.statistics_page import StatisticsPage
from ui.review.undo_bar import UndoBar, UnsentPanel
from ui.review.views import CaseView, CompareView, CountsView, QueueView, ReopenView, SignInView
from ui.tasks import TaskRunner
from ui.theme import Look
from ui.words import Words

NO_CATALOG: Mapping[ServiceId, Service] = MappingProxyType({})
_CLOSE_WITHIN_MS = 10_000


class DeskFrame(QWidget):
    """The top-level widget. Signals: closing(): it wants to close, `may_close` decides."""

    closing = Signal()

    def __init__(self, key: Callable[[QKeyEvent], bool]) -> None:
        super().__init__()
        self.setObjectName("shell")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.may_close = False
        self._key = key

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Gets the keys that nobody else wanted: a text field keeps its letters."""
        if not self._key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close:
            self.closing.emit()
        event.setAccepted(self.may_close)


class ReviewWindow:
    """The review desk with everything it runs on.

    A script finds what a person finds: `sign_in` (name_line, password_line, code_line, sign_in_button), `queue`
    (row(reference), refresh_button, next_button, state_buttons), `case` (approve_button, refuse_button,
    return_button, next_button, release_button, decision, viewer, undo_button), `header`, `statistics_button`,
    `undo_bar`, `unsent`.
    """

    def __init__(
        self,
        desk: ReviewDesk,
        clock: Clock,
        words: Words,
        *,
        undo_seconds: float = 10.0,
        idle_seconds: float = 900.0,
        catalog: Mapping[ServiceId, Service] = NO_CATALOG,
        look: Look | None = None,
        office: Office | None = None,
    ) -> None:
        """Build the window.

        Args:
            undo_seconds: how long a decision can be taken back before it is sent.
            idle_seconds: without key or mouse until the desk locks itself.
            catalog: gives kinds of attachments their names.
            office: officials and counts; None: the window shows cases only.
        """
        self.words = words
        self.look = look or desk_look()
        self.window = DeskFrame(self._key)
        self.tasks = TaskRunner(threads=1, parent=self.window)
        self.flow = ReviewFlow(desk, clock, self.tasks, undo_seconds=undo_seconds, parent=self.window)
        self.idle = IdleWatch(clock.monotonic, idle_seconds=idle_seconds, warning_seconds=0, parent=self.window)
        self.header, self.notes = DeskHeader(words), DeskNotes(words)
        self.sign_in, self.queue, self.reopen = SignInPage(words), QueuePage(words), ReopenPage(words)
        self.case = CasePage(words, self.look, catalog)
        self.compare = ComparePage(words, self.look)
        self.office = OfficeFlow(office, self.tasks, self.window) if office is not None else None
        self.statistics, self.officials = StatisticsPage(words, self.look), OfficePage(words)
        self.undo_bar, self.unsent = UndoBar(words), UnsentPanel(words)
        self.case.undo_button = self.undo_bar.undo_button
        self.statistics_button = self.header.statistics_button
        self._build()
        self._connect()
        self.window.resize(1920, 1080)
        self.window.setMinimumSize(1024, 640)
        self.window.setStyleSheet(desk_style(self.look))
        self._retranslate()

    @property
    def page(self) -> QWidget:
        """The page in front: `sign_in`, `queue`, `case`, `compare` or `reopen`."""
        front = self._pages.currentWidget()
        assert front is not None
        return front

    def _build(self) -> None:
        self._busy = QProgressBar()
        self._busy.setTextVisible(False)
        self._busy.setRange(0, 0)
        self._busy.setFixedHeight(4)
        keep = self._busy.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(keep)
        self._busy.hide()
        self._wait = QTimer(self.window)
        self._wait.setSingleShot(True)
        self._wait.setInterval(300)
        self._wait.timeout.connect(self._busy.show)
        self._pages = QStackedWidget()
        for page in (self.sign_in, self.queue, self.case, self.compare, self.reopen, self.statistics, self.officials):
            self._pages.addWidget(page)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._busy)
        column.addWidget(self.notes)
        column.addWidget(self._pages, 1)
        column.addWidget(self.unsent)
        column.addWidget(self.undo_bar)

    def _connect(self) -> None:
        flow = self.flow
        flow.shown.connect(self._show)
        sitting = flow.sitting
        flow.calls.working.connect(self._show_work)
        flow.calls.problem.connect(self.notes.say_problem)
        flow.news.connect(self.notes.say_news)
        sitting.may_close.connect(self._end)
        flow.sending.undo_changed.connect(self.undo_bar.show_view)
        flow.sending.unsent_changed.connect(self.unsent.show_views)
        self.sign_in.submitted.connect(sitting.sign_in)
        self.sign_in.other_requested.connect(sitting.change_official)
        self.queue.open_requested.connect(flow.open)
        self.queue.take_over_requested.connect(flow.take_over)
        self.queue.wanted_changed.connect(flow.show_queue)
        self.queue.refresh_requested.connect(flow.refresh)
        self.queue.next_requested.connect(flow.next)
        self.case.decided.connect(flow.decide)
        self.case.draft_changed.connect(flow.case.keep_draft)
        self.case.next_requested.connect(flow.next)
        self.case.release_requested.connect(flow.release)
        self.case.compare_requested.connect(flow.compare)
        self.compare.number_requested.connect(flow.compare)
        self.compare.back_requested.connect(flow.end_compare)
        self.reopen.submitted.connect(flow.reopen)
        self.reopen.cancelled.connect(flow.refresh)
        self.undo_bar.undo_requested.connect(flow.undo)
        self.unsent.retry_requested.connect(flow.retry)
        self.unsent.open_requested.connect(flow.open_unsent)
        self.unsent.drop_requested.connect(flow.drop_unsent)
        self.header.larger_toggled.connect(self.enlarge)
        self.header.lock_requested.connect(sitting.lock)
        self.header.sign_out_requested.connect(sitting.sign_out)
        self.idle.expired.connect(sitting.lock)
        self.window.closing.connect(sitting.ask_close)
        if self.office is not None:
            self._connect_office(self.office)
        self.words.changed.connect(self._retranslate)

    def _connect_office(self, office: OfficeFlow) -> None:
        office.problem.connect(self.notes.say_problem)
        office.working.connect(self._show_work)
        office.done.connect(self.notes.say_done)
        office.statistics.connect(self._show_statistics)
        office.officials.connect(self._show_officials)
        office.credentials.connect(self.officials.show_credentials)
        self.header.statistics_requested.connect(office.show_statistics)
        self.header.officials_requested.connect(office.show_officials)
        self.statistics.refresh_requested.connect(office.show_statistics)
        self.statistics.save_requested.connect(self._save_statistics)
        self.officials.enrol_requested.connect(office.enrol)
        self.officials.unlock_requested.connect(office.unlock)
        self.officials.disable_requested.connect(office.disable)
        self.officials.voter_unlock_requested.connect(office.unlock_voter)
        for page in (self.statistics, self.officials):
            page.left.connect(self.flow.refresh)

    # ------------------------------------------------------------ life

    def start(self, *, full_screen: bool = False) -> None:
        """Show the sign-in page."""
        self.flow.sitting.start()
        if full_screen:
            self.window.showMaximized()
        else:
            self.window.show()

    def close(self) -> None:
        """End: a decision whose undo time runs is sent first. Safe to call twice."""
        self.idle.stop()
        if not self.window.may_close:
            self.flow.sitting.ask_close()
        self._wait_for_tasks()
        self._end()
        self.tasks.close()

    def _wait_for_tasks(self) -> None:
        """Let what is on its way to the server arrive, at most ten seconds."""
        loop = QEventLoop()
        look = QTimer()
        look.setInterval(10)
        look.timeout.connect(lambda: None if self.tasks.busy else loop.quit())
        QTimer.singleShot(_CLOSE_WITHIN_MS, loop, loop.quit)
        look.start()
        if self.tasks.busy:
            loop.exec()

    def _end(self) -> None:
        self.window.may_close = True
        self.window.close()

    # ------------------------------------------------------------ what the flow says

    def _show(self, view: object) -> None:
        match view:
            case SignInView():
                self.idle.stop()
                self.notes.say_news(None)
                self.case.forget()
                self.compare.forget()
                self._bring(self.sign_in)
                self.sign_in.show_view(view)
            case QueueView():
                self._bring(self.queue)
                self.case.forget()
                self.compare.forget()
                self.queue.show_view(view)
            case CaseView():
                self._bring(self.case)
                self.compare.forget()
                self.case.show_view(view)
            case CompareView():
                self._bring(self.compare)
                self.compare.show_view(view)
            case ReopenView():
                self._bring(self.reopen)
                self.reopen.show_view(view)
            case CountsView() if self.office is not None:
                self.office.enter(view.session)
                self.office.show_statistics()
        signed = self.flow.session is not None
        if self.office is not None:
            self.office.enter(self.flow.session)
        self.officials.forget()
        if signed:
            self.idle.start()
        self.unsent.allow(signed)
        self._write_who()

    def _show_statistics(self, view: Statistics) -> None:
        session = self.flow.session
        self.statistics.show_view(view, may_leave=session is not None and session.role is not Role.OBSERVER)
        self._leave_for(self.statistics)

    def _show_officials(self, rows: tuple[OfficialRow, ...]) -> None:
        self.officials.show_officials(rows)
        self._leave_for(self.officials)

    def _leave_for(self, page: QWidget) -> None:
        """Bring a page of the office to the front; a case on the screen goes back to the queue first."""
        if self.page is self.case:
            self.flow.leave_case()
            self.case.forget()
        self._bring(page)
        self._write_who()

    def _save_statistics(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self.window, self.words("review.statistics.save"), "statistics.csv", "CSV (*.csv)"
        )
        if name and self.office is not None:
            self.office.save_statistics(Path(name))

    def _bring(self, page: QWidget) -> None:
        if self._pages.currentWidget() is not page:
            self._pages.setCurrentWidget(page)

    def _show_work(self, busy: bool) -> None:
        if busy:
            self._wait.start()
        else:
            self._wait.stop()
            self._busy.hide()

    def enlarge(self, large: bool) -> None:
        """Show everything larger, or as usual; pictures keep their size."""
        self.window.setStyleSheet(desk_style(desk_look(self.look.theme, large=large)))

    # ------------------------------------------------------------ keys

    def _key(self, event: QKeyEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() == Qt.Key.Key_Z:
            self.flow.undo()
            return True
        if event.key() == Qt.Key.Key_F5 and self.page is self.queue:
            self.flow.refresh()
            return True
        if self.page is self.case:
            return self.case.key(event)
        if self.page is self.compare:
            return self.compare.key(event)
        if self.page is self.queue and event.key() == Qt.Key.Key_N and not control:
            self.queue.next_button.click()
            return True
        return False

    # ------------------------------------------------------------ words

    def _write_who(self) -> None:
        session = self.flow.session
        supervises = session is not None and session.role is Role.SUPERVISOR and self.office is not None
        self.header.show_session(
            session,
            officials=supervises and self.page is not self.officials,
            statistics=supervises and self.page is not self.statistics,
        )

    def _retranslate(self) -> None:
        self.window.setWindowTitle(self.words("review.title"))
        pages = (self.sign_in, self.queue, self.case, self.compare, self.reopen, self.statistics, self.officials)
        for part in (self.header, self.notes, *pages, self.undo_bar, self.unsent):
            part.retranslate()
