"""Finds a sheet of paper in a picture and flattens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document import page_print
from biometrics.document.text_ocr import Grey

_LOOK = 800
"""Longest side, in pixels, of the small picture in which the sheet is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A flattened page. `to_photo` is the homography (3, 3) from its pixels to those of the photograph."""

    grey: Grey = field(repr=False)
    to_photo: NDArray[np.float64] = field(repr=False)
    found: bool
    """Four edges were seen; otherwise the whole picture is taken as the page."""


def flatten(picture: NDArray[np.uint8]) -> Sheet:
    """Return the page of a BGR or grey photograph, flat where its edges are seen, the desk around it painted over."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    corners = find_sheet(picture)
    if corners is not None:
        return _flat(np.asarray(grey, np.uint8), corners, 235, found=True)
    return whole(np.asarray(grey, np.uint8))


def whole(grey: Grey) -> Sheet:
    """Return a whole grey picture as the page, the desk around a bright sheet painted over.

    Where enough of the sheet's edges are seen, it is made flat too.
    """
    seen = _bright_sheet(grey)
    if seen is None:
        return Sheet(grey, np.eye(3), False)
    outline, contour = seen
    mask = _filled(outline, grey.shape)
    paper = int(np.median(grey[mask > 0]))
    clear = np.where(mask > 0, grey, np.uint8(paper))
    corners = _corners_beyond(outline, contour, grey.shape)
    return Sheet(clear, np.eye(3), False) if corners is None else _flat(clear, corners, paper, found=False)


def _flat(grey: Grey, corners: NDArray[np.float32], around: int, *, found: bool) -> Sheet:
    (a, b, c, d) = corners
    width = int(max(np.linalg.norm(b - a), np.linalg.norm(c - d)))
    height = int(max(np.linalg.norm(d - a), np.linalg.norm(c - b)))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, flat)
    page: NDArray[Any] = cv2.warpPerspective(
        grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(float(around),)
    )
    return Sheet(page.astype(np.uint8), np.linalg.inv(matrix), found)


def find_sheet(picture: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Return the four corners (4, 2) of a sheet, clockwise from top left, or None.

    It lies wholly in the picture, or one border of the picture cuts it.
    """
    scale = _LOOK / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    planes = [small] if small.ndim == 2 else [small[:, :, 2], small[:, :, 1], small[:, :, 0]]
    best: tuple[float, NDArray[np.float32]] | None = None
    for plane in planes:
        soft = np.asarray(cv2.medianBlur(np.ascontiguousarray(plane), 7), np.uint8)
        _, bright = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        local = cv2.adaptiveThreshold(soft, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 151, 2)
        edges = cv2.dilate(cv2.Canny(soft, 20, 60), np.ones((3, 3), np.uint8))
        for mask in (cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8)), local, edges):
            for contour in cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
                found = _quad(np.asarray(contour), small.shape)
                if found is not None and (best is None or found[0] > best[0]):
                    # A tray, a frame or a shadow has four edges too, but paper is brighter than what it lies on.
                    if _sharp_part(soft, found[1]) < 1:
                        continue
                    found = (found[0] * _stands_out(soft, found[1]), found[1])
                    best = found if best is None or found[0] > best[0] else best
    return None if best is None else (best[1] / scale).astype(np.float32)


def _quad(contour: NDArray[Any], shape: tuple[int, ...]) -> tuple[float, NDArray[np.float32]] | None:
    """(score, corners) when a contour is a sheet clear of the picture's border."""
    height, width = shape[:2]
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    if not 0.18 * width * height <= area <= 0.985 * width * height:
        return None
    outline = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True)[:, 0].astype(np.float32)
    if len(outline) != 4:
        return None
    filled = cv2.contourArea(outline) / area
    margin = 3
    corners = _clockwise(outline)
    at_border = [not (margin < x < width - margin and margin < y < height - margin) for x, y in corners]
    if sum(at_border) >= 2 and not _cut_by_one_border(corners, at_border, width, height):
        return None
    if not 0.93 <= filled <= 1.07:
        return None
    return (area, corners) if _like_a_sheet(corners) else None


