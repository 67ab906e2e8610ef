"""Finds a sheet of paper in a picture, flattens it and evens its light, ready for reading."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

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
    outline = _bright_sheet(grey)
    if outline is None:
        return Sheet(grey, np.eye(3), False)
    mask = _filled(outline, grey.shape)
    paper = int(np.median(grey[mask > 0]))
    clear = np.where(mask > 0, grey, np.uint8(paper))
    corners = _corners_beyond(outline, grey.shape)
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


def _bright_sheet(grey: Grey) -> NDArray[np.float32] | None:
    """The outline (n, 2) in pixels of a bright sheet that is no clean quadrangle, because the picture cuts it; or None.

    Where a shadow falls across it, the paper is not the brightest; in even light a rough desk is darker all over.
    """
    scale = _LOOK / max(grey.shape)
    for light in (grey, even_light(grey)):
        small = cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        outline = _outline(np.asarray(cv2.medianBlur(small, 9), np.uint8))
        if outline is not None:
            return (outline / scale).astype(np.float32)
    return None


def _outline(soft: Grey) -> NDArray[np.float32] | None:
    level, bright = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    if not contours:
        return None
    outline = cv2.approxPolyDP(cv2.convexHull(max(contours, key=cv2.contourArea)), 4, True)[:, 0]
    mask = _filled(outline, soft.shape)
    dark = soft[mask == 0]
    if not 0.15 <= float(mask.mean()) / 255 <= 0.94 or not dark.size or float(np.median(dark)) > level - 15:
        return None
    # A shadow on the page is dark as well, but it begins softly.
    return outline.astype(np.float32) if _sharp_part(soft, outline) >= 0.85 else None


def _filled(outline: NDArray[Any], shape: tuple[int, ...]) -> Grey:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline).astype(np.int32), (255,))
    return mask


def _corners_beyond(outline: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32] | None:
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
            sides[name] = (weight, np.cross((*start, 1.0), (*end, 1.0)))
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


def even_light(grey: Grey) -> Grey:
    """Divide by the paper's own brightness: shadows and tints go, ink stays."""
    side = max(grey.shape)
    small = cv2.resize(grey, None, fx=600 / side, fy=600 / side, interpolation=cv2.INTER_AREA) if side > 600 else grey
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)))
    paper = cv2.GaussianBlur(paper, (0, 0), 9)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    # What is far darker than the paper is a picture or a coloured field, not shade: lifting it would only lift noise.
    least = max(12.0, 0.28 * float(np.percentile(small, 90)))
    return np.asarray(cv2.divide(grey, np.maximum(paper, round(least)), scale=235), np.uint8)


def sharpen(grey: Grey, amount: float) -> Grey:
    """Lift the edges of letters that a small or soft picture has washed out; 0 changes nothing."""
    if amount <= 0:
        return grey
    soft = cv2.GaussianBlur(grey, (0, 0), 2.6)
    return np.asarray(cv2.addWeighted(grey, 1 + amount, soft, -amount, 0), np.uint8)


_NOISY = 3.0
"""Standard deviation of the grain, in grey levels of evened light, from which it makes specks of its own."""


def calm(grey: Grey) -> Grey:
    """Take the grain out of a dark or noisy picture, for finding lines; letters are read from the picture itself."""
    # Immerkaer 1996: a Laplacian of white noise is its deviation times the root of the sum of squared weights.
    grain = 1.4826 * float(np.median(np.abs(cv2.Laplacian(grey, cv2.CV_32F)))) / math.sqrt(20)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8) if grain >= _NOISY else grey


