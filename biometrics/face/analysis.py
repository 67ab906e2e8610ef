"""One frame in, one `FaceReading` out: finds the faces and takes every measure."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.face import measures
from biometrics.face.pose import Pose, head_pose
from registration.model.evidence import NO_MEASURES
from registration.ports.capture import FACE_TARGET

if TYPE_CHECKING:
    from mediapipe.python.solutions.face_detection import FaceDetection

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

_LOOKS_EVERY = (0.8, 0.2)
"""Seconds between two looks for further faces by the full-range and by the short-range detector. The first takes as
long as everything else together, so it must not run often."""
_GRAPH_HEIGHT = 360
"""Frames are shrunk by a whole number to about this height for the graphs, whose own input is 192 x 192 pixels."""
_SAME_FACE = 0.3
"""Overlap (intersection over the smaller area) from which two boxes are the same face."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """What one frame shows. `faces` counts them; everything else describes the followed one."""

    at: float
    faces: int
    pose: Pose | None = None
    geometry: measures.Geometry | None = None
    values: Mapping[str, float] = field(default_factory=lambda: NO_MEASURES)
    """Raw measures by the names of `face-thresholds.yaml` and the further ones `ofiq.components` wants."""
    outline: tuple[tuple[float, float], ...] = ()
    """The face oval, in fractions of the frame's width and height."""
    pattern: NDArray[np.float32] | None = field(default=None, repr=False)
    """See `measures.pattern`; None without a face."""


class FaceAnalyser:
    """MediaPipe's face mesh and both its face detectors, run on the CPU.

    The mesh follows one face in every frame. The detectors look for others a few times a second, at most one of them
    in a frame: each finds faces that the other misses. Not thread-safe; about 130 MB with its models.
    """

    def __init__(self, pitch_offset: float) -> None:
        os.environ.setdefault("GLOG_minloglevel", "2")
        cv2.setNumThreads(1)
        from mediapipe.python.solutions import face_detection, face_mesh

        logging.getLogger("absl").setLevel(logging.ERROR)
        self._pitch_offset = pitch_offset
        self._mesh = face_mesh.FaceMesh(
            refine_landmarks=True, max_num_faces=1, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )
        self._detectors = [
            face_detection.FaceDetection(model_selection=model, min_detection_confidence=0.5) for model in (1, 0)
        ]
        self._due = [float("-inf")] * 2
        self._others: list[tuple[float, ...]] = [(), ()]

    def close(self) -> None:
        """Free the graphs; safe to call twice."""
        graphs = [*self.__dict__.pop("_detectors", ()), self.__dict__.pop("_mesh", None)]
        for graph in graphs:
            if graph is not None:
                graph.close()

    def read(self, pixels: Pixels, at: float) -> FaceReading:
        """Analyse one (height, width, 3) uint8 BGR frame taken at `at` seconds."""
        height, width = pixels.shape[:2]
        rgb = _for_graphs(pixels)
        face = self._face(rgb, width, height)
        box = None if face is None else _box(face)
        which = next((k for k in (0, 1) if at >= self._due[k]), None)
        if which is not None:
            self._due[which] = at + _LOOKS_EVERY[which]
            found = _detections(self._detectors[which], rgb, width, height)
            self._others[which] = tuple(_area(other) for other in found if box is None or not _same(other, box))
        others = max(self._others, key=len)
        if face is None or box is None:
            return FaceReading(at=at, faces=len(others))
        ratio = min(1.0, max(others, default=0.0) / max(_area(box), 1.0))
        return self._reading(pixels, face, at, 1 + len(others), ratio)

    def _reading(self, pixels: Pixels, face: Points, at: float, faces: int, second: float) -> FaceReading:
        height, width = pixels.shape[:2]
        shape = measures.geometry(face)
        pose = head_pose(face, width, height, self._pitch_offset)
        aligned = measures.align(pixels, face)
        skin = aligned.luminance[aligned.mask]
        right, left = measures.cheeks(aligned)
        values = {
            "single_face": second,
            "inter_eye_distance": measures.inter_eye_distance(shape.inter_eye, pose.yaw),
            "head_size": shape.t / height,
            "eyes_x": shape.eyes[0] / width - FACE_TARGET.cx,
            "eyes_y": shape.eyes[1] / height - FACE_TARGET.eye_line,
            "yaw": pose.yaw,
            "pitch": pose.pitch,
            "roll": pose.roll,
            "luminance_mean": measures.luminance_mean(skin),
            "under_exposed": measures.under_exposed(skin),
            "over_exposed": measures.over_exposed(skin),
            "dynamic_range": measures.dynamic_range(skin),
            "illumination_uniformity": measures.illumination_uniformity(right, left),
            "cheek_ratio": measures.cheek_ratio(right, left),
            "sharpness": measures.sharpness(aligned),
            "eyes_uncovered": measures.eyes_uncovered(aligned, right, left),
            "mouth_covered": measures.mouth_covered(aligned),
            "eyes_open": shape.eyes_open,
            "mouth_open": shape.mouth_open,
        }
        outline = tuple(
            (round(float(x) / width, 4), round(float(y) / height, 4)) for x, y in face[list(measures.OVAL), :2]
        )
        return FaceReading(at, faces, pose, shape, values, outline, measures.pattern(aligned))

    def _face(self, rgb: Pixels, width: int, height: int) -> Points | None:
        found = self._mesh.process(rgb).multi_face_landmarks
        if not found:
            return None
        return np.array([(p.x * width, p.y * height) for p in found[0].landmark], np.float64)


def _detections(detector: FaceDetection, rgb: Pixels, width: int, height: int) -> list[Box]:
    boxes = []
    for found in detector.process(rgb).detections or ():
        box = found.location_data.relative_bounding_box
        x, y = box.xmin * width, box.ymin * height
        boxes.append((x, y, x + box.width * width, y + box.height * height))
    return boxes


def _for_graphs(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    times = max(1, round(height / _GRAPH_HEIGHT))
    if times > 1:
        size = (width // times, height // times)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    rgb = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
    rgb.flags.writeable = False
    return rgb


def _box(face: Points) -> Box:
    (x0, y0), (x1, y1) = face[:, :2].min(0), face[:, :2].max(0)
    return float(x0), float(y0), float(x1), float(y1)


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _same(a: Box, b: Box) -> bool:
    shared = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    if shared[2] <= shared[0] or shared[3] <= shared[1]:
        return False
    return _area(shared) / max(1.0, min(_area(a), _area(b))) >= _SAME_FACE
