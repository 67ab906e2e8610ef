"""Evens the light of a page and tells print from what is none: letters, rules, specks, which way lines run."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.document.text_ocr import Grey


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


def light_letters(grey: Grey) -> bool:
    """Tell whether the strokes of a picture are lighter than what they stand on: strokes are few, and far from it."""
    side = max(9, (max(grey.shape) // 60) | 1)
    around = cv2.blur(grey, (side, side)).astype(np.float32)
    step = (cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32) - around) / np.maximum(around, 8.0)
    return float(np.mean(step**3)) > 0


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


_BLOCK = 32
_STEP, _MOST_STEP = 14.0, 60.0
"""Grey levels by which ink is darker than the paper, at least; and by which it surely is in any grain."""


def _least_step(grey: Grey) -> Grey:
    """For each pixel, the step that the grain around it hardly ever makes: three standard deviations and a bit."""
    every = max(1, round(max(grey.shape) / 1200))
    thin = np.ascontiguousarray(grey[::every, ::every])
    rows, columns = max(1, thin.shape[0] // _BLOCK), max(1, thin.shape[1] // _BLOCK)
    sized: NDArray[Any] = cv2.resize(thin, (columns * _BLOCK, rows * _BLOCK), interpolation=cv2.INTER_NEAREST)
    whole = sized.astype(np.float32)
    fine = np.abs(whole - cv2.blur(whole, (5, 5)))
    blocks = fine.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(rows, columns, -1)
    # A quarter of normal noise lies within 0.32 deviations; that quarter is paper even where print is dense.
    grain = np.percentile(blocks, 25, axis=2) / 0.32
    step = np.clip(3.2 * cv2.medianBlur(grain.astype(np.float32), 3), _STEP, _MOST_STEP).astype(np.uint8)
    return np.asarray(cv2.resize(step, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


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


_BESIDE_A_RULE = 0.1
"""Part of the strip along a rule, half a letter to both sides, that other ink may cover."""


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


_MOST_LONE = 150
"""Lone letters or digits a page may have; more are specks."""


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
