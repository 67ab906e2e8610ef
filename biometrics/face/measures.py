"""What is measured on one face in one frame: pure functions of pixels and landmarks.

Landmarks are MediaPipe face mesh points, (n, 2 or more) float64 pixels of the frame, n >= 468. "Right" and "left" are
the person's own. T is the distance from the midpoint between the eyes to the chin, the unit of ISO/IEC 29794-5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
_RIGHT_LIDS = ((159, 145), (158, 153), (160, 144))
_LEFT_LIDS = ((386, 374), (385, 380), (387, 373))
_LIPS = ((13, 14), (82, 87), (312, 317))
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)

ALIGNED_IED = 96
"""Inter-eye distance, in pixels, to which a face is warped before its sharpness and light are measured."""
_ALIGNED_SIZE = (256, 300)
_ALIGNED_EYES = (128.0, 110.0)

_SHARP_AT, _SHARP_RAISED = 0.3, 2.0

_BYTES = np.arange(256) / 255.0
_LINEAR = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4)
_OF_BLUE, _OF_GREEN, _OF_RED = (
    (_LINEAR * weight * 255).astype(np.float32) for weight in (0.0722, 0.7152, 0.2126)
)  # IEC 61966-2-1 (sRGB) linearisation, ITU-R BT.709 weights


@dataclass(frozen=True, slots=True)
class Geometry:
    """Sizes and openings of a face."""

    eyes: tuple[float, float]
    """Midpoint between the eyes, pixels."""
    t: float
    """T: eye midpoint to chin, pixels."""
    inter_eye: float
    """Between the eye centres as seen, pixels (not corrected for yaw)."""
    right_eye_open: float
    """Largest lid gap / T."""
    left_eye_open: float
    mouth_open: float
    """Largest gap of the inner lips / T."""

    @property
    def eyes_open(self) -> float:
        """Return the narrower eye's lid gap / T (EyesOpen, raw)."""
        return min(self.right_eye_open, self.left_eye_open)


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A face turned upright and scaled to `ALIGNED_IED`."""

    pixels: Pixels = field(repr=False)
    """(300, 256, 3) BGR."""
    grey: Pixels = field(repr=False)
    luminance: NDArray[np.float32] = field(repr=False)
    """Linear-light luminance, 0..255, (300, 256)."""
    mask: NDArray[np.bool_] = field(repr=False)
    """Inside the face oval."""
    landmarks: Points = field(repr=False)


def _gap(points: Points, pairs: Sequence[tuple[int, int]]) -> float:
    ends = np.array(pairs)
    return float(np.hypot(*(points[ends[:, 0], :2] - points[ends[:, 1], :2]).T).max())


def geometry(points: Points) -> Geometry:
    """Measure eyes, mouth and size.

    An eye's centre is the midpoint of its corners. Lid gap: the largest of three vertical lid distances; EyesOpen and
    MouthClosed of ISO/IEC 29794-5 (OFIQ 1.0.3) divide the largest gap by T.
    """
    right, left = points[[33, 133], :2].mean(0), points[[263, 362], :2].mean(0)
    middle = (right + left) / 2
    t = max(float(np.hypot(*(points[152, :2] - middle))), 1e-6)
    return Geometry(
        eyes=(float(middle[0]), float(middle[1])),
        t=t,
        inter_eye=float(np.hypot(*(left - right))),
        right_eye_open=_gap(points, _RIGHT_LIDS) / t,
        left_eye_open=_gap(points, _LEFT_LIDS) / t,
        mouth_open=_gap(points, _LIPS) / t,
    )


def inter_eye_distance(seen: float, yaw: float) -> float:
    """InterEyeDistance of ISO/IEC 29794-5: pixels between the eye centres, divided by cos(yaw in degrees)."""
    return seen / max(0.2, float(np.cos(np.radians(yaw))))


def align(pixels: Pixels, points: Points) -> Aligned:
    """Warp the face upright to an inter-eye distance of 96 pixels, so that what follows does not depend on its size."""
    right, left = points[[33, 133], :2].mean(0), points[[263, 362], :2].mean(0)
    middle, across = (right + left) / 2, left - right
    scale = ALIGNED_IED / max(float(np.hypot(*across)), 1e-6)
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    matrix: Points = np.array(cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, scale), np.float64)
    matrix[:, 2] += np.array(_ALIGNED_EYES) - middle
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    warped = np.asarray(cv2.warpAffine(pixels, matrix, _ALIGNED_SIZE, flags=way), np.uint8)
    moved = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    mask = np.zeros(warped.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(moved[list(OVAL)].astype(np.int32)), (1,))
    return Aligned(
        pixels=warped,
        grey=np.asarray(cv2.cvtColor(warped, cv2.COLOR_BGR2GRAY), np.uint8),
        luminance=luminance(warped),
        mask=mask.astype(bool),
        landmarks=moved,
    )


def luminance(pixels: Pixels) -> NDArray[np.float32]:
    """Return linear-light luminance 0..255: sRGB linearised, then .2126 R + .7152 G + .0722 B."""
    blue, green, red = cv2.split(pixels)
    total = cv2.add(cv2.add(cv2.LUT(blue, _OF_BLUE), cv2.LUT(green, _OF_GREEN)), cv2.LUT(red, _OF_RED))
    return np.asarray(total, np.float32)


def sharpness(face: Aligned) -> float:
    """Return the variance of the Laplacian (grey levels squared) inside the face, after a 3x3 Gaussian.

    OFIQ's own Sharpness needs a trained model. A blur of sigma 1.2 pixels at IED 150 reads 14 to 51, of sigma 2, 8 to
    22: people differ, so this is a floor and the sharpest frame of a burst is kept. The same edges on a darker skin or
    in less light span fewer grey levels, whose square goes about as the luminance: below a mean luminance of .3 the
    variance is raised by .3 / mean, at most twice, beyond which it would be the sensor's noise that is raised.
    """
    # Integers hold every Laplacian of bytes (at most 1020 either way) and take a third of the time of floats.
    edges = cv2.Laplacian(cv2.GaussianBlur(face.grey, (3, 3), 0), cv2.CV_16S)
    inner = cv2.erode(face.mask.astype(np.uint8), np.ones((9, 9), np.uint8))
    if not inner.any():
        return 0.0
    mean = cv2.mean(face.luminance, mask=inner)[0] / 255
    deviation = float(cv2.meanStdDev(edges, mask=inner)[1][0, 0])
    return deviation**2 * min(max(_SHARP_AT / max(mean, 1e-3), 1.0), _SHARP_RAISED)


def luminance_mean(values: NDArray[np.float32]) -> float:
    """LuminanceMean: mean linear luminance, 0..1."""
    return float(values.mean() / 255)


def under_exposed(values: NDArray[np.float32]) -> float:
    """UnderExposurePrevention, raw: share of linear luminance <= 25 of 255."""
    return float((values <= 25).mean())


def over_exposed(values: NDArray[np.float32]) -> float:
    """OverExposurePrevention, raw: share of linear luminance >= 247 of 255."""
    return float((values >= 247).mean())


def dynamic_range(values: NDArray[np.float32]) -> float:
    """DynamicRange, raw: Shannon entropy of the 256-bin luminance histogram, bits."""
    counts = np.bincount(values.astype(np.uint8).ravel(), minlength=256)
    share = counts[counts > 0] / values.size
    return float(-(share * np.log2(share)).sum())


def cheeks(face: Aligned) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the luminance of the two cheek squares of ISO/IEC 29794-5: side .3 IED, halfway from eyes to mouth."""
    points, side = face.landmarks, int(0.3 * ALIGNED_IED)
    right, left = points[[33, 133]].mean(0), points[[263, 362]].mean(0)
    half = float(np.hypot(*(points[[13, 14]].mean(0) - (right + left) / 2))) / 2
    squares = []
    for x, y in ((right[0] - side, right[1] + half), (left[0], left[1] + half)):
        top, start = max(0, int(y)), max(0, int(x))
        squares.append(face.luminance[top : top + side, start : start + side])
    return squares[0], squares[1]


