"""Words of a page ordered into lines and runs, with what other readings of the same places say."""

from __future__ import annotations

import bisect
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from biometrics.document.names import tokens
from biometrics.document.text_ocr import Word


@dataclass(frozen=True, slots=True)
class Token:
    """One folded word on a page, with its box in pixels of the upright page."""

    text: str = field(repr=False)
    word: Word
    dotted: bool
    """A point follows: an abbreviation or an initial."""
    others: tuple[str, ...] = field(default=(), repr=False)
    """What other readings saw in the same place, folded."""

    @property
    def readings(self) -> tuple[str, ...]:
        return (self.text, *self.others)


@dataclass(frozen=True)
class Run:
    """Words that stand on one line without a wide gap, left to right."""

    tokens: tuple[Token, ...]

    @cached_property
    def left(self) -> int:
        return self.tokens[0].word.left

    @cached_property
    def right(self) -> int:
        return self.tokens[-1].word.right

    @cached_property
    def middle(self) -> float:
        return sum(t.word.middle for t in self.tokens) / len(self.tokens)

    @cached_property
    def height(self) -> float:
        return statistics.median(t.word.height for t in self.tokens)


def merged(readings: Sequence[Sequence[Word]], main: Sequence[Word]) -> dict[Word, tuple[str, ...]]:
    """What other readings saw in the places of the words of `main`."""
    found: dict[Word, tuple[str, ...]] = {}
    rest = sorted((w for reading in readings if reading is not main for w in reading), key=lambda w: w.left)
    lefts = [w.left for w in rest]
    for word in main:
        reach = max(6.0, 0.6 * word.height)
        first = bisect.bisect_left(lefts, word.left - reach)
        same = []
        for other in rest[first:]:
            if other.left > word.left + reach:
                break
            if abs(other.right - word.right) <= reach and abs(other.middle - word.middle) < 0.5 * word.height:
                same.append(other.text)
        if same:
            found[word] = tuple(dict.fromkeys(t for t in same if t != word.text))
    return found


def runs(read_words: Sequence[Word], others: Mapping[Word, tuple[str, ...]] | None = None) -> list[Run]:
    """Order words into runs: lines from top to bottom, cut where a wide gap parts two columns."""
    lines: list[list[Word]] = []
    # Left to right, each word joins the line that ends nearest to it, so that a slanting line stays one line.
    for word in sorted((w for w in read_words if w.height >= 4), key=lambda w: w.left):
        best: tuple[float, list[Word]] | None = None
        for line in lines:
            last = line[-1]
            size = min(max(last.height, 8), max(word.height, 8))
            apart = abs(last.middle - word.middle) / size
            gap = (word.left - last.right) / size
            if apart < 0.6 and gap > -1.0 and 0.4 < word.height / max(1, last.height) < 2.5:
                cost = apart + 0.04 * max(gap, 0.0)
                if best is None or cost < best[0]:
                    best = (cost, line)
        if best is None:
            lines.append([word])
        else:
            best[1].append(word)
    found = []
    for line in lines:
        tall = float(np.median([w.height for w in line]))
        part: list[Token] = []
        end = -math.inf
        for word in line:
            if part and word.left - end > 3.2 * tall:
                found.append(Run(tuple(part)))
                part = []
            pieces = tokens(word.text)
            again = [tokens(text) for text in (others or {}).get(word, ())]
            for index, piece in enumerate(pieces):
                dotted = (index < len(pieces) - 1 and "." in word.text) or word.text.rstrip(",;:").endswith(".")
                same = tuple(dict.fromkeys(a[index] for a in again if len(a) == len(pieces) and a[index] != piece))
                part.append(Token(piece, word, dotted, same))
            if pieces:
                end = float(word.right)
        if part:
            found.append(Run(tuple(part)))
    return sorted(found, key=lambda r: (r.middle, r.left))


SINKS = 0.05
"""How far a row may sink on its way across a page that was not quite flat, of the distance: about three degrees."""


def next_cells(run: Run, page: Sequence[Run]) -> list[Run]:
    """What may stand in the next cell of a run's row of a table, the likeliest first."""
    row = [
        r
        for r in page
        if r.left > run.right and abs(r.middle - run.middle) < 0.6 * run.height + SINKS * (r.left - run.right)
    ]
    column = min((r.left for r in row), default=0) + 3 * run.height
    return sorted((r for r in row if r.left <= column), key=lambda r: abs(r.middle - run.middle))


def with_next(line: Sequence[Token], at: int) -> Token | None:
    """The word at a place joined with the next one, where hardly a gap parts them: one word read as two."""
    if at + 1 >= len(line):
        return None
    a, b = line[at].word, line[at + 1].word
    if not -2 <= b.left - a.right < 0.55 * max(a.height, b.height) or abs(a.middle - b.middle) > 0.5 * a.height:
        return None
    both = Word(
        a.text + b.text,
        min(a.confidence, b.confidence, 75.0),
        a.left,
        min(a.top, b.top),
        b.right,
        max(a.bottom, b.bottom),
    )
    return Token(line[at].text + line[at + 1].text, both, line[at + 1].dotted)