def ink(grey: Grey) -> Grey:
    """Binary text mask (255 = ink) of a picture with even light.

    Ink is darker than what is around it by more than the grain there: evening the light lifts the grain of shadows.
    """
    side = max(15, (max(grey.shape) // 60) | 1)
    around = cv2.blur(grey, (side, side), borderType=cv2.BORDER_REPLICATE)
    darker = cv2.subtract(around, grey)
    return np.where(darker > _least_step(grey), np.uint8(255), np.uint8(0))


_STEP, _MOST_STEP = 14.0, 60.0
"""Grey levels by which ink is darker than the paper, at least; and by which it surely is in any grain."""


def _least_step(grey: Grey) -> Grey:
    """For each pixel, the step that the grain around it hardly ever makes: three standard deviations and a bit."""
    every = max(1, round(max(grey.shape) / 1200))
    thin = np.ascontiguousarray(grey[::every, ::every]).astype(np.float32)
    rows, columns = max(1, thin.shape[0] // _BLOCK), max(1, thin.shape[1] // _BLOCK)
    thin = cv2.resize(thin, (columns * _BLOCK, rows * _BLOCK), interpolation=cv2.INTER_NEAREST)
    fine = np.abs(thin - cv2.blur(thin, (5, 5)))
    blocks = fine.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(rows, columns, -1)
    # A quarter of normal noise lies within 0.32 deviations; that quarter is paper even where print is dense.
    grain = np.percentile(blocks, 25, axis=2) / 0.32
    step = np.clip(3.2 * cv2.medianBlur(grain.astype(np.float32), 3), _STEP, _MOST_STEP).astype(np.uint8)
    return np.asarray(cv2.resize(step, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


_BLOCK = 32


def letters(mask: Grey) -> tuple[Grey, float]:
    """Keep of a text mask what has the size of letters, so that edges, frames and pictures do not count as lines.

    Returns the mask and the median height of the letters in pixels; 0 when there are fewer than 25.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
    limit = 0.06 * max(mask.shape)
    like = (h >= 5) & (h <= limit) & (w >= 2) & (w <= 3 * h) & (h <= 6 * w) & (area >= 0.15 * w * h)
    like[0] = False
    if int(like.sum()) < 25:
        return mask, 0.0
    height = float(np.median(h[like]))
    small = (h <= 2.6 * height) & (w <= 5 * height)
    small[0] = False
    return np.where(small[labels], np.uint8(255), np.uint8(0)), height


def without_rules(grey: Grey, letter: float) -> Grey:
    """Paint over the rules of tables and forms: a reader takes them for letters, or the words beside them for none.

    `letter` is the height of the letters in pixels. A rule is longer than any letter, thin, and clear on both sides.
    """
    mask = ink(grey)
    rules = np.zeros_like(mask)
    side = round(0.45 * letter)
    for down, least in ((True, 1.7 * letter), (False, 4.0 * letter)):
        # A slanting rule is a staircase: widened across its run, its steps overlap.
        wide = cv2.dilate(mask, np.ones((1, 3) if down else (3, 1), np.uint8))
        span = np.ones((round(least), 1) if down else (1, round(least)), np.uint8)
        runs = cv2.morphologyEx(wide, cv2.MORPH_OPEN, span)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
        long = np.maximum(stats[:, cv2.CC_STAT_HEIGHT if down else cv2.CC_STAT_WIDTH], 1)
        thick = stats[:, cv2.CC_STAT_AREA] / long
        across = cv2.blur(mask, (2 * side + 1, 1) if down else (1, 2 * side + 1))
        on = np.bincount(labels[runs > 0], weights=across[runs > 0], minlength=len(stats)) / stats[:, cv2.CC_STAT_AREA]
        beside = on / 255 - thick / (2 * side + 1)
        rule = (long >= 1.3 * least) & (thick <= 0.4 * letter) & (beside <= _BESIDE_A_RULE)
        rule[0] = False
        rules |= np.where(rule[labels], np.uint8(255), np.uint8(0))
    return np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0, np.uint8(235), grey)


_BESIDE_A_RULE = 0.1
"""Part of the strip along a rule, half a letter to both sides, that other ink may cover."""


_MOST_LONE = 150


def only_print(grey: Grey, letter: float) -> Grey:
    """Paint over what is no print: specks, texture and pictures cost a reader time and give it words of noise.

    `letter` is the height of the letters in pixels. What has their size and stands beside another stays,
    with a margin; so does what stands alone where that is rare.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        ink(cv2.GaussianBlur(grey, (0, 0), 1.2).astype(np.uint8)), connectivity=8
    )
    w, h, area = stats[:, 2], stats[:, 3], stats[:, 4]
    like = (h >= 0.4 * letter) & (h <= 5 * letter) & (w <= 14 * letter) & (area >= 0.1 * w * h)
    like[0] = False
    mask = np.where(like[labels], np.uint8(255), np.uint8(0))
    around = cv2.dilate(mask, np.ones((max(3, round(0.9 * letter)), max(3, round(2.2 * letter))), np.uint8))
    _, blobs, sizes, _ = cv2.connectedComponentsWithStats(around, connectivity=8)
    keep = sizes[:, 2] >= 3.4 * letter
    # A lone letter or digit in the cell of a table stays too, but for the specks of a page full of them.
    lone = ~keep & (sizes[:, 3] >= 1.6 * letter)
    if int(lone.sum()) <= _MOST_LONE:
        keep |= lone
    keep[0] = False
    return np.where(keep[blobs], grey, np.uint8(235))


def sideways(mask: Grey) -> bool:
    """Tell whether text runs up and down: straightened lines change more sharply than columns."""
    across, _ = _sharpest(mask)
    down, _ = _sharpest(np.ascontiguousarray(np.rot90(mask)))
    return down > across


def skew(mask: Grey) -> float:
    """Angle of the text lines in degrees (counter-clockwise positive), within 8 degrees."""
    return _sharpest(mask)[1]


def _sharpest(mask: Grey) -> tuple[float, float]:
    """(sharpness, angle) at which the rows of a text mask change most."""
    side = max(mask.shape)
    small = cv2.resize(mask, None, fx=1000 / side, fy=1000 / side, interpolation=cv2.INTER_AREA)
    best = (0.0, 0.0)
    for step, span in ((1.0, 8.0), (0.2, 1.0)):
        centre = best[1]
        for angle in np.arange(centre - span, centre + span + step / 2, step):
            turn = cv2.getRotationMatrix2D((small.shape[1] / 2, small.shape[0] / 2), -angle, 1)
            rows = cv2.warpAffine(small, turn, (small.shape[1], small.shape[0])).mean(axis=1)
            best = max(best, (float(np.square(np.diff(rows)).sum()), float(angle)))
    return best