def illumination_uniformity(right: NDArray[np.float32], left: NDArray[np.float32]) -> float:
    """IlluminationUniformity, raw: intersection (0..1) of the 256-bin luminance histograms of the cheek squares."""
    if not right.size or not left.size:
        return 0.0
    a, b = (np.bincount(k.astype(np.uint8).ravel(), minlength=256) / k.size for k in (right, left))
    return float(np.minimum(a, b).sum())


def cheek_ratio(right: NDArray[np.float32], left: NDArray[np.float32]) -> float:
    """Return mean luminance of the darker cheek / of the brighter, 0..1. Steadier than IlluminationUniformity (ours).

    Light from one side of 20 % reads .59, of 40 % .34.
    """
    if not right.size or not left.size:
        return 0.0
    a, b = float(right.mean()), float(left.mean())
    return min(a, b) / max(a, b, 1e-3)


def eyes_uncovered(face: Aligned, right: NDArray[np.float32], left: NDArray[np.float32]) -> float:
    """Return the brightness of the darker eye region / of the cheeks, to notice dark glasses (ours, not a standard's).

    The region is the eye with its lids, enlarged 1.6 times; its 75th percentile is taken, since skin around an open
    eye is bright whatever the eye's colour, while a dark lens has nothing bright. Clear glasses and tinted ones that
    let the eyes be seen are not noticed.
    """
    reference = (float(right.mean()) + float(left.mean())) / 2 if right.size and left.size else 0.0
    if reference <= 0:
        return 0.0
    levels = []
    for eye in (RIGHT_EYE, LEFT_EYE):
        ring = face.landmarks[list(eye)]
        low, high = ring.min(0), ring.max(0)
        grow = np.array([0.15, 0.6]) * (high[0] - low[0]) / 2
        (x0, y0), (x1, y1) = np.maximum(low - grow, 0).astype(int), (high + grow).astype(int) + 1
        region = face.luminance[y0:y1, x0:x1]
        levels.append(_upper_quartile(region) if region.size else 0.0)
    return min(levels) / reference


