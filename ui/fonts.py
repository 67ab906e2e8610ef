"""Inter, shipped and loaded by us: system fonts differ in weight and letters from machine to machine."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

import resources

FAMILY = "Inter"
WEIGHTS = ("Regular", "SemiBold", "Bold")
CAP_HEIGHT = 0.728
"""Height of a capital letter in em (Inter's OS/2 table: 1490 of 2048 units)."""


class FontMissing(RuntimeError):
    """Qt could not read a shipped font: a packaging bug."""


def load() -> str:
    """Load the three shipped weights into the running QGuiApplication and return the family's name.

    Raises:
        FontMissing: a font file is damaged.
        FileNotFoundError: the product was packed without its fonts.
    """
    for weight in WEIGHTS:
        if QFontDatabase.addApplicationFont(str(resources.path(f"fonts/Inter-{weight}.otf"))) < 0:
            raise FontMissing(f"Inter-{weight} cannot be read")
    return FAMILY


def font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return Inter at a size in pixels, for what is painted by hand."""
    made = QFont(FAMILY)
    made.setPixelSize(pixels)
    made.setWeight(weight)
    return made
