"""A video file as a camera."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from biometrics.camera_pace import Pace
from registration.errors import StaffMustFix
from registration.ports.capture import Frame


class FileCamera:
    """A `CameraSource` on a video. Frame times are the video's own and go on growing when it begins anew."""

    def __init__(self, path: Path, loop: bool = False, paced: bool = False) -> None:
        self._path, self._loop, self._paced = path, loop, paced
        self._video: cv2.VideoCapture | None = None
        self._pace = Pace(30.0, paced)

    def open(self) -> None:
        """Open the file. Raises StaffMustFix ``camera.missing`` (no such file), ``camera.format`` (no video in it)."""
        if not self._path.is_file():
            raise StaffMustFix("camera.missing", camera=self._path.name)
        self.close()
        self._video = self._begin()
        fps = float(self._video.get(cv2.CAP_PROP_FPS))
        self._pace = Pace(fps if math.isfinite(fps) and 1 <= fps <= 240 else 30.0, self._paced)

    def read(self) -> Frame:
        """Return the next frame. Raises StaffMustFix ``camera.lost`` at the end, or when it was not opened."""
        if self._video is None:
            raise StaffMustFix("camera.lost")
        there, pixels = self._video.read()
        if not there and self._loop:
            self._video.release()
            self._video = self._begin()
            there, pixels = self._video.read()
        if not there:
            raise StaffMustFix("camera.lost")
        return Frame(np.asarray(pixels, np.uint8), self._pace.next())

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._video is not None:
            self._video.release()
            self._video = None

    def _begin(self) -> cv2.VideoCapture:
        video = cv2.VideoCapture(str(self._path))
        if not video.isOpened() or video.get(cv2.CAP_PROP_FRAME_WIDTH) < 1:
            video.release()
            raise StaffMustFix("camera.format", camera=self._path.name)
        return video
