"""Ciphertext on disk: write-once files named by their SHA-256, durable before anyone is told they are kept."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Set
from pathlib import Path


class BlobStore:
    """A folder of blobs. Nothing in it is readable without a key of the database.

    Args:
        folder: made when missing. Files are fsynced, renamed, and their folder fsynced (POSIX durability).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for stale in folder.glob("*.tmp"):
            stale.unlink(missing_ok=True)

    def put(self, content: bytes) -> str:
        """Keep `content` and return its name; putting the same bytes again changes nothing."""
        name = hashlib.sha256(content).hexdigest()
        final = self._file(name)
        if final.exists():
            return name
        draft = self._folder / f"{name}.{secrets.token_hex(4)}.tmp"
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._settle(draft, final)
        return name

    def get(self, name: str) -> bytes:
        """Raises FileNotFoundError: rows and files disagree, always a fault."""
        return self._file(name).read_bytes()

    def delete(self, name: str) -> None:
        """Remove a blob; no error when it is gone."""
        self._file(name).unlink(missing_ok=True)

    def sweep(self, named: Set[str], *, older_than: float) -> int:
        """Delete blobs not in `named` that were written before `older_than` (seconds since 1970); return how many."""
        stray = [
            file for file in self._folder.glob("??/*") if file.name not in named and file.stat().st_mtime < older_than
        ]
        for file in stray:
            file.unlink(missing_ok=True)
        return len(stray)

    def _settle(self, draft: Path, final: Path) -> None:
        if not final.parent.exists():
            final.parent.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)
        draft.replace(final)
        sync_folder(final.parent)

    def _file(self, name: str) -> Path:
        if len(name) != 64 or not name.isalnum():
            raise ValueError("not the name of a blob")
        return self._folder / name[:2] / name


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable; Windows keeps its own journal and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