def _upper_quartile(region: NDArray[np.float32]) -> float:
    """Return the 75th percentile, drawn between neighbours as `numpy.percentile` does at five times the cost."""
    ranked = np.sort(region, axis=None)
    place = 0.75 * (ranked.size - 1)
    below = int(place)
    above = min(below + 1, ranked.size - 1)
    return float(ranked[below] + (place - below) * (ranked[above] - ranked[below]))


def mouth_covered(face: Aligned) -> float:
    """Return how far the colour of upper lip and chin is from that of the nose's root, to notice a mask (ours).

    Distance in CIELAB's a* b* plane of the means of squares of .25 IED, the smaller of the two; 0 when one of them is
    darker than half the nose's root (L*): dark hair of a beard is as far from skin in colour as cloth is. So a light or
    coloured mask is noticed and a black one is not.
    """
    (nose_l, *nose), *others = (_mean_lab(face, point) for point in (168, 164, 200))
    if any(light < nose_l / 2 for light, _, _ in others):
        return 0.0
    return min(float(np.hypot(a - nose[0], b - nose[1])) for _, a, b in others)


def _mean_lab(face: Aligned, point: int) -> tuple[float, float, float]:
    half = ALIGNED_IED // 8
    x, y = (max(half, int(k)) for k in face.landmarks[point])
    square = face.pixels[y - half : y + half, x - half : x + half]
    if not square.size:
        return 0.0, 0.0, 0.0
    lab = cv2.cvtColor(square.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    light, a, b, _ = cv2.mean(lab)
    return light, a, b


def pattern(face: Aligned) -> NDArray[np.float32]:
    """Return the face's brightness pattern, (840,) float32 with mean 0 and length 1.

    The middle of the aligned face, shrunk to 28 x 30, with overall light taken out. What lies outside the face oval
    counts nothing: beside a turned face the room is seen, and before a bright wall a dark face would differ from
    itself more than a light one. Two patterns' dot product is their correlation. It tells a face that was exchanged in
    one moment, never who somebody is.
    """
    window = np.s_[60:240, 44:212]
    inside = face.mask[window].astype(np.float32)
    share = cv2.resize(inside, (28, 30), interpolation=cv2.INTER_AREA).ravel()
    seen = cv2.resize(face.grey[window] * inside, (28, 30), interpolation=cv2.INTER_AREA).ravel()
    small = seen - share * (float(seen.sum()) / max(float(share.sum()), 1e-6))
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), np.float32)
