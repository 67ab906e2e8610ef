"""The only door to the files the product ships: service definitions, texts, fonts, models, styles."""

from __future__ import annotations

import sys
from pathlib import Path


def path(name: str) -> Path:
    """Return the absolute path of a shipped file or folder, in a checkout and in a frozen build alike.

    Args:
        name: path relative to `resources/`, with forward slashes, e.g. ``"fonts/Inter-Regular.otf"``.

    Raises:
        FileNotFoundError: the product was packed without it; always a packaging bug.
    """
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) / "resources" if frozen else Path(__file__).parent
    found = root / name
    if not found.exists():
        raise FileNotFoundError(f"resources/{name} is not shipped with this build")
    return found
