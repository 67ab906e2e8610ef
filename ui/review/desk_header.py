"""The band on top of the officials' window: who works here, the office's pages, text size, languages, the way out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from registration.review_desk import OfficialSession
from ui.widgets.breaking_row import BreakingRow
from ui.widgets.buttons import button
from ui.widgets.language_buttons import LanguageButtons
from ui.words import Words


class DeskHeader(QFrame):
    """Signals:
    officials_requested(), statistics_requested(): a page of the office.
    larger_toggled(bool): show everything larger, or as usual.
    lock_requested(), sign_out_requested(): end the sitting, to be gone on with or for good.
    """

    officials_requested = Signal()
    statistics_requested = Signal()
    larger_toggled = Signal(bool)
    lock_requested = Signal()
    sign_out_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("header")
        self._words = words
        self._session: OfficialSession | None = None
        self._title, self._who = QLabel(), QLabel()
        self.officials_button, self.statistics_button = button(), button()
        self.size_button, self.lock_button, self.sign_out_button = button(), button(), button()
        self.size_button.setText("A+")
        self.size_button.setCheckable(True)
        self.languages = LanguageButtons(words)
        self.officials_button.clicked.connect(self.officials_requested)
        self.statistics_button.clicked.connect(self.statistics_requested)
        self.size_button.toggled.connect(self.larger_toggled)
        self.lock_button.clicked.connect(self.lock_requested)
        self.sign_out_button.clicked.connect(self.sign_out_requested)
        row = BreakingRow(12)
        row.first.addWidget(self._title)
        row.first.addStretch(1)
        for widget in (self._who, self.officials_button, self.statistics_button):
            row.first.addWidget(widget)
        for made in (self.size_button, self.languages, self.lock_button, self.sign_out_button):
            row.second.addWidget(made)
        framed = QVBoxLayout(self)
        framed.setContentsMargins(24, 6, 24, 6)
        framed.addWidget(row)
        self.show_session(None)

    def show_session(
        self, session: OfficialSession | None, *, officials: bool = False, statistics: bool = False
    ) -> None:
        """Say who works here, and offer the pages of the office that they may go to."""
        self._session = session
        for made in (self.lock_button, self.sign_out_button):
            made.setVisible(session is not None)
        self.officials_button.setVisible(officials)
        self.statistics_button.setVisible(statistics)
        self._write_who()

    def retranslate(self) -> None:
        words = self._words
        self._title.setText(words("review.title"))
        self.officials_button.setText(words("review.office.title"))
        self.statistics_button.setText(words("review.statistics.title"))
        self.size_button.setAccessibleName(words("review.desk.larger"))
        self.size_button.setToolTip(words("review.desk.larger"))
        self.languages.retranslate()
        self.lock_button.setText(words("review.desk.lock"))
        self.sign_out_button.setText(words("review.desk.sign_out"))
        self._write_who()

    def _write_who(self) -> None:
        session = self._session
        role = "" if session is None else self._words(f"review.role.{session.role}")
        self._who.setText("" if session is None else f"{session.name} · {role}")
