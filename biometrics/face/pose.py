"""Where a head looks, from 24 landmarks and a generic head model."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_CENTRAL = {
    1: (-1.126865, 7.475604),
    4: (-0.463170, 7.586580),
    6: (2.473255, 5.788627),
    8: (4.019042, 5.284764),
    9: (4.885979, 5.385258),
    10: (8.261778, 4.481535),
    152: (-9.403378, 4.264492),
    168: (3.271027, 5.236015),
    195: (1.059413, 6.774605),
    197: (1.728369, 6.316750),
}
_PAIRS = {
    (33, 263): (4.445859, 2.663991, 3.173422),
    (133, 362): (1.856432, 2.585245, 3.757904),
    (61, 291): (2.456206, -4.342621, 4.283884),
    (234, 454): (7.664182, 0.673132, -2.435867),
    (127, 356): (7.743095, 2.364999, -2.005167),
    (70, 300): (5.720968, 4.254584, 2.830852),
    (105, 334): (3.986562, 5.109487, 4.466315),
}
"""Coordinates (centimetres: right of the picture, up, towards the camera) of 24 vertices of MediaPipe's
canonical_face_model.obj (Apache License 2.0), which is mirror symmetric; the numbers are landmark indexes."""


def _model() -> tuple[NDArray[np.int64], Points]:
    rows = {k: (0.0, -y, -z) for k, (y, z) in _CENTRAL.items()}
    for (right, left), (x, y, z) in _PAIRS.items():
        rows[right], rows[left] = (-x, -y, -z), (x, -y, -z)
    return np.array(list(rows)), np.array(list(rows.values()))


POINTS, MODEL = _model()
"""Landmark indexes (24,) and their model points (24, 3) in the camera's axes: right, down, away."""

_NO_DISTORTION = np.zeros(4)


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees. Each is 0 for a head that looks straight into the camera."""

    yaw: float
    """Positive when the head is turned to the person's own left (the nose moves right in an unmirrored frame)."""
    pitch: float
    """Positive when the head is bowed."""
    roll: float
    """Positive when the head leans clockwise in an unmirrored frame."""


def head_pose(landmarks: Points, width: int, height: int, pitch_offset: float = 0.0) -> Pose:
    """Solve the pose of `landmarks` ((n >= 455, 2 or more) pixels) in a frame of `width` x `height`.

    Perspective-n-point (SQPnP, Terzakis and Lourakis 2020) with an assumed focal length of 1.2 frame widths. The
    generic model reads level faces as bowed by about 9 degrees; `pitch_offset` is taken off.
    """
    focal = 1.2 * width
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    seen = np.ascontiguousarray(landmarks[POINTS, :2])
    _, turn, _ = cv2.solvePnP(MODEL, seen, camera, _NO_DISTORTION, flags=cv2.SOLVEPNP_SQPNP)
    r, _ = cv2.Rodrigues(turn)
    return Pose(
        yaw=float(np.degrees(np.arctan2(r[2, 0], np.hypot(r[2, 1], r[2, 2])))),
        pitch=float(np.degrees(np.arctan2(r[2, 1], r[2, 2]))) - pitch_offset,
        roll=float(np.degrees(np.arctan2(r[1, 0], r[0, 0]))),
    )
