"""From character probabilities to the likeliest lines that obey the field grammar and the check digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from biometrics.document.glyphs import ALPHABET
from biometrics.document.mrz import date_possible
from biometrics.document.mrz_layout import (
    ANY,
    FILLER,
    LAYOUTS,
    Format,
    Span,
    checks_of,
    failed_checks,
    grammar,
)
from biometrics.document.mrz_states import STATES

Floats = NDArray[np.float64]

MAX_SUBSTITUTIONS = 3
"""Characters the check digits may correct; more than two never count as verified."""
_ALTERNATIVES = 22
_LEAST = 0.0015
"""Probability below which a character is no alternative."""
_FAR = 9.0
"""Most that all substitutions together may cost, in natural logarithms."""
_INDEX = {c: i for i, c in enumerate(ALPHABET)}
_VALUE = np.array([ANY.index(c) if c != FILLER else 0 for c in ALPHABET])
_FILLER, _ZERO, _O = _INDEX[FILLER], _INDEX["0"], _INDEX["O"]
_LIKE_DIGITS = [_INDEX[c] for c in "OQDIBSZG"]


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The chosen lines with what supports them."""

    format: Format
    lines: tuple[str, ...] = field(repr=False)
    probability: Floats
    """(lines, width, 37) after the grammar."""
    allowed: Floats
    """(lines, width): the share of the classifier's belief the grammar left; O counts for 0 among digits."""
    substitutions: int
    """Characters changed for the check digits' sake; -1 when no change makes them right."""
    failed: tuple[str, ...]
    """Names of the check digits that are wrong."""

    def chosen(self) -> Floats:
        """Probability of each chosen character, (lines, width)."""
        index = np.array([[_INDEX[c] for c in line] for line in self.lines])
        taken = np.take_along_axis(self.probability, index[:, :, None], 2)[:, :, 0]
        out: Floats = taken * np.minimum(1.0, self.allowed / 0.25)
        return out


@cache
def _masks(kind: Format) -> Floats:
    masks = np.zeros((LAYOUTS[kind].lines, LAYOUTS[kind].width, len(ALPHABET)))
    for k, line in enumerate(grammar(kind)):
        for i, chars in enumerate(line):
            masks[k, i, [_INDEX[c] for c in chars]] = 1
    return masks


@cache
def _state_codes() -> NDArray[np.int64]:
    return np.array([[_INDEX[c] for c in code.ljust(3, FILLER)] for code in sorted(STATES)])


def decode(belief: Floats, kind: Format) -> Decoded:
    """Choose the lines. `belief` is (lines, width, 37), each character's probabilities summing to 1."""
    layout = LAYOUTS[kind]
    masks = _masks(kind)
    masked = belief * masks
    # O and 0 differ in width alone. Where only digits may stand the zero has what is believed of either: which of the
    # two it looks like says nothing of a typeface or of a smear. Not so among letters, where a D with a gap looks so.
    masked[:, :, _ZERO] += belief[:, :, _O] * (masks[:, :, _ZERO] > masks[:, :, _O])
    allowed = masked.sum(2)
    masked = (masked + 1e-7 * masks) / (allowed + 1e-7 * masks.sum(2))[:, :, None]
    for span in (layout.issuer, layout.nationality):
        _prefer_states(masked, span)
    for span in (layout.number, *layout.optional):
        _prefer_digits_among_digits(masked, span)
    top = masked.argmax(2)
    _end_names(masked, top, layout.names)
    lines = _text(top)
    failed = failed_checks(lines, kind)
    if not failed and _dates_possible(lines, kind):
        return Decoded(kind, lines, masked, allowed, 0, ())
    corrected = _correct(masked, top, lines, kind)
    if corrected is not None:
        return Decoded(kind, corrected[0], masked, allowed, corrected[1], ())
    return Decoded(kind, lines, masked, allowed, -1 if failed else 0, failed)


