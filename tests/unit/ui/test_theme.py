"""Contrast and sizes, computed from the tokens (ux.md rules 1 to 5)."""

from __future__ import annotations

from string import Template

import pytest

import resources
from ui.fonts import CAP_HEIGHT
from ui.theme import PALETTES, Look, Metrics, Palette, TextSize, Theme, contrast

TEXT_ON = (
    ("ink", "page"),
    ("ink", "card"),
    ("ink", "soft"),
    ("ink", "warn_soft"),
    ("ink", "ok_soft"),
    ("ink", "error_soft"),
    ("muted", "page"),
    ("muted", "card"),
    ("header_ink", "header"),
    ("brand_ink", "brand"),
    ("brand_ink", "brand_pressed"),
    ("brand", "page"),
    ("ok", "page"),
    ("ok", "card"),
    ("ok", "ok_soft"),
    ("warn", "page"),
    ("warn", "warn_soft"),
    ("error", "page"),
    ("error", "card"),
    ("error", "error_soft"),
)
SIGN_ON = (
    ("line", "card"),
    ("line", "page"),
    ("focus", "page"),
    ("focus", "card"),
    ("focus", "soft"),
    ("focus_on_brand", "brand"),
    ("focus_on_header", "header"),
    ("brand", "page"),
    ("brand", "soft"),
)
VVSG_CAP_HEIGHTS = {
    TextSize.SMALL: (3.5, 4.2),
    TextSize.NORMAL: (4.8, 5.6),
    TextSize.LARGE: (6.4, 7.1),
    TextSize.LARGEST: (8.5, 9.0),
}
SCREENS = {"15.6 inch full HD": (1080, 5.58), "21.5 inch": (1080, 4.03), "15.6 inch 1366x768": (768, 3.96)}


def ratio(palette: Palette, pair: tuple[str, str]) -> float:
    return contrast(getattr(palette, pair[0]), getattr(palette, pair[1]))


def test_contrast_knows_the_extremes() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)
    assert contrast("#123456", "#123456") == 1.0


@pytest.mark.parametrize("pair", TEXT_ON, ids="-on-".join)
@pytest.mark.parametrize("theme", Theme)
def test_text_can_be_read(theme: Theme, pair: tuple[str, str]) -> None:
    assert ratio(PALETTES[theme], pair) >= 4.5


@pytest.mark.parametrize("pair", SIGN_ON, ids="-on-".join)
@pytest.mark.parametrize("theme", Theme)
def test_borders_and_focus_can_be_seen(theme: Theme, pair: tuple[str, str]) -> None:
    assert ratio(PALETTES[theme], pair) >= 3.0


@pytest.mark.parametrize("ground", ["page", "card"])
@pytest.mark.parametrize("theme", [Theme.DEFAULT, Theme.BLACK_ON_WHITE, Theme.WHITE_ON_BLACK])
def test_running_text_is_ten_to_one(theme: Theme, ground: str) -> None:
    assert ratio(PALETTES[theme], ("ink", ground)) >= 10.0


def test_the_low_theme_stays_between_six_and_ten() -> None:
    assert 6.0 <= ratio(PALETTES[Theme.LOW], ("ink", "card")) < 10.0


@pytest.mark.parametrize("theme", Theme)
def test_the_camera_frame_can_be_seen_on_the_dimmed_picture(theme: Theme) -> None:
    palette = PALETTES[theme]
    # The brightest picture, dimmed to 45 % of its light by the overlay.
    dimmed = "#737373"
    assert contrast(palette.guide, dimmed) >= 3.0
    assert contrast(palette.guide_ok, "#595959") >= 3.0


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", TextSize)
def test_capitals_are_as_high_as_the_rule_says(size: TextSize, screen: str) -> None:
    height, density = SCREENS[screen]
    low, high = VVSG_CAP_HEIGHTS[size]

    millimetres = Metrics.of(size, height=height, px_per_mm=density).em * CAP_HEIGHT / density

    assert low - 0.05 <= millimetres <= high


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", TextSize)
def test_targets_are_as_wide_as_a_finger(size: TextSize, screen: str) -> None:
    height, density = SCREENS[screen]
    metrics = Metrics.of(size, height=height, px_per_mm=density)

    assert metrics.target >= 12.7 * density
    assert metrics.key >= 12.7 * density
    assert metrics.gap >= 2.54 * density


def test_targets_are_72_pixels_on_a_usual_kiosk() -> None:
    assert Metrics.of(TextSize.NORMAL, height=1080).target == 72


@pytest.mark.parametrize("theme", Theme)
def test_the_style_sheet_has_no_place_left_open(theme: Theme) -> None:
    look = Look(theme, TextSize.NORMAL, Metrics.of(TextSize.NORMAL, height=1080))

    sheet = look.style_sheet()

    assert "$" not in sheet
    assert PALETTES[theme].brand in sheet


def test_the_style_sheet_names_only_known_places() -> None:
    template = Template(resources.path("styles/kiosk.qss").read_text(encoding="utf-8"))

    assert template.is_valid()
