"""Reads a page of a proof of address: upright, in its script, as words with their places, ordered into runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import page_find, text_ocr
from biometrics.document.names import tokens
from biometrics.document.text_ocr import Grey, Word

LETTER = 20.0
"""Height in pixels to which the letters of a page are brought: Tesseract reads best around it."""
_MAX_SIDE = 4200
_DARK = 95.0
"""Grey level under which most of a sheet is ink: light letters on a dark card."""


@dataclass(frozen=True, slots=True)
class Token:
    """One folded word on a page, with its box in pixels of the upright page."""

    text: str = field(repr=False)
    word: Word
    dotted: bool
    """A point follows: an abbreviation or an initial."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand on one line without a wide gap, left to right."""

    tokens: tuple[Token, ...]

    @property
    def left(self) -> int:
        return self.tokens[0].word.left

    @property
    def right(self) -> int:
        return self.tokens[-1].word.right

    @property
    def middle(self) -> float:
        return sum(t.word.middle for t in self.tokens) / len(self.tokens)

    @property
    def height(self) -> float:
        return float(np.median([t.word.height for t in self.tokens]))


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page that has been read once; it can be read again more closely."""

    picture: Grey = field(repr=False)
    """Upright, even light, letters about `LETTER` pixels high."""
    to_photo: NDArray[np.float64] = field(repr=False)
    photo_size: tuple[int, int]
    """Width and height of the photograph."""
    greek: bool
    words: tuple[Word, ...] = field(repr=False)
    letter: float
    """Height of the letters in the photograph, pixels; 0 when none were seen."""

    @property
    def runs(self) -> list[Run]:
        return runs(self.words)

    def with_words(self, more: list[Word]) -> Page:
        """The page as if only these words had been read."""
        return replace(self, words=tuple(more))

    def read_again(self, language: str, mode: int) -> Page:
        """Read the whole page in another way."""
        return self.with_words(text_ocr.words(self.picture, language, mode))

    def closer(self, box: tuple[float, float, float, float], language: str, zoom: float = 1.6) -> Page:
        """Read one part (left, top, right, bottom in pixels) enlarged; the words keep their places on the page."""
        height, width = self.picture.shape
        x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
        x1, y1 = min(width, int(box[2])), min(height, int(box[3]))
        part: NDArray[Any] = cv2.resize(
            self.picture[y0:y1, x0:x1], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC
        )
        part = cv2.copyMakeBorder(part, 20, 20, 20, 20, cv2.BORDER_REPLICATE)
        back = [
            replace(
                w,
                left=int((w.left - 20) / zoom) + x0,
                right=int((w.right - 20) / zoom) + x0,
                top=int((w.top - 20) / zoom) + y0,
                bottom=int((w.bottom - 20) / zoom) + y0,
            )
            for w in text_ocr.words(np.asarray(part, np.uint8), language, text_ocr.BLOCK, seconds=10)
        ]
        return self.with_words(back)

    def on_photo(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return a box of the page as (left, top, right, bottom) in fractions of the photograph."""
        corners = np.array([[(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]], np.float64)
        seen = cv2.perspectiveTransform(corners, self.to_photo)[0] / self.photo_size
        low, high = np.clip(seen.min(axis=0), 0, 1), np.clip(seen.max(axis=0), 0, 1)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def trusted(read: list[Word] | tuple[Word, ...]) -> float:
    """How much of a reading looks like real words: the sum of confidences of words of three letters and more."""
    return sum(
        w.confidence / 100
        for w in read
        if w.confidence >= 55 and sum(c.isalpha() for c in w.text) >= 3 and w.text.isprintable()
    )


def read(picture: NDArray[np.uint8]) -> Page:
    """Read a BGR photograph, scan or screenshot of a page in whatever direction it lies."""
    sheet = page_find.flatten(picture)
    dark = float(np.median(sheet.grey)) < _DARK
    even = page_find.even_light(np.asarray(255 - sheet.grey, np.uint8) if dark else sheet.grey)
    text, letter = page_find.letters(page_find.ink(even))
    scale = min(max(LETTER / letter, 0.35), 3.0) if letter else 1.0
    scale = min(scale, _MAX_SIDE / max(even.shape))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(even, None, fx=scale, fy=scale, interpolation=method).astype(np.uint8)
    to_photo = sheet.to_photo @ np.diag([1 / scale, 1 / scale, 1.0])
    # The other two directions are tried when neither of the likely ones gives words.
    candidates = (1, 3, 0, 2) if page_find.sideways(text) else (0, 2, 1, 3)
    best: tuple[float, bool, Grey, NDArray[np.float64]] | None = None
    for index, quarter in enumerate(candidates):
        if index == 2 and best is not None and best[0] >= 6:
            break
        turned, back = _turn(sized, quarter)
        upright, unskew = _deskew(turned)
        score, greek, sure = _sample(_busiest_part(upright))
        if best is None or score > best[0]:
            best = (score, greek, upright, to_photo @ back @ unskew)
        if sure:
            break
    assert best is not None
    _, is_greek_page, upright, matrix = best
    language = text_ocr.best_of(["ell"] if is_greek_page else ["eng"])
    page = Page(upright, matrix, (picture.shape[1], picture.shape[0]), is_greek_page, (), letter)
    return page.read_again(language, text_ocr.SPARSE)


def _sample(part: Grey) -> tuple[float, bool, bool]:
    """Read a part as Latin, and as Greek unless that was plain: (score, Greek fits better, no doubt at all).

    Letters standing on their heads give many words too, but hardly any with confidence.
    """
    scores = []
    for language in ("eng", "ell"):
        if language not in text_ocr.languages():
            continue
        read_words = text_ocr.words(part, language, text_ocr.BLOCK, seconds=10)
        long = [w.confidence for w in read_words if sum(c.isalpha() for c in w.text) >= 3]
        mean = float(np.mean(long)) if long else 0.0
        scores.append((trusted(read_words) * mean / 100, language == "ell"))
        if mean >= 78 and len(long) >= 12:
            return scores[-1][0], scores[-1][1], True
    score, greek = max(scores, default=(0.0, False))
    return score, greek, False


def _turn(grey: Grey, quarter: int) -> tuple[Grey, NDArray[np.float64]]:
    """Turn counter-clockwise by quarters; also the matrix from turned to unturned pixels."""
    height, width = grey.shape
    back = {
        0: np.eye(3),
        1: np.array([[0.0, -1, width - 1], [1, 0, 0], [0, 0, 1]]),
        2: np.array([[-1.0, 0, width - 1], [0, -1, height - 1], [0, 0, 1]]),
        3: np.array([[0.0, 1, 0], [-1, 0, height - 1], [0, 0, 1]]),
    }[quarter]
    return np.ascontiguousarray(np.rot90(grey, quarter)), back


def _deskew(grey: Grey) -> tuple[Grey, NDArray[np.float64]]:
    angle = page_find.skew(page_find.letters(page_find.ink(grey))[0])
    if abs(angle) < 0.25:
        return grey, np.eye(3)
    height, width = grey.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1), [0, 0, 1]])
    upright = cv2.warpPerspective(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(235.0,))
    return upright.astype(np.uint8), np.linalg.inv(turn)


def _busiest_part(grey: Grey) -> Grey:
    """The band with the most ink, tall enough for about a dozen lines."""
    band = min(grey.shape[0], int(LETTER * 26))
    rows = page_find.ink(grey).mean(axis=1, dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(rows)])
    start = int(np.argmax(total[band:] - total[:-band])) if len(total) > band else 0
    return np.ascontiguousarray(grey[start : start + band])


def runs(read_words: tuple[Word, ...] | list[Word]) -> list[Run]:
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
            for index, piece in enumerate(pieces):
                dotted = (index < len(pieces) - 1 and "." in word.text) or word.text.rstrip(",;:").endswith(".")
                part.append(Token(piece, word, dotted))
            if pieces:
                end = float(word.right)
        if part:
            found.append(Run(tuple(part)))
    return sorted(found, key=lambda r: (r.middle, r.left))


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
