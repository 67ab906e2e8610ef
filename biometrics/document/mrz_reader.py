"""Read the machine-readable zone of a picture: find it, take the characters apart, classify, decode, judge."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import glyphs
from biometrics.document.mrz_cells import Grid, lay_grid, probe_grid, sample_cells, shifted
from biometrics.document.mrz_decode import Decoded, decode
from biometrics.document.mrz_gate import Judgement, judge
from biometrics.document.mrz_layout import FILLER, LAYOUTS, Format
from biometrics.document.mrz_locate import Block, GlyphLine, blobs, blocks_of, find_lines
from registration.model.documents import MrzReading, ReadState

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

_ASIDE, _ASIDE_TOO = ((-1, -1), (1, 1)), ((-1, 2), (1, -2))
"""Where a cell is looked at again, pixels right and down; the second pair only where the first leaves a doubt."""
_NO_DOUBT = 0.98
_PROBES = 9
"""Characters of a line that are looked at to tell whether it is one."""
_LETTER = {c: i for i, c in enumerate(glyphs.CLASSES)}
_NONE = len(glyphs.ALPHABET)
_WIDTHS = {3: (30,), 2: (44, 36)}
_FINE_PITCH = 15.0
_COARSEST_PITCH = 30.0
_BUDGET = 125.0
"""Estimated milliseconds after which no attempt is begun; estimated, so that a picture always reads the same."""
_FADED = 0.6
"""Share of the usual depth of ink below which a character counts as faded."""
_PER_MEGAPIXEL, _PER_BLOB, _PER_LOOK, _PER_READ = 13.0, 0.008, 6.0, 9.0
_LEAST_SURE = 0.5
"""Mean belief of the likeliest window below which a block of blobs is no text and is not read."""
_FAR_BEHIND = 25.0
"""Natural logarithms by which a window may be less likely than the best and still be read."""
_OUT_OF_STEP = 6.0
"""The same by which shifting one line must be likelier."""


class Effort(Enum):
    """How much may be tried on one picture: (longest side searched, then the window, contrast and depth of `blobs`)."""

    LIVE = ((900, 21, 5, 0.9),)
    """A camera's frame: the next one comes soon."""
    STILL = (
        (900, 21, 5, 0.9),
        (1280, 31, 9, 0.0),
        (640, 15, 4, 0.7),
        (1900, 45, 5, 0.9),
        (1280, 21, 14, 0.0),
        (900, 21, 9, 0.0),
        (1280, 25, 5, 0.0),
    )
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
    views = _Views(gray)
    spent = 0.0
    for longest, window, contrast, depth in effort.value:
        if spent > _BUDGET:
            return
        search, scale = views.of_longest(longest)
        found = blobs(search, window, contrast, depth)
        spent += search.size / 1e6 * _PER_MEGAPIXEL + len(found) * _PER_BLOB
        for upright in (True, False):
            lines, angle = find_lines(found, upright=upright)
            spent += _PER_LOOK
            for block in blocks_of(lines, _worth(lines, angle, views, scale), angle)[:4]:
                best_of_block = 0.0
                for read in _read_block(block, views, scale, today):
                    best_of_block = max(best_of_block, read.judgement.mean)
                    spent += _PER_READ
                    yield read
                if best_of_block > 0.75:
                    break


def _worth(lines: Sequence[GlyphLine], angle: float, views: _Views, scale: float) -> list[float]:
    """How sure the classifier is of some characters of each line, either way up: 0 to 1."""
    grids = [probe_grid(line, angle, _PROBES) for line in lines]
    cells = [shifted(sample_cells(*views.for_cells(grid, scale), grid))[0] for grid in grids if grid is not None]
    if not cells:
        return [0.0] * len(lines)
    upright = np.concatenate(cells)
    sure = _classified(np.stack([upright, upright[:, ::-1, ::-1]]))[:, :, :_NONE].max(2)
    ends = np.cumsum([0, *map(len, cells)])
    each = iter(float(sure[:, a:b].mean(1).max()) for a, b in pairwise(ends))
    return [0.0 if grid is None else next(each) for grid in grids]


class _Views:
    """One picture in the sizes that are asked for, each made once."""

    def __init__(self, gray: Picture) -> None:
        self._gray = gray
        self._made: dict[float, Picture] = {1.0: gray}

    def of_longest(self, side: int) -> tuple[Picture, float]:
        """The picture with its longer side about `side`, and its scale."""
        scale = side / max(self._gray.shape)
        return self._scaled(1.0 if 0.95 < scale < 1.05 else scale)

    def for_cells(self, grid: Grid, scale: float) -> tuple[Picture, float]:
        """What to take the cells of a grid found at `scale` from, and its scale beside that.

        Fine enough, and not so fine that sampling would skip pixels.
        """
        pitch = grid.pitch / scale
        if scale < 1 and _FINE_PITCH <= grid.pitch <= _COARSEST_PITCH:
            return self._made[scale], 1.0
        halvings = max(0, math.ceil(2 * math.log2(pitch / _COARSEST_PITCH))) / 2
        picture, of_picture = self._scaled(2.0**-halvings)
        return picture, of_picture / scale

    def _scaled(self, scale: float) -> tuple[Picture, float]:
        if scale not in self._made:
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            size = (round(self._gray.shape[1] * scale), round(self._gray.shape[0] * scale))
            self._made[scale] = cv2.resize(self._gray, size, interpolation=how).astype(np.uint8, copy=False)
        return self._made[scale], scale