def _cut_by_one_border(corners: NDArray[np.float32], at_border: list[bool], width: int, height: int) -> bool:
    """Two neighbouring corners lie on the same border, the other two inside: half a page held before a camera."""
    if sum(at_border) != 2:
        return False
    on = corners[np.array(at_border)]
    x, y = on[:, 0], on[:, 1]
    return bool((x <= 3).all() or (y <= 3).all() or (x >= width - 4).all() or (y >= height - 4).all())


_NEAR, _FAR = 6.0, 20.0
"""Pixels of the small picture to both sides of an edge: paper ends within the near, a shadow within the far."""


def _sharp_part(plane: Grey, outline: NDArray[Any]) -> float:
    """How much of an outline (n, 2), by length, is the sharp edge of paper; the edge of a shadow or a fold is soft.

    What lies on the picture's own border does not count; 0 when nothing is left.
    """
    height, width = plane.shape
    sharp = whole = 0.0
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        along = (end - start).astype(np.float64)
        length = float(np.linalg.norm(along))
        ends = np.array((start, end))
        on_border = (ends <= 3).all(axis=0).any() or (ends >= np.array((width, height)) - 4).all(axis=0).any()
        if length < 12 or on_border:
            continue
        whole += length
        normal = np.array((along[1], -along[0])) / length
        points = start + np.linspace(0.08, 0.92, 48)[:, None] * along
        near, far = _step(plane, points, normal, _NEAR), _step(plane, points, normal, _FAR)
        # A tinted row of a table has a sharp edge too, but beyond it there is paper again.
        sharp += length * (near >= 5 and far >= 8 and near >= 0.55 * far)
    return sharp / whole if whole else 0.0


def _step(plane: Grey, points: NDArray[Any], normal: NDArray[Any], reach: float) -> float:
    """The median difference of grey between the two sides of a line."""
    height, width = plane.shape

    def side(sign: int) -> NDArray[np.float64]:
        at = np.rint(points + sign * reach * normal).astype(int)
        seen = plane[np.clip(at[:, 1], 0, height - 1), np.clip(at[:, 0], 0, width - 1)]
        return np.asarray(seen, np.float64)

    return float(np.median(np.abs(side(1) - side(-1))))


def _stands_out(plane: Grey, corners: NDArray[np.float32]) -> float:
    """1 for a sheet brighter than the ring around it, less for one that is not."""
    inside = np.zeros(plane.shape, np.uint8)
    cv2.fillConvexPoly(inside, corners.astype(np.int32), (255,))
    ring = cv2.dilate(inside, np.ones((41, 41), np.uint8)) - inside
    rim = inside - cv2.erode(inside, np.ones((31, 31), np.uint8))
    if not ring.any():
        return 0.4
    lighter = float(np.median(plane[rim > 0])) - float(np.median(plane[ring > 0]))
    return 1.0 if lighter > 10 else 0.4


_Points = NDArray[np.float32]
"""(n, 2) in pixels."""


def _bright_sheet(grey: Grey) -> tuple[_Points, _Points] | None:
    """Corners and contour of a bright sheet that is no clean quadrangle, because the picture cuts it; or None.

    Where a shadow falls across it, the paper is not the brightest; in even light a rough desk is darker all over.
    """
    scale = _LOOK / max(grey.shape)
    for light in (grey, page_print.even_light(grey)):
        small = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        seen = _outline(np.asarray(cv2.medianBlur(small, 9), np.uint8))
        if seen is not None:
            return seen[0] / np.float32(scale), seen[1] / np.float32(scale)
    return None


