"""An MJPEG stream (multipart/x-mixed-replace, RFC 2046 part 5.1) as a camera."""

from __future__ import annotations

from urllib.parse import urlsplit

import cv2
import numpy as np
import requests
from urllib3.exceptions import HTTPError

from biometrics.camera_live import WAIT, FrameWatch, NewestFrame, Pixels
from registration.errors import StaffMustFix
from registration.ports.capture import Frame

_MAX_PART = 16 * 1024 * 1024
_CHUNK = 64 * 1024


class DamagedStream(Exception):
    """What came is not a multipart stream of pictures."""


class JpegParts:
    """Cuts a multipart stream into its parts' bodies. Feed it bytes as they come."""

    def __init__(self, boundary: bytes) -> None:
        """Take the boundary of the Content-Type, with or without its leading ``--`` (cameras differ)."""
        self._mark = b"--" + boundary.removeprefix(b"--")
        self._rest = b""

    def feed(self, content: bytes) -> list[bytes]:
        """Return the bodies that are complete now. Raises DamagedStream when a part grows beyond 16 MB."""
        self._rest += content
        bodies = []
        while (body := self._next()) is not None:
            bodies.append(body)
        if len(self._rest) > _MAX_PART:
            raise DamagedStream("a part without an end")
        return bodies

    def _next(self) -> bytes | None:
        start = self._rest.find(self._mark)
        head_end = self._rest.find(b"\r\n\r\n", start) if start >= 0 else -1
        if head_end < 0:
            return None
        length = _content_length(self._rest[start:head_end])
        begins = head_end + 4
        if length is not None:
            ends = begins + length
            if len(self._rest) < ends:
                return None
        else:
            ends = self._rest.find(b"\r\n" + self._mark, begins)
            if ends < 0:
                return None
        body, self._rest = self._rest[begins:ends], self._rest[ends:]
        return body


def _content_length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
            if length > _MAX_PART:
                raise DamagedStream("a part of more than 16 MB")
            return length
    return None


class MjpegCamera:
    """A `CameraSource` on a stream. A thread receives, and only the newest picture is decoded."""

    def __init__(self, url: str, wait: float = WAIT) -> None:
        self._url, self._wait = url, wait
        self._host = urlsplit(url).hostname or ""  # for messages: the rest may hold a password
        self._answer: requests.Response | None = None
        self._newest: NewestFrame | None = None
        self._parts = JpegParts(b"")
        self._watch = FrameWatch()

    def open(self) -> None:
        """Connect. Raises StaffMustFix ``camera.missing`` (no answer), ``camera.format`` (not an MJPEG stream)."""
        self.close()
        try:
            answer = requests.get(self._url, stream=True, timeout=(self._wait, self._wait))
        except requests.RequestException as failure:
            raise StaffMustFix("camera.missing", camera=self._host) from failure
        kind, _, parameters = answer.headers.get("Content-Type", "").partition(";")
        boundary = parameters.strip().partition("boundary=")[2].split(";")[0].strip().strip('"')
        if answer.status_code != 200 or kind.strip().lower() != "multipart/x-mixed-replace" or not boundary:
            answer.close()
            raise StaffMustFix("camera.format", camera=self._host)
        self._answer, self._parts = answer, JpegParts(boundary.encode("ascii", "replace"))
        self._watch = FrameWatch()
        self._newest = NewestFrame(self._pull, "mjpeg", self._wait)

    def read(self) -> Frame:
        """Wait for the newest picture.

        Raises StaffMustFix ``camera.lost`` (the stream ended, broke, or was silent for two seconds),
        ``camera.frozen``, ``camera.black``.
        """
        if self._newest is None:
            raise StaffMustFix("camera.lost")
        frame = self._newest.take()
        self._watch.look(frame.pixels, frame.at)
        return frame

    def close(self) -> None:
        """Hang up; safe to call twice."""
        newest, self._newest = self._newest, None
        answer, self._answer = self._answer, None
        if newest is not None:
            newest.stop()
        if answer is not None:
            answer.close()

    def _pull(self) -> Pixels | None:
        answer = self._answer
        while answer is not None:
            try:
                content = answer.raw.read1(_CHUNK, decode_content=False)
                bodies = self._parts.feed(content)
            except (OSError, DamagedStream, HTTPError):
                return None
            if not content:
                return None
            for body in reversed(bodies):
                pixels = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR) if body else None
                if pixels is not None:
                    return np.asarray(pixels, np.uint8)
        return None
