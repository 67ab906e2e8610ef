"""Where a side's edges, its machine-readable zone and its portrait lie: geometry of TD3 pages and TD1 cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biometrics.document.framing import CARD_ASPECT, PAGE_ASPECT
from biometrics.document.mrz_reader import Read
from registration.model.documents import DocumentKind, Side

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A side in millimetres (Doc 9303 parts 4 and 5; ISO/IEC 7810)."""

    width: float
    height: float
    zone: Box
    """Left, top, right, bottom of the outline the reader gives for the zone; zeros: no zone on this side."""
    portrait: Box
    """Where the holder's portrait is printed, in fractions of width and height; zeros: none."""

    @property
    def aspect(self) -> float:
        return self.width / self.height


_NONE = (0.0, 0.0, 0.0, 0.0)
_PAGE = Geometry(125.0, 88.0, (5.8, 70.0, 118.2, 79.8), (0.02, 0.13, 0.37, 0.74))
_FRONT = Geometry(85.6, 54.0, _NONE, (0.02, 0.12, 0.36, 0.78))
_BACK = Geometry(85.6, 54.0, (4.4, 33.0, 81.2, 44.9), _NONE)


def geometry(side: Side) -> Geometry:
    """Return the geometry of a side."""
    return {Side.DATA_PAGE: _PAGE, Side.FRONT: _FRONT, Side.BACK: _BACK}[side]


def kind_aspect(kind: DocumentKind) -> float:
    """Width over height of a side of this kind."""
    return PAGE_ASPECT if kind is DocumentKind.PASSPORT else CARD_ASPECT


def turned_to(quad: Floats, angle: float) -> Floats:
    """Turn the corners' order so that the first edge runs in the direction of the text, `angle` in degrees."""
    edges = np.roll(quad, -1, 0) - quad
    directions = np.degrees(np.arctan2(edges[:, 1], edges[:, 0]))
    off = np.abs((directions - angle + 180) % 360 - 180)
    out: Floats = np.roll(quad, -int(off.argmin()), 0)
    return out


def edges_from_zone(read: Read, side: Side) -> Floats:
    """Guess the side's corners, in pixels of the frame, from where its zone lies."""
    place = geometry(side)
    left, top, right, bottom = place.zone
    tl, tr, br, bl = read.outline
    along = ((tr - tl) + (br - bl)) / 2 / (right - left)
    down = ((bl - tl) + (br - tr)) / 2
    down = down / max(float(np.linalg.norm(down)), 1e-6) * float(np.linalg.norm(along))
    middle = read.outline.mean(0)
    at = ((left + right) / 2, (top + bottom) / 2)
    corners = ((0.0, 0.0), (place.width, 0.0), (place.width, place.height), (0.0, place.height))
    return np.array([middle + along * (x - at[0]) + down * (y - at[1]) for x, y in corners])


def fits_zone(quad: Floats, read: Read, side: Side) -> bool:
    """Tell whether a found quad (turned to the text) can be the side this zone is printed on."""
    guess = edges_from_zone(read, side)
    size = float(np.linalg.norm(guess[1] - guess[0]))
    return float(np.linalg.norm(quad - guess, axis=1).max()) < 0.2 * size


def part_of(quad: Floats, box: Box) -> Floats:
    """Corners of a part of a quad; `box` in fractions of the side's width and height."""
    tl, tr, br, bl = quad
    left, top, right, bottom = box

    def at(x: float, y: float) -> Floats:
        out: Floats = (tl * (1 - x) + tr * x) * (1 - y) + (bl * (1 - x) + br * x) * y
        return out

    return np.array([at(left, top), at(right, top), at(right, bottom), at(left, bottom)])


def overlap(polygon: Floats, box: Box) -> bool:
    """Tell whether a box (left, top, right, bottom) touches the bounds of a polygon in the same units."""
    x0, y0 = polygon.min(0)
    x1, y1 = polygon.max(0)
    return bool(box[0] < x1 and box[2] > x0 and box[1] < y1 and box[3] > y0)
