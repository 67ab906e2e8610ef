"""The saved portrait: cut to ISO/IEC 39794-5 geometry, the best of a burst, JPEG without metadata, never mirrored."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.face import ofiq
from biometrics.face.analysis import FaceReading
from registration.model.evidence import Eyes, Photo
from registration.ports.capture import Frame

HEIGHT_IN_T = 3.2
"""Height of the portrait in T (eyes to chin): the head is then about 62 % of the height (ISO: 60 to 90 %)."""
ASPECT = 0.778
"""Width / height (ISO: .74 to .80)."""
EYE_LINE = 1.4 / HEIGHT_IN_T
"""Eyes from the top, as a share of the height: 43.75 % (ISO: 30 to 50 %)."""
_EYE_LINE_RANGE = (0.30, 0.50)
_QUALITY = 92


def crop_box(eyes: tuple[float, float], t: float, width: int, height: int) -> tuple[int, int, int, int]:
    """Return (left, top, width, height) of the portrait inside a frame of `width` x `height` pixels.

    A box that would leave the frame is first shifted, as far as the eye line stays within ISO's range, then made
    smaller; it never leaves the frame.
    """
    tall = min(HEIGHT_IN_T * t, float(height))
    low, high = _EYE_LINE_RANGE
    tall = min(tall, eyes[1] / low, (height - eyes[1]) / (1 - high))  # with the eyes anywhere in ISO's range
    tall = min(tall, 2 * min(eyes[0], width - eyes[0]) / ASPECT)
    tall = max(tall, 1.0)
    wide = tall * ASPECT
    top = min(max(eyes[1] - EYE_LINE * tall, 0.0), height - tall)
    left = min(max(eyes[0] - wide / 2, 0.0), width - wide)
    return round(left), round(top), max(1, int(wide)), max(1, int(tall))


class Burst:
    """Keeps the sharpest of the frames it is shown, and the readings' times."""

    def __init__(self) -> None:
        self.frames = 0
        self.began: float | None = None
        self._best: tuple[tuple[float, float], Frame, FaceReading] | None = None

    def add(self, frame: Frame, reading: FaceReading, preferred: bool = True) -> None:
        """Take a frame into account; a `preferred` one always beats one that is not."""
        self.frames += 1
        self.began = reading.at if self.began is None else self.began
        pose = 0.0 if reading.pose is None else abs(reading.pose.yaw) + abs(reading.pose.roll)
        score = (float(preferred), reading.values["sharpness"] * (1 - min(pose, 20.0) / 40))
        if self._best is None or score > self._best[0]:
            self._best = (score, frame, reading)

    def photo(self, overridden: Sequence[str] = ()) -> Photo:
        """Return the best frame as a portrait, with its measures; `overridden` names checks that were let pass."""
        assert self._best is not None
        _, frame, reading = self._best
        return cut(frame.pixels, reading, overridden)


def cut(pixels: NDArray[np.uint8], reading: FaceReading, overridden: Sequence[str] = ()) -> Photo:
    """Cut the portrait out of a frame, encode it, and put its measures beside it.

    Measures: raw values by our names, components of ISO/IEC 29794-5 (0..100) by theirs, and ``override_<name>`` = 1
    for each advisory check that did not hold.
    """
    assert reading.geometry is not None
    height, width = pixels.shape[:2]
    left, top, wide, tall = crop_box(reading.geometry.eyes, reading.geometry.t, width, height)
    picture = pixels[top : top + tall, left : left + wide]
    done, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done
    measured = {name: round(value, 4) for name, value in reading.values.items()}
    measured["portrait_head_size"] = round(reading.geometry.t / tall, 4)
    measured |= {name: round(value, 1) for name, value in ofiq.components(reading.values).items()}
    measured |= {name: round(value, 1) for name, value in _margins(reading, left, top, wide, tall).items()}
    (x, y), apart = reading.geometry.eyes, reading.geometry.inter_eye
    measured |= Eyes(round((x - left) / wide, 4), round((y - top) / tall, 4), round(apart / wide, 4)).as_measures()
    measured |= {f"override_{name}": 1.0 for name in overridden}
    return Photo(jpeg=jpeg.tobytes(), width=picture.shape[1], height=picture.shape[0], measures=measured)


def _margins(reading: FaceReading, left: int, top: int, wide: int, tall: int) -> dict[str, float]:
    """Return the components of ISO/IEC 29794-5 that judge the picture's edges, 0..100."""
    face = reading.geometry
    assert face is not None
    x, y, half = face.eyes[0] - left, face.eyes[1] - top, face.inter_eye / 2
    return {
        "HeadSize": ofiq.head_size(face.t / tall),
        "LeftwardCropOfTheFaceImage": ofiq.sideward_crop((x - half) / face.inter_eye),
        "RightwardCropOfTheFaceImage": ofiq.sideward_crop((wide - x - half) / face.inter_eye),
        "MarginAboveOfTheFaceImage": ofiq.margin_above(y / face.t),
        "MarginBelowOfTheFaceImage": ofiq.margin_below((tall - y) / face.t),
    }