def _text(index: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple("".join(ALPHABET[i] for i in line) for line in index)


def _prefer_states(masked: Floats, span: Span) -> None:
    """Weigh the three letters of a state as one word from the list; an unlisted word stays only if far likelier."""
    letters = masked[span.line, span.start : span.end]
    codes = _state_codes()
    score = np.log(letters + 1e-9)[np.arange(3)[None], codes].sum(1)
    if score.max() < np.log(letters.max(1) + 1e-9).sum() - 7:
        return
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    word = np.zeros_like(letters)
    for place in range(3):
        np.add.at(word[place], codes[:, place], weight)
    letters[:] = 0.98 * word + 0.02 * letters


def _prefer_digits_among_digits(masked: Floats, span: Span) -> None:
    """Between digits a letter that looks like one is likelier the digit: O, I, B, S, Z, G and their like.

    Numbers hold letters mostly at their ends, and many issuers write no O at all.
    """
    field_ = masked[span.line, span.start : span.end]
    digit = field_[:, :10].sum(1) + 0.5 * field_[:, _LIKE_DIGITS].sum(1)
    padded = np.concatenate([[digit[1]], digit, [digit[-2]]])
    around = (padded[:-2] + padded[2:]) / 2
    field_[:, _LIKE_DIGITS] *= (1 - 0.8 * np.clip(around, 0, 1))[:, None]
    field_[:, _INDEX["O"]] *= 0.6
    field_ /= field_.sum(1, keepdims=True)


def _end_names(masked: Floats, top: NDArray[np.int64], names: Span) -> None:
    """Three fillers end the names (Doc 9303-3, 4.6): a few stray letters behind them are fillers misread."""
    row = top[names.line, names.start : names.end] == _FILLER
    run = np.nonzero(row[:-2] & row[1:-1] & row[2:])[0]
    if len(run) == 0 or run[0] == 0:
        return
    tail = slice(names.start + int(run[0]), names.end)
    if (top[names.line, tail] != _FILLER).sum() <= 3:
        top[names.line, tail] = _FILLER
        sure = masked[names.line, tail]
        sure[:] = 0.2 * sure
        sure[:, _FILLER] += 0.8


def _dates_possible(lines: tuple[str, ...], kind: Format) -> bool:
    layout = LAYOUTS[kind]
    return all(date_possible(span.of(lines)) for span in (layout.birth, layout.expiry))


@cache
def _groups(count: int) -> NDArray[np.int64]:
    """Index triples of one, two or three alternatives; `count` stands for none."""
    groups = [(a, count, count) for a in range(count)]
    groups += [(a, b, count) for a, b in combinations(range(count), 2)]
    groups += list(combinations(range(min(count, 14)), 3))
    return np.array(groups)


def _correct(
    masked: Floats, top: NDArray[np.int64], lines: tuple[str, ...], kind: Format
) -> tuple[tuple[str, ...], int] | None:
    """Find the cheapest substitutions that make every check digit right."""
    checks = checks_of(lines, kind)
    weights: dict[tuple[int, int], NDArray[np.int64]] = {}
    wrong = np.zeros(len(checks), np.int64)
    for c, check in enumerate(checks):
        places = [(s.line, i) for s in check.over for i in range(s.start, s.end)]
        for order, place in enumerate(places):
            weights.setdefault(place, np.zeros(len(checks), np.int64))[c] = (7, 3, 1)[order % 3]
        weights.setdefault((check.at.line, check.at.start), np.zeros(len(checks), np.int64))[c] = -1
        for place in [*places, (check.at.line, check.at.start)]:
            wrong[c] += weights[place][c] * _VALUE[top[place]]
    options: list[tuple[float, tuple[int, int], int]] = []
    for place in weights:
        p = masked[place]
        for other in np.nonzero(p > _LEAST)[0]:
            if other != top[place]:
                options.append((float(np.log(p[top[place]] / p[other])), place, int(other)))
    options = sorted(options)[:_ALTERNATIVES]
    if not options:
        return None
    change = np.zeros((len(options) + 1, len(checks)), np.int64)
    cost = np.zeros(len(options) + 1)
    for i, (price, place, other) in enumerate(options):
        change[i] = weights[place] * (_VALUE[other] - _VALUE[top[place]])
        cost[i] = price
    groups = _groups(len(options))
    total = cost[groups].sum(1)
    right = ((change[groups].sum(1) + wrong) % 10 == 0).all(1) & (total < _FAR)
    for g in np.nonzero(right)[0][np.argsort(total[right], kind="stable")]:
        chosen = [options[i] for i in groups[g] if i < len(options)]
        if len({place for _, place, _ in chosen}) < len(chosen):
            continue
        index = top.copy()
        for _, place, other in chosen:
            index[place] = other
        found = _text(index)
        if not failed_checks(found, kind) and _dates_possible(found, kind):
            return found, len(chosen)
    return None
