"""Read the machine-readable zone of a picture: find it, take the characters apart, classify, decode, judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import glyphs
from biometrics.document.mrz_cells import Grid, lay_grid, sample_cells
from biometrics.document.mrz_decode import Decoded, decode
from biometrics.document.mrz_gate import Judgement, judge
from biometrics.document.mrz_layout import LAYOUTS, Format
from biometrics.document.mrz_locate import Block, blobs, find_blocks
from registration.model.documents import MrzReading, ReadState

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

_JITTER = ((0.0, 0.0), (-1.3, -1.5), (1.3, 1.5), (-1.3, 1.5), (1.3, -1.5))
_LETTER = {c: i for i, c in enumerate(glyphs.CLASSES)}
_NONE = len(glyphs.ALPHABET)
_WIDTHS = {3: (30,), 2: (44, 36)}
_FINE_PITCH = 15.0
_COARSEST_PITCH = 30.0
_BUDGET = 125.0
"""Estimated milliseconds after which no attempt is begun; estimated, so that a picture always reads the same."""
_FADED, _LIGHTER = 0.6, 0.4
_PER_MEGAPIXEL, _PER_BLOB, _PER_LOOK, _PER_READ = 13.0, 0.008, 6.0, 9.0
_LEAST_SURE = 0.5
"""Mean belief of the likeliest window below which a block of blobs is no text and is not read."""
_FAR_BEHIND = 25.0
"""Natural logarithms by which a window may be less likely than the best and still be read."""
_OUT_OF_STEP = 6.0
"""The same by which shifting one line must be likelier."""


class Effort(Enum):
    """How much may be tried on one picture: (longest side searched, threshold window, contrast), in order."""

    LIVE = ((1280, 31, 9),)
    """A camera's frame: the next one comes soon."""
    STILL = ((1280, 31, 9), (1900, 45, 9), (1280, 25, 5), (1900, 35, 18), (1280, 21, 14), (1900, 25, 5), (900, 21, 9))
    """A photograph there is only one of."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What one picture gave."""

    decoded: Decoded
    belief: Floats = field(repr=False)
    """(lines, width, 37): probabilities of each character, before grammar."""
    judgement: Judgement
    pitch: float
    """Pixels of the given picture from one character to the next."""
    outline: NDArray[np.float64]
    """(4, 2) corners of the zone in pixels of the given picture: as text reads, from the upper left clockwise."""

    faded: bool = False
    """Whether some character has far less contrast than the others: a reflection, a finger, a stamp."""

    @property
    def reading(self) -> MrzReading:
        return self.judgement.reading

    @property
    def angle(self) -> float:
        """Direction the text runs in, degrees, 0 = level, 90 = downwards."""
        dx, dy = self.outline[1] - self.outline[0]
        return float(np.degrees(np.arctan2(dy, dx)))

    @property
    def rank(self) -> tuple[bool, float]:
        return (not self.decoded.failed, self.judgement.mean - 0.05 * max(self.decoded.substitutions, 0))


def read_mrz(picture: Picture, today: date, effort: Effort = Effort.STILL) -> Read | None:
    """Read one picture, (height, width[, 3]) uint8, grey or BGR; None when there is no zone in it.

    Text may run in any of the four directions and up to about 20 degrees off. `today` settles centuries.
    Raises StaffMustFix ``mrz.model_damaged``.
    """
    gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    gray = np.ascontiguousarray(gray, dtype=np.uint8)
    if min(gray.shape) < 60:
        return None
    best: Read | None = None
    for found in _attempts(gray, today, effort):
        if best is None or found.rank > best.rank:
            best = found
        if best.reading.state is ReadState.VERIFIED or (not best.decoded.failed and best.judgement.mean > 0.9):
            break
    return best


def _attempts(gray: Picture, today: date, effort: Effort) -> Iterator[Read]:
    scaled: dict[int, tuple[Picture, float]] = {}
    spent = 0.0
    for longest, window, contrast in effort.value:
        if spent > _BUDGET:
            return
        if longest not in scaled:
            scaled[longest] = _scaled(gray, longest / max(gray.shape))
        search, scale = scaled[longest]
        found = blobs(search, window, contrast)
        spent += search.size / 1e6 * _PER_MEGAPIXEL + len(found) * _PER_BLOB
        for upright in (True, False):
            for block in find_blocks(found, upright=upright)[:4]:
                best_of_block = 0.0
                spent += _PER_LOOK
                for read in _read_block(block, search, gray, scale, today):
                    best_of_block = max(best_of_block, read.judgement.mean)
                    spent += _PER_READ
                    yield read
                if best_of_block > 0.75:
                    break


