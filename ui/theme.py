"""How everything looks: four contrast themes, four text sizes, and the style sheet made from both.

Sizes come from the screen's millimetres (ux.md section 6: VVSG 2.0 cap heights, 12.7 mm touch targets), never from
QT_SCALE_FACTOR. A theme is a `Palette`; the rules of contrast are checked by tests on these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from string import Template
from types import MappingProxyType

from PySide6.QtGui import QScreen

import resources
from ui.fonts import CAP_HEIGHT


class Theme(StrEnum):
    DEFAULT = "default"
    BLACK_ON_WHITE = "black_on_white"
    WHITE_ON_BLACK = "white_on_black"
    LOW = "low"


class TextSize(StrEnum):
    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


CAP_HEIGHT_MM: Mapping[TextSize, float] = MappingProxyType(
    {TextSize.SMALL: 3.8, TextSize.NORMAL: 4.9, TextSize.LARGE: 6.5, TextSize.LARGEST: 8.5}
)
"""Height of a capital letter in millimetres; inside the four ranges of VVSG 2.0 7.1-G."""

TARGET_MM = 12.7
"""Least width and height of anything that is touched (VVSG 2.0)."""
GAP_MM = 2.54
"""Least distance between two touch targets."""
USUAL_PX_PER_MM = 4.03
"""A 21.5 inch screen of 1920x1080: used when the screen does not say how large it is."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one theme as #RRGGBB."""

    page: str
    card: str
    ink: str
    muted: str
    line: str
    header: str
    header_ink: str
    brand: str
    brand_ink: str
    brand_pressed: str
    soft: str
    """Ground of what is chosen or pressed; text on it is ink."""
    focus: str
    """Focus ring on page, card and soft."""
    focus_on_brand: str
    """Focus ring on brand."""
    focus_on_header: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    error: str
    error_soft: str
    guide: str = "#FFFFFF"
    """Frame over the camera picture, on the dimmed ground."""
    guide_ok: str = "#12D67C"
    """The frame when all is right; it also grows thick and gets a tick and words."""


