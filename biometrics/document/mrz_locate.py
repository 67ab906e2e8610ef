"""Find the glyph lines of a machine-readable zone anywhere in a picture, without needing the document's edges.

Dark blobs of a glyph's size are linked to chains along the direction most of them run in; chains of even pitch are
lines; two or three parallel lines a few pitches apart are a block. Directions near 0 and 90 degrees are searched;
which way up the text stands is left to the classifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_GLYPHS = 15
"""Blobs a line must have to be looked at."""
_MAX_BLOBS = 6000
_MAX_SEEDS = 12


@dataclass(frozen=True, slots=True)
class GlyphLine:
    """Blobs of one line in its own turned axes: `x` along the text, `y` down. Pixels of the searched picture."""

    x: Floats
    y: Floats
    steps: Floats
    """Places from each blob to the next."""
    slope: float
    height: float
    pitch: float
    regular: float
    """Share of the distances that are close to the pitch."""

    def at(self, x: float) -> float:
        """Height of the line at `x`."""
        return float(self.y.mean() + self.slope * (x - self.x.mean()))


@dataclass(frozen=True, slots=True)
class Block:
    """Two or three parallel lines, top to bottom, whose axes are turned by `angle` (radians) in the picture."""

    lines: tuple[GlyphLine, ...]
    angle: float

    @property
    def pitch(self) -> float:
        return float(np.median([line.pitch for line in self.lines]))

    @property
    def height(self) -> float:
        return float(np.median([line.height for line in self.lines]))

    def to_picture(self, points: Floats) -> Floats:
        """Turn (..., 2) points of the block's axes back into the picture."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        return np.stack([points[..., 0] * c - points[..., 1] * s, points[..., 0] * s + points[..., 1] * c], -1)


def blobs(gray: NDArray[np.uint8], window: int, contrast: int, depth: float = 0.0) -> Floats:
    """Return (n, 4) centre x, centre y, width, height of dark blobs of a glyph's size.

    Dark is what lies `contrast` below the mean of the square of side `window` around it, and with `depth` also so many
    standard deviations (Niblack), which leaves behind a background print that is paler than the glyphs.
    """
    smooth = cv2.GaussianBlur(gray, (3, 3), 0)
    ink: NDArray[Any]
    if depth:
        limit: NDArray[Any] = cv2.boxFilter(smooth, cv2.CV_32F, (window, window))
        below: NDArray[Any] = cv2.sqrBoxFilter(smooth, cv2.CV_32F, (window, window))
        below -= limit * limit
        np.sqrt(np.maximum(below, 0, out=below), out=below)
        below *= np.float32(depth)
        limit -= np.maximum(below, np.float32(contrast), out=below)
        ink = np.less(smooth, limit).view(np.uint8)
    else:
        ink = cv2.adaptiveThreshold(smooth, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, contrast)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, w, h, area = stats[1:].T.astype(np.float64)
    longest = np.maximum(w, h)
    keep = (longest >= 6) & (longest <= 76) & (np.minimum(w, h) >= 2) & (area >= 0.1 * w * h) & (area > 9)
    found: Floats = np.stack([left + w / 2, top + h / 2, w, h], 1)[keep]
    if len(found) > _MAX_BLOBS:  # texture everywhere: the larger blobs are likelier glyphs
        found = found[np.argsort(-longest[keep])[:_MAX_BLOBS]]
    return found


def find_lines(found: Floats, *, upright: bool) -> tuple[list[GlyphLine], float]:
    """Return lines of even pitch, longest chains first, and the angle of their axes (radians).

    Text runs near 0 degrees (`upright`) or near 90.
    """
    turned = found if upright else np.stack([found[:, 1], -found[:, 0], found[:, 3], found[:, 2]], 1)
    w, h = turned[:, 2], turned[:, 3]
    glyphs = turned[(w <= 1.7 * h + 4) & (w >= 0.1 * h) & (h >= 6)]
    if len(glyphs) < 2 * MIN_GLYPHS:
        return [], 0.0
    tilt = _tilt(glyphs)
    c, s = np.cos(tilt), np.sin(tilt)
    straight = np.stack(
        [glyphs[:, 0] * c + glyphs[:, 1] * s, glyphs[:, 1] * c - glyphs[:, 0] * s, *_unturned(glyphs, c, abs(s))], 1
    )
    straight = straight[np.argsort(straight[:, 0])]
    return _lines(straight), tilt + (0.0 if upright else np.pi / 2)