def _scaled(gray: Picture, scale: float) -> tuple[Picture, float]:
    if 0.95 < scale < 1.05:
        return gray, 1.0
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (round(gray.shape[1] * scale), round(gray.shape[0] * scale))
    return cv2.resize(gray, size, interpolation=how).astype(np.uint8, copy=False), scale


def _read_block(block: Block, search: Picture, gray: Picture, scale: float, today: date) -> Iterator[Read]:
    for grid in _grids(block):
        picture, ratio = _picture(grid.pitch, search, gray, scale)
        turned, belief = _in_step(*_both_ways_up(picture, grid, ratio))
        for kind, first in _windows(belief):
            yield _read_window(picture, turned, ratio, scale, kind, first, today)


def _grids(block: Block) -> Iterator[Grid]:
    grid = lay_grid(block, max(_WIDTHS[len(block.lines)]))
    if grid is not None:
        yield grid
    narrow = max((line.x[-1] - line.x[0]) / line.pitch for line in block.lines) < 32
    if len(block.lines) == 2 and narrow and (short := lay_grid(block, 30)) is not None:
        # Two lines of a card of which the third was not found: it is looked for above and below.
        for extra in (2, -1):
            step = short.centre[1] - short.centre[0]
            row = short.centre[extra and (1 if extra > 0 else 0)] + (step if extra > 0 else -step)
            rows = [*short.centre, row] if extra > 0 else [row, *short.centre]
            rights = [*short.right, short.right[1]] if extra > 0 else [short.right[0], *short.right]
            yield replace(short, lines=3, centre=np.array(rows), right=np.array(rights))


def _picture(pitch: float, search: Picture, gray: Picture, scale: float) -> tuple[Picture, float]:
    """Choose what to take the cells from: fine enough, and not so fine that sampling would skip pixels."""
    if scale == 1.0 or (scale < 1 and pitch >= _FINE_PITCH):
        return search, 1.0
    if pitch / scale <= _COARSEST_PITCH:
        return gray, 1 / scale
    middle, ratio = _scaled(gray, 22.0 / (pitch / scale))
    return middle, ratio / scale


def _both_ways_up(picture: Picture, grid: Grid, ratio: float) -> tuple[Grid, Floats]:
    """Classify every place in the direction the text stands; returns the grid in that direction and (lines, n, 38)."""
    cells = sample_cells(picture, grid, ratio, slice(None))
    over = np.ascontiguousarray(cells[::-1, ::-1, ::-1, ::-1])
    upright = _classified(cells)
    some = slice(None, None, 3)
    if _sureness(upright[:, some]) >= _sureness(_classified(over[::-1, ::-1][:, some])):
        return grid, upright
    turned = replace(grid, centre=grid.centre[::-1, ::-1], right=-grid.right[::-1, ::-1], down=-grid.down)
    return turned, _classified(over)


def _classified(cells: Picture) -> Floats:
    lines, n = cells.shape[:2]
    found = glyphs.classify(np.ascontiguousarray(cells.reshape(lines * n, *cells.shape[2:])))
    return found.reshape(lines, n, -1).astype(np.float64)


def _sureness(belief: Floats) -> float:
    return float(belief[:, :, :_NONE].max(2).sum())


def _in_step(grid: Grid, belief: Floats) -> tuple[Grid, Floats]:
    """Shift a line by one place where its ends say that perspective put it out of step with the longest line."""
    lines, places = belief.shape[:2]
    widths = _WIDTHS[lines]
    fits = np.stack([[_fit(belief[k], width) for width in widths] for k in range(lines)])  # (lines, widths, firsts)
    lead = int(np.argmax(belief[:, :, :_NONE].sum((1, 2))))
    moved = grid.centre.copy(), grid.right.copy(), belief.copy()
    changed = False
    for k in range(lines):
        if k == lead:
            continue
        together = [
            float((fits[lead] + np.roll(fits[k], -by, 1))[:, 1 : places - max(widths)].max()) for by in (-1, 0, 1)
        ]
        by = int(np.argmax(together)) - 1
        if by and together[by + 1] > together[1] + _OUT_OF_STEP:
            changed = True
            for part in moved:
                part[k] = np.roll(part[k], -by, 0)
            # The place rolled over the end lies beyond the zone: put it where it belongs all the same.
            end, inner = (-1, -2) if by > 0 else (0, 1)
            moved[0][k, end] = moved[0][k, inner] + by * moved[1][k, inner]
            moved[1][k, end] = moved[1][k, inner]
    return (replace(grid, centre=moved[0], right=moved[1]), moved[2]) if changed else (grid, belief)


