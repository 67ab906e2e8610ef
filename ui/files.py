"""Where a voter's files may be: memory sticks that are plugged in, or folders given by whoever starts the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStorageInfo

from registration.errors import VoterCanFix

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".pdf", ".tif", ".tiff", ".webp", ".bmp"})
"""What `PictureIntake` opens; other files are not listed."""
_MOUNT_POINTS = ("/media/", "/run/media/", "/mnt/", "/Volumes/")
MAX_FILE = 25_000_000
"""Largest file looked at, in bytes; the picture intake has limits of its own on what is inside."""
LONGEST = 500
"""Entries of a folder that are listed; more do not help anyone with a finger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the chooser."""

    path: Path
    name: str
    folder: bool


Roots = Callable[[], Sequence[Path]]


def removable_roots() -> tuple[Path, ...]:
    """Return the mounted memory sticks, as the system tells now."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        root = volume.rootPath()
        if volume.isReady() and any(root.startswith(place) for place in _MOUNT_POINTS):
            found.append(Path(root))
    return tuple(found)


def entries(folder: Path) -> tuple[Entry, ...]:
    """Return a folder's folders, then its pictures and PDFs, by name; hidden ones and links are left out.

    Raises:
        OSError: the stick was pulled out.
    """
    listed = []
    for path in sorted(folder.iterdir(), key=lambda p: (not p.is_dir(), p.name.casefold())):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir() or path.suffix.lower() in SUFFIXES:
            listed.append(Entry(path, path.name, path.is_dir()))
    return tuple(listed[:LONGEST])


def read_file(file: Path) -> bytes:
    """Read what the voter chose.

    Raises:
        VoterCanFix: ``file.too_large``, ``file.gone`` (the stick was pulled, or it cannot be read).
    """
    try:
        if file.stat().st_size > MAX_FILE:
            raise VoterCanFix("file.too_large")
        return file.read_bytes()
    except OSError:
        raise VoterCanFix("file.gone") from None
