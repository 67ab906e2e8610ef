"""A camera of this machine."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from biometrics.camera_live import WAIT, FrameWatch, NewestFrame, Pixels
from registration.errors import StaffMustFix
from registration.ports.capture import Frame

_FAILED_READS = 10
"""Reads that may fail in a row before the camera counts as gone: some drop a few frames as they start."""


class Capture(Protocol):
    """What we use of `cv2.VideoCapture`."""

    def isOpened(self) -> bool: ...  # noqa: N802 (OpenCV's name)

    def set(self, propId: int, value: float) -> bool: ...  # noqa: N803

    def read(self) -> tuple[bool, Any]: ...

    def release(self) -> None: ...


def _capture(device: int | str) -> Capture:
    backend = cv2.CAP_V4L2 if sys.platform.startswith("linux") else cv2.CAP_ANY
    return cv2.VideoCapture(device, backend)


class DeviceCamera:
    """A `CameraSource` on a camera, by number or by path. A thread reads it, so that `read` never hangs."""

    def __init__(
        self,
        device: int | str,
        size: tuple[int, int],
        capture: Callable[[int | str], Capture] = _capture,
        nodes: Path = Path("/dev"),
        wait: float = WAIT,
    ) -> None:
        """Name the camera and the size to ask for; `capture`, `nodes` and `wait` are replaced in tests."""
        self._device, self._size = device, size
        self._make, self._nodes, self._wait = capture, nodes, wait
        self._capture: Capture | None = None
        self._newest: NewestFrame | None = None
        self._watch = FrameWatch()

    def open(self) -> None:
        """Start the camera.

        Raises StaffMustFix ``camera.missing``, ``camera.denied`` (no permission), ``camera.busy``, ``camera.format``.
        """
        self.close()
        self._check_node()
        capture = self._make(self._device)
        if not capture.isOpened():
            capture.release()
            raise StaffMustFix("camera.busy" if self._node() else "camera.missing", camera=str(self._device))
        # Compressed frames first: uncompressed, most cameras give 5 frames a second at this size.
        capture.set(cv2.CAP_PROP_FOURCC, float(cv2.VideoWriter.fourcc(*"MJPG")))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, float(self._size[0]))
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, float(self._size[1]))
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1.0)
        there, pixels = capture.read()
        if not there:  # the node opens, but another program holds the stream
            capture.release()
            raise StaffMustFix("camera.busy", camera=str(self._device))
        if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 3:
            capture.release()
            raise StaffMustFix("camera.format", camera=str(self._device))
        self._capture, self._watch = capture, FrameWatch()
        self._newest = NewestFrame(self._pull, "camera", self._wait)

    def read(self) -> Frame:
        """Wait for the newest frame.

        Raises StaffMustFix ``camera.lost`` (unplugged, or nothing for two seconds), ``camera.frozen``,
        ``camera.black``.
        """
        if self._newest is None:
            raise StaffMustFix("camera.lost")
        frame = self._newest.take()
        self._watch.look(frame.pixels, frame.at)
        return frame

    def close(self) -> None:
        """Let go of the camera; safe to call twice. A driver that hangs keeps its handle until it returns."""
        newest, self._newest = self._newest, None
        capture, self._capture = self._capture, None
        if newest is not None and newest.stop() and capture is not None:
            capture.release()

    def _pull(self) -> Pixels | None:
        capture = self._capture
        for _ in range(_FAILED_READS):
            if capture is None:
                return None
            there, pixels = capture.read()
            if there:
                return np.asarray(pixels, np.uint8)
            if self._node() is False:
                return None
        return None

    def _path(self) -> Path | None:
        if isinstance(self._device, str):
            return Path(self._device)
        return self._nodes / f"video{self._device}" if sys.platform.startswith("linux") else None

    def _node(self) -> bool | None:
        """Tell whether the device's file is there; None where the system has none."""
        path = self._path()
        return None if path is None else path.exists()

    def _check_node(self) -> None:
        path = self._path()
        if path is None:
            return
        try:
            os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
        except OSError as refused:
            codes = {errno.EACCES: "camera.denied", errno.EPERM: "camera.denied", errno.EBUSY: "camera.busy"}
            code = codes.get(refused.errno or 0, "camera.missing")
            raise StaffMustFix(code, camera=str(self._device)) from refused


def answers(number: int) -> bool:
    """Tell whether a camera has this number, by opening it for a moment."""
    capture = _capture(number)
    try:
        return capture.isOpened()
    finally:
        capture.release()
