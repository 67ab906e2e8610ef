"""A case beside another that may be of the same person: faces, what was declared, how each stands (ux.md rule 36)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from registration.model.contact import readable
from registration.model.documents import FieldName
from registration.model.evidence import Photo, eyes_of
from registration.model.submission import RequestSubmission
from registration.review_desk import CaseRow
from ui.review.case_facts import declared_address, local_date
from ui.review.comparison import same_value
from ui.review.faces import Face, FacePair
from ui.review.parts import DOUBT, STATE_TAG, Section, line, moment, spread, tag
from ui.review.views import CompareView
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

FACE_HEIGHT = 320
_FIELDS = (
    FieldName.SURNAME,
    FieldName.GIVEN_NAMES,
    FieldName.BIRTH_DATE,
    FieldName.BIRTH_PLACE,
    FieldName.PERSONAL_NUMBER,
    FieldName.DOCUMENT_NUMBER,
)


class ComparePage(QWidget):
    """Signals: number_requested(which duplicate, from 0), back_requested()."""

    number_requested = Signal(int)
    back_requested = Signal()

    def __init__(self, words: Words, look: Look) -> None:
        super().__init__()
        self._words = words
        self._look = look
        self._view: CompareView | None = None
        self.back_button, self.previous_button, self.next_button = button("primary"), button(), button()
        self._heading, self._count = Text("heading"), line("caption")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._heading, 1)
        for widget in (self.previous_button, self._count, self.next_button):
            top.addWidget(widget)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        # The page itself takes the keys: a scroll area or a button would keep Left and Right for itself.
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        bar = QFrame()
        bar.setObjectName("actions")
        actions = QHBoxLayout(bar)
        actions.setContentsMargins(24, 8, 24, 8)
        actions.addWidget(self.back_button)
        actions.addStretch(1)
        body = QVBoxLayout()
        body.setContentsMargins(24, 10, 24, 8)
        body.setSpacing(8)
        body.addLayout(top)
        body.addWidget(self._scroll, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(bar)
        self.back_button.clicked.connect(self.back_requested)
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.next_button.clicked.connect(lambda: self._go(1))

    def show_view(self, view: CompareView) -> None:
        self._view = view
        self.retranslate()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Wipe everything of the voters from the page."""
        self._view = None
        self._heading.say("")
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()

    def key(self, event: QKeyEvent) -> bool:
        """Escape and C go back, Left and Right go from duplicate to duplicate, Up and Down scroll."""
        bar = self._scroll.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_Escape | Qt.Key.Key_C:
                self.back_requested.emit()
            case Qt.Key.Key_Left:
                self._go(-1)
            case Qt.Key.Key_Right:
                self._go(1)
            case Qt.Key.Key_Up:
                bar.setValue(bar.value() - 3 * bar.singleStep())
            case Qt.Key.Key_Down:
                bar.setValue(bar.value() + 3 * bar.singleStep())
            case _:
                return False
        return True

    def _go(self, step: int) -> None:
        view = self._view
        if view is not None and 0 <= view.number + step < view.count:
            self.number_requested.emit(view.number + step)

    # ------------------------------------------------------------ words

    def retranslate(self) -> None:
        words, view = self._words, self._view
        self.back_button.setText(f"{words('review.desk.compare_back')}  (Esc)")
        self.previous_button.setText("‹  (←)")
        self.next_button.setText("›  (→)")
        self.previous_button.setAccessibleName(words("review.desk.compare_previous"))
        self.next_button.setAccessibleName(words("review.desk.compare_next"))
        if view is None:
            return
        found = view.opened.case.duplicates[view.number]
        self._heading.say(f"{words('review.desk.compare_title')} {words(f'review.same.{found.same}')}")
        self._count.setText(f"{view.number + 1}/{view.count}")
        self.previous_button.setEnabled(view.number > 0)
        self.next_button.setEnabled(view.number + 1 < view.count)
        holder = QWidget()
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 8, 0)
        rows.setSpacing(8)
        rows.addWidget(self._faces(view))
        rows.addWidget(self._table(view))
        rows.addStretch(1)
        self._scroll.setWidget(holder)

    def _faces(self, view: CompareView) -> QWidget:
        words, mine, other = self._words, view.opened.case.request, view.other.other.request
        made = Section(words("review.checklist.face"))
        row = QHBoxLayout()
        row.setSpacing(24)
        pairs = (
            ("live", view.opened.live, view.other.live, mine.portrait.photo, other.portrait.photo),
            ("printed", view.opened.printed, view.other.printed, mine.document.portrait, other.document.portrait),
        )
        for name, one, two, photo, other_photo in pairs:
            title = words(f"review.desk.portrait_{name}")
            pair = FacePair(
                (self._face(one, photo, name), self._face(two, other_photo, name)), self._look, FACE_HEIGHT, title
            )
            cell = QVBoxLayout()
            cell.setSpacing(4)
            cell.addWidget(line("label", title))
            cell.addWidget(pair)
            names = QHBoxLayout()
            names.setSpacing(12)
            for reference in (view.opened.reference, view.other.other.row.reference):
                caption = line("caption", reference)
                caption.setFixedWidth(round(pair.cell(0).width()))
                names.addWidget(caption)
            names.addStretch(1)
            cell.addLayout(names)
            row.addLayout(cell)
        row.addStretch(1)
        made.body.addLayout(row)
        return made

    def _face(self, image: QImage | None, photo: Photo | None, name: str) -> Face:
        missing = image is None or image.isNull()
        words = self._words("review.desk.no_portrait" if missing else f"review.desk.portrait_{name}")
        return Face(image, None if photo is None else eyes_of(photo), words)

    def _table(self, view: CompareView) -> QWidget:
        """What differs stands out by colour and by word; what is the same is said too, for here it is what alarms."""
        words, mine, other = self._words, view.opened.case, view.other.other
        made = Section(words("review.desk.comparison"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for place, row in enumerate((mine.row, other.row), 1):
            grid.addLayout(self._head(row, here=place == 1), 0, place)
        number = 1
        for name in _FIELDS:
            one, two = _value(mine.request, name), _value(other.request, name)
            same = bool(one and two) and same_value(name, one, two, mine.request.document)
            shown = (local_date(name, one), local_date(name, two))
            self._row(grid, number, words(f"voter.field.{name}"), shown, same if one and two else None)
            number += 1
        address = (declared_address(words, mine.request), declared_address(words, other.request))
        self._row(grid, number, words("review.checklist.address"), address, address[0] == address[1])
        second = (_second_contact(mine.request), _second_contact(other.request))
        self._row(grid, number + 1, words("review.desk.second_contact_short"), second, None)
        for place, stretch in enumerate((3, 5, 5, 2)):
            grid.setColumnStretch(place, stretch)
        made.body.addLayout(grid)
        return made

    def _head(self, row: CaseRow, *, here: bool) -> QVBoxLayout:
        words = self._words
        head = QVBoxLayout()
        head.setSpacing(2)
        state = tag(STATE_TAG.get(row.state, DOUBT), words(f"review.state.{row.state}"))
        head.addLayout(spread(line("value", row.reference), state))
        which = words("review.desk.compare_this" if here else "review.desk.compare_other")
        head.addWidget(
            Text("caption", f"{which} · {moment(row.received)} · {words('review.desk.version', n=row.revision)}")
        )
        return head

    def _row(self, grid: QGridLayout, number: int, name: str, shown: tuple[str, str], same: bool | None) -> None:
        words = self._words
        grid.addWidget(Text("cellName", name), number, 0)
        for place, value in enumerate(shown, 1):
            cell = Text("cellBad" if same is False and place == 2 else "cell", value or "–")
            cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(cell, number, place)
        said = "" if same is None else words("review.verdict.matches" if same else "review.verdict.differs")
        sign = "" if same is None else "✓ " if same else "✗ "
        judged = line("cellBad" if same is False else "cellSame", f"{sign}{said}")
        judged.setAccessibleName(f"{name}: {shown[0] or '–'}; {shown[1] or '–'}. {said}")
        grid.addWidget(judged, number, 3)


def _second_contact(request: RequestSubmission) -> str:
    return "" if request.second_contact is None else readable(request.second_contact)


def _value(request: RequestSubmission, name: FieldName) -> str:
    person = request.person
    declared = {
        FieldName.BIRTH_DATE: person.birth_date.isoformat(),
        FieldName.BIRTH_PLACE: person.birth_place,
        FieldName.PERSONAL_NUMBER: person.personal_number,
    }
    zone = request.document.mrz
    return declared.get(name) or request.document.value(name) or (zone.fields.get(name, "") if zone else "")
