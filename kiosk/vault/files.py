"""Small files that are either the old one or the new one, whole, whatever happens to the power."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kiosk.vault.failures import translated


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: temporary name, fsync, rename, fsync of the folder. Readable by its owner only.

    Raises StaffMustFix ``vault.disk_full``, ``vault.not_writable``, ``vault.disk_error``.
    """
    fresh = path.with_name(path.name + ".new")
    with translated():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)


def copy_durably(source: Path, target: Path) -> None:
    """Copy a file of any size as `write_durably` does."""
    fresh = target.with_name(target.name + ".new")
    with translated():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with source.open("rb") as reader, os.fdopen(descriptor, "wb") as writer:
            shutil.copyfileobj(reader, writer, 1 << 20)
            writer.flush()
            os.fsync(writer.fileno())
        fresh.replace(target)
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable. Windows has no such call and journals them itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
