"""Finds the fields of an identity document's visual zone by their printed labels, wherever a layout puts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from biometrics.document.names import distance, tokens
from biometrics.document.page_lines import Run, Token
from registration.model.documents import FieldName

_LABELS: Mapping[FieldName, tuple[str, ...]] = {
    FieldName.SURNAME: ("mbiemri", "surname", "last name", "mbiemrat"),
    FieldName.GIVEN_NAMES: ("emri", "given names", "given name", "first name", "emrat"),
    FieldName.FATHER_NAME: ("atesia", "emri i atit", "father s name", "fathers name"),
    FieldName.SEX: ("gjinia", "sex"),
    FieldName.NATIONALITY: ("shtetesia", "nationality", "citizenship", "kombesia"),
    FieldName.BIRTH_DATE: ("datelindja", "date of birth", "data e lindjes"),
    FieldName.BIRTH_PLACE: ("vendlindja", "place of birth", "vendi i lindjes"),
    FieldName.PERSONAL_NUMBER: ("nr personal", "personal no", "numri personal", "personal number", "nid"),
    FieldName.DOCUMENT_NUMBER: (
        "nr pasaportes", "passport no", "nr leternjoftim", "nr leternjoftimit", "card no", "document no",
        "nr i pasaportes", "nr dokumentit", "nr i dokumentit", "passport number", "numri i pasaportes", "card number",
    ),
    FieldName.ISSUER: ("autoriteti", "authority", "issuing authority", "leshuar nga", "issued by"),
    FieldName.ISSUE_DATE: ("data e leshimit", "date of issue", "leshuar me"),
    FieldName.EXPIRY_DATE: ("data e skadimit", "date of expiry", "data e skadences", "expiry date", "vlen deri"),
}  # fmt: skip
"""Words are folded; longer labels win over shorter ones that lie inside them (date of birth over birth)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a field's value stands: (left, top, right, bottom) in pixels, and what the first reading saw there."""

    box: tuple[int, int, int, int]
    text: str = field(repr=False)
    confidence: float


