"""Reads a page of a proof of address: upright, in its language, as words with their places, ordered into runs.

A page is read no further than it has to be: the upper part first, where letters carry name and address, then the rest,
then in other ways. What several readings say of one place stands together as a word and its other readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import page_find, page_language, page_print, text_ocr
from biometrics.document.text_ocr import Budget, Grey, Word

LETTER = 24.0
"""Height in pixels to which the letters of a page are brought: Tesseract reads best around it."""
_MAX_SIDE = 4600
_DARK = 95.0
"""Grey level under which most of a sheet may be ink: light letters on a dark card."""
_DARKEST = 20.0
"""Grey level under which the brightest parts of a picture are no paper in any light: there is nothing to read."""
_SECONDS = 14.0
"""Seconds of computing for one page, all looks together; an ordinary one takes two to four."""
_SECONDS_TO_TURN = 6.0
"""Of these at most so many to find out which way up a page lies."""
_SECONDS_TO_SAMPLE = 1.5
"""Ten lines take half a second the right way up; lines on end take any time."""
_HARDLY, _SECONDS_HARDLY = 1.0, 3.0
"""Where a sample of a page gives hardly a word (`trusted`), reading on is given so many seconds."""
_UPPER = 0.56
"""Part of an upright page that is read first."""

_CLEAR = 84.0
"""Confidence from which a closer look would say the same."""

Box = tuple[float, float, float, float]


class Page:
    """A page on its way to being read: `words` and `others` grow with each look at the whole or a part."""

    def __init__(
        self,
        picture: Grey,
        to_photo: NDArray[np.float64],
        photo_size: tuple[int, int],
        language: str,
        letter: float,
        budget: Budget,
        likely: str = "",
    ) -> None:
        self.picture = picture
        """Upright, even light, letters about `LETTER` pixels high."""
        self.letter = letter
        """Height of the letters in the photograph, pixels; 0 when none were seen."""
        self.language = language
        """Tesseract's language in which the page makes most sense."""
        self.words: tuple[Word, ...] = ()
        """Every word of the first reading, as far as it has come."""
        self.others: list[tuple[Word, ...]] = []
        """Further readings, of the whole page or of a part."""
        self._likely = likely
        self._to_photo = to_photo
        self._photo_size = photo_size
        self._budget = budget
        self._steps = 0
        self._closer: set[tuple[int, ...]] = set()

    @property
    def greek(self) -> bool:
        """Greek words may stand on it, read in Greek or not."""
        return "ell" in (self.language, self._likely)

    def read_more(self) -> bool:
        """Take the next look at the page; False when every look was taken.

        First the upper part, then the rest; then all of it sharpened and smaller in another language.
        """
        self._steps += 1
        if self._steps == 1:
            self.words = self._part(0, self._cut(), self.language)
            return True
        if self._steps == 2:
            self.words += self._part(self._cut(), self.picture.shape[0], self.language)
            return True
        if self._steps == 3 and trusted(self.words) >= 1.5:
            other = "ell" if self._likely == "ell" != self.language else "deu" if self.language == "eng" else "eng"
            sharp = page_print.sharpen(self.picture, 1.4)
            self.others.append(tuple(self._budget.words(sharp, text_ocr.best_of([other]), text_ocr.BLOCK)))
            return True
        return False

    def closer(self, box: Box, zoom: float = 1.6) -> bool:
        """Read one part (left, top, right, bottom in pixels) enlarged, in two ways; False when that was done before."""
        height, width = self.picture.shape
        x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
        x1, y1 = min(width, int(box[2])), min(height, int(box[3]))
        key = (x0 // 40, y0 // 40, x1 // 40, y1 // 40)
        if key in self._closer or len(self._closer) >= 3 or x1 - x0 < 8 or y1 - y0 < 8:
            return False
        self._closer.add(key)
        for size, language, sharp in ((zoom, self.language, 0.8), (0.8, "ell+eng" if self.greek else "eng", 1.6)):
            self.others.append(self._enlarged((x0, y0, x1, y1), size, language, sharp))
        return True

    def clear(self, box: Box) -> bool:
        """Tell whether what stands in a part was read with confidence: a closer look would say the same."""
        inside = [
            w
            for w in self.words
            if box[0] <= (w.left + w.right) / 2 <= box[2] and box[1] <= w.middle <= box[3] and len(w.text) > 1
        ]
        if any(w.confidence < _CLEAR and any(c.isdigit() for c in w.text) for w in inside):
            return False
        return len(inside) >= 3 and float(np.percentile([w.confidence for w in inside], 25)) >= _CLEAR

    def _enlarged(self, box: tuple[int, int, int, int], zoom: float, language: str, sharp: float) -> tuple[Word, ...]:
        x0, y0, x1, y1 = box
        part: NDArray[Any] = cv2.resize(
            page_print.sharpen(np.ascontiguousarray(self.picture[y0:y1, x0:x1]), sharp),
            None,
            fx=zoom,
            fy=zoom,
            interpolation=cv2.INTER_CUBIC,
        )
        part = cv2.copyMakeBorder(part, 20, 20, 20, 20, cv2.BORDER_REPLICATE)
        installed = text_ocr.best_of(language.split("+"))
        return tuple(
            replace(
                w,
                left=int((w.left - 20) / zoom) + x0,
                right=int((w.right - 20) / zoom) + x0,
                top=int((w.top - 20) / zoom) + y0,
                bottom=int((w.bottom - 20) / zoom) + y0,
            )
            for w in self._budget.words(np.asarray(part, np.uint8), installed, text_ocr.BLOCK)
        )

    def _cut(self) -> int:
        """The emptiest row near the end of the upper part: no line of print is cut in two."""
        height, width = self.picture.shape
        if height < 1.1 * width:
            return height
        low, high = int(height * (_UPPER - 0.05)), int(height * (_UPPER + 0.05))
        rows = page_print.ink(np.ascontiguousarray(self.picture[low:high])).mean(axis=1)
        blurred = cv2.blur(rows.reshape(-1, 1), (1, 9)).ravel()
        return low + int(np.argmin(blurred))

    def _part(self, top: int, bottom: int, language: str) -> tuple[Word, ...]:
        if bottom - top < 8:
            return ()
        part = np.ascontiguousarray(self.picture[top:bottom])
        return tuple(
            replace(w, top=w.top + top, bottom=w.bottom + top)
            for w in self._budget.words(part, text_ocr.best_of([language]), text_ocr.SPARSE)
        )

    def on_photo(self, box: Box) -> Box:
        """Return a box of the page as (left, top, right, bottom) in fractions of the photograph."""
        corners = np.array([[(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]], np.float64)
        seen = cv2.perspectiveTransform(corners, self._to_photo)[0] / self._photo_size
        low, high = np.clip(seen.min(axis=0), 0, 1), np.clip(seen.max(axis=0), 0, 1)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def trusted(read: Sequence[Word]) -> float:
    """How much of a reading looks like real words: the sum of confidences of words of three letters and more."""
    return sum(
        w.confidence / 100
        for w in read
        if w.confidence >= 55 and sum(c.isalpha() for c in w.text) >= 3 and w.text.isprintable()
    )


def doubtful(read: Sequence[Word]) -> bool:
    """Tell whether most of the longer words were hardly read: what is missing may only be illegible."""
    long = [w for w in read if sum(c.isalnum() for c in w.text) >= 3]
    return len(long) < 4 or sum(w.confidence >= 60 for w in long) < 0.5 * len(long)


def upright(picture: NDArray[np.uint8], likely: str = "") -> Page:
    """Find the page of a BGR photograph, scan or screenshot, in whatever direction it lies; nothing is read yet.

    Args:
        picture: (height, width, 3) or (height, width) uint8.
        likely: Tesseract's language of the declared address, tried first; "" when it is not known.
    """
    sheet = page_find.flatten(picture)
    even, text, letter = _print_of(sheet.grey)
    if sheet.found and not letter:
        # What looked like a sheet is an empty part of one, up to a fold or a shadow.
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
        sheet = page_find.whole(np.asarray(grey, np.uint8))
        even, text, letter = _print_of(sheet.grey)
    scale = min(max(LETTER / letter, 0.35), 4.0) if letter else 1.0
    scale = min(scale, _MAX_SIDE / max(even.shape))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(even, None, fx=scale, fy=scale, interpolation=method).astype(np.uint8)
    if scale > 1.6:
        sized = page_print.sharpen(sized, 0.9)
    to_photo = sheet.to_photo @ np.diag([1 / scale, 1 / scale, 1.0])
    turns = (1, 3, 0, 2) if page_print.sideways(text) else (0, 2, 1, 3)
    latin = likely if likely not in ("", "ell") else "eng"
    scripts = [s for s in (("ell", "eng") if likely == "ell" else (latin, "ell")) if s in text_ocr.languages()]
    # The other two directions, another part of the page, and the other script where one is likely, only when what was
    # read before gives no words.
    first = scripts[:1] if likely else scripts
    rounds: list[tuple[Sequence[int], Sequence[str], int]] = [
        (turns[:2], first, 0),
        (turns[2:], first, 0),
        (turns[:2], first, 1),
        (turns[2:], first, 1),
    ]
    if likely:
        rounds.append((turns, scripts[1:], 0))
    budget = Budget(_SECONDS if float(np.percentile(sheet.grey, 98)) >= _DARKEST else 0.0)
    turning = Budget(min(_SECONDS_TO_TURN, budget.left))
    best: tuple[float, str, Grey, NDArray[np.float64]] | None = None
    ready: dict[int, tuple[Grey, NDArray[np.float64]]] = {}
    for quarters, tried, part in rounds:
        if best is not None and (best[0] >= 5 or turning.left < 0.5):
            break
        for quarter in quarters:
            if quarter not in ready:
                turned, back = _turn(sized, quarter)
                straight, unskew = _deskew(turned)
                words = page_print.only_print(page_print.without_rules(straight, LETTER), LETTER)
                ready[quarter] = (words, back @ unskew)
            straight, back_to = ready[quarter]
            score, language, sure = _sample(_fullest_part(straight, part), tried, likely, turning)
            if best is None or score > best[0]:
                best = (score, language, straight, to_photo @ back_to)
            if sure:
                break
    assert best is not None
    found, language, straight, matrix = best
    budget.left -= min(_SECONDS_TO_TURN, budget.left) - turning.left
    if found < _HARDLY:
        budget.left = min(budget.left, _SECONDS_HARDLY)
    return Page(straight, matrix, (picture.shape[1], picture.shape[0]), language, letter, budget, likely)


def _print_of(grey: Grey) -> tuple[Grey, Grey, float]:
    """(picture in even light, mask of its letters, their height in pixels or 0)."""
    dark = float(np.median(grey)) < _DARK and float(np.percentile(grey, 97)) > 1.6 * _DARK
    # Paper in the shade is dark too, but its letters are darker still.
    turned = np.asarray(255 - grey, np.uint8) if dark and page_print.light_letters(grey) else grey
    even = page_print.even_light(turned)
    text, letter = page_print.letters(page_print.ink(page_print.calm(even)))
    return even, text, letter


def _sample(part: Grey, scripts: Sequence[str], likely: str, budget: Budget) -> tuple[float, str, bool]:
    """Read a part in one script after the other: (score, language, no doubt at all).

    Letters standing on their heads give many words too, but hardly any with confidence.
    """
    best = (0.0, likely or "eng", False)
    for tried in scripts:
        read_words = budget.words(part, tried, text_ocr.BLOCK, seconds=_SECONDS_TO_SAMPLE)
        long = [w.confidence for w in read_words if sum(c.isalpha() for c in w.text) >= 3]
        mean = float(np.mean(long)) if long else 0.0
        language = tried if tried == "ell" else page_language.of_words([w.text for w in read_words], likely)
        sure = (mean >= 80 and len(long) >= 5) or (mean >= 74 and len(long) >= 12)
        best = max(best, (trusted(read_words) * mean / 100, language, sure))
        if sure:
            return best
    return best


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
    angle = page_print.skew(page_print.letters(page_print.ink(grey))[0])
    if abs(angle) < 0.25:
        return grey, np.eye(3)
    height, width = grey.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1), [0, 0, 1]])
    upright = cv2.warpPerspective(grey, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(235.0,))
    return upright.astype(np.uint8), np.linalg.inv(turn)


