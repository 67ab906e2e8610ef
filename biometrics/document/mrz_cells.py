"""From a block of glyph lines to one small picture per character place.

A smooth grid (quadratic along the lines, so a bent page and perspective fit too) is laid through the blobs; cells are
sampled from the picture at the grid's places, some places beyond both ends, so that the classifier may say where the
lines really begin and end.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document.glyphs import CAPITAL, HEIGHT, WIDTH
from biometrics.document.mrz_locate import Block, GlyphLine

Floats = NDArray[np.float64]

BEYOND = 4
"""Places looked at beyond each known end."""
MARGIN = 2
"""Pixels of a cell around it that are sampled with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Places 0 to `places` - 1 of `lines` lines. All vectors in pixels of the picture the block was found in."""

    lines: int
    places: int
    centre: Floats
    """(lines, places, 2)."""
    right: Floats
    """(lines, places, 2): from one place to the next."""
    down: Floats
    """(2,): one capital's height."""
    pitch: float


def lay_grid(block: Block, widest: int) -> Grid | None:
    """Fit the grid; `widest` is the most characters a line of this block may have. None when it does not fit."""
    pitch = block.pitch
    indexed = [_places(line) for line in block.lines]
    # Bring the other lines' places into step with the longest one's, straight down.
    lead = max(range(len(indexed)), key=lambda k: len(indexed[k][0]))
    place, x, y = [], [], []
    slope = float(np.median([line.slope for line in block.lines]))
    for k, (index, line) in enumerate(zip(indexed, block.lines, strict=True)):
        drop = line.at(float(line.x.mean())) - block.lines[lead].at(float(line.x.mean()))
        if k != lead and (counted := _as_the_lead(line.x + slope * drop, indexed[lead])) is not None:
            place.append(counted)
            x.append(line.x)
            y.append(line.y)
            continue
        shift = 0.0
        if k != lead:
            straight = np.interp(line_x := indexed[k][1] + slope * drop, indexed[lead][1], indexed[lead][0])
            inside = (line_x > indexed[lead][1][0]) & (line_x < indexed[lead][1][-1])
            if inside.sum() < 6:
                return None
            shift = float(np.round(np.median((straight - index[0])[inside])))
        place.append(index[0] + shift)
        x.append(index[1])
        y.append(index[2])
    first, last = min(p.min() for p in place), max(p.max() for p in place)
    spare = max(widest - int(last - first + 1), 0)
    begin = first - BEYOND - spare
    count = int(last - first + 1) + 2 * (BEYOND + spare)
    t = np.concatenate(place)
    k = np.concatenate([np.full(len(p), i, float) for i, p in enumerate(place)])
    middle, half = (first + last) / 2, max((last - first) / 2, 1)
    terms = _terms((t - middle) / half, k)
    fx, off_x = _robust(terms, np.concatenate(x))
    fy, off_y = _robust(terms, np.concatenate(y))
    if off_x > 0.3 * pitch or off_y > 0.3 * pitch:
        return None
    grid_t = ((begin + np.arange(count)) - middle) / half
    # Beyond the known ends the bend goes on straight: a square term must not run away there.
    rows = np.arange(len(block.lines), dtype=float)
    tt, kk = np.meshgrid(grid_t, rows)
    centre = np.stack([_value(fx, tt, kk), _value(fy, tt, kk)], -1)
    right = np.stack([_along(fx, tt, kk), _along(fy, tt, kk)], -1) / half
    step = np.array([fx[3], fy[3]])
    if np.linalg.norm(step) < 0.5 * pitch:
        return None
    tall = float(np.clip(block.height / (pitch * CAPITAL / WIDTH), 0.8, 1.25)) ** 0.7
    down = step / np.linalg.norm(step) * tall * pitch * CAPITAL / WIDTH
    return Grid(
        len(block.lines),
        count,
        block.to_picture(centre),
        block.to_picture(right),
        block.to_picture(down),
        pitch,
    )


def probe_grid(line: GlyphLine, angle: float, count: int) -> Grid | None:
    """Return a grid of one line with at most `count` of its places, spread evenly over those that hold something."""
    place, x, y = _places(line)
    if len(place) < 8:
        return None
    curve = np.polyfit(place, x, 2)
    level = np.polyfit(x, y, 2)
    some = np.unique(np.linspace(0, len(place) - 1, count).round().astype(np.int64))
    at = np.polyval(curve, place[some])
    step = np.polyval(np.polyder(curve), place[some])
    slope = np.polyval(np.polyder(level), at)
    block = Block((line,), angle)
    return Grid(
        1,
        len(some),
        block.to_picture(np.stack([at, np.polyval(level, at)], -1))[None],
        block.to_picture(np.stack([step, step * slope], -1))[None],
        block.to_picture(np.array([-line.slope, 1.0]) * line.pitch * CAPITAL / WIDTH),
        line.pitch,
    )


