"""What stands at the bottom of the desk while a decision can be taken back, or when one was not sent."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui.notices import sentence
from ui.review.parts import line, spread
from ui.review.views import UndoView, UnsentView
from ui.widgets.buttons import button
from ui.widgets.discard import discard
from ui.widgets.labels import Text
from ui.words import Words


class UndoBar(QFrame):
    """Counts down in words and as a bar. Signals: undo_requested()."""

    undo_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("undo")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._words = words
        self._view: UndoView | None = None
        self._said = line()
        self.undo_button = button()
        self._left = QProgressBar()
        self._left.setTextVisible(False)
        self._left.setRange(0, 1000)
        row = QHBoxLayout()
        row.setContentsMargins(24, 6, 24, 6)
        row.setSpacing(16)
        row.addWidget(self._said, 1)
        row.addWidget(self.undo_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._left)
        column.addLayout(row)
        self.undo_button.clicked.connect(self.undo_requested)
        self.hide()

    def show_view(self, view: UndoView | None) -> None:
        self._view = view
        self.setVisible(view is not None)
        self.retranslate()

    def retranslate(self) -> None:
        words, view = self._words, self._view
        self.undo_button.setText(f"{words('review.desk.undo')}  (Ctrl+Z)")
        self.undo_button.setAccessibleName(words("review.desk.undo"))
        if view is None:
            return
        decided = words(f"review.desk.decided.{view.action}")
        seconds = max(1, math.ceil(view.left))
        self._said.setText(words("review.desk.undo_left", reference=view.reference, decided=decided, n=seconds))
        self._left.setValue(round(1000 * view.left / max(view.seconds, 0.001)))
        self._left.setAccessibleName(self._said.text())


class UnsentPanel(QFrame):
    """One line for each decision the server did not take. Signals: retry_requested(case id), open_requested(case id),
    drop_requested(case id)."""

    retry_requested = Signal(str)
    open_requested = Signal(str)
    drop_requested = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.setObjectName("errorPanel")
        self._words = words
        self._views: tuple[UnsentView, ...] = ()
        self._may_act = True
        self._lines: list[QWidget] = []
        self.retry_buttons: dict[str, QPushButton] = {}
        self.open_buttons: dict[str, QPushButton] = {}
        self.drop_buttons: dict[str, QPushButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 8, 24, 8)
        self.hide()

    def show_views(self, views: tuple[UnsentView, ...]) -> None:
        self._views = views
        self.retranslate()

    def allow(self, may_act: bool) -> None:
        """Sending again and opening need somebody signed in."""
        self._may_act = may_act
        self.retranslate()

    def retranslate(self) -> None:
        words = self._words
        for old in self._lines:
            self._column.removeWidget(old)
            discard(old)
        self._lines, self.retry_buttons, self.open_buttons, self.drop_buttons = [], {}, {}, {}
        for view in self._views:
            made = self._line(view)
            self._column.addWidget(made)
            made.show()
            self._lines.append(made)
        self.setAccessibleName(words("review.desk.unsent_title") if self._views else "")
        self.setVisible(bool(self._views))

    def _line(self, view: UnsentView) -> QWidget:
        words, made = self._words, QWidget()
        action = words(f"review.action.{view.action}")
        said = words("review.desk.unsent", reference=view.reference, action=action)
        text = Text("bad", f"⚠  {said}  {sentence(words, view.problem)}")
        retry, again, drop = button(), button(), button()
        retry.setText(words("review.desk.send_again"))
        again.setText(words("review.desk.open_again"))
        drop.setText(words("review.desk.let_go"))
        for chosen, kept, signal in (
            (retry, self.retry_buttons, self.retry_requested),
            (again, self.open_buttons, self.open_requested),
            (drop, self.drop_buttons, self.drop_requested),
        ):
            chosen.setEnabled(self._may_act)
            kept[view.case_id] = chosen
            chosen.clicked.connect(lambda _checked=False, signal=signal: signal.emit(view.case_id))
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(text, 1)
        row.addLayout(spread(retry, again, drop))
        return made
