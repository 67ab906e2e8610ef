"""Finds the fields of an identity document's visual zone by their printed labels, wherever a layout puts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from biometrics.document.names import distance
from biometrics.document.page_read import Run, Token
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


def locate(runs: Sequence[Run], width: int) -> dict[FieldName, Spot]:
    """Return the place of every field whose label was read. `width` is the page's, in pixels."""
    labels = [label for run in runs for label in _labels_in(run)]
    taken = {id(label.run) for label in labels}
    found: dict[FieldName, Spot] = {}
    for label in labels:
        if label.name in found:
            continue
        spot = _beside(label, labels) or _below(label, labels, runs, taken, width)
        if spot is not None:
            found[label.name] = spot
    return found


def _labels_in(run: Run) -> list[_Label]:
    hits: list[tuple[int, float, _Label]] = []
    words = run.tokens
    for name, phrases in _LABELS.items():
        for phrase in phrases:
            parts = phrase.split()
            for at in range(len(words) - len(parts) + 1):
                piece = [t.text for t in words[at : at + len(parts)]]
                cost = sum(distance(a, b) for a, b in zip(piece, parts, strict=True))
                if cost <= 0.17 * len(phrase):
                    hits.append((len(phrase), cost, _Label(name, run, at, at + len(parts) - 1)))
    hits.sort(key=lambda h: (-h[0], h[1]))
    kept: list[_Label] = []
    for _, _, label in hits:
        overlaps = any(label.first <= k.last and k.first <= label.last for k in kept)
        if overlaps:
            continue
        same = next((i for i, k in enumerate(kept) if k.name is label.name), None)
        if same is None:
            kept.append(label)
        else:  # the second language of one label: Mbiemri / Surname
            both = kept[same]
            kept[same] = _Label(label.name, run, min(both.first, label.first), max(both.last, label.last))
    return kept


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


def _below(
    label: _Label, labels: Sequence[_Label], runs: Sequence[Run], taken: set[int], width: int
) -> Spot | None:
    """The nearest words under the label and before the next column."""
    columns = [k.left for k in labels if k.left > label.left + 4 * label.height and abs(k.middle - label.middle) < 3 * label.height]
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
    box = (int(label.left - 0.3 * label.height), top, min(edge, int(label.left + 26 * label.height)), int(top + 2.4 * label.height))
    return Spot(box, "", 0.0)


def _spot(tokens: Sequence[Token]) -> Spot:
    words = list(dict.fromkeys(t.word for t in tokens))
    box = (min(w.left for w in words), min(w.top for w in words), max(w.right for w in words), max(w.bottom for w in words))
    return Spot(box, " ".join(w.text for w in words), min(w.confidence for w in words))