def _places(line: GlyphLine) -> tuple[Floats, Floats, Floats]:
    """Give every blob its place number; parts of one glyph become one. Returns (place, x, y), ascending."""
    x, y = line.x, line.y
    place = np.concatenate([[0.0], np.cumsum(line.steps)])
    for _ in range(2):
        if len(np.unique(place)) < 8:
            break
        curve = np.polyfit(place, x, 2)
        fine = np.linspace(place[0] - 2, place[-1] + 2, 400)
        along = np.polyval(curve, fine)
        if np.any(np.diff(along) <= 0):
            break
        place = np.round(np.interp(x, along, fine))
    unique, which, counts = np.unique(place, return_inverse=True, return_counts=True)
    mean_x = np.bincount(which, x) / counts
    mean_y = np.bincount(which, y) / counts
    return unique, mean_x, mean_y


def _as_the_lead(x: Floats, lead: tuple[Floats, Floats, Floats]) -> Floats | None:
    """Number a line's blobs by the longest line's places, which a gap or a joined pair of its own cannot put off.

    Perspective makes the lines' pitches differ by a few per cent. None when no comb of places fits the blobs.
    """
    if len(lead[0]) < 12:
        return None
    curve = np.polyfit(lead[1], lead[0], 2)
    middle = float(np.median(lead[1]))
    seen = np.polyval(curve, x) - np.polyval(curve, middle)
    stretches = 1 + np.linspace(-0.04, 0.04, 41)
    combs = np.exp(2j * np.pi * seen[None] * stretches[:, None]).mean(1)
    worth = np.abs(combs) - 0.6 * np.abs(stretches - 1)
    best = int(worth.argmax())
    if abs(combs[best]) < 0.7:
        return None
    off = float(np.angle(combs[best])) / (2 * np.pi)
    out: Floats = np.round(seen * stretches[best] - off) + round(float(np.polyval(curve, middle)) + off)
    return out


def _terms(t: Floats, k: Floats) -> Floats:
    return np.stack([np.ones_like(t), t, t * t, k, k * t], -1)


def _value(f: Floats, t: Floats, k: Floats) -> Floats:
    end = np.clip(t, -1.05, 1.05)
    bend = end * end + 2 * end * (t - end)
    out: Floats = f[0] + f[1] * t + f[2] * bend + f[3] * k + f[4] * k * t
    return out


def _along(f: Floats, t: Floats, k: Floats) -> Floats:
    out: Floats = f[1] + 2 * f[2] * np.clip(t, -1.05, 1.05) + f[4] * k
    return out


def _robust(terms: Floats, target: Floats) -> tuple[Floats, float]:
    """Weighted least squares that forgets outliers; returns coefficients and the median miss."""
    weight = np.ones(len(target))
    fit = np.zeros(terms.shape[1])
    off = np.zeros(len(target))
    for _ in range(4):
        fit = np.linalg.lstsq(terms * weight[:, None], target * weight, rcond=None)[0]
        off = np.abs(terms @ fit - target)
        weight = 1 / (1 + (off / max(0.6, 1.5 * float(np.median(off)))) ** 2)
    return fit, float(np.median(off))


def sample_cells(gray: NDArray[np.uint8], scale: float, grid: Grid) -> NDArray[np.uint8]:
    """Return (lines, places, 30 + 2 MARGIN, 20 + 2 MARGIN) cells from `gray`, `scale` times the picture of the grid.

    The margin lets `shifted` move every cell a little without sampling the picture again.
    """
    wide, high = WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN
    factor = np.float32(scale)
    centre = ((grid.centre + 0.5) * scale - 0.5).astype(np.float32)[:, :, None, None, :]
    right = (grid.right * (scale / WIDTH)).astype(np.float32)[:, :, None, None, :]
    down = (grid.down / CAPITAL).astype(np.float32) * factor
    u = (np.arange(wide, dtype=np.float32) - np.float32((wide - 1) / 2))[None, None, None, :, None]
    v = (np.arange(high, dtype=np.float32) - np.float32((high - 1) / 2))[None, None, :, None, None]
    where = (centre + v * down) + u * right
    lines, n = where.shape[:2]
    flat = where.reshape(lines * n * high, wide, 2)
    none = np.empty(0, np.float32)
    cells = cv2.remap(gray, flat, none, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    out: NDArray[np.uint8] = cells.reshape(lines, n, high, wide).astype(np.uint8, copy=False)
    return out


def shifted(cells: NDArray[np.uint8], right: int = 0, down: int = 0) -> NDArray[np.uint8]:
    """Return (..., 30, 20): cells of `sample_cells` taken so many of their pixels aside, at most MARGIN."""
    top, left = MARGIN + down, MARGIN + right
    return cells[..., top : top + HEIGHT, left : left + WIDTH]
