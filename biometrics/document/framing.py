"""Cheap looks at every camera frame: where the document lies, whether it is sharp, still and free of reflections.

All together stay under 15 ms at 1280 x 720 on one core (bench/bench_mrz.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

SMALL = 320
"""Width of the picture in which edges, light and motion are looked at."""
USUAL = 1280
"""Width of the picture in which sharpness is measured, if the camera's is larger."""
CARD_ASPECT = 85.6 / 54.0
PAGE_ASPECT = 125.0 / 88.0
SHEET_ASPECT = 297.0 / 210.0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one frame shows. Lengths are fractions of the frame's width and height."""

    quad: Floats | None
    """(4, 2) corners clockwise from the upper left, or None when no edges were found."""
    whole: bool
    """Whether the quad stays clear of the frame's border."""
    fill: float
    """The quad's width over the frame's."""
    tilt: float
    """How far the quad's corners are from right angles: 0 = flat, 0.1 = about six degrees."""
    turn: float
    """Degrees the quad's upper edge is off level."""
    aspect: float
    sharpness: float
    """Mean Laplacian over mean gradient on strong edges: about 0.9 crisp, 0.3 blurred; free of contrast."""
    glare: float
    """Largest burnt-out blob, share of the quad (or frame)."""
    glare_box: tuple[float, float, float, float]
    """Left, top, right, bottom of that blob."""
    motion: float
    """Mean difference from the frame before, grey levels; 255 at the first frame."""
    brightness: float
    """Median grey level of the document."""
    text: float
    """Share of small edges: a written side has more than 0.05."""

    def measures(self) -> dict[str, float]:
        """The figures for the record and the screen."""
        return {
            "fill": round(self.fill, 3),
            "tilt": round(self.tilt, 3),
            "turn": round(self.turn, 1),
            "sharpness": round(self.sharpness, 3),
            "glare": round(self.glare, 4),
            "motion": round(min(self.motion, 255.0), 2),
            "brightness": round(self.brightness, 1),
        }


class FrameLooker:
    """Looks at frames one after the other (motion needs the one before)."""

    def __init__(self) -> None:
        self._before: Picture | None = None

    def look(self, pixels: Picture) -> Seen:
        """Measure one BGR frame."""
        h, w = pixels.shape[:2]
        size = (SMALL, max(round(h * SMALL / w), 1))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        gray = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        before, self._before = self._before, gray
        quad = find_quad(small, gray)
        mask = np.full(gray.shape, 255, np.uint8)
        if quad is not None:
            mask[:] = 0
            cv2.fillConvexPoly(mask, np.round(quad * size).astype(np.int32), (255,))
        inside = mask > 0
        motion = 255.0
        if before is not None and before.shape == gray.shape:
            motion = float(cv2.absdiff(gray, before)[inside].mean())
        glare, box = _glare(small, gray, inside)
        region = _bounds(quad, w, h)
        return Seen(
            quad=quad,
            whole=quad is not None and bool((quad > 0.004).all() and (quad < 0.996).all()),
            fill=0.0 if quad is None else float(np.ptp(quad[:, 0])),
            tilt=0.0 if quad is None else _tilt(quad * (w, h)),
            turn=0.0 if quad is None else _turn(quad * (w, h)),
            aspect=0.0 if quad is None else _aspect(quad * (w, h)),
            sharpness=sharpness(pixels, region),
            glare=glare,
            glare_box=box,
            motion=motion,
            brightness=float(np.median(gray[inside])),
            text=_text_share(gray, inside),
        )


def find_quad(small: Picture, gray: Picture) -> Floats | None:
    """Find a document's corners in a small BGR picture: by its edges, else by differing from the table around it."""
    smooth = cv2.GaussianBlur(gray, (5, 5), 0)
    middle = float(np.median(smooth))
    edges = cv2.Canny(smooth, max(10.0, 0.35 * middle), max(30.0, 0.8 * middle))
    edges = cv2.dilate(edges, np.ones((3, 3), np.uint8))
    best = _largest_quad(edges)
    if best is not None:
        return best
    rim = np.concatenate([small[:4].reshape(-1, 3), small[-4:].reshape(-1, 3), small[:, :4].reshape(-1, 3)])
    far = np.abs(small.astype(np.int16) - np.median(rim, 0).astype(np.int16)).max(2).astype(np.uint8)
    _, apart = cv2.threshold(cv2.GaussianBlur(far, (5, 5), 0), 0, 255, cv2.THRESH_OTSU)
    return _largest_quad(cv2.morphologyEx(apart, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)))


def _largest_quad(mask: NDArray[Any]) -> Floats | None:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    h, w = mask.shape[:2]
    best: tuple[float, Floats] | None = None
    for contour in contours:
        hull = cv2.convexHull(contour)
        area = cv2.contourArea(hull)
        if area < 0.1 * w * h or (best is not None and area < best[0]):
            continue
        corners = _four_corners(hull)
        if corners is None or cv2.contourArea(corners.astype(np.float32)) < 0.9 * area:
            continue
        if not 1.15 < _aspect(corners) < 1.9:
            continue
        best = (area, _clockwise(corners) / (w, h))
    return None if best is None else best[1]


def _four_corners(hull: NDArray[Any]) -> Floats | None:
    """Rounded card corners give more than four points: coarser approximations are tried in turn."""
    around = cv2.arcLength(hull, True)
    for share in (0.02, 0.035, 0.05):
        polygon = cv2.approxPolyDP(hull, share * around, True)
        if len(polygon) == 4:
            out: Floats = polygon[:, 0].astype(np.float64)
            return out
    return None


