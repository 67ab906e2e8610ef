"""What an official reads about a case: faces, comparison, address, warnings, history. Built anew for each case."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from registration.catalog.definitions import Labels, Service
from registration.model.case import Action
from registration.model.contact import readable
from registration.model.documents import Attachment, Found
from registration.model.evidence import Liveness, LivenessOutcome
from registration.model.ids import ServiceId
from registration.model.submission import RequestSubmission
from registration.review_desk import HistoryEntry, ReviewCase
from resources import texts
from ui.notices import Problem, sentence
from ui.review.comparison import Column, ComparedField, Verdict, compare
from ui.review.parts import BAD, DOUBT, GOOD, Picture, Section, line, moment, spread, tag
from ui.review.views import OpenedCase
from ui.theme import Look
from ui.widgets.labels import Panel, Text
from ui.words import Words

PORTRAIT_HEIGHT = 200
LIVENESS_WIDTH = 230
MOST_DUPLICATES = 5
_FOUND = {Found.YES: GOOD, Found.PARTLY: DOUBT, Found.NO: BAD}
_DATES = frozenset({"birth_date", "issue_date", "expiry_date"})
_VERDICT_CELL = {Verdict.MATCHES: "cellGood", Verdict.DIFFERS: "cellBad", Verdict.UNREADABLE: "cellDoubt"}
_VERDICT_SIGN = {Verdict.MATCHES: "✓ ", Verdict.DIFFERS: "✗ ", Verdict.UNREADABLE: "⚠ "}


class CaseFacts:
    """Makes the sections of one case in the language in use.

    Args:
        catalog: gives the kinds of attachments their names; without it their ids are shown.
    """

    def __init__(self, words: Words, look: Look, opened: OpenedCase, catalog: Mapping[ServiceId, Service]) -> None:
        self._words = words
        self._look = look
        self._opened = opened
        self._case = opened.case
        self._kinds = _kinds(opened.case.request, catalog)
        self.rows = compare(opened.case.request)

    # ------------------------------------------------------------ on top

    def notices(self) -> tuple[QWidget, ...]:
        """Return what must not be overlooked: a colleague's proposal, an earlier decision, flags, warnings left."""
        words, case = self._words, self._case
        found: list[QWidget] = []
        if case.proposal is not None:
            who = words("review.proposal", by=case.proposal.by, action=words(f"review.action.{case.proposal.action}"))
            found.append(
                self._panel("infoPanel", "→", who, *self._reasons(case.proposal.reasons, case.proposal.comment))
            )
        elif case.four_eyes:
            found.append(self._panel("infoPanel", "→", words("review.four_eyes")))
        if (before := earlier_decision(case)) is not None:
            said = words(
                "review.desk.earlier", n=before.revision, state=words(f"review.state.{before.target}"), by=before.by
            )
            found.append(self._panel("infoPanel", "→", said, *self._reasons(before.reasons, before.comment)))
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

    def _reasons(self, reasons: tuple[str, ...], comment: str) -> tuple[str, ...]:
        said = [f"• {self._words(f'review.reason.{reason}')}" for reason in reasons]
        return (*said, f"“{comment}”") if comment else tuple(said)

    # ------------------------------------------------------------ faces

    def faces(self) -> QWidget:
        """Return the live portrait beside the printed one, equally high: both are framed as ISO portraits, so the
        eyes come to stand about equally far apart."""
        words, opened = self._words, self._opened
        made = Section(words("review.checklist.face"))
        row = QHBoxLayout()
        row.setSpacing(12)
        for image, name in ((opened.live, "live"), (opened.printed, "printed")):
            said = words(f"review.desk.portrait_{name}")
            missing = image is None or image.isNull()
            shown = words("review.desk.no_portrait") if missing else said
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(Picture(image, shown, self._look, PORTRAIT_HEIGHT))
            column.addWidget(line("caption", said))
            column.addStretch(1)
            row.addLayout(column)
        row.addLayout(self._liveness(self._case.request.portrait.liveness))
        row.addStretch(1)
        made.body.addLayout(row)
        return made

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
        columns = [c for c in Column if c is not Column.CORRECTED or any(row.value(c) for row in self.rows)]
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
        return made

    def _row(self, grid: QGridLayout, number: int, row: ComparedField, columns: list[Column]) -> None:
        words = self._words
        name = words(f"voter.field.{row.name}")
        verdict = "" if row.verdict is Verdict.ALONE else words(f"review.verdict.{row.verdict}")
        grid.addWidget(Text("cellName", name), number, 0, alignment=Qt.AlignmentFlag.AlignTop)
        said = [name]
        for place, column in enumerate(columns, 1):
            text = row.value(column)
            shown = _local(row.name, text) or "–"
            cell = Text("cellBad" if column in row.odd else "cell", shown)
            cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.append(f"{words(f'review.desk.column.{column}')}: {shown}")
            cell.setAccessibleName(f"{name}, {said[-1]}")
            grid.addWidget(cell, number, place)
        sign = _VERDICT_SIGN.get(row.verdict, "")
        judged = line(_VERDICT_CELL.get(row.verdict, "cell"), f"{sign}{verdict}")
        judged.setAccessibleName(". ".join((*said, verdict)))
        grid.addWidget(judged, number, len(columns) + 1, alignment=Qt.AlignmentFlag.AlignTop)

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
        for item in found[:MOST_DUPLICATES]:
            state = tag(DOUBT, words(f"review.state.{item.state}"))
            same = line("caption", words(f"review.same.{item.same}"))
            made.body.addLayout(spread(line("value", item.reference), state, same))
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
            for said in self._reasons(entry.reasons, entry.comment):
                made.body.addWidget(Text("text", said))
        return made


def earlier_decision(case: ReviewCase) -> HistoryEntry | None:
    """Return the last decision on a revision before this one, which the voter answers with it."""
    decisions = (Action.APPROVE, Action.REFUSE, Action.RETURN)
    return next(
        (e for e in reversed(case.history) if e.action in decisions and e.revision < case.request.revision), None
    )


def declared_address(words: Words, request: RequestSubmission) -> str:
    """Return the declared address in one line, with the country's name."""
    country = f"country.{request.address.country}"
    name = words(country) if texts.has(words.language, country) else request.address.country
    return f"{request.address.one_line()}, {name}"


def _local(name: str, text: str) -> str:
    """Return an ISO date as the document prints it (30.04.1985); other values as they are."""
    if name not in _DATES or text.count("-") != 2:
        return text
    year, month, day = text.split("-")
    return f"{day}.{month}.{year}"


def _kinds(request: RequestSubmission, catalog: Mapping[ServiceId, Service]) -> dict[str, Labels]:
    service = catalog.get(request.service)
    return {} if service is None else {kind.id: kind.label for step in service.steps for kind in step.kinds}
