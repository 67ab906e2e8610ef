"""Is it one and the same face from the first challenge to the photo? Frame-to-frame evidence, not recognition."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from biometrics.face.analysis import FaceReading
from biometrics.face.liveness import Failure
from biometrics.face.thresholds import Thresholds


class Continuity:
    """Follows a face from a first frontal reading. A face that is gone too long, jumps, or changes ends it."""

    def __init__(self, first: FaceReading, limits: Thresholds) -> None:
        assert first.geometry is not None
        self._most_second = limits.must["single_face"].leave[1]
        self._limits = limits.liveness
        self._first = first
        self._last = first

    def feed(self, reading: FaceReading) -> Failure | None:
        """Compare with the frame before; return why the track broke, or None."""
        if reading.at - self._last.at > self._limits.longest_gap:
            return Failure.FACE_LOST
        if reading.geometry is None:
            return None if reading.faces <= 1 else Failure.SEVERAL_FACES
        if reading.values["single_face"] > self._most_second:
            return Failure.SEVERAL_FACES
        broken = self._changed(reading)
        self._last = reading
        return Failure.FACE_CHANGED if broken else None

    def same_as_first(self, reading: FaceReading) -> bool:
        """Tell whether a frontal reading shows the brightness pattern that the track began with."""
        return alike(self._first.pattern, reading.pattern) >= self._limits.alike_photo

    def _changed(self, now: FaceReading) -> bool:
        before, limits = self._last, self._limits
        assert before.geometry is not None
        assert before.pose is not None
        assert now.geometry is not None
        assert now.pose is not None
        elapsed = max(now.at - before.at, 0.0)
        moved = math.dist(now.geometry.eyes, before.geometry.eyes) / max(before.geometry.inter_eye, 1.0)
        growth = now.geometry.t / before.geometry.t
        turned = abs(now.pose.yaw - before.pose.yaw)
        return (
            moved > max(limits.jump, limits.speed * elapsed)
            or not 1 / limits.growth <= growth <= limits.growth
            or turned > max(limits.yaw_jump, limits.yaw_speed * elapsed)
            or alike(before.pattern, now.pattern) < limits.alike_next
        )


def alike(a: NDArray[np.float32] | None, b: NDArray[np.float32] | None) -> float:
    """Return the correlation (-1 to 1) of two brightness patterns; 0 when there is none."""
    return 0.0 if a is None or b is None else float(a @ b)