def _outline(soft: Grey) -> tuple[_Points, _Points] | None:
    level, bright = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    outline = cv2.approxPolyDP(cv2.convexHull(contour), 4, True)[:, 0]
    mask = _filled(outline, soft.shape)
    dark = soft[mask == 0]
    if not 0.15 <= float(mask.mean()) / 255 <= 0.94 or not dark.size or float(np.median(dark)) > level - 15:
        return None
    # A shadow on the page is dark as well, but it begins softly.
    if _sharp_part(soft, outline) < 0.85:
        return None
    return outline.astype(np.float32), contour[:, 0].astype(np.float32)


def _filled(outline: NDArray[Any], shape: tuple[int, ...]) -> Grey:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline).astype(np.int32), (255,))
    return mask


def _corners_beyond(outline: _Points, contour: _Points, shape: tuple[int, ...]) -> _Points | None:
    """The four corners of a sheet of which the picture cuts some off: where its visible edges would meet.

    An edge that is cut off altogether is taken to be the picture's own border.
    """
    height, width = shape[:2]
    margin = 0.01 * max(height, width)
    middle = outline.mean(axis=0)
    sides: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        length = float(np.linalg.norm(end - start))
        ends = np.array((start, end))
        border = (ends <= margin).all(axis=0).any() or (ends >= np.array((width, height)) - 1 - margin).all(
            axis=0
        ).any()
        across = abs(end[0] - start[0]) > abs(end[1] - start[1])
        at = (start + end) / 2 - middle
        name = ("top" if at[1] < 0 else "bottom") if across else ("left" if at[0] < 0 else "right")
        if length < 0.2 * min(height, width) or (border and name in sides):
            continue
        weight = 0.0 if border else length
        if name not in sides or weight > sides[name][0]:
            sides[name] = (weight, _edge(contour, start, end))
    if len(sides) < 4 or sum(weight > 0 for weight, _ in sides.values()) < 2:
        return None
    lines = {name: line for name, (_, line) in sides.items()}
    found = []
    for one, other in (("top", "left"), ("top", "right"), ("bottom", "right"), ("bottom", "left")):
        x, y, w = np.cross(lines[one], lines[other])
        if abs(w) < 1e-9:
            return None
        found.append((x / w, y / w))
    corners = np.array(found, np.float32)
    beyond = 0.2 * max(height, width)
    if (corners < -beyond).any() or (corners > np.array((width, height)) + beyond).any() or not _like_a_sheet(corners):
        return None
    seen = _filled(outline, shape)
    differs = float((_filled(corners, shape) != seen).mean()) / float((seen > 0).mean())
    return corners if differs < 0.04 else None


def _edge(contour: _Points, start: NDArray[Any], end: NDArray[Any]) -> NDArray[np.float64]:
    """The line (3,) along one side of a contour. Near its ends a side is rounded, or bent by the picture's border."""
    length = max(float(np.linalg.norm(end - start)), 1e-6)
    along = (end - start) / length
    offset = contour - start
    at, aside = offset @ along / length, np.abs(offset @ np.array((-along[1], along[0])))
    near = contour[(at > 0.12) & (at < 0.88) & (aside < 0.01 * float(np.ptp(contour)))]
    if len(near) >= 8:
        x, y, left, top = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        start, end = np.array((left, top)), np.array((left + 100 * x, top + 100 * y))
    line: NDArray[np.float64] = np.cross((*start, 1.0), (*end, 1.0))
    return line


def _like_a_sheet(corners: NDArray[np.float32]) -> bool:
    """Opposite sides are about as long as each other."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return bool(
        min(sides[0], sides[2]) >= 0.75 * max(sides[0], sides[2])
        and min(sides[1], sides[3]) >= 0.75 * max(sides[1], sides[3])
    )


def _clockwise(points: NDArray[np.float32]) -> NDArray[np.float32]:
    middle = points.mean(axis=0)
    turn = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    ordered = points[np.argsort(turn)]
    return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)
