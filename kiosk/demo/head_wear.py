"""What the animated person may wear, painted on the photograph before it is put on the mesh.."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

_EYE_CORNERS = ((33, 133), (263, 362))
_JAW = (454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234)
_BROW = (127, 162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389, 356)
_MASK_TOP = (116, 50, 197, 280, 345)
_LIPS = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)


def put_on(thing: str, picture: Pixels, face: Points, ied: float) -> None:
    """Paint a thing of `THINGS` on the picture in place; `face` are its landmarks, `ied` its inter-eye distance."""
    THINGS[thing](picture, face, ied)


def _eyes(face: Points, ied: float) -> list[tuple[int, int]]:
    middles = [face[list(corners), :2].mean(0) for corners in _EYE_CORNERS]
    return [(int(x), int(y + 0.06 * ied)) for x, y in middles]


def _bridge(picture: Pixels, face: Points, ied: float, colour: tuple[int, int, int]) -> None:
    ends = [tuple(int(k) for k in face[i, :2]) for i in (133, 362)]
    cv2.line(picture, ends[0], ends[1], colour, max(2, int(0.07 * ied)), cv2.LINE_AA)


def _dark_glasses(picture: Pixels, face: Points, ied: float) -> None:
    for centre in _eyes(face, ied):
        cv2.ellipse(picture, centre, (int(0.42 * ied), int(0.32 * ied)), 0, 0, 360, (22, 20, 20), -1, cv2.LINE_AA)
    _bridge(picture, face, ied, (22, 20, 20))


def _glasses(picture: Pixels, face: Points, ied: float) -> None:
    for x, y in _eyes(face, ied):
        rim = (int(0.42 * ied), int(0.30 * ied))
        cv2.ellipse(picture, (x, y), rim, 0, 0, 360, (30, 26, 40), max(2, int(0.045 * ied)), cv2.LINE_AA)
        # the lamp's reflection, beside the eye
        cv2.ellipse(
            picture, (x - int(0.2 * ied), y - int(0.16 * ied)), (int(0.08 * ied), int(0.03 * ied)), 30, 0, 360,
            (250, 250, 250), -1, cv2.LINE_AA,
        )  # fmt: skip
    _bridge(picture, face, ied, (30, 26, 40))


def _over(picture: Pixels, where: Pixels, colour: tuple[int, int, int], depth: float) -> None:
    """Paint cloth where `where` is 255; `depth` of the picture's own light and shade shines through, as folds do."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), (0, 0), 3).astype(np.float32)
    inside = where > 0
    shade = 1 - depth + depth * grey / max(float(grey[inside].mean()), 1.0)
    cloth = np.clip(np.array(colour, np.float32) * shade[..., None], 0, 255)
    share = cv2.GaussianBlur(where, (0, 0), 1.5).astype(np.float32)[..., None] / 255
    picture[:] = (cloth * share + picture * (1 - share)).astype(np.uint8)


def _area(picture: Pixels, points: Points) -> Pixels:
    area = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(area, [np.rint(points).astype(np.int32)], (255,))
    return area


def _mask(picture: Pixels, face: Points, ied: float) -> None:
    _over(picture, _area(picture, face[[*_MASK_TOP, *_JAW], :2]), (214, 196, 150), 0.3)


def _headscarf(picture: Pixels, face: Points, ied: float) -> None:
    ring = face[[*_JAW, *_BROW], :2]
    centre = ring.mean(0)
    hole = _area(picture, centre + (ring - centre) * 0.97)
    x, y = centre
    whole = np.zeros_like(hole)
    cv2.ellipse(whole, (int(x), int(y + 0.2 * ied)), (int(1.6 * ied), int(2.3 * ied)), 0, 0, 360, (255,), -1)
    whole[hole > 0] = 0
    _over(picture, whole, (96, 60, 112), 0.4)


def _beard(picture: Pixels, face: Points, ied: float) -> None:
    jaw = _area(picture, face[[50, 164, 280, *_JAW], :2])
    cv2.fillPoly(jaw, [np.rint(face[list(_LIPS), :2]).astype(np.int32)], (0,))
    _over(picture, jaw, (34, 40, 52), 0.6)


THINGS: dict[str, Callable[[Pixels, Points, float], None]] = {
    "dark glasses": _dark_glasses,
    "glasses": _glasses,
    "mask": _mask,
    "headscarf": _headscarf,
    "full beard": _beard,
}
