"""The last step of a restore: a verified copy beside the vault's place takes that place, by two renames of folders.

It stands by itself because opening a vault takes it up: the power may have gone between the two.
"""

from __future__ import annotations

from pathlib import Path

from kiosk.vault.failures import translated
from kiosk.vault.files import sync_folder

RESTORED, REPLACED = "-restored-", "-replaced-"


def waiting(folder: Path) -> Path | None:
    """Return the verified copy that waits to become the vault in `folder`, the newest if there were several."""
    return max(folder.parent.glob(f"{folder.name}{RESTORED}*"), default=None)


def take_up(folder: Path) -> Path | None:
    """Put a waiting copy in; return where what stood there before is kept, None when there was nothing or no copy."""
    with translated():
        copy = waiting(folder)
        if copy is None:
            return None
        aside = None
        if folder.exists():
            stamp = copy.name.removeprefix(folder.name + RESTORED)
            aside = free_name(folder.with_name(f"{folder.name}{REPLACED}{stamp}"))
            folder.replace(aside)
        copy.replace(folder)
        sync_folder(folder.parent)
    return aside


def free_name(path: Path) -> Path:
    """Return the path, or the first of its name with a number that is not taken."""
    names = [path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 1000))]
    return next(name for name in names if not name.exists())
