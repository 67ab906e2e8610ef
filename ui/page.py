"""What every page shares: step counter, error summary, heading, text, warnings, and its place in the shell.

A page is shown with `show_view(view)` and tells what the voter wants by signals; it knows no service and no rule.
The shell asks it for its `bar` and calls `submit` when Continue was pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from registration.journey.views import Notice, Page
from registration.model.person import Finding
from ui.notices import Problem, of_finding, sentence
from ui.theme import Look, Metrics, TextSize, Theme
from ui.widgets.error_summary import ErrorSummary
from ui.widgets.labels import Panel, Text
from ui.words import Words

USUAL_LOOK = Look(Theme.DEFAULT, TextSize.NORMAL, Metrics.of(TextSize.NORMAL, height=1080))


@dataclass(frozen=True, slots=True)
class Actions:
    """The words of the action bar's buttons; an empty one is not shown."""

    next: str = ""
    back: str = ""
    skip: str = ""


class KioskPage(QWidget):
    """Signals: back_requested(), skip_requested(), actions_changed() when the bar has to ask anew,
    enter_pressed() when Enter in the last field should do what Continue does."""

    back_requested = Signal()
    skip_requested = Signal()
    actions_changed = Signal()
    enter_pressed = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.look = USUAL_LOOK
        self.wide = False
        self._compact = False
        self._page: Page | None = None
        self._problems: tuple[Problem, ...] = ()
        self._marked: set[str] = set()
        self._counter = Text("caption")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._summary = ErrorSummary()
        self._notice = Panel("infoPanel", "→")
        self._heading = Text("heading")
        self._lead = Text("lead")
        self._warning = Panel("warningPanel", "⚠")
        self._doubts = Panel("warningPanel", "⚠")
        self.content = QVBoxLayout()
        self._column = QVBoxLayout(self)
        for widget in (
            self._counter,
            self._progress,
            self._summary,
            self._notice,
            self._heading,
            self._lead,
            self._warning,
            self._doubts,
        ):
            self._column.addWidget(widget)
        self._column.addLayout(self.content, 1)
        self._progress.hide()
        self.restyle(USUAL_LOOK)

    # ------------------------------------------------------------------ for the shell

    def bar(self) -> Actions:
        """Return the buttons of the action bar in the language in use."""
        page = self._page
        if page is None:
            return Actions()
        skip = self.words.label(page.skip)
        return Actions(
            next=self.words.label(page.next, "shell.continue"),
            back=self.words("shell.back") if page.can_go_back else "",
            skip=skip,
        )

    def submit(self) -> None:
        """Continue was pressed."""
        raise NotImplementedError(f"{type(self).__name__} has a Continue but does nothing")

    def place(self) -> str:
        """Return which step the page stands for: one page shows many steps of a journey."""
        return f"{self._page.service}/{self._page.step}" if self._page is not None else ""

    def press_back(self) -> None:
        """Back was pressed; a page with views of its own steps back inside first."""
        self.back_requested.emit()

    def press_skip(self) -> None:
        """The button before Continue was pressed."""
        self.skip_requested.emit()

    def heading(self) -> str:
        return self._heading.text()

    def spoken(self) -> str:
        """Return what is read aloud when the page appears: problems, heading, text and warning, never an answer."""
        problems = [sentence(self.words, problem) for problem in self._problems]
        return "\n".join(
            filter(None, (*problems, self._heading.text(), self._lead.text(), self._warning.accessibleName()))
        )

    def first_field(self) -> QWidget | None:
        """Return what gets the focus when the page appears; None: nothing does."""
        return next((f for f in self.findChildren(QLineEdit) if f.isEnabled() and not f.isHidden()), None)

    def restyle(self, look: Look) -> None:
        """Take another theme or text size."""
        self.look = look
        unit = look.metrics.unit
        self._column.setContentsMargins(0, unit * 2, 0, unit * 2)
        self._column.setSpacing(unit * 2)
        self.content.setSpacing(unit * 2)
        self._limit_width()
        self._show_heading()

    def retranslate(self) -> None:
        """Write all words again, e.g. after the language was switched; what was typed stays."""
        if self._page is not None:
            self._write_page(self._page)
        self._write_problems()
        self.actions_changed.emit()

    def problems(self) -> tuple[Problem, ...]:
        return self._problems

    def show_problems(self, problems: tuple[Problem, ...], *, take_focus: bool = True) -> None:
        """Say what is wrong, on top and beside the fields; nothing that was typed is lost."""
        self._problems = problems
        self._write_problems()
        if problems and take_focus:
            # After the layout has made room for the box.
            QTimer.singleShot(0, self, self._summary.setFocus)

    # ------------------------------------------------------------------ for the pages

    def show_page(self, page: Page) -> None:
        """Write what all views carry; every page's `show_view` begins with it."""
        self._page = page
        self._write_page(page)
        self.show_problems(tuple(of_finding(f) for f in page.problems))
        self.actions_changed.emit()

    def write_heading(self, heading: str, lead: str = "") -> None:
        """Write heading and text of a page that belongs to no journey."""
        self._heading.say(heading)
        self._show_heading()
        self._lead.say(lead)
        self.setAccessibleName(heading)

    def mark_field(self, field: str, words: str) -> None:
        """Write (or clear) the sentence beside a field; pages with fields override it."""

    def field_name(self, field: str) -> str:
        """Return the field's label, for the error summary."""
        return ""

    def field_target(self, field: str) -> QWidget | None:
        """Return the widget that a problem of this field leads to."""
        return None

    # ------------------------------------------------------------------ inside

    def set_wide(self, wide: bool, *, compact: bool = False) -> None:
        """Use the whole width (cameras, photos) or the width of a column of text; compact: without the counter, and
        at large text without the heading, for the picture and its one sentence need the room."""
        self.wide = wide
        self._compact = compact
        self._limit_width()
        self._show_counter()
        self._show_heading()

    def _show_counter(self) -> None:
        counted = self._page is not None and self._page.total > 1 and not self._compact
        self._counter.setVisible(counted)
        self._progress.setVisible(counted)

    def _show_heading(self) -> None:
        if self._compact and self.look.large:
            self._heading.hide()
        elif self._heading.parentWidget() is not None:
            self._heading.setVisible(bool(self._heading.text()))

    def _limit_width(self) -> None:
        self.setMaximumWidth(16_777_215 if self.wide else max(1080, self.look.metrics.em * 36))

    def _write_page(self, page: Page) -> None:
        self._counter.say(self.words("shell.step", n=page.number, total=page.total) if page.total > 1 else "")
        self._progress.setRange(0, max(page.total, 1))
        self._progress.setValue(page.number)
        self._progress.setAccessibleName(self._counter.text())
        self._show_counter()
        self.write_heading(self.words.label(page.title), self.words.label(page.text))
        self._warning.say(self.words.label(page.warning))
        self._doubts.say(*(self._finding_words(f) for f in page.warnings))
        self._write_notice(page.notice)

    def _write_notice(self, notice: Notice | None) -> None:
        if notice is None:
            self._notice.say()
            return
        self._notice.say(
            self.words("shell.last_answer", state=self.words(f"voter.state.{notice.state}")),
            *(self.words(f"voter.reason.{reason}") for reason in notice.reasons),
            self.words("shell.comment", comment=notice.comment) if notice.comment else "",
        )

    def _finding_words(self, finding: Finding) -> str:
        return sentence(self.words, of_finding(finding))

    def _write_problems(self) -> None:
        fields = {p.field for p in self._problems if p.field}
        entries = []
        for problem in self._problems:
            target = self.field_target(problem.field) if problem.field else None
            said = sentence(self.words, problem)
            # "Plotësoni këtë fushë." says enough beside the field, not on top of the page.
            name = self.field_name(problem.field) if problem.code.startswith("field.") else ""
            entries.append((f"{name}: {said}" if name else said, None if target is None else _leads_to(target)))
        self._summary.say(self.words("shell.problem", n=len(entries)), entries)
        for field in self._marked - fields:
            self.mark_field(field, "")
        for problem in reversed(self._problems):
            if problem.field:
                self.mark_field(problem.field, sentence(self.words, problem))
        self._marked = fields


def _leads_to(target: QWidget) -> Callable[[], object]:
    return lambda: target.setFocus(Qt.FocusReason.OtherFocusReason)


def application() -> QApplication:
    """Return the running QApplication."""
    running = QApplication.instance()
    assert isinstance(running, QApplication)
    return running
