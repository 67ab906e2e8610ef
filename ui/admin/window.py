"""The administrator's window: how the kiosk stands, sync, sticks, enrolment, passphrase. No voter's data anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from registration.admin_desk import (
    AdminDesk,
    EnrolmentOutcome,
    KioskStatus,
)
from ui.admin.outcomes import outcome_words, refusal_words
from ui.admin.panels import AttentionPanel, EnrolPanel, PassphrasePanel, StatusPanel
from ui.admin.vault_panel import VaultPanel
from ui.admin.work_bar import WorkBar
from ui.desk_look import desk_look, desk_style
from ui.flows.admin_flow import AdminFlow
from ui.notices import Problem, sentence
from ui.tasks import TaskRunner
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Panel
from ui.widgets.language_buttons import LanguageButtons
from ui.words import Words

REFRESH_SECONDS = 15


class AdminWindow:
    """Everything an administrator does at a running kiosk.

    A script finds `sync_button`, `export_button`, `receipts_button`, `status`, `attention`, `enrol`, `vault`,
    `passphrase`.

    Args:
        choose_folder: asks for a folder and returns it, None when none was chosen.
        lock: locks the vault and ends this window.
        monotonic: seconds, for the time that work takes.
    """

    def __init__(
        self,
        desk: AdminDesk,
        words: Words,
        *,
        choose_folder: Callable[[], Path | None] | None = None,
        lock: Callable[[], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        look: Look | None = None,
    ) -> None:
        self.words = words
        self.window = QWidget()
        self.window.setObjectName("shell")
        self.window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tasks = TaskRunner(threads=2, parent=self.window)
        self.flow = AdminFlow(desk, self.tasks, self.window)
        self._choose_folder = choose_folder or self._ask_folder
        self._lock = lock or self.close
        self._status: KioskStatus | None = None
        self._problem: Problem | None = None
        self._outcome: object = None
        self.status, self.attention = StatusPanel(words), AttentionPanel(words)
        self.enrol, self.passphrase = EnrolPanel(words), PassphrasePanel(words)
        self.vault = VaultPanel(words)
        self.work_bar = WorkBar(words, monotonic)
        self.sync_button, self.export_button, self.receipts_button = button("primary"), button(), button()
        self._timer = QTimer(self.window)
        self._timer.setInterval(REFRESH_SECONDS * 1000)
        self._build()
        self._connect()
        self.window.resize(1366, 768)
        self.window.setMinimumSize(900, 600)
        self.window.setStyleSheet(desk_style(look or desk_look()))
        self._retranslate()

    def _build(self) -> None:
        header = QFrame()
        header.setObjectName("header")
        top = QHBoxLayout(header)
        top.setContentsMargins(24, 6, 24, 6)
        top.setSpacing(12)
        self._title = QLabel()
        top.addWidget(self._title, 1)
        self.languages = LanguageButtons(self.words)
        top.addWidget(self.languages)
        self._problem_panel, self._done_panel = Panel("errorPanel", "⚠"), Panel("goodPanel", "✓")
        self._verdicts_panel, self._alarm_panel = Panel("warningPanel", "⚠"), Panel("errorPanel", "⚠")
        self.behind_button = button()
        self.behind_button.hide()
        # After the panel's own line of text.
        self._alarm_panel.say(" ")
        self._alarm_panel.lines.addWidget(self.behind_button, alignment=Qt.AlignmentFlag.AlignLeft)
        self._alarm_panel.say()
        actions = QHBoxLayout()
        actions.setSpacing(12)
        for made in (self.sync_button, self.export_button, self.receipts_button):
            actions.addWidget(made)
        actions.addStretch(1)
        left, right = QVBoxLayout(), QVBoxLayout()
        for box in (left, right):
            box.setSpacing(10)
        left.addWidget(self.status)
        left.addLayout(actions)
        left.addWidget(self.work_bar)
        left.addWidget(self.attention)
        left.addStretch(1)
        right.addWidget(self.enrol)
        right.addWidget(self.passphrase)
        right.addWidget(self.vault)
        right.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(14)
        both.addLayout(left, 3)
        both.addLayout(right, 2)
        body = QWidget()
        rows = QVBoxLayout(body)
        rows.setContentsMargins(24, 12, 24, 12)
        rows.setSpacing(10)
        for panel in (self._alarm_panel, self._problem_panel, self._done_panel, self._verdicts_panel):
            rows.addWidget(panel)
        rows.addLayout(both, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        column.addWidget(scroll, 1)

    def _connect(self) -> None:
        flow = self.flow
        flow.status.connect(self._show_status)
        flow.working.connect(self._show_work)
        flow.progress.connect(self.work_bar.show_progress)
        flow.problem.connect(self._say_problem)
        flow.done.connect(self._say_done)
        self.sync_button.clicked.connect(flow.sync)
        self.export_button.clicked.connect(lambda: self._with_folder(flow.export))
        self.receipts_button.clicked.connect(lambda: self._with_folder(flow.take_receipts))
        self.attention.retry_requested.connect(flow.retry)
        self.enrol.submitted.connect(flow.enrol)
        self.passphrase.submitted.connect(flow.change_passphrase)
        self.vault.backup_requested.connect(lambda: self._with_folder(flow.back_up))
        self.vault.lock_requested.connect(lambda: self._lock())
        self.vault.rekey_requested.connect(flow.rekey)
        self.vault.add_requested.connect(flow.add_way)
        self.vault.remove_requested.connect(flow.remove_way)
        self.behind_button.clicked.connect(flow.behind_seen)
        self._timer.timeout.connect(self._look_again)
        self.words.changed.connect(self._retranslate)

    # ------------------------------------------------------------ life

    def start(self, *, full_screen: bool = False) -> None:
        self.flow.refresh()
        self._timer.start()
        if full_screen:
            self.window.showMaximized()
        else:
            self.window.show()
        self.sync_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> None:
        """End; a round or an export under way is waited for, a packet is never half told. Safe to call twice."""
        self._timer.stop()
        self.tasks.close()
        self.window.close()

    def _look_again(self) -> None:
        if not self.tasks.busy:
            self.flow.refresh()

    def _ask_folder(self) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self.window, self.words("admin.choose_folder"))
        return Path(chosen) if chosen else None

    def _with_folder(self, act: Callable[[Path], None]) -> None:
        folder = self._choose_folder()
        if folder is not None:
            act(folder)

    # ------------------------------------------------------------ what the flow says

    def _show_status(self, status: KioskStatus) -> None:
        self._status = status
        self.status.show_status(status)
        self.attention.show_notices(status.notices)
        self.enrol.show_status(status)
        self.vault.show_status(status)
        self._write_notes()

    def _show_work(self, text_id: str) -> None:
        self.work_bar.show_work(text_id)
        for made in (self.sync_button, self.export_button, self.receipts_button):
            made.setEnabled(not text_id)
        for panel in (self.attention, self.enrol, self.passphrase, self.vault):
            panel.setEnabled(not text_id)

    def _say_problem(self, problem: Problem | None) -> None:
        self._problem = problem
        self._write_notes()

    def _say_done(self, outcome: object) -> None:
        self._outcome = outcome
        if outcome == "admin.done.passphrase":
            self.passphrase.clear()
        if outcome in ("admin.done.rekey", "admin.done.way"):
            self.vault.clear()
        if isinstance(outcome, EnrolmentOutcome):
            self.enrol.clear()
        self._write_notes()

    # ------------------------------------------------------------ words

    def _write_notes(self) -> None:
        words, status = self.words, self._status
        behind = status.behind if status is not None else None
        self._alarm_panel.say("" if behind is None else words("admin.behind", last=behind[0], highest=behind[1]))
        self.behind_button.setText(words("admin.behind_note"))
        self.behind_button.setVisible(behind is not None)
        self._verdicts_panel.say(*refusal_words(words, self._outcome))
        self._problem_panel.say("" if self._problem is None else sentence(words, self._problem))
        self._done_panel.say(*outcome_words(words, self._outcome, status))

    def _retranslate(self) -> None:
        words = self.words
        self.window.setWindowTitle(words("admin.title"))
        self._title.setText(words("admin.title"))
        self.sync_button.setText(words("admin.sync"))
        self.export_button.setText(words("admin.export"))
        self.receipts_button.setText(words("admin.receipts"))
        for panel in (
            self.languages,
            self.work_bar,
            self.status,
            self.attention,
            self.enrol,
            self.passphrase,
            self.vault,
        ):
            panel.retranslate()
        self._write_notes()
