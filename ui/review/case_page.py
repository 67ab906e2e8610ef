"""One case in one screen: the facts on the left, the documents always beside them, the decision at the bottom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from registration.catalog.definitions import Service
from registration.model.case import CHECKLIST, Action
from registration.model.ids import ServiceId
from ui.notices import sentence
from ui.review.case_facts import CaseFacts, declared_address
from ui.review.checklist import Checklist
from ui.review.decision_panel import DecisionPanel
from ui.review.decisions import lacks
from ui.review.parts import BAD, DOUBT, GOOD, PLAIN, day, hour, line, spread, tag
from ui.review.viewer import DocumentViewer
from ui.review.views import CaseView, Draft, Sheet
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Panel, Text
from ui.words import Words

WIDE = 1700
"""From this width on the notices stand beside the faces."""


class CasePage(QWidget):
    """Signals: decided(action, reasons, comment, checklist), draft_changed(Draft), next_requested(),
    release_requested(), compare_requested(number of the duplicate)."""

    decided = Signal(object, object, str, object)
    draft_changed = Signal(object)
    next_requested = Signal()
    release_requested = Signal()
    compare_requested = Signal(int)

    def __init__(self, words: Words, look: Look, catalog: Mapping[ServiceId, Service]) -> None:
        super().__init__()
        self._words = words
        self._look = look
        self._catalog = catalog
        self._view: CaseView | None = None
        self._facts: CaseFacts | None = None
        self._is_wide = True
        self.undo_button: QPushButton | None = None
        """The undo bar's, for whoever looks for it here; set by the window."""
        self.approve_button, self.refuse_button, self.return_button = button("primary"), button("danger"), button()
        self.next_button, self.release_button = button(), button()
        self.viewer = DocumentViewer(words, look)
        self.decision = DecisionPanel(words)
        self.checklist = Checklist(words)
        self._reference, self._lease = line("heading"), line("caption")
        self._against = Panel("errorPanel", "⚠")
        self._tags = QHBoxLayout()
        self._tags.setSpacing(8)
        self._build()
        self._connect()
        self.retranslate()

    def _build(self) -> None:
        self._scroll = QScrollArea()
        # Sideways too where the window is narrow: the verdicts stand last in the comparison.
        self._scroll.setWidgetResizable(True)
        decision = QScrollArea()
        decision.setWidgetResizable(True)
        decision.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        decision.setWidget(self.decision)
        self._left = QStackedWidget()
        self._left.addWidget(self._scroll)
        self._left.addWidget(decision)
        self._decision_area = decision
        top = QHBoxLayout()
        top.addWidget(self._reference)
        top.addLayout(self._tags)
        top.addStretch(1)
        top.addWidget(self._lease)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self._left, 11)
        middle.addWidget(self.viewer, 9)
        bar = QFrame()
        bar.setObjectName("actions")
        actions = QHBoxLayout(bar)
        actions.setContentsMargins(24, 8, 24, 8)
        actions.setSpacing(12)
        for made in (self.approve_button, self.refuse_button, self.return_button):
            actions.addWidget(made)
        actions.addStretch(1)
        for made in (self.release_button, self.next_button):
            actions.addWidget(made)
        body = QVBoxLayout()
        body.setContentsMargins(24, 10, 24, 8)
        body.setSpacing(8)
        body.addLayout(top)
        body.addWidget(self._against)
        body.addLayout(middle, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(bar)

    def _connect(self) -> None:
        self.approve_button.clicked.connect(self._approve)
        self.refuse_button.clicked.connect(lambda: self._ask(Action.REFUSE))
        self.return_button.clicked.connect(lambda: self._ask(Action.RETURN))
        self.next_button.clicked.connect(self.next_requested)
        self.release_button.clicked.connect(self.release_requested)
        self.decision.made.connect(self._decided)
        self.decision.changed.connect(self.draft_changed)
        self.decision.cancelled.connect(self._end_asking)
        self.viewer.turned.connect(self._write_caption)

    # ------------------------------------------------------------ view

    def show_view(self, view: CaseView) -> None:
        """Show a case; the same case again (a decision, a renewed lease) keeps page, zoom and place."""
        before, self._view = self._view, view
        self._against.say()
        if before is None or before.opened is not view.opened:
            self._facts = self._made_facts(view)
            self.checklist.begin(view.opened, self._facts.rows)
            self._write_facts()
            self.viewer.show_sheets(view.opened.sheets, self._facts.sheet_titles())
            self._end_asking()
            if view.draft.action is not None and view.decided is None:
                self._ask(view.draft.action)
        elif view.decided is not None:
            self._end_asking()
        elif before.decided is not None and view.draft.action is not None:
            # Taken back: what was written is there again.
            self._ask(view.draft.action)
        self._write_state()

    def _made_facts(self, view: CaseView) -> CaseFacts:
        return CaseFacts(self._words, self._look, view.opened, self._catalog, self.compare_requested.emit)

    def forget(self) -> None:
        """Wipe everything of the voter from the page."""
        self._view, self._facts = None, None
        self.checklist.setParent(self)
        self.checklist.hide()
        if (facts := self._scroll.takeWidget()) is not None:
            facts.deleteLater()
        _clear(self.viewer.caption)
        self.viewer.show_sheets((), ())
        self.decision.fill(Action.REFUSE, Draft(), self._words.language)
        self.decision.comment.document().clearUndoRedoStacks()
        self._left.setCurrentWidget(self._scroll)

    def _write_facts(self) -> None:
        facts = self._facts
        assert facts is not None
        holder = QWidget()
        holder.setObjectName("facts")
        placed = QVBoxLayout(holder)
        placed.setContentsMargins(0, 0, 8, 0)
        placed.setSpacing(8)
        wide = self._is_wide = self.width() >= WIDE
        notices = facts.notices()
        if wide and notices:
            beside = QVBoxLayout()
            beside.setSpacing(8)
            for notice in notices:
                beside.addWidget(notice)
            beside.addStretch(1)
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(facts.faces())
            row.addLayout(beside, 1)
            placed.addLayout(row)
        else:
            for notice in notices:
                placed.addWidget(notice)
            placed.addWidget(facts.faces())
        same = facts.duplicates()
        for section in (facts.table(), facts.address(), same, self.checklist, facts.history()):
            if section is not None:
                placed.addWidget(section)
        placed.addStretch(1)
        # The old facts are deleted by this; the checklist lives on in the new ones.
        self._scroll.setWidget(holder)
        self.checklist.show()

    def _write_state(self) -> None:
        view, words = self._view, self._words
        if view is None:
            return
        row = view.opened.case.row
        self._reference.setText(row.reference)
        while (item := self._tags.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        version = words("review.desk.version", n=row.revision)
        limit = words("review.overdue") if row.overdue else words("review.desk.until_day", day=day(row.due))
        self._tags.addWidget(tag(PLAIN, version))
        self._tags.addWidget(tag(BAD if row.overdue else PLAIN, limit))
        if view.decided is not None:
            kind = {Action.APPROVE: GOOD, Action.REFUSE: BAD}.get(view.decided, DOUBT)
            self._tags.addWidget(tag(kind, words(f"review.desk.decided.{view.decided}")))
        self._lease.setText(self._lease_words(view.until))
        free = view.decided is None
        for made in (self.refuse_button, self.return_button, self.release_button):
            made.setEnabled(free)
        # Not while a refusal or a return is being written: it would be approved by a slip.
        self.approve_button.setEnabled(free and not self.asking)

    def _lease_words(self, until: datetime | None) -> str:
        return "" if until is None else self._words("review.desk.lease", hour=hour(until))

    def _write_caption(self, sheet: Sheet | None) -> None:
        """Beside a proof stand the declared address and the findings, beside the document its zone."""
        caption = self.viewer.caption
        _clear(caption)
        view, facts = self._view, self._facts
        if sheet is None or view is None or facts is None:
            return
        words, request = self._words, view.opened.case.request
        if sheet.attachment is not None:
            address = words("review.desk.declared_address", address=declared_address(words, request))
            caption.addWidget(Text("value", address))
            caption.addLayout(facts.proof_tags(sheet.attachment))
            return
        zone = request.document.mrz
        if zone is not None:
            kind, said = (GOOD, "digits_ok") if zone.check_digits_ok else (BAD, "digits_wrong")
            caption.addLayout(spread(line("caption", f"MRZ {zone.format}"), tag(kind, words(f"review.desk.{said}"))))
        else:
            caption.addLayout(spread(tag(DOUBT, words("review.desk.no_mrz"))))

    # ------------------------------------------------------------ deciding

    def _approve(self) -> None:
        problems = lacks(Action.APPROVE, (), "", self.checklist.findings())
        self._against.say(*(sentence(self._words, problem) for problem in problems))
        if not problems:
            self._decided(Action.APPROVE, (), "")

    def _decided(self, action: Action, reasons: tuple[str, ...], comment: str) -> None:
        self.decided.emit(action, reasons, comment, self.checklist.findings())

    def _ask(self, action: Action) -> None:
        view = self._view
        if view is None or view.decided is not None:
            return
        draft = view.draft if view.draft.action is action else Draft(action, self._suggested(action))
        self._against.say()
        # Shown first: what is hidden takes no focus.
        self._left.setCurrentWidget(self._decision_area)
        self.decision.begin(action, draft, view.opened.case.request.language)
        self._write_state()

    def _suggested(self, action: Action) -> tuple[str, ...]:
        """The reasons that follow from what the official found wrong in the checklist."""
        return self.checklist.reasons() if action is Action.REFUSE else ()

    def _end_asking(self) -> None:
        self._left.setCurrentWidget(self._scroll)
        self._scroll.setFocus(Qt.FocusReason.OtherFocusReason)
        self._write_state()

    @property
    def asking(self) -> bool:
        """True while a refusal or a return is being written."""
        return self._left.currentWidget() is self._decision_area

    def key(self, event: QKeyEvent) -> bool:
        """Act on one of the page's keys; False when it is none. Never called for what was typed into a field."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if self._view is None or not plain or self.asking or isinstance(self.focusWidget(), QPlainTextEdit):
            return False
        pressed = {
            Qt.Key.Key_A: self.approve_button,
            Qt.Key.Key_R: self.refuse_button,
            Qt.Key.Key_K: self.return_button,
            Qt.Key.Key_N: self.next_button,
            Qt.Key.Key_L: self.release_button,
        }.get(Qt.Key(event.key()))
        if pressed is None:
            return self._small_key(event) or self.viewer.key(event)
        # A key held down is one press.
        if not event.isAutoRepeat():
            pressed.click()
        return True

    def _small_key(self, event: QKeyEvent) -> bool:
        """C compares with the first duplicate, a digit goes through an item of the checklist."""
        view, number = self._view, event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_C and view is not None and view.opened.case.duplicates:
            self.compare_requested.emit(0)
        elif 0 <= number < len(CHECKLIST):
            self._against.say()
            self.checklist.step(number)
            self._scroll.ensureWidgetVisible(self.checklist)
        else:
            return False
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._facts is not None and (self.width() >= WIDE) != self._is_wide:
            self._write_facts()

    # ------------------------------------------------------------ words

    def retranslate(self) -> None:
        words = self._words
        for made, name, key in (
            (self.approve_button, "review.action.approve", "A"),
            (self.refuse_button, "review.action.refuse", "R"),
            (self.return_button, "review.action.return", "K"),
            (self.release_button, "review.release", "L"),
            (self.next_button, "review.desk.next", "N"),
        ):
            made.setText(f"{words(name)}  ({key})")
            made.setAccessibleName(words(name))
        self.viewer.retranslate()
        self.decision.retranslate()
        self.checklist.retranslate()
        if self._view is not None:
            self._facts = self._made_facts(self._view)
            self._write_facts()
            self.viewer.retitle(self._facts.sheet_titles())
            self._write_caption(self.viewer.sheet)
            self._write_state()


def _clear(box: QVBoxLayout | QHBoxLayout) -> None:
    while (item := box.takeAt(0)) is not None:
        inner = item.layout()
        if isinstance(inner, QVBoxLayout | QHBoxLayout):
            _clear(inner)
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