def _unturned(glyphs: Floats, c: float, s: float) -> tuple[Floats, Floats]:
    """Width and height of the glyphs themselves, from the boxes around the tilted ones."""
    if s < 0.05 or s > 0.5:
        return glyphs[:, 2], glyphs[:, 3]
    w, h = glyphs[:, 2], glyphs[:, 3]
    spread = c * c - s * s
    return np.maximum((w * c - h * s) / spread, 0.12 * h), np.maximum((h * c - w * s) / spread, 0.5 * h)


def _neighbours(glyphs: Floats, reach: float) -> int:
    """How many places further in the order of x a glyph's right neighbour may stand."""
    x = glyphs[:, 0]
    ends = np.searchsorted(x, x + reach * glyphs[:, 3] + 4)
    usual = int(np.percentile(ends - np.arange(len(x)), 98))
    return min(usual, 160, len(x) - 1)


def _tilt(glyphs: Floats) -> float:
    """The direction most neighbouring glyphs run in, within 30 degrees of level, in radians."""
    order = glyphs[np.argsort(glyphs[:, 0])]
    x, y, h = order[:, 0], order[:, 1], order[:, 3]
    votes = np.zeros(61)
    for step in range(1, _neighbours(order, 1.6) + 1):
        dx, dy = x[step:] - x[:-step], y[step:] - y[:-step]
        scale = h[:-step]
        near = (dx > 0.45 * scale) & (dx < 1.6 * scale) & (np.abs(dy) < 0.58 * dx)
        near &= np.abs(h[step:] - scale) < 0.3 * scale
        if near.any():
            bins = np.round(np.degrees(np.arctan2(dy[near], dx[near]))).astype(np.int64) + 30
            votes += np.bincount(bins, weights=scale[near], minlength=61)[:61]
    smooth = np.convolve(votes, [1, 2, 3, 4, 3, 2, 1], "same")
    smooth[27:34] *= 1.15
    peak = int(smooth.argmax())
    span = np.arange(max(peak - 4, 0), min(peak + 5, 61))
    weight = votes[span] + 1e-9
    angle = float((span * weight).sum() / weight.sum()) - 30
    return np.radians(angle) if abs(angle) > 1.5 else 0.0


def _chains(glyphs: Floats) -> list[NDArray[np.int64]]:
    """Link every glyph with the likeliest one to its right; return chains of eight and more, the most even first."""
    x, y, h = glyphs[:, 0], glyphs[:, 1], glyphs[:, 3]
    n = len(x)
    best = np.full(n, np.inf)
    following = np.full(n, -1)
    for step in range(1, _neighbours(glyphs, 2.6) + 1):
        dx, dy = x[step:] - x[:-step], np.abs(y[step:] - y[:-step])
        a, b = h[:-step], h[step:]
        ok = (dx > 0.35 * a) & (dx < 2.6 * a + 4) & (dy < 0.3 * np.maximum(a, b) + 0.06 * dx)
        ok &= (b > 0.55 * a) & (b < 1.8 * a)
        cost = np.where(ok, dx + 3 * dy + np.abs(a - b), np.inf)
        better = np.nonzero(cost < best[:-step])[0]
        best[better] = cost[better]
        following[better] = better + step
    before = np.full(n, -1)
    for i in np.argsort(-best):
        if following[i] >= 0:
            before[following[i]] = i  # the cheapest link comes last and stays
    chains = []
    for end in np.nonzero(~np.isin(np.arange(n), before))[0]:
        chain = [end]
        while before[chain[-1]] >= 0:
            chain.append(before[chain[-1]])
        if len(chain) >= 8:
            chains.append(np.array(chain[::-1]))
    longest = sorted(chains, key=len, reverse=True)[: 8 * _MAX_SEEDS]
    return sorted(longest, key=lambda chain: -_evenness(x[chain]))


