"""Files a voter brings become clean pages: decoded out of reach, re-encoded, upright, without metadata.

The decoders of pictures and PDFs are large and old, and a kiosk opens files of strangers. So a short-lived child
process with little memory, little time and no way to write files does the decoding (`pictures_decode`), and only plain
bytes come back: a status line and finished JPEGs, never a pickled object.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import struct
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from biometrics.document.pictures_decode import CODES, MAX_PAGE_BYTES, Limits, serve
from registration.errors import VoterCanFix
from registration.model.evidence import Photo

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_PAGE = struct.Struct(">II")
_STARTED = 20.0
"""Seconds a child may take to come up on a busy machine, before its own time begins."""


@dataclass(slots=True)
class _Child:
    process: SpawnProcess
    pipe: Connection
    files: int = 0


class Pictures:
    """A `PictureIntake`. One child per file unless `files_per_child` says otherwise (only the fuzz runner does).

    Safe to use from several threads; they take turns.
    """

    def __init__(self, limits: Limits | None = None, *, files_per_child: int = 1) -> None:
        self._limits = limits or Limits()
        self._files_per_child = files_per_child
        self._child: _Child | None = None
        self._turn = threading.Lock()
        self.starts = 0
        """How many children were started so far."""

    def open(self, content: bytes) -> tuple[Photo, ...]:
        """Turn a JPEG, PNG, TIFF, WebP, BMP, GIF (its first picture) or PDF into pages.

        Raises VoterCanFix ``file.empty``, ``file.too_large`` (params: megabytes), ``file.not_a_picture``,
        ``file.damaged``, ``file.too_many_pages`` (params: pages), ``file.locked`` (PDF with a password) or
        ``file.heic``.
        """
        if len(content) > self._limits.file_bytes:
            raise self._refusal("file.too_large")
        if not content:
            raise VoterCanFix("file.empty")
        with self._turn:
            return self._ask(content)

    def close(self) -> None:
        """Stop a child kept for further files; safe to call twice."""
        with self._turn:
            self._stop()

    def _ask(self, content: bytes) -> tuple[Photo, ...]:
        child = self._child or self._start()
        child.files += 1
        try:
            child.pipe.send_bytes(content)
            if not child.pipe.poll(self._limits.seconds + 1):
                self._stop()
                raise self._refusal("file.too_large")
            status = child.pipe.recv_bytes(64).decode("ascii")
            if status in CODES:
                raise self._refusal(status)
            pages = tuple(self._page(child.pipe) for _ in range(min(int(status), self._limits.pages)))
        except VoterCanFix:
            if child.files >= self._files_per_child:
                self._stop()
            raise
        except (EOFError, OSError, ValueError) as ended:
            # The child was stopped by its limits, or crashed on the file. Its content is not for our log.
            self._stop()
            raise VoterCanFix("file.damaged") from ended
        if child.files >= self._files_per_child:
            self._stop()
        return pages

    def _page(self, pipe: Connection) -> Photo:
        if not pipe.poll(self._limits.seconds):
            raise EOFError
        width, height = _PAGE.unpack(pipe.recv_bytes(_PAGE.size))
        jpeg = pipe.recv_bytes(MAX_PAGE_BYTES)
        fits = 0 < width <= self._limits.long_side and 0 < height <= self._limits.long_side
        if not (fits and jpeg.startswith(b"\xff\xd8\xff") and jpeg.endswith(b"\xff\xd9")):
            raise ValueError("the decoder sent no page")
        return Photo(jpeg, width, height)

    def _start(self) -> _Child:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._limits), daemon=True, name="pictures")
        process.start()
        self.starts += 1
        theirs.close()
        self._child = _Child(process, ours)
        if not ours.poll(_STARTED) or ours.recv_bytes(64) != b"ready":
            self._stop()
            raise RuntimeError("the picture decoder does not start")
        return self._child

    def _stop(self) -> None:
        if self._child is None:
            return
        child, self._child = self._child, None
        with contextlib.suppress(OSError):
            child.pipe.close()
        child.process.kill()
        child.process.join(5)
        child.process.close()

    def _refusal(self, code: str) -> VoterCanFix:
        if code == "file.too_large":
            return VoterCanFix(code, megabytes=self._limits.file_bytes // 1_000_000)
        if code == "file.too_many_pages":
            return VoterCanFix(code, pages=self._limits.pages)
        return VoterCanFix(code)
