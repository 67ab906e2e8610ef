"""A folder of pictures as a camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from biometrics.camera_pace import Pace
from registration.errors import StaffMustFix
from registration.ports.capture import Frame

_KINDS = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"}


class ImagesCamera:
    """A `CameraSource` on pictures, shown one after the other in the order of their names. Read anew at each turn."""

    def __init__(self, folder: Path, fps: float = 10.0, loop: bool = False, paced: bool = False) -> None:
        self._folder, self._fps, self._loop, self._paced = folder, fps, loop, paced
        self._files: list[Path] = []
        self._next = 0
        self._pace = Pace(fps, paced)

    def open(self) -> None:
        """List the folder. Raises StaffMustFix ``camera.missing`` (no folder), ``camera.format`` (no picture)."""
        if not self._folder.is_dir():
            raise StaffMustFix("camera.missing", camera=self._folder.name)
        self._files = sorted(file for file in self._folder.iterdir() if file.suffix.lower() in _KINDS)
        if not self._files:
            raise StaffMustFix("camera.format", camera=self._folder.name)
        self._next = 0
        self._pace = Pace(self._fps, self._paced)

    def read(self) -> Frame:
        """Return the next picture.

        Raises StaffMustFix ``camera.lost`` at the end or when it was not opened, ``camera.format`` for a damaged file.
        """
        if self._next >= len(self._files):
            if not self._loop or not self._files:
                raise StaffMustFix("camera.lost")
            self._next = 0
        file = self._files[self._next]
        self._next += 1
        try:
            content = np.frombuffer(file.read_bytes(), np.uint8)
        except OSError as gone:
            raise StaffMustFix("camera.lost") from gone
        pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
        if pixels is None:
            raise StaffMustFix("camera.format", camera=file.name)
        return Frame(np.asarray(pixels, np.uint8), self._pace.next())

    def close(self) -> None:
        """Forget the list; safe to call twice."""
        self._files = []