def _evenness(x: Floats) -> float:
    """What a chain promises: its length, less so the more its gaps differ, as those of running text do."""
    gaps = np.diff(x)
    usual = np.sort(gaps)[len(gaps) // 2]
    return len(x) * float(np.mean(np.abs(gaps - usual) < 0.18 * usual)) ** 2


def _lines(glyphs: Floats) -> list[GlyphLine]:
    """Grow the likeliest chains to whole lines, over gaps, and keep those of even pitch."""
    used = np.zeros(len(glyphs), bool)
    lines: list[GlyphLine] = []
    for chain in _chains(glyphs)[: 2 * _MAX_SEEDS]:
        if used[chain].mean() > 0.4:
            continue
        members = chain
        for bent in (False, True, True):
            members = _grown(glyphs, members, bent=bent)
        used[members] = True
        line = _line(glyphs[members])
        if line is not None and line.regular > 0.6:
            lines.append(line)
        if len(lines) >= _MAX_SEEDS:
            break
    return lines


def _grown(glyphs: Floats, members: NDArray[np.int64], *, bent: bool) -> NDArray[np.int64]:
    """Everything near the members' line, or their parabola, without a gap; a page that is not flat bends a line."""
    points = glyphs[members]
    height = float(np.median(points[:, 3]))
    if bent and len(points) >= MIN_GLYPHS:
        middle_x, reach = float(points[:, 0].mean()), float(np.ptp(points[:, 0])) or 1.0
        curve = np.polyfit((points[:, 0] - middle_x) / reach, points[:, 1], 2)
        off = np.abs(glyphs[:, 1] - np.polyval(curve, (glyphs[:, 0] - middle_x) / reach))
    else:
        slope, base = _fit(points[:, 0], points[:, 1])
        off = np.abs(glyphs[:, 1] - slope * glyphs[:, 0] - base)
    # The farther from its known part, the more room.
    beyond = np.maximum(points[0, 0] - glyphs[:, 0], glyphs[:, 0] - points[-1, 0]).clip(0)
    near = (off < 0.38 * height + 0.02 * beyond) & (glyphs[:, 3] > 0.5 * height) & (glyphs[:, 3] < 1.6 * height)
    index = np.nonzero(near)[0]
    if len(index) == 0:
        return members
    x = glyphs[index, 0]
    middle = int(np.argmin(np.abs(x - np.median(points[:, 0]))))
    wide = np.diff(x) > 5 * height
    first = int(np.nonzero(wide[:middle])[0][-1]) + 1 if wide[:middle].any() else 0
    last = middle + int(np.nonzero(wide[middle:])[0][0]) if wide[middle:].any() else len(x) - 1
    return index[first : last + 1]


def _fit(x: Floats, y: Floats) -> tuple[float, float]:
    """Robust straight line: slope and height at x = 0."""
    weight = np.ones(len(x))
    slope = base = 0.0
    for _ in range(3):
        total = weight.sum()
        mx, my = (weight * x).sum() / total, (weight * y).sum() / total
        slope = float((weight * (x - mx) * (y - my)).sum() / max((weight * (x - mx) ** 2).sum(), 1e-6))
        base = float(my - slope * mx)
        off = np.abs(y - slope * x - base)
        weight = 1 / (1 + (off / max(1.0, 2 * float(np.median(off)))) ** 2)
    return slope, base


def _line(points: Floats) -> GlyphLine | None:
    """The evenly spaced part of a row of blobs; None when there is none that is long enough."""
    if len(points) < MIN_GLYPHS:
        return None
    height = float(np.median(points[:, 3]))
    gaps = np.diff(points[:, 0])
    pitch = _pitch(points[:-1, 0] + gaps / 2, gaps, height)
    if pitch is None:
        return None
    steps = np.maximum(np.round(gaps / pitch), 1)
    even = (np.abs(gaps - steps * pitch) < 0.18 * pitch * np.sqrt(steps)) & (steps <= 5)
    # Parts of one glyph stand close to one another: neither for nor against.
    value = np.where(gaps < 0.45 * pitch, 0.0, np.where(even, 1.0, -1.2))
    first, last = _best_run(value)
    part, inside = points[first : last + 1], value[first:last]
    if len(part) < MIN_GLYPHS or (inside > 0).sum() < 9:
        return None
    regular = float((inside > 0).sum() / max((inside != 0).sum(), 1))
    slope, _ = _fit(part[:, 0], part[:, 1])
    steps = np.round(gaps / pitch)[first:last]
    usual = float(np.median(pitch[first:last]))
    return GlyphLine(part[:, 0], part[:, 1], steps, slope, float(np.median(part[:, 3])), usual, regular)


def _pitch(x: Floats, gaps: Floats, height: float) -> Floats | None:
    """The commonest distance between neighbours, at every gap: perspective makes it grow along the line.

    None when there are too few.
    """
    near = (gaps > 0.5 * height) & (gaps < 1.9 * height)
    if near.sum() < 9:
        return None
    ordered = np.sort(gaps[near])
    ends = np.searchsorted(ordered, ordered * 1.16, "right")
    start = int(np.argmax(ends - np.arange(len(ordered))))
    usual = float(np.median(ordered[start : ends[start]]))
    near &= (gaps > 0.7 * usual) & (gaps < 1.4 * usual)
    slope, base = _fit(x[near], gaps[near])
    out: Floats = np.clip(slope * x + base, 0.7 * usual, 1.4 * usual)
    return out


def _best_run(value: Floats) -> tuple[int, int]:
    """First and last point of the stretch whose gaps are worth most together (Kadane)."""
    total = np.concatenate([[0.0], np.cumsum(value)])
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.nonzero(total[: last + 1] == lowest[last])[0][-1])
    return first, last


