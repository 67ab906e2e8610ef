"""Runs Tesseract on a picture in memory and gives its words with their places.

The program is fed through pipes, one thread each, so that nothing of a voter's paper touches the disk.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from registration.errors import StaffMustFix

if sys.platform == "linux":
    import resource

Grey = NDArray[np.uint8]
"""A grey picture, (height, width) uint8."""

BLOCK, LINE, SPARSE, AUTO = 6, 7, 11, 3
"""Page segmentation modes of Tesseract: one block, one line, scattered text, automatic."""
_BUSY = 6
"""How much longer than its computing time a reading may take by the clock on a busy machine."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read. `confidence` 0 to 100; the box is in pixels of the picture that was read."""

    text: str = field(repr=False)
    confidence: float
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Budget:
    """Seconds of computing that all looks at one page may take together, so that no picture holds a voter up."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def words(
        self, picture: Grey, language: str, mode: int, *, settings: Sequence[tuple[str, str]] = (), seconds: float = 6.0
    ) -> list[Word]:
        """Read a picture as `words` does, for no longer than is left; nothing once all is spent."""
        if self.left < 0.5:
            return []
        before = _children_seconds()
        try:
            return words(picture, language, mode, settings=settings, seconds=min(seconds, self.left))
        finally:
            self.left -= _children_seconds() - before


def _children_seconds() -> float:
    used = os.times()
    return used.children_user + used.children_system


@functools.cache
def languages() -> frozenset[str]:
    """Return the languages Tesseract can read on this machine.

    Raises:
        StaffMustFix: ``proof.reader_missing`` when the program is not installed.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise StaffMustFix("proof.reader_missing")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=20, check=True)
    return frozenset(listed.stdout.split("\n")[1:]) - {""}


def best_of(wanted: Iterable[str]) -> str:
    """Return the wanted languages that are installed, as Tesseract's ``a+b``; ``eng`` or any if none is."""
    have = [each for each in wanted if each in languages()]
    if have:
        return "+".join(have)
    some = sorted(languages() - {"osd"})
    if not some:
        raise StaffMustFix("proof.reader_missing")
    return "eng" if "eng" in some else some[0]


def words(
    picture: Grey, language: str, mode: int, *, settings: Sequence[tuple[str, str]] = (), seconds: float = 12.0
) -> list[Word]:
    """Read a picture. What takes more than `seconds` of computing counts as unreadable: an empty list.

    Raises:
        StaffMustFix: ``proof.reader_missing`` when Tesseract or the language is not installed.
    """
    if min(picture.shape) < 8:
        return []
    coded = cv2.imencode(".pgm", picture)[1].tobytes()
    command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", str(mode), "--dpi", "200"]
    for name, value in settings:
        command += ["-c", f"{name}={value}"]
    try:
        reader = subprocess.Popen(
            [*command, "tsv"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except FileNotFoundError:
        raise StaffMustFix("proof.reader_missing") from None
    with reader:
        _limit(reader.pid, seconds)
        try:
            out, _ = reader.communicate(coded, timeout=_BUSY * seconds)
        except subprocess.TimeoutExpired:
            reader.kill()
            return []
    if reader.returncode > 0:
        raise StaffMustFix("proof.reader_missing")
    # A negative code is the system's stop at the limit of computing.
    return list(_parse(out.decode("utf-8", "replace"))) if reader.returncode == 0 else []


def _limit(pid: int, seconds: float) -> None:
    """Let the system stop a reader lost in noise. Where it cannot, the clock does."""
    if sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds)))


def _parse(tsv: str) -> Iterable[Word]:
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            left, top, width, height = (int(c) for c in cells[6:10])
            yield Word(cells[11].strip(), float(cells[10]), left, top, left + width, top + height)
