"""The band on top of the officials' window: who works here, the office's pages, text size, languages, the way out.

Where the window is too narrow for one line it goes on in a second one: no button is ever cut.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel

from registration.review_desk import OfficialSession
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
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        for line in (self._first, self._second):
            line.setSpacing(12)
        self._first.addWidget(self._title)
        self._first.addStretch(1)
        for widget in (self._who, self.officials_button, self.statistics_button):
            self._first.addWidget(widget)
        self._second.addStretch(1)
        for made in (self.size_button, self.languages, self.lock_button, self.sign_out_button):
            self._second.addWidget(made)
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(24, 6, 24, 6)
        self._lines.setSpacing(12)
        self._lines.addLayout(self._first, 1)
        self._lines.addLayout(self._second)
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

    def event(self, event: QEvent) -> bool:
        # The second: words, text size or what is offered changed.
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._arrange()
        return super().event(event)

    def _write_who(self) -> None:
        session = self._session
        role = "" if session is None else self._words(f"review.role.{session.role}")
        self._who.setText("" if session is None else f"{session.name} · {role}")

    def _arrange(self) -> None:
        """Stand in one line if everything has room."""
        margins = self._lines.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        needed = self._first.sizeHint().width() + self._lines.spacing() + self._second.sizeHint().width()
        one, two = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._lines.setDirection(one if needed <= room else two)
