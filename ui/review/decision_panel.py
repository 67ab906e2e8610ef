"""Refusing and returning: reasons from the list, words for the voter. Stands beside the documents, not before them.

The voter reads reasons and common comments in their own language; the official chooses them in this window's and sees
what the voter will read.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QVBoxLayout, QWidget

from registration.model.case import REFUSAL_REASONS, Action
from registration.review_desk import MOST_COMMENT
from resources import texts
from ui.notices import Problem, sentence
from ui.review.decisions import COMMENT, REASONS, lacks
from ui.review.parts import line, spread
from ui.review.views import Draft
from ui.widgets.buttons import button
from ui.widgets.labels import Text, column
from ui.words import Words

TEMPLATES = ("page", "linking", "declaration", "picture", "address", "id_card")
"""Common comments; ids of texts under ``review.template.`` (for the official) and ``review.said.`` (for the voter)."""


class DecisionPanel(QWidget):
    """Signals: made(action, reasons, comment), changed(Draft), cancelled()."""

    made = Signal(object, object, str)
    changed = Signal(object)
    cancelled = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.action = Action.REFUSE
        self._language = words.language
        self._problems: tuple[Problem, ...] = ()
        self._writing = False
        self.reason_boxes = {reason: QCheckBox() for reason in REFUSAL_REASONS}
        self.comment = QPlainTextEdit()
        self.comment.setTabChangesFocus(True)
        self.comment.setMinimumHeight(80)
        self.comment.setMaximumHeight(130)
        self.send_button, self.cancel_button = button("primary"), button()
        self._heading, self._reasons_title = Text("heading"), Text("label")
        self._comment_title, self._note, self._count = Text("label"), Text("hint"), line("caption")
        self._voter_reads, self._templates_title = Text("hint"), Text("label")
        self.template_buttons = {name: button("template") for name in TEMPLATES}
        self._templates = QWidget()
        self._templates.setLayout(column(self._templates_title, *self.template_buttons.values(), spacing=0))
        self._reasons_error, self._comment_error = Text("fieldError"), Text("fieldError")
        self._reasons = QWidget()
        self._reasons.setLayout(
            column(
                self._reasons_title,
                self._reasons_error,
                *self.reason_boxes.values(),
                self._voter_reads,
                spacing=2,
            )
        )
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 12, 16, 12)
        rows.setSpacing(6)
        for widget in (
            self._heading,
            self._reasons,
            self._comment_title,
            self._note,
            self._comment_error,
            self.comment,
        ):
            rows.addWidget(widget)
        rows.addWidget(self._count)
        rows.addLayout(spread(self.send_button, self.cancel_button))
        rows.addWidget(self._templates)
        rows.addStretch(1)
        for box in self.reason_boxes.values():
            box.toggled.connect(lambda _on: self._changed())
        self.comment.textChanged.connect(self._changed)
        self.comment.installEventFilter(self)
        for name, made in self.template_buttons.items():
            made.clicked.connect(lambda _checked=False, name=name: self.insert(name))
        self.send_button.clicked.connect(self.send)
        self.cancel_button.clicked.connect(self.cancelled)

    def begin(self, action: Action, draft: Draft, voter_language: str) -> None:
        """Ask for a refusal's or a return's reasons and comment, with what was written before."""
        self.fill(action, draft, voter_language)
        first: QWidget = next(iter(self.reason_boxes.values())) if action is Action.REFUSE else self.comment
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def fill(self, action: Action, draft: Draft, voter_language: str) -> None:
        """Put a draft in, or an empty one; the focus stays where it is."""
        self.action, self._language = action, voter_language
        self._problems = ()
        self._writing = True
        for reason, box in self.reason_boxes.items():
            box.setChecked(reason in draft.reasons)
        if self.comment.toPlainText() != draft.comment:
            self.comment.setPlainText(draft.comment)
        self._writing = False
        self.retranslate()

    def insert(self, template: str) -> None:
        """Add a common comment in the voter's language, as a line of its own."""
        said = texts.text(self._voters("review.said.page"), f"review.said.{template}")
        before = self.comment.toPlainText().rstrip()
        self.comment.setPlainText(f"{before}\n{said}" if before else said)
        self.comment.moveCursor(QTextCursor.MoveOperation.End)
        self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def _voters(self, text_id: str) -> str:
        """Return the voter's language where the words exist in it, else this window's."""
        known = self._language
        return known if texts.has(known, text_id) else self._words.language

    def draft(self) -> Draft:
        chosen = tuple(reason for reason, box in self.reason_boxes.items() if box.isChecked())
        return Draft(self.action, chosen if self.action is Action.REFUSE else (), self.comment.toPlainText())

    def send(self) -> None:
        """Decide, or say what is missing; what was written stays."""
        draft = self.draft()
        self._problems = lacks(self.action, draft.reasons, draft.comment)
        self.retranslate()
        if not self._problems:
            self.made.emit(self.action, draft.reasons, draft.comment.strip())
        elif self._problems[0].field == REASONS:
            next(iter(self.reason_boxes.values())).setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt and a digit is ours in the comment too, where it would be typed."""
        if watched is self.comment and event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            number = event.key() - Qt.Key.Key_1
            if event.modifiers() & Qt.KeyboardModifier.AltModifier and 0 <= number < len(TEMPLATES):
                self.insert(TEMPLATES[number])
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves, Ctrl+Enter decides, a digit ticks its reason, Alt and a digit adds a common comment."""
        number = event.key() - Qt.Key.Key_1
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif alt and 0 <= number < len(TEMPLATES):
            self.insert(TEMPLATES[number])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.send()
        elif self.action is Action.REFUSE and 0 <= number < len(REFUSAL_REASONS):
            box = self.reason_boxes[REFUSAL_REASONS[number]]
            box.toggle()
            box.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            # Nothing typed here may decide: A is a letter of a comment.
            event.accept()

    def _changed(self) -> None:
        self._count.setText(f"{len(self.comment.toPlainText().strip())} / {MOST_COMMENT}")
        self._say_what_is_read()
        if self._problems and not self._writing:
            # What was missing may be there now.
            draft = self.draft()
            self._problems = lacks(self.action, draft.reasons, draft.comment)
            self._say_problems()
        if not self._writing:
            self.changed.emit(self.draft())

    def _say_what_is_read(self) -> None:
        """Under the reasons: how the ticked ones stand in the voter's notice, when that is in another language."""
        ticked = [reason for reason, box in self.reason_boxes.items() if box.isChecked()]
        language = self._voters("voter.reason.unreadable")
        said = "; ".join(texts.text(language, f"voter.reason.{reason}") for reason in ticked)
        foreign = bool(ticked) and language != self._words.language
        self._voter_reads.say(self._words("review.desk.voter_reads", said=said) if foreign else "")

    def retranslate(self) -> None:
        words, refuse = self._words, self.action is Action.REFUSE
        self._heading.say(words(f"review.action.{self.action}"))
        self._reasons.setVisible(refuse)
        self._reasons_title.say(words("review.reason.title"))
        for number, (reason, box) in enumerate(self.reason_boxes.items(), 1):
            box.setText(f"{number}  {words(f'review.reason.{reason}')}")
        comment = words("review.comment")
        self._comment_title.say(words("shell.optional", label=comment) if refuse else comment)
        known = self._voters("shell.language_name")
        self._note.say(words("review.desk.comment_note", language=texts.text(known, "shell.language_name")))
        self._templates_title.say(words("review.template.title"))
        for number, (name, made) in enumerate(self.template_buttons.items(), 1):
            made.setText(f"Alt+{number}   {words(f'review.template.{name}')}")
            read = texts.text(self._voters("review.said.page"), f"review.said.{name}")
            made.setToolTip(read)
            made.setAccessibleName(f"{words(f'review.template.{name}')}. {read}")
        self._say_what_is_read()
        self.comment.setAccessibleName(comment)
        self.send_button.setText(f"{words(f'review.action.{self.action}')}  (Ctrl+Enter)")
        self.cancel_button.setText(f"{words('shell.cancel')}  (Esc)")
        self._say_problems()
        self._changed_count()

    def _say_problems(self) -> None:
        said = {problem.field: sentence(self._words, problem) for problem in self._problems}
        self._reasons_error.say(f"✗  {said[REASONS]}" if REASONS in said else "")
        self._comment_error.say(f"✗  {said[COMMENT]}" if COMMENT in said else "")

    def _changed_count(self) -> None:
        self._count.setText(f"{len(self.comment.toPlainText().strip())} / {MOST_COMMENT}")