@dataclass(frozen=True, slots=True)
class _Label:
    name: FieldName
    run: Run
    first: int
    last: int
    worth: float
    """Letters that agree, less those that do not."""

    @property
    def left(self) -> int:
        return self.run.tokens[self.first].word.left

    @property
    def bottom(self) -> int:
        return max(t.word.bottom for t in self.run.tokens[self.first : self.last + 1])

    @property
    def height(self) -> float:
        heights = sorted(t.word.height for t in self.run.tokens[self.first : self.last + 1])
        return float(heights[len(heights) // 2])

    @property
    def middle(self) -> float:
        return self.run.middle


def locate(runs: Sequence[Run], width: int, known: Mapping[FieldName, str]) -> dict[FieldName, Spot]:
    """Return the place of every field whose label was read. `width` is the page's, in pixels.

    A name `known` from the MRZ (folded letters) is also looked for as such, where its label was not legible.
    """
    labels = sorted((label for run in runs for label in _labels_in(run)), key=lambda label: -label.worth)
    taken = {id(label.run) for label in labels}
    found: dict[FieldName, Spot] = {}
    for label in labels:
        if label.name in found:
            continue
        spot = (
            _beside(label, labels) or _right_of(label, labels, runs, taken) or _below(label, labels, runs, taken, width)
        )
        if spot is not None:
            found[label.name] = spot
    for name, value in known.items():
        nearest = _printed_as(value, runs)
        if nearest is not None:
            found[name] = nearest
    return found


def _printed_as(value: str, runs: Sequence[Run]) -> Spot | None:
    """The words that come nearest to a name, within a third of its letters."""
    letters = "".join(tokens(value))
    best: tuple[float, Spot] | None = None
    for run in runs:
        for first in range(len(run.tokens)):
            for last in range(first, min(len(run.tokens), first + 5)):
                part = run.tokens[first : last + 1]
                text = "".join(t.text for t in part)
                if abs(len(text) - len(letters)) > 2:
                    continue
                cost = distance(text, letters) / max(1, len(letters))
                if cost <= 0.34 and (best is None or cost < best[0]):
                    best = (cost, _spot(part))
    return best[1] if best else None


def _labels_in(run: Run) -> list[_Label]:
    """Labels of a run, the surest first. Small print is read badly, so a phrase may lie inside letters run together."""
    letters = "".join(t.text for t in run.tokens)
    owner = [at for at, t in enumerate(run.tokens) for _ in t.text]
    hits: list[tuple[float, int, int, FieldName]] = []
    for name, phrases in _LABELS.items():
        for phrase in phrases:
            wanted = phrase.replace(" ", "")
            if len(wanted) <= 4:
                hits += [(len(wanted), i, i, name) for i, t in enumerate(run.tokens) if t.text == wanted]
                continue
            cost, start, end = _inside(letters, wanted)
            if cost <= (0.34 if len(wanted) >= 9 else 0.25) * len(wanted):
                hits.append((len(wanted) - 2.2 * cost, owner[start], owner[end], name))
    hits.sort(key=lambda h: -h[0])
    kept: list[_Label] = []
    for worth, first, last, name in hits:
        same = next((i for i, k in enumerate(kept) if k.name is name), None)
        if same is not None:  # the second language of one label: Mbiemri / Surname
            both = kept[same]
            clear = not any(k.name is not name and first <= k.last and k.first <= last for k in kept)
            if clear:
                kept[same] = _Label(name, run, min(both.first, first), max(both.last, last), both.worth + worth)
        elif not any(first <= k.last and k.first <= last for k in kept):
            kept.append(_Label(name, run, first, last, worth))
    kept.sort(key=lambda k: k.first)
    # What stands before a label on its run is the part of it that was not legible, so the label begins there.
    starts = [0, *(k.last + 1 for k in kept)][: len(kept)]
    return [_Label(k.name, k.run, min(k.first, start), k.last, k.worth) for k, start in zip(kept, starts, strict=True)]


def _inside(text: str, wanted: str) -> tuple[int, int, int]:
    """(edits, first, last) of the piece of a text that is nearest to what is wanted (Sellers' search)."""
    previous = [(0, at) for at in range(len(text) + 1)]
    for row, letter in enumerate(wanted, 1):
        current = [(row, 0)]
        for at, other in enumerate(text, 1):
            swap = previous[at - 1][0] + (letter != other)
            current.append(
                min(
                    (swap, previous[at - 1][1]),
                    (previous[at][0] + 1, previous[at][1]),
                    (current[-1][0] + 1, current[-1][1]),
                )
            )
        previous = current
    cost, end = min((c, at) for at, (c, _) in enumerate(previous))
    start = previous[end][1]
    return cost, min(start, max(0, end - 1)), max(0, end - 1)


def _beside(label: _Label, labels: Sequence[_Label]) -> Spot | None:
    """A value on the label's own line, after a colon or a gap."""
    tail = [
        t
        for t in label.run.tokens[label.last + 1 :]
        if not any(k.run is label.run and k.first <= label.run.tokens.index(t) <= k.last for k in labels)
    ]
    ends_with_colon = label.run.tokens[label.last].word.text.endswith(":")
    following = [k for k in labels if k.run is label.run and k.first > label.last]
    if not tail or (not ends_with_colon and tail[0].word.height < 1.25 * label.height) or following:
        return None
    return _spot(tail)


def _right_of(label: _Label, labels: Sequence[_Label], runs: Sequence[Run], taken: set[int]) -> Spot | None:
    """A value on the label's line across a gap, where nothing that could be its value stands close below the label."""
    right = label.run.tokens[label.last].word.right
    for run in runs:
        if id(run) in taken or not 0 < run.middle - label.middle < 3.6 * label.height:
            continue
        if run.middle - label.middle > 0.9 * label.height and any(
            abs(t.word.left - label.left) < 2.5 * label.height for t in run.tokens
        ):
            return None
    barrier = min(
        (k.left for k in labels if k.left > right and abs(k.middle - label.middle) < 0.9 * label.height),
        default=10**9,
    )
    across = [
        (run.tokens[at].word.left, [t for t in run.tokens[at:] if t.word.left < barrier])
        for run in runs
        if id(run) not in taken and abs(run.middle - label.middle) < 0.9 * label.height
        for at in [next((i for i, t in enumerate(run.tokens) if t.word.left > right), -1)]
        if at >= 0
    ]
    best = [found for left, found in sorted(across, key=lambda a: a[0]) if left < right + 25 * label.height and found]
    return _spot(best[0]) if best else None


def _below(label: _Label, labels: Sequence[_Label], runs: Sequence[Run], taken: set[int], width: int) -> Spot | None:
    """The nearest words under the label and before the next column."""
    columns = [
        k.left
        for k in labels
        if k.left > label.left + 4 * label.height and abs(k.middle - label.middle) < 3 * label.height
    ]
    edge = min(columns, default=width) - int(0.4 * label.height)
    best: list[Token] = []
    for run in runs:
        if id(run) in taken:
            continue
        step = run.middle - label.bottom
        if not 0 < step < 4.2 * label.height:
            continue
        inside = [t for t in run.tokens if label.left - 1.6 * label.height <= t.word.left < edge]
        if not inside or inside[0].word.left > label.left + 9 * label.height:
            continue
        if not best or inside[0].word.middle < best[0].word.middle - 0.5 * label.height:
            best = inside
    if best:
        return _spot(best)
    top = int(label.bottom + 0.1 * label.height)
    box = (
        int(label.left - 0.3 * label.height),
        top,
        min(edge, int(label.left + 26 * label.height)),
        int(top + 2.4 * label.height),
    )
    return Spot(box, "", 0.0)


def _spot(found: Sequence[Token]) -> Spot:
    words = list(dict.fromkeys(t.word for t in found))
    box = (
        min(w.left for w in words),
        min(w.top for w in words),
        max(w.right for w in words),
        max(w.bottom for w in words),
    )
    return Spot(box, " ".join(w.text for w in words), min(w.confidence for w in words))