def _fullest_part(grey: Grey, rank: int) -> Grey:
    """The band with the most letters, or the next one (`rank` 1), tall enough for about ten lines.

    Pale ones count little or nothing: the grain of a desk gives more specks than a page has letters. Small print,
    which may be illegible either way up, counts less; a large word across a page hardly.
    """
    band = min(grey.shape[0], int(LETTER * 20))
    mask = page_print.ink(grey)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    dark = np.bincount(labels[mask > 0], weights=255.0 - grey[mask > 0], minlength=len(stats)) / stats[:, 4]
    tall = stats[:, 3]
    letters = (tall >= 0.4 * LETTER) & (tall <= 2.2 * LETTER) & (stats[:, 2] <= 4 * LETTER)
    rows = centres[letters, 1].astype(np.intp)
    size = np.minimum(tall[letters] / LETTER, 1.3)
    inked = np.clip((dark[letters] - 70) / 50, 0, 1)
    count = np.bincount(rows, weights=inked * size**2, minlength=grey.shape[0])
    start = 0
    for _ in range(rank + 1):
        total = np.concatenate([[0], np.cumsum(count)])
        start = int(np.argmax(total[band:] - total[:-band])) if len(total) > band else 0
        count[start : start + band] = 0
    return np.ascontiguousarray(grey[start : start + band])