def _fit(belief: Floats, width: int) -> Floats:
    """How well a window of `width` fits one line, for every first place: glyphs inside, none outside."""
    empty = belief[:, _NONE]
    inside = np.concatenate([[0], np.cumsum(np.log(np.clip(1 - empty, 0.02, 1)))])
    outside = np.concatenate([[0], np.cumsum(np.log(np.clip(empty, 0.02, 1)))])
    firsts = np.arange(len(belief) - width + 1)
    fit = inside[firsts + width] - inside[firsts] + outside[firsts] + outside[-1] - outside[firsts + width]
    return np.concatenate([fit, np.full(width - 1, -1e3)])


def _windows(belief: Floats) -> list[tuple[Format, int]]:
    """Return (format, first place), likeliest first: glyphs inside the window, none outside it.

    These are the two likeliest, and the likeliest of each other width, unless they are far behind; none when even the
    likeliest holds nothing like text.
    """
    lines, places = belief.shape[:2]
    options: list[tuple[float, Format, int]] = []
    for width in _WIDTHS[lines]:
        fit = np.sum([_fit(line, width) for line in belief], 0)
        for first in range(places - width + 1):
            score = fit[first]
            code = belief[0, first]
            if lines == 3:
                kind, letter = Format.TD1, code[[_LETTER[c] for c in "IAC"]].max()
            else:
                visa = code[_LETTER["V"]]
                other = code[_LETTER["P"]] if width == 44 else code[[_LETTER[c] for c in "IAC"]].max()
                usual, visas = (Format.TD3, Format.MRV_A) if width == 44 else (Format.TD2, Format.MRV_B)
                kind, letter = (visas, visa) if visa > other else (usual, other)
            options.append((float(score + np.log(letter + 0.05)), kind, first))
    options.sort(key=lambda option: -option[0])
    options = [option for option in options if option[0] > options[0][0] - _FAR_BEHIND]
    _, kind, first = options[0]
    if belief[:, first : first + _width(kind), :_NONE].max(2).mean() < _LEAST_SURE:
        return []
    chosen = [(kind, first) for _, kind, first in options[:2]]
    for width in _WIDTHS[lines]:
        if all(_width(kind) != width for kind, _ in chosen):
            chosen += [(kind, first) for _, kind, first in options if _width(kind) == width][:1]
    return chosen


def _width(kind: Format) -> int:
    return LAYOUTS[kind].width


def _read_window(
    picture: Picture, grid: Grid, ratio: float, scale: float, kind: Format, first: int, today: date
) -> Read:
    width = _width(kind)
    places = slice(first, first + width)
    stacks = [sample_cells(picture, grid, ratio, places, shift) for shift in _JITTER]
    cells = np.stack(stacks).reshape(-1, glyphs.HEIGHT, glyphs.WIDTH)
    found = glyphs.classify(cells).reshape(len(_JITTER), grid.lines, width, -1).mean(0)
    belief = found[:, :, :_NONE].astype(np.float64)
    decoded = decode(belief, kind)
    faded = _faded(stacks[0])
    pitch = float(np.linalg.norm(grid.right[:, places], axis=2).mean()) / scale
    return Read(decoded, belief, judge(decoded, pitch, today, faded=faded), pitch, _outline(grid, places, scale), faded)


def _faded(cells: Picture) -> bool:
    """Tell whether some cell has far less contrast than the usual one, or far lighter ink, as under a reflection."""
    flat = cells.reshape(-1, glyphs.HEIGHT * glyphs.WIDTH)
    dark, light = np.percentile(flat, [5, 90], axis=1)
    contrast = light - dark
    usual = np.median(contrast)
    return bool(contrast.min() < _FADED * usual or (dark - np.median(dark)).max() > _LIGHTER * usual)


def _outline(grid: Grid, places: slice, scale: float) -> Floats:
    centre, right = grid.centre[:, places], grid.right[:, places]
    up, half = -0.7 * grid.down, 0.6
    corners = [
        centre[0, 0] - half * right[0, 0] + up,
        centre[0, -1] + half * right[0, -1] + up,
        centre[-1, -1] + half * right[-1, -1] - up,
        centre[-1, 0] - half * right[-1, 0] - up,
    ]
    return np.array(corners) / scale