def _read_block(block: Block, views: _Views, scale: float, today: date) -> Iterator[Read]:
    for grid in _grids(block):
        picture, ratio = views.for_cells(grid, scale)
        strip = _in_step(_right_way_up(_Strip.of(picture, ratio, grid)), picture, ratio)
        for kind, first in _windows(strip.belief):
            yield _read_window(strip, scale, kind, first, today)


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


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """The cells of every place of a grid and, once classified, (lines, places, 38) of belief."""

    grid: Grid
    cells: Picture
    belief: Floats

    @classmethod
    def of(cls, picture: Picture, ratio: float, grid: Grid) -> _Strip:
        return cls(grid, sample_cells(picture, ratio, grid), np.empty(0))

    def turned(self) -> _Strip:
        """The same upside down."""
        grid = self.grid
        over = replace(grid, centre=grid.centre[::-1, ::-1], right=-grid.right[::-1, ::-1], down=-grid.down)
        return _Strip(over, self.cells[::-1, ::-1, ::-1, ::-1], self.belief)


def _right_way_up(strip: _Strip) -> _Strip:
    """Classify every place in the direction the text stands, which every third place tells."""
    over = strip.turned()
    some = (slice(None), slice(None, None, 3))
    upright = _classified(shifted(strip.cells[some]))
    if _sureness(_classified(shifted(over.cells[some]))) > _sureness(upright):
        strip = over
    return replace(strip, belief=_classified(shifted(strip.cells)))


def _classified(cells: Picture) -> Floats:
    lines, n = cells.shape[:2]
    found = glyphs.classify(np.ascontiguousarray(cells.reshape(lines * n, *cells.shape[2:])))
    return found.reshape(lines, n, -1).astype(np.float64)


def _sureness(belief: Floats) -> float:
    """How well a direction reads; fillers count more, for every zone has some and upside down they are none."""
    return float(belief[:, :, :_NONE].max(2).sum() + 0.5 * belief[:, :, _LETTER[FILLER]].sum())


def _in_step(strip: _Strip, picture: Picture, ratio: float) -> _Strip:
    """Shift a line by one place where its ends say that perspective put it out of step with the longest line."""
    grid, belief = strip.grid, strip.belief
    lines = grid.lines
    widths = _WIDTHS[lines]
    fits = np.stack([[_fit(belief[k], width) for width in widths] for k in range(lines)])  # (lines, widths, firsts)
    lead = int(np.argmax(belief[:, :, :_NONE].sum((1, 2))))
    centre, right, moved = grid.centre.copy(), grid.right.copy(), belief.copy()
    changed = False
    for k in range(lines):
        if k == lead:
            continue
        # Firsts from which a window would reach beyond the end are worth so little that rolling them does not matter.
        together = [float((fits[lead] + np.roll(fits[k], -by, 1)).max()) for by in (-1, 0, 1)]
        by = int(np.argmax(together)) - 1
        if by and together[by + 1] > together[1] + _OUT_OF_STEP:
            changed = True
            for part in (centre, right, moved):
                part[k] = np.roll(part[k], -by, 0)
            # The place rolled over the end lies beyond the zone: put it where it belongs all the same.
            end, inner = (-1, -2) if by > 0 else (0, 1)
            centre[k, end] = centre[k, inner] + by * right[k, inner]
            right[k, end] = right[k, inner]
    if not changed:
        return strip
    grid = replace(grid, centre=centre, right=right)
    return _Strip(grid, sample_cells(picture, ratio, grid), moved)


def _fit(belief: Floats, width: int) -> Floats:
    """How well a window of `width` fits one line, for every first place: characters it is sure of inside, none outside.

    What stands beside a zone in another typeface is a glyph too, but hardly ever one the classifier is sure of.
    """
    sure = belief[:, :_NONE].max(1)
    inside = np.concatenate([[0], np.cumsum(np.log(np.clip(sure, 0.02, 1)))])
    outside = np.concatenate([[0], np.cumsum(np.log(np.clip(1 - sure, 0.02, 1)))])
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


def _read_window(strip: _Strip, scale: float, kind: Format, first: int, today: date) -> Read:
    places = slice(first, first + _width(kind))
    cells = strip.cells[:, places]
    found = _refined(cells, strip.belief[:, places])
    belief = found[:, :, :_NONE]
    decoded = decode(belief, kind)
    faded = _faded(shifted(cells))
    pitch = float(np.linalg.norm(strip.grid.right[:, places], axis=2).mean()) / scale
    outline = _outline(strip.grid, places, scale)
    return Read(decoded, belief, judge(decoded, pitch, today, faded=faded), pitch, outline, faded)


def _refined(cells: Picture, plain: Floats) -> Floats:
    """Look at every cell again a little aside and average; more often where the classifier is not of one mind."""
    looks = [plain, *(_classified(shifted(cells, *aside)) for aside in _ASIDE)]
    mean: Floats = np.mean(looks, 0)
    doubtful = mean.max(2) < _NO_DOUBT
    if doubtful.any():
        more = [_classified(shifted(cells[doubtful][None], *aside))[0] for aside in _ASIDE_TOO]
        mean[doubtful] = (mean[doubtful] * len(looks) + np.sum(more, 0)) / (len(looks) + len(more))
    return mean


def _faded(cells: Picture) -> bool:
    """Tell whether some cell's ink is far paler beside its paper than usual, as under a reflection or a finger.

    A shadow darkens both alike and takes nothing away.
    """
    flat = cells.reshape(-1, glyphs.HEIGHT * glyphs.WIDTH)
    dark, light = np.percentile(flat, [5, 90], axis=1)
    depth = (light - dark) / (light + 10)
    return bool(depth.min() < _FADED * np.median(depth))


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
