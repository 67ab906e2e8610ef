"""What an official reads about a case: faces, comparison, address, warnings, history. Built anew for each case."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from registration.catalog.definitions import Labels, Service
from registration.model.case import Action
from registration.model.contact import readable
from registration.model.documents import Attachment, Found
from registration.model.evidence import Liveness, LivenessOutcome, Photo, eyes_of
from registration.model.ids import ServiceId
from registration.model.register import LookUp
from registration.model.submission import RequestSubmission
from registration.review_desk import HistoryEntry, Proposal, ReviewCase
from resources import texts
from ui.notices import Problem, sentence
from ui.review.comparison import Column, ComparedField, Verdict, compare
from ui.review.faces import Face, FacePair
from ui.review.parts import BAD, DOUBT, GOOD, Section, line, moment, spread, tag
from ui.review.views import OpenedCase
from ui.theme import Look
from ui.widgets.buttons import button
from ui.widgets.labels import Panel, Text
from ui.words import Words

PORTRAIT_HEIGHT = 240
LIVENESS_WIDTH = 200
MOST_DUPLICATES = 5
SHORT_COMMENT = 220
"""Characters of a comment among the notices on top."""
_FOUND = {Found.YES: GOOD, Found.PARTLY: DOUBT, Found.NO: BAD}
_DATES = frozenset({"birth_date", "issue_date", "expiry_date"})
_VERDICT_CELL = {Verdict.MATCHES: "cellSame", Verdict.DIFFERS: "cellBad", Verdict.UNREADABLE: "cellDoubt"}
_VERDICT_SIGN = {Verdict.MATCHES: "✓ ", Verdict.DIFFERS: "✗ ", Verdict.UNREADABLE: "⚠ "}


class CaseFacts:
    """Makes the sections of one case in the language in use.

    Args:
        catalog: gives the kinds of attachments their names; without it their ids are shown.
        compare_with: called with the number of the duplicate to be put beside the case.
    """

    def __init__(
        self,
        words: Words,
        look: Look,
        opened: OpenedCase,
        catalog: Mapping[ServiceId, Service],
        compare_with: Callable[[int], None],
    ) -> None:
        self._words = words
        self.compare = compare_with
        self._look = look
        self._opened = opened
        self._case = opened.case
        self._kinds = _kinds(opened.case.request, catalog)
        self.rows = compare(opened.case.request, opened.case.register)

    # ------------------------------------------------------------ on top

    def notices(self) -> tuple[QWidget, ...]:
        """Return what must not be overlooked: a colleague's proposal, an earlier decision, flags, warnings left."""
        words, case = self._words, self._case
        found: list[QWidget] = []
        if case.proposal is not None:
            who = words("review.proposal", by=case.proposal.by, action=words(f"review.action.{case.proposal.action}"))
            found.append(
                self._panel(
                    "infoPanel",
                    "→",
                    who,
                    *self._kept(case.proposal, short=True),
                )
            )
        elif case.four_eyes:
            found.append(self._panel("infoPanel", "→", words("review.four_eyes")))
        if (before := earlier_decision(case)) is not None:
            said = words(
                "review.desk.earlier", n=before.revision, state=words(f"review.state.{before.target}"), by=before.by
            )
            found.append(self._panel("infoPanel", "→", said, *self._kept(before, short=True)))
        if (again := reopening(case)) is not None:
            who = f"{words('review.action.reopen')} ({again.by})"
            found.append(self._panel("infoPanel", "→", who, *self._kept(again, short=True)))
        flags = [
            words(f"review.flag.{flag}") for flag in case.flags if texts.has(words.language, f"review.flag.{flag}")
        ]
        if not case.contact_verified and "contact_unverified" not in case.flags:
            flags.append(words("review.flag.contact_unverified"))
        if flags:
            found.append(self._panel("warningPanel", "⚠", *flags))
        if case.request.warnings:
            left = (sentence(words, Problem(code)) for code in case.request.warnings)
            found.append(self._panel("warningPanel", "⚠", words("review.desk.warnings_left"), *left))
        return tuple(found)

    def _panel(self, name: str, sign: str, *lines: str) -> Panel:
        made = Panel(name, sign)
        made.say(*lines)
        made.setVisible(True)
        return made

    def _kept(self, entry: HistoryEntry | Proposal, *, short: bool = False) -> tuple[str, ...]:
        """Return what was said with a deed: reasons, comment, checklist. `short`: a long comment's beginning, so that
        the comparison stays on the screen; the history has all of it."""
        words = self._words
        said = [f"• {words(f'review.reason.{reason}')}" for reason in entry.reasons]
        if entry.comment:
            cut = short and len(entry.comment) > SHORT_COMMENT
            comment = f"{entry.comment[:SHORT_COMMENT].rstrip()}…" if cut else entry.comment
            said.append(f"“{comment}”")
        if entry.checklist:
            found = (
                f"{words(f'review.checklist.{item}')}: {words(f'review.verdict.{each}')}"
                for item, each in entry.checklist
            )
            said.append(f"{words('review.checklist.title')}: {' · '.join(found)}")
        return tuple(said)

    # ------------------------------------------------------------ faces

    def faces(self) -> QWidget:
        """Return the live portrait beside the printed one at equal eye distance, with the evidence of life."""
        words, opened, request = self._words, self._opened, self._case.request
        made = Section(words("review.checklist.face"))
        portrait = request.document.portrait
        pair = FacePair(
            (
                self._face(opened.live, request.portrait.photo, "live"),
                self._face(opened.printed, portrait, "printed"),
            ),
            self._look,
            PORTRAIT_HEIGHT,
            words("review.checklist.face"),
        )
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(pair)
        names = QHBoxLayout()
        names.setSpacing(12)
        for name in ("live", "printed"):
            caption = Text("caption", words(f"review.desk.portrait_{name}"))
            caption.setFixedWidth(round(pair.cell(0).width()))
            names.addWidget(caption)
        names.addStretch(1)
        left.addLayout(names)
        if not pair.by_eyes:
            left.addWidget(Text("hint", words("review.desk.eyes_unknown")))
        left.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left)
        row.addLayout(self._liveness(request.portrait.liveness), 1)
        made.body.addLayout(row)
        return made

    def _face(self, image: QImage | None, photo: Photo | None, name: str) -> Face:
        missing = image is None or image.isNull()
        words = self._words("review.desk.no_portrait" if missing else f"review.desk.portrait_{name}")
        return Face(image, None if photo is None else eyes_of(photo), words)

    def _liveness(self, live: Liveness) -> QVBoxLayout:
        words = self._words
        kind = GOOD if live.outcome is LivenessOutcome.PASSED else DOUBT
        column = QVBoxLayout()
        column.setSpacing(4)
        title = Text("label", words("review.desk.liveness"))
        title.setMinimumWidth(LIVENESS_WIDTH)
        column.addWidget(title)
        column.addWidget(tag(kind, words(f"review.desk.liveness.{live.outcome}")))
        if live.reason and texts.has(words.language, live.reason):
            column.addWidget(Text("doubt", words(live.reason)))
        for item in live.challenges:
            name = words(f"voter.challenge.{item.kind}")
            if item.done_at is None:
                column.addWidget(Text("doubt", f"⚠ {name}: {words('review.desk.not_done')}"))
            else:
                seconds = f"{item.done_at - item.asked_at:.0f}"
                column.addWidget(Text("caption", f"✓ {name}: {words('review.desk.done_in', seconds=seconds)}"))
        if live.attempts:
            column.addWidget(line("caption", words("review.desk.attempts", n=live.attempts)))
        column.addStretch(1)
        return column

    # ------------------------------------------------------------ the table

    def table(self) -> QWidget:
        """Return the comparison; only what differs stands out, by colour and by word."""
        words = self._words
        made = Section(words("review.desk.comparison"))
        optional = (Column.CORRECTED, Column.REGISTER)
        columns = [c for c in Column if c not in optional or any(row.value(c) for row in self.rows)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(1)
        for place, column in enumerate(columns, 1):
            head = Text("cellHead", words(f"review.desk.column.{column}"))
            grid.addWidget(head, 0, place, alignment=Qt.AlignmentFlag.AlignBottom)
        for number, row in enumerate(self.rows, 1):
            self._row(grid, number, row, columns)
        grid.setColumnStretch(0, 3)
        for place in range(1, len(columns) + 1):
            grid.setColumnStretch(place, 4)
        made.body.addLayout(grid)
        if (said := self._register()) is not None:
            made.body.addWidget(said)
        return made

    def _register(self) -> QWidget | None:
        """How the look-up in the Civil Status Register stands; nothing where this server has no register."""
        words, register = self._words, self._case.register
        if register.state is LookUp.NONE:
            return None
        said = words(f"review.desk.lookup.{register.state}")
        if register.county:
            county = words(f"review.statistics.county.{register.county}")
            said = f"{said} {words('review.desk.lookup.county', county=county)}"
        return Text("caption" if register.state is LookUp.FOUND else "doubt", said)

    def _row(self, grid: QGridLayout, number: int, row: ComparedField, columns: list[Column]) -> None:
        words = self._words
        name = words(f"voter.field.{row.name}")
        verdict = "" if row.verdict is Verdict.ALONE else words(f"review.verdict.{row.verdict}")
        grid.addWidget(Text("cellName", name), number, 0)
        said = [name]
        for place, column in enumerate(columns, 1):
            text = row.value(column)
            shown = local_date(row.name, text) or "–"
            cell = Text("cellBad" if column in row.odd else "cell", shown)
            cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.append(f"{words(f'review.desk.column.{column}')}: {shown}")
            cell.setAccessibleName(f"{name}, {said[-1]}")
            grid.addWidget(cell, number, place)
        sign = _VERDICT_SIGN.get(row.verdict, "")
        judged = line(_VERDICT_CELL.get(row.verdict, "cell"), f"{sign}{verdict}")
        judged.setAccessibleName(". ".join((*said, verdict)))
        grid.addWidget(judged, number, len(columns) + 1)

    # ------------------------------------------------------------ address and proofs

    def address(self) -> QWidget:
        """Return the declared address with what the machine found of it on each proof."""
        words, request = self._words, self._case.request
        made = Section(words("review.checklist.address"))
        value = Text("value", declared_address(words, request))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        made.body.addWidget(value)
        if request.address.care_of:
            made.body.addWidget(Text("caption", words("review.desk.care_of", name=request.address.care_of)))
        for item in request.attachments:
            made.body.addWidget(Text("caption", self.attachment_title(item)))
            made.body.addLayout(self.proof_tags(item))
        if request.second_contact is not None:
            contact = readable(request.second_contact)
            made.body.addWidget(Text("caption", words("review.desk.second_contact", contact=contact)))
        return made

    def proof_tags(self, item: Attachment) -> QHBoxLayout:
        """Return the machine's findings on one proof as tags."""
        words, verdict = self._words, item.verdict
        if verdict is None:
            return spread(tag(DOUBT, words("review.desk.proof.unchecked")))
        tags: list[QLabel] = []
        if not verdict.readable:
            tags.append(tag(BAD, words("review.verdict.unreadable")))
        if not verdict.kind_accepted:
            tags.append(tag(BAD, words("review.desk.proof.kind_refused")))
            tags += [
                tag(BAD, words(f"review.desk.{code.replace('proof.', 'proof.kind.')}"))
                for code in verdict.reasons
                if texts.has("en", f"review.desk.{code.replace('proof.', 'proof.kind.')}")
            ]
        tags.append(tag(_FOUND[verdict.name_found], words(f"review.desk.proof.name_{verdict.name_found}")))
        tags.append(tag(_FOUND[verdict.address_found], words(f"review.desk.proof.address_{verdict.address_found}")))
        return spread(*tags)

    def attachment_title(self, item: Attachment) -> str:
        return self._words.label(self._kinds[item.kind]) if item.kind in self._kinds else item.kind

    def sheet_titles(self) -> tuple[str, ...]:
        """Return the titles of the viewer's pages."""
        words, titles = self._words, []
        for sheet in self._opened.sheets:
            if sheet.attachment is None:
                titles.append(words(f"review.desk.side.{sheet.side}"))
                continue
            title = self.attachment_title(sheet.attachment)
            if sheet.pages > 1:
                title = f"{title} ({words('review.desk.page', page=sheet.page + 1, pages=sheet.pages)})"
            titles.append(title)
        return tuple(titles)

    # ------------------------------------------------------------ duplicates and history

    def duplicates(self) -> QWidget | None:
        words, found = self._words, self._case.duplicates
        if not found:
            return None
        made = Section(words("review.same.title"))
        for number, item in enumerate(found[:MOST_DUPLICATES]):
            state = tag(DOUBT, words(f"review.state.{item.state}"))
            same = Text("caption", words(f"review.same.{item.same}"))
            chosen = button("filter")
            chosen.setText(words("review.desk.compare_key") if number == 0 else words("review.desk.compare"))
            chosen.setAccessibleName(f"{words('review.desk.compare')}: {item.reference}")
            chosen.clicked.connect(lambda _checked=False, number=number: self.compare(number))
            row = QHBoxLayout()
            row.setSpacing(8)
            for widget in (line("value", item.reference), state):
                row.addWidget(widget)
            row.addWidget(same, 1)
            row.addWidget(chosen)
            made.body.addLayout(row)
        if len(found) > MOST_DUPLICATES:
            made.body.addWidget(line("caption", words("review.desk.more", n=len(found) - MOST_DUPLICATES)))
        return made

    def history(self) -> QWidget:
        words = self._words
        made = Section(words("review.history"))
        for entry in reversed(self._case.history):
            who = entry.by or words("review.desk.voter_or_system")
            action = words(f"review.action.{entry.action}")
            version = words("review.desk.version", n=entry.revision)
            made.body.addWidget(Text("caption", f"{moment(entry.at)}  ·  {action}  ·  {who}  ·  {version}"))
            for said in self._kept(entry):
                made.body.addWidget(Text("text", said))
        return made


def earlier_decision(case: ReviewCase) -> HistoryEntry | None:
    """Return the last decision: the voter answers it with this version, or a supervisor takes it up again."""
    decisions = (Action.APPROVE, Action.REFUSE, Action.RETURN)
    return next((entry for entry in reversed(case.history) if entry.action in decisions), None)


def reopening(case: ReviewCase) -> HistoryEntry | None:
    """Return why the last decision was taken up again, None when it was not."""
    later = (Action.APPROVE, Action.REFUSE, Action.RETURN, Action.COMPLETE, Action.REOPEN)
    last = next((entry for entry in reversed(case.history) if entry.action in later), None)
    return last if last is not None and last.action == Action.REOPEN else None


def declared_address(words: Words, request: RequestSubmission) -> str:
    """Return the declared address in one line, with the country's name."""
    country = f"country.{request.address.country}"
    name = words(country) if texts.has(words.language, country) else request.address.country
    return f"{request.address.one_line()}, {name}"


def local_date(name: str, text: str) -> str:
    """Return an ISO date as the document prints it (30.04.1985); other values as they are."""
    if name not in _DATES or text.count("-") != 2:
        return text
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"


def _kinds(request: RequestSubmission, catalog: Mapping[ServiceId, Service]) -> dict[str, Labels]:
    service = catalog.get(request.service)
    return {} if service is None else {kind.id: kind.label for step in service.steps for kind in step.kinds}
