"""The checklist of domain.md C1.1: the machine's advice beside the official's own finding.

The findings go with the decision and are kept with it. What was found wrong is already ticked among the reasons when a
refusal is begun; an approval does not go with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from registration.model.case import CHECKLIST, Checked
from registration.model.case import Checklist as Findings
from registration.model.documents import Found, ReadState
from registration.model.evidence import LivenessOutcome
from registration.model.register import LookUp
from registration.model.submission import RequestSubmission
from ui.review.comparison import Column, ComparedField, Verdict
from ui.review.parts import BAD, DOUBT, GOOD, PLAIN, Section, line, tag
from ui.review.views import OpenedCase
from ui.widgets.buttons import button
from ui.widgets.labels import Text
from ui.words import Words

ITEMS = CHECKLIST
CHOICES = (Verdict.MATCHES, Verdict.DIFFERS, Verdict.UNREADABLE)
REASONS: Mapping[tuple[str, Verdict], str] = MappingProxyType(
    {
        ("face", Verdict.DIFFERS): "other_person",
        ("document", Verdict.UNREADABLE): "unreadable",
        ("register", Verdict.DIFFERS): "register_differs",
        ("proof", Verdict.DIFFERS): "proof_not_accepted",
        ("proof", Verdict.UNREADABLE): "unreadable",
        ("address", Verdict.DIFFERS): "address_differs",
        ("address", Verdict.UNREADABLE): "page_without_address",
    }
)
"""What a finding of the official's suggests as a reason of refusal."""
_KIND = {Verdict.MATCHES: GOOD, Verdict.DIFFERS: BAD, Verdict.UNREADABLE: DOUBT, Verdict.ALONE: PLAIN}


def advice(
    request: RequestSubmission, rows: tuple[ComparedField, ...], *, register: LookUp = LookUp.NONE
) -> dict[str, Verdict]:
    """Return what the machine found for each item; ALONE where it found nothing to say.

    `register`: how the look-up in the Civil Status Register stands.
    """
    verdicts = [item.verdict for item in request.attachments if item.verdict is not None]
    differs = any(row.odd - {Column.REGISTER} for row in rows)
    elsewhere = any(Column.REGISTER in row.odd for row in rows)
    zone = request.document.mrz
    document = Verdict.DIFFERS if differs else Verdict.MATCHES
    if zone is None or zone.state is ReadState.REFUSED:
        document = Verdict.UNREADABLE
    proof = address = Verdict.ALONE
    if verdicts:
        readable = any(v.readable for v in verdicts)
        named = any(v.kind_accepted and v.name_found is not Found.NO for v in verdicts)
        found = any(v.address_found is Found.YES for v in verdicts)
        proof = Verdict.UNREADABLE if not readable else Verdict.MATCHES if named else Verdict.DIFFERS
        address = Verdict.UNREADABLE if not readable else Verdict.MATCHES if found else Verdict.DIFFERS
    # No machine compares the faces: of them only the live check has something to say.
    live = request.portrait.liveness.outcome is LivenessOutcome.PASSED
    return {
        "face": Verdict.ALONE if live else Verdict.UNREADABLE,
        "document": document,
        "register": _of_register(register, differs=elsewhere),
        "proof": proof,
        "address": address,
    }


def _of_register(state: LookUp, *, differs: bool) -> Verdict:
    if state is LookUp.NOT_FOUND:
        return Verdict.DIFFERS
    if state is LookUp.FOUND:
        return Verdict.DIFFERS if differs else Verdict.MATCHES
    return Verdict.ALONE


class Checklist(Section):
    """Five items, each with the machine's word and three small buttons of which one may be chosen."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._advice: dict[str, Verdict] = {}
        self._groups: dict[str, QButtonGroup] = {}
        self.buttons: dict[tuple[str, Verdict], QPushButton] = {}
        self._title = line("label")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._names = {item: Text() for item in ITEMS}
        self._said: dict[str, QWidget] = {}
        for number, item in enumerate(ITEMS):
            group = QButtonGroup(self)
            self._groups[item] = group
            self._grid.addWidget(self._names[item], number, 0)
            for place, choice in enumerate(CHOICES, 2):
                made = button("verdict")
                made.setCheckable(True)
                group.addButton(made)
                self.buttons[item, choice] = made
                self._grid.addWidget(made, number, place)
        self.body.addWidget(self._title)
        self.body.addLayout(self._grid)
        self.retranslate()

    def begin(self, opened: OpenedCase, rows: tuple[ComparedField, ...]) -> None:
        """Start over for another case."""
        self._advice = advice(opened.case.request, rows, register=opened.case.register.state)
        for group in self._groups.values():
            group.setExclusive(False)
            for made in group.buttons():
                made.setChecked(False)
            group.setExclusive(True)
        self.retranslate()

    def reasons(self) -> tuple[str, ...]:
        """Return the reasons that follow from what was found wrong, without repeats."""
        found = (REASONS.get(key) for key, made in self.buttons.items() if made.isChecked())
        return tuple(dict.fromkeys(reason for reason in found if reason is not None))

    def findings(self) -> Findings:
        """Return what the official found so far."""
        return tuple((item, Checked(choice)) for (item, choice), made in self.buttons.items() if made.isChecked())

    def step(self, number: int) -> None:
        """Go on to the next finding of an item (from 0): matches, does not match, unreadable, not judged."""
        item = ITEMS[number]
        group = self._groups[item]
        chosen = next((n for n, choice in enumerate(CHOICES) if self.buttons[item, choice].isChecked()), -1)
        if chosen + 1 < len(CHOICES):
            self.buttons[item, CHOICES[chosen + 1]].setChecked(True)
        else:
            group.setExclusive(False)
            self.buttons[item, CHOICES[chosen]].setChecked(False)
            group.setExclusive(True)
        self.buttons[item, CHOICES[(chosen + 1) % len(CHOICES)]].setFocus(Qt.FocusReason.TabFocusReason)

    def retranslate(self) -> None:
        words = self._words
        self._title.setText(f"{words('review.checklist.title')}  (1–{len(ITEMS)})")
        for number, item in enumerate(ITEMS):
            name = words(f"review.checklist.{item}")
            self._names[item].say(f"{number + 1}  {name}")
            for choice in CHOICES:
                made = self.buttons[item, choice]
                made.setText(words(f"review.verdict.{choice}"))
                made.setAccessibleName(f"{name}: {made.text()}")
            old = self._said.pop(item, None)
            if old is not None:
                old.hide()
                old.deleteLater()
            verdict = self._advice.get(item, Verdict.ALONE)
            if verdict is not Verdict.ALONE:
                self._said[item] = tag(_KIND[verdict], words(f"review.verdict.{verdict}"))
                self._said[item].setToolTip(words("review.desk.machine_says"))
                self._grid.addWidget(self._said[item], number, 1)