def blocks_of(lines: Sequence[GlyphLine], worth: Sequence[float], angle: float) -> list[Block]:
    """Join two or three parallel lines a few pitches apart, in every way that fits; likeliest first.

    `worth`: what each line is worth, 0 to 1, beside its length. What lies between two lines does not part them.
    """
    order = sorted(range(len(lines)), key=lambda k: lines[k].at(float(lines[k].x.mean())))
    pairs = {(a, b) for i, a in enumerate(order) for b in order[i + 1 :] if _below(lines[a], lines[b])}
    groups: list[tuple[int, ...]] = [*pairs]
    groups += [(a, b, d) for a, b in pairs for c, d in pairs if b == c and _evenly(lines[a], lines[b], lines[d])]
    found: list[tuple[float, Block]] = []
    for group in groups:
        block = Block(tuple(lines[k] for k in group), angle)
        if _plausible(block):
            score = sum(len(lines[k].x) * lines[k].regular * worth[k] for k in group)
            found.append((score, block))
    return [block for _, block in sorted(found, key=lambda entry: -entry[0])]


def _below(upper: GlyphLine, lower: GlyphLine) -> bool:
    left, right = max(upper.x[0], lower.x[0]), min(upper.x[-1], lower.x[-1])
    shorter = min(upper.x[-1] - upper.x[0], lower.x[-1] - lower.x[0])
    if right - left < 0.6 * shorter:
        return False
    middle = (left + right) / 2
    drop = (lower.at(middle) - upper.at(middle)) / upper.pitch
    return 1.1 < drop < 3.9 and abs(lower.pitch / upper.pitch - 1) < 0.16 and abs(lower.slope - upper.slope) < 0.06


def _evenly(first: GlyphLine, second: GlyphLine, third: GlyphLine) -> bool:
    """Whether three lines stand equally far apart."""
    middle = (
        max(line.x[0] for line in (first, second, third)) + min(line.x[-1] for line in (first, second, third))
    ) / 2
    return 0.75 < (third.at(middle) - second.at(middle)) / (second.at(middle) - first.at(middle)) < 1.33


def _plausible(block: Block) -> bool:
    """Whether the width may hold some format, 30 characters in three lines, 36 or 44 in two, beside other text."""
    widths = [(line.x[-1] - line.x[0]) / line.pitch + 1 for line in block.lines]
    return bool(18 <= max(widths) <= 96)
