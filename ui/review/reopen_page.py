"""A supervisor takes a decided case up again: an act with a page and a reason of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from registration.review_desk import MOST_COMMENT
from ui.notices import Problem, sentence
from ui.review.parts import centred, spread
from ui.review.views import ReopenView
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words


class ReopenPage(QWidget):
    """Signals: submitted(case id, comment), cancelled()."""

    submitted = Signal(str, str)
    cancelled = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._view: ReopenView | None = None
        self._problem: Problem | None = None
        self.comment = QPlainTextEdit()
        self.comment.setTabChangesFocus(True)
        self.comment.setFixedHeight(140)
        self.reopen_button, self.cancel_button = button("primary"), button()
        self._heading, self._note, self._error = Text("heading"), Text("lead"), Text("fieldError")
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(640)
        rows = QVBoxLayout(card)
        rows.setContentsMargins(28, 24, 28, 28)
        rows.setSpacing(10)
        for widget in (self._heading, self._note, self._error, self.comment):
            rows.addWidget(widget)
        rows.addLayout(spread(self.reopen_button, self.cancel_button))
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(centred(card))
        column.addStretch(3)
        self.reopen_button.clicked.connect(self._submit)
        self.cancel_button.clicked.connect(self.cancelled)

    def show_view(self, view: ReopenView) -> None:
        self._view, self._problem = view, None
        self.comment.clear()
        self.retranslate()
        self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit(self) -> None:
        comment = self.comment.toPlainText().strip()
        self._problem = None
        if not comment:
            self._problem = Problem("case.comment_required")
        elif len(comment) > MOST_COMMENT:
            self._problem = Problem("case.comment_too_long", (("most", MOST_COMMENT),))
        self.retranslate()
        if self._problem is None and self._view is not None:
            self.submitted.emit(self._view.case_id, comment)

    def retranslate(self) -> None:
        words, view = self._words, self._view
        if view is None:
            return
        self._heading.say(words("review.desk.reopen_title", reference=view.reference))
        self._note.say(words("review.desk.reopen_note", state=words(f"review.state.{view.state}")))
        self._error.say("" if self._problem is None else f"✗  {sentence(words, self._problem)}")
        self.comment.setAccessibleName(words("review.desk.reopen_reason"))
        self.reopen_button.setText(words("review.reopen"))
        self.cancel_button.setText(words("shell.cancel"))