PALETTES: Mapping[Theme, Palette] = MappingProxyType(
    {
        Theme.DEFAULT: Palette(
            page="#F3F5F9",
            card="#FFFFFF",
            ink="#0F1B2D",
            muted="#41506A",
            line="#7386A0",
            header="#14315C",
            header_ink="#FFFFFF",
            brand="#14498F",
            brand_ink="#FFFFFF",
            brand_pressed="#0D3368",
            soft="#E3ECF9",
            focus="#B04A00",
            focus_on_brand="#FFD33D",
            focus_on_header="#FFD33D",
            ok="#0B6B3A",
            ok_soft="#E6F4EC",
            warn="#7A4B00",
            warn_soft="#FFF5DC",
            error="#A8191C",
            error_soft="#FDEEEE",
        ),
        Theme.BLACK_ON_WHITE: Palette(
            page="#FFFFFF",
            card="#FFFFFF",
            ink="#000000",
            muted="#000000",
            line="#000000",
            header="#000000",
            header_ink="#FFFFFF",
            brand="#000000",
            brand_ink="#FFFFFF",
            brand_pressed="#333333",
            soft="#E6E6E6",
            focus="#0000D0",
            focus_on_brand="#FFE600",
            focus_on_header="#FFE600",
            ok="#004D26",
            ok_soft="#FFFFFF",
            warn="#5C3A00",
            warn_soft="#FFFFFF",
            error="#9E0000",
            error_soft="#FFFFFF",
        ),
        Theme.WHITE_ON_BLACK: Palette(
            page="#000000",
            card="#000000",
            ink="#FFFFFF",
            muted="#FFFFFF",
            line="#FFFFFF",
            header="#000000",
            header_ink="#FFFFFF",
            brand="#FFFFFF",
            brand_ink="#000000",
            brand_pressed="#CCCCCC",
            soft="#303030",
            focus="#FFE600",
            focus_on_brand="#0000D0",
            focus_on_header="#FFE600",
            ok="#5CFFA0",
            ok_soft="#000000",
            warn="#FFD966",
            warn_soft="#000000",
            error="#FFA3A3",
            error_soft="#000000",
        ),
        Theme.LOW: Palette(
            page="#DEDACF",
            card="#E6E2D8",
            ink="#454238",
            muted="#4B483F",
            line="#77736A",
            header="#55524A",
            header_ink="#EFEBE1",
            brand="#4A5360",
            brand_ink="#F0ECE2",
            brand_pressed="#3B424D",
            soft="#D3CEC0",
            focus="#6A3F00",
            focus_on_brand="#F2D67A",
            focus_on_header="#F2D67A",
            ok="#2F5A40",
            ok_soft="#E0E3D6",
            warn="#634A1B",
            warn_soft="#E8E0C8",
            error="#7D3230",
            error_soft="#EADCD5",
        ),
    }
)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Metrics:
    """Sizes in pixels for one screen and one text size."""

    em: int
    """Size of running text."""
    target: int
    """Least width and height of a touch target: 72 px, or 12.7 mm where that is more or the screen is low."""
    gap: int
    """Least distance between touch targets."""
    unit: int
    """Step of all other distances."""
    bar_em: int
    """Text of the header, which has to stay one row."""
    key: int
    """Height of one key of the on-screen keyboard."""

    @classmethod
    def of(cls, size: TextSize, *, height: int, px_per_mm: float = USUAL_PX_PER_MM) -> Metrics:
        """Return the sizes for a screen.

        Args:
            size: the text size chosen.
            height: of the window in pixels; below 900 touch targets shrink to 12.7 mm, no further.
            px_per_mm: of the screen.
        """
        low = height < 900
        least = -(-TARGET_MM * px_per_mm // 1)
        target = int(least if low else max(72, least))
        gap = int(max(-(-GAP_MM * px_per_mm // 1), 10 if low else 16))
        em = _em(size, px_per_mm)
        return cls(
            em=em,
            target=target,
            gap=gap,
            unit=6 if low else 8,
            bar_em=min(em, _em(TextSize.NORMAL, px_per_mm)),
            key=int(least if low else max(64, least)),
        )


def _em(size: TextSize, px_per_mm: float) -> int:
    return round(CAP_HEIGHT_MM[size] / CAP_HEIGHT * px_per_mm)


def px_per_mm(screen: QScreen) -> float:
    """Return the screen's pixels per millimetre; the usual kiosk's where the screen says nothing believable."""
    width_mm = screen.physicalSize().width()
    if width_mm <= 0:
        return USUAL_PX_PER_MM
    measured = screen.geometry().width() / width_mm
    return measured if 2.0 <= measured <= 8.0 else USUAL_PX_PER_MM


@dataclass(frozen=True, slots=True)
class Look:
    """A theme at a size on a screen: what widgets painted by hand need to know."""

    theme: Theme
    size: TextSize
    metrics: Metrics

    @property
    def palette(self) -> Palette:
        return PALETTES[self.theme]

    @property
    def large(self) -> bool:
        """True when the header has to collapse."""
        return self.size in (TextSize.LARGE, TextSize.LARGEST)

    def style_sheet(self) -> str:
        """Return the whole style sheet: `resources/styles/kiosk.qss` with the colours and sizes filled in."""
        m = self.metrics
        places: dict[str, object] = {f.name: getattr(self.palette, f.name) for f in fields(Palette)}
        places |= {
            "em": f"{m.em}px",
            "h1": f"{round(m.em * 1.4)}px",
            "huge": f"{m.em * 3}px",
            "h2": f"{round(m.em * 1.15)}px",
            "bar_em": f"{m.bar_em}px",
            "key_em": f"{round(m.key * 0.42)}px",
            "code_em": f"{round(m.em * 1.5)}px",
            # A control is as high as `target` with its border of 4 px (or 2 px and 2 px more padding) on both sides.
            "inner": f"{m.target - 8}px",
            "bar_inner": f"{m.target - 8}px",
            "pad": f"{m.unit * 2}px",
            "half": f"{m.unit}px",
            "wide": f"{m.unit * 4}px",
            "radius": f"{m.unit}px",
            "tick": f"{max(32, m.target // 2)}px",
        }
        return Template(resources.path("styles/kiosk.qss").read_text(encoding="utf-8")).substitute(places)
