"""Which way up a page lies, dark letters or light ones, and where it is sampled."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import resources
from biometrics.document import page_read
from biometrics.document.text_ocr import Grey

LINES = (
    "Bitte überweisen Sie den Betrag bis zum genannten Termin.",
    "Wohnungsgeber: Enkelejda Dërvishi, Hauptstraße 41",
    "70985 Stuttgart, Deutschland, Datum 18.02.2026",
) * 6


def page(lines: tuple[str, ...] = LINES, size: int = 30, *, paper: int = 235, letters: int = 25) -> Grey:
    """Lines of print on a sheet of 1240x1754."""
    made = Image.new("L", (1240, 1754), paper)
    font = ImageFont.truetype(str(resources.path("fonts/Inter-Regular.otf")), size)
    for row, line in enumerate(lines):
        ImageDraw.Draw(made).text((100, 120 + row * int(1.9 * size)), line, fill=letters, font=font)
    return np.asarray(made, np.uint8)


@pytest.mark.parametrize("quarter", range(4))
def test_a_page_is_read_in_whatever_direction_it_lies(quarter: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Also where its columns look more like lines than its lines do.
    monkeypatch.setattr(page_read.page_print, "sideways", lambda _mask: quarter % 2 == 0)
    read = page_read.upright(np.ascontiguousarray(np.rot90(page(), quarter)), "deu")
    assert read.read_more()
    assert "Enkelejda" in {word.text for word in read.words}


def test_paper_in_the_shade_is_not_taken_for_a_dark_card() -> None:
    shaded = page().astype(np.float32) * 0.3
    shaded[1500:] = page()[1500:]
    even, _text, letter = page_read._print_of(shaded.astype(np.uint8))
    assert letter > 0
    assert np.median(even) > 200


def test_light_letters_on_a_dark_card_are_turned_dark() -> None:
    even, _text, letter = page_read._print_of(page(paper=40, letters=230))
    assert letter > 0
    assert np.median(even) > 200


def test_a_page_is_sampled_where_its_print_is_legible() -> None:
    numbered = tuple(f"{row} {line}" for row, line in enumerate(LINES))
    body, small = page(numbered, size=26), page(("alles Kleingedruckte " * 8,) * 44, size=9)
    both = np.vstack([body[:900], small[:900]])
    first, second = (page_read._fullest_part(both, rank) for rank in (0, 1))
    assert not np.array_equal(first, second)
    tall = cv2.connectedComponentsWithStats((first < 128).astype(np.uint8))[2][1:, cv2.CC_STAT_HEIGHT]
    assert np.median(tall) > 11, "letters, not small print"