def _clockwise(corners: Floats) -> Floats:
    """Order corners clockwise from the upper left one of the side that lies most upright."""
    middle = corners.mean(0)
    angle = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    ring = corners[np.argsort(angle)]
    first = int(np.argmin(ring.sum(1)))
    out: Floats = np.roll(ring, -first, 0)
    return out


def _sides(quad: Floats) -> Floats:
    out: Floats = np.linalg.norm(np.roll(quad, -1, 0) - quad, axis=1)
    return out


def _aspect(quad: Floats) -> float:
    a, b, c, d = _sides(quad)
    across, along = (a + c) / 2, (b + d) / 2
    return float(max(across, along) / max(min(across, along), 1e-6))


def _tilt(quad: Floats) -> float:
    """Largest cosine of a corner's angle."""
    sides = np.roll(quad, -1, 0) - quad
    unit = sides / np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-6)
    return float(np.abs((unit * np.roll(unit, -1, 0)).sum(1)).max())


def _turn(quad: Floats) -> float:
    dx, dy = quad[1] - quad[0]
    angle = float(np.degrees(np.arctan2(dy, dx)))
    return (angle + 45) % 90 - 45


def _bounds(quad: Floats | None, w: int, h: int) -> tuple[slice, slice]:
    """Rows and columns of the frame in which sharpness is measured, at full resolution but not too many."""
    if quad is None:
        x0, x1, y0, y1 = 0.2 * w, 0.8 * w, 0.25 * h, 0.75 * h
    else:
        x0, y0 = quad.min(0) * (w, h)
        x1, y1 = quad.max(0) * (w, h)
    inset_x, inset_y = 0.06 * (x1 - x0), 0.06 * (y1 - y0)
    rows = slice(max(int(y0 + inset_y), 0), min(int(y1 - inset_y), h))
    columns = slice(max(int(x0 + inset_x), 0), min(int(x1 - inset_x), w))
    return rows, columns


def sharpness(pixels: Picture, region: tuple[slice, slice]) -> float:
    """Return the width of edges as a number free of contrast: mean Laplacian over mean gradient on strong edges."""
    part = pixels[region]
    if pixels.shape[1] > 1.2 * USUAL:  # edges are as wide as the camera has pixels: one measure for all cameras
        scale = USUAL / pixels.shape[1]
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    if part.shape[0] < 16 or part.shape[1] < 16:
        return 0.0
    if part.shape[0] > 360:  # rows in bands: half of them tell as much
        band = part.shape[0] // 2
        part = part[part.shape[0] - band :]
    green = cv2.GaussianBlur(np.ascontiguousarray(part[:, :, 1]), (0, 0), 0.8)  # noise would pass for sharpness
    gx = cv2.convertScaleAbs(cv2.Scharr(green, cv2.CV_16S, 1, 0), alpha=1 / 16)
    coarse = gx[::3, ::3]
    strong = gx >= max(float(np.percentile(coarse, 92)), 7.0)
    if not strong.any():
        return 0.0
    bend = cv2.convertScaleAbs(cv2.Laplacian(green, cv2.CV_16S))
    return float(cv2.mean(bend, strong.astype(np.uint8))[0] / (cv2.mean(gx, strong.astype(np.uint8))[0] + 1e-3)) / 2


def _glare(small: Picture, gray: Picture, inside: NDArray[np.bool_]) -> tuple[float, tuple[float, float, float, float]]:
    """Largest blob burnt out in all colours and clearly brighter than the paper around; (share, box)."""
    h, w = gray.shape
    burnt = (small.min(2) >= 246) & inside
    paper = float(np.median(gray[inside]))
    if paper > 232 or not burnt.any():  # white paper in strong light is not a reflection
        return 0.0, (0.0, 0.0, 0.0, 0.0)
    _, _, stats, _ = cv2.connectedComponentsWithStats(burnt.astype(np.uint8), connectivity=8)
    blob = stats[1:][stats[1:, cv2.CC_STAT_AREA].argmax()]
    left, top, width, height, area = (float(v) for v in blob)
    share = area / max(float(inside.sum()), 1.0)
    return share, (left / w, top / h, (left + width) / w, (top + height) / h)


def _text_share(gray: Picture, inside: NDArray[np.bool_]) -> float:
    """Share of pixels darker than their surroundings, as small print is."""
    hat = cv2.morphologyEx(gray, cv2.MORPH_BLACKHAT, np.ones((5, 5), np.uint8))
    return float((hat[inside] > 18).mean())


def flatten(pixels: Picture, quad: Floats, aspect: float | None = None, longest: int = 3000) -> Picture:
    """Cut a quad (corners in pixels, clockwise from the side's own upper left) out of a frame, straightened.

    The size keeps the frame's resolution along the longer edge; `aspect` (width over height) settles the shape.
    """
    a, b, c, d = _sides(quad)
    wide, high = max(a, c), max(b, d)
    if aspect is not None:
        wide = max(wide, high * aspect)
        high = wide / aspect
    shrink = min(1.0, longest / max(wide, high))
    size = (max(round(wide * shrink), 8), max(round(high * shrink), 8))
    to = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(quad.astype(np.float32), to)
    flat = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return flat.astype(np.uint8, copy=False)
