"""The queue: few columns, reference first, state last (ux.md rule 35); rows are buttons, so every key works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from registration.model.case import CaseState
from registration.model.civil_day import civil_day
from registration.model.ids import CaseId
from registration.review_desk import CaseRow, QueueFilter, Role
from resources import texts
from ui.review.decisions import may_open
from ui.review.parts import BAD, DOUBT, PLAIN, STATE_TAG, line, moment, spread, tag
from ui.review.views import QueueView
from ui.widgets.buttons import button
from ui.widgets.discard import discard
from ui.widgets.labels import Panel, Text
from ui.widgets.wrapping_row import WrappingRow
from ui.words import Words

COLUMNS = ("reference", "received", "deadline", "version", "language", "claimed", "state")
_STRETCH = (3, 3, 3, 1, 2, 3, 3)
_SOON_DAYS = 1
ANY, OVERDUE, TODAY = LIMITS = ("any", "overdue", "today")
"""By time limit; ids of texts under ``review.desk.filter.``. What is due today includes what is overdue."""


class QueueRow(QPushButton):
    """One case. Its accessible name is the whole line in words."""

    def __init__(self, words: Words, row: CaseRow, now: datetime) -> None:
        super().__init__()
        self.setObjectName("row")
        self.case = row
        self.due_words, due_kind = _due(words, row, now)
        cells: list[QLabel] = [
            line("rowReference", row.reference),
            line("text", moment(row.received)),
            tag(due_kind, self.due_words),
            line("text", str(row.revision)),
            line("text", texts.text(row.language, "shell.language_name") if row.language in texts.LANGUAGES else ""),
            line("text", row.claimed_by or "–"),
            tag(STATE_TAG.get(row.state, PLAIN), words(f"review.state.{row.state}")),
        ]
        placed = _columns(self, cells)
        placed.setContentsMargins(14, 0, 14, 0)
        for cell in cells:
            cell.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        state = words(f"review.state.{row.state}")
        self.setAccessibleName(", ".join((row.reference, self.due_words, state, row.claimed_by)).rstrip(", "))


def _columns(parent: QWidget, cells: list[QLabel]) -> QHBoxLayout:
    row = QHBoxLayout(parent)
    row.setSpacing(8)
    for cell, stretch in zip(cells, _STRETCH, strict=True):
        holder = QWidget()
        holder.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inner = spread(cell)
        holder.setLayout(inner)
        holder.setMinimumWidth(stretch * 26)
        row.addWidget(holder, stretch)
    return row


def _due(words: Words, row: CaseRow, now: datetime) -> tuple[str, str]:
    if row.overdue:
        return words("review.overdue"), BAD
    if row.state not in (CaseState.SUBMITTED, CaseState.COMPLETED, CaseState.IN_REVIEW):
        return "–", "text"
    days = (row.due - civil_day(now)).days
    said = words("review.due_today") if days <= 0 else words("review.due", n=days)
    return said, DOUBT if days <= _SOON_DAYS else "text"


class QueuePage(QWidget):
    """Signals: open_requested(CaseRow), take_over_requested(CaseId), wanted_changed(QueueFilter),
    refresh_requested(), next_requested()."""

    open_requested = Signal(object)
    take_over_requested = Signal(str)
    wanted_changed = Signal(object)
    refresh_requested = Signal()
    next_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._view: QueueView | None = None
        self.rows: list[QueueRow] = []
        self.refresh_button, self.next_button = button(), button("primary")
        self.previous_page_button, self.next_page_button = button(), button()
        self.take_over_button, self.leave_it_button = button("danger"), button()
        self._heading, self._page_words = Text("heading"), line("caption")
        self._states, self._languages, self._limits = (QButtonGroup(self) for _ in range(3))
        self.state_buttons: dict[CaseState | None, QPushButton] = {}
        self.language_buttons: dict[str, QPushButton] = {}
        self.limit_buttons: dict[str, QPushButton] = {}
        self._taken: CaseId | None = None
        self._chose: QWidget | None = None
        self._build()
        self.refresh_button.clicked.connect(self.refresh_requested)
        self.next_button.clicked.connect(self.next_requested)
        self.previous_page_button.clicked.connect(lambda: self._turn(-1))
        self.next_page_button.clicked.connect(lambda: self._turn(1))
        self.take_over_button.clicked.connect(self._take_over)
        self.leave_it_button.clicked.connect(lambda: self._ask_take_over(None))
        self._states.buttonClicked.connect(self._filter)
        self._languages.buttonClicked.connect(self._filter)
        self._limits.buttonClicked.connect(self._filter)
        self.retranslate()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self.refresh_button)
        top.addWidget(self.next_button)
        filters, others = WrappingRow(), WrappingRow()
        for state in (None, *CaseState):
            self.state_buttons[state] = self._filter_button(self._states, filters)
        for language in ("", *texts.LANGUAGES):
            self.language_buttons[language] = self._filter_button(self._languages, others)
        for limit in LIMITS:
            self.limit_buttons[limit] = self._filter_button(self._limits, others)
        self._take_over_panel = Panel("warningPanel", "⚠")
        self._take_over_words = Text()
        self._take_over_panel.lines.addWidget(self._take_over_words)
        self._take_over_panel.lines.addLayout(spread(self.take_over_button, self.leave_it_button))
        self._head = QFrame()
        self._head.setObjectName("rowHead")
        self._head_cells = [line() for _ in COLUMNS]
        _columns(self._head, self._head_cells).setContentsMargins(14, 6, 14, 6)
        self._empty = Text("lead")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._list.addWidget(self._empty)
        self._list.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(holder)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        paging = spread(self.previous_page_button, self._page_words, self.next_page_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 14, 24, 14)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(filters)
        column.addLayout(others)
        column.addWidget(self._take_over_panel)
        listed = QVBoxLayout()
        listed.setSpacing(0)
        listed.addWidget(self._head)
        listed.addWidget(self._scroll, 1)
        column.addLayout(listed, 1)
        column.addLayout(paging)

    def _filter_button(self, group: QButtonGroup, row: WrappingRow) -> QPushButton:
        made = button("filter")
        made.setCheckable(True)
        group.addButton(made)
        row.addWidget(made)
        return made

    # ------------------------------------------------------------ view

    def show_view(self, view: QueueView) -> None:
        """Show a page of the queue; the focus stays on the filter that was chosen, or on the same reference."""
        focused = next((row.case.reference for row in self.rows if row.hasFocus()), "")
        self._view = view
        self._ask_take_over(None)
        self.retranslate()
        chose, self._chose = self._chose, None
        if chose is not None and chose.isEnabled():
            chose.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        target = self.row(focused) if focused else None
        target = target or next((row for row in self.rows if row.isEnabled()), None)
        (target or self.refresh_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def row(self, reference: str) -> QueueRow | None:
        """Return the row of a reference, if it is on this page."""
        return next((row for row in self.rows if row.case.reference == reference), None)

    def _write_rows(self, view: QueueView) -> None:
        for old in self.rows:
            self._list.removeWidget(old)
            discard(old)
        self.rows = []
        for number, case in enumerate(view.page.cases):
            made = QueueRow(self._words, case, view.now)
            made.setEnabled(may_open(case.state, view.session.role))
            made.clicked.connect(lambda _checked=False, case=case: self._choose(case))
            self._list.insertWidget(number, made)
            # At once, not in the layout's own time: what is hidden takes no focus.
            made.show()
            self.rows.append(made)
        self._empty.say("" if self.rows else self._words("review.desk.empty"))

    def _choose(self, case: CaseRow) -> None:
        view = self._view
        assert view is not None
        others = case.claimed_by not in ("", view.session.name)
        if others and view.session.role is Role.SUPERVISOR:
            self._ask_take_over(case)
        else:
            self.open_requested.emit(case)

    def _ask_take_over(self, case: CaseRow | None) -> None:
        self._taken = None if case is None else case.case_id
        self._take_over_panel.setVisible(case is not None)
        if case is None:
            return
        words = self._words
        self.take_over_button.setText(words("review.take_over", by=case.claimed_by))
        said = words("review.desk.taken", reference=case.reference, by=case.claimed_by)
        self._take_over_words.say(said)
        self._take_over_panel.setAccessibleName(said)
        self.leave_it_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_over(self) -> None:
        if self._taken is not None:
            self.take_over_requested.emit(self._taken)

    # ------------------------------------------------------------ filters

    def _filter(self, chosen: QWidget) -> None:
        # Whoever goes through the filters wants to stay there.
        self._chose = chosen
        state = next((s for s, made in self.state_buttons.items() if made.isChecked()), None)
        language = next((name for name, made in self.language_buttons.items() if made.isChecked()), "")
        limit = next((name for name, made in self.limit_buttons.items() if made.isChecked()), ANY)
        self.wanted_changed.emit(QueueFilter(state, language, due_by=self._due_by(limit)))

    def _due_by(self, limit: str) -> date | None:
        view = self._view
        if view is None or limit == ANY:
            return None
        today = civil_day(view.now)
        return today if limit == TODAY else today - timedelta(days=1)

    def _turn(self, pages: int) -> None:
        if self._view is not None:
            self._chose = self.previous_page_button if pages < 0 else self.next_page_button
            wanted = self._view.wanted
            self.wanted_changed.emit(replace(wanted, page=wanted.page + pages))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk through the rows."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        here = next((n for n, row in enumerate(self.rows) if row.hasFocus()), None)
        if step is None or here is None:
            super().keyPressEvent(event)
            return
        target = self.rows[min(max(0, here + step), len(self.rows) - 1)]
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(target, 0, 20)

    # ------------------------------------------------------------ words

    def retranslate(self) -> None:
        words, view = self._words, self._view
        self._heading.say(words("review.queue"))
        self.refresh_button.setText(words("review.desk.refresh"))
        self.next_button.setText(words("review.desk.next_key"))
        self.leave_it_button.setText(words("shell.cancel"))
        for cell, name in zip(self._head_cells, COLUMNS, strict=True):
            cell.setText(words(f"review.desk.queue_column.{name}"))
        self.previous_page_button.setText(words("review.desk.previous_page"))
        self.next_page_button.setText(words("review.desk.next_page"))
        if view is None:
            return
        counts, spoken = view.page.counts, view.page.by_language
        waiting = (CaseState.SUBMITTED, CaseState.COMPLETED, CaseState.IN_REVIEW)
        for state, made in self.state_buttons.items():
            number = sum(counts.get(s, 0) for s in waiting) if state is None else counts.get(state, 0)
            name = words("review.desk.waiting") if state is None else words(f"review.state.{state}")
            made.setText(f"{name} ({number})")
            made.setChecked(state == view.wanted.state)
        for language, made in self.language_buttons.items():
            number = spoken.get(language, 0) if language else sum(spoken.values())
            name = texts.text(language, "shell.language_name") if language else words("review.desk.all_languages")
            name = f"{name} ({number})"
            made.setText(name)
            made.setAccessibleName(f"{words('shell.language')}: {name}")
            made.setChecked(language == view.wanted.language)
        numbers = {ANY: 0, OVERDUE: view.page.overdue, TODAY: view.page.due_today}
        for limit, made in self.limit_buttons.items():
            made.setText(words(f"review.desk.filter.{limit}", n=numbers[limit]))
            made.setChecked(self._due_by(limit) == view.wanted.due_by)
        self._page_words.setText(words("review.desk.page", page=view.page.page, pages=view.page.pages))
        self.previous_page_button.setEnabled(view.page.page > 1)
        self.next_page_button.setEnabled(view.page.page < view.page.pages)
        self._write_rows(view)
