"""Sheets found on desks: whole, cut by a border, in shade; and how much work a hopeless picture may cost."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from biometrics.document import page_find, page_read, text_ocr
from biometrics.document.text_ocr import Budget, Grey

DESK, PAPER = 70, 220


def desk(*corners: tuple[int, int], speckle: float = 0.0) -> Grey:
    """A grey picture of 960x540 with one bright sheet."""
    picture = np.full((540, 960), DESK, np.float32)
    picture += np.random.default_rng(3).normal(0, speckle, picture.shape) if speckle else 0
    made = np.clip(picture, 0, 255).astype(np.uint8)
    cv2.fillConvexPoly(made, np.array(corners, np.int32), PAPER)
    return made


def test_a_whole_sheet_is_found() -> None:
    corners = page_find.find_sheet(desk((300, 30), (640, 40), (650, 510), (290, 500)))
    assert corners is not None
    assert np.abs(corners - np.array([(300, 30), (640, 40), (650, 510), (290, 500)])).max() < 8


@pytest.mark.parametrize("speckle", [0.0, 25.0])
def test_half_a_sheet_before_a_camera_is_found(speckle: float) -> None:
    corners = page_find.find_sheet(desk((60, 40), (900, 30), (930, 539), (40, 539), speckle=speckle))
    assert corners is not None
    assert np.abs(corners[:2] - np.array([(60, 40), (900, 30)])).max() < 8


def test_the_edge_of_a_shadow_is_no_edge_of_a_page() -> None:
    rows = np.linspace(-1, 1, 540, dtype=np.float32)[:, None]
    light = 0.5 + 0.5 / (1 + np.exp(-rows / 0.12))
    shaded = (np.full((540, 960), 225, np.float32) * light).astype(np.uint8)
    sheet = page_find.flatten(shaded)
    assert not sheet.found
    assert np.array_equal(sheet.grey, shaded)


def test_the_desk_around_a_sheet_without_clean_edges_is_painted_over() -> None:
    # A thumb over one corner, another corner out of the picture: no quadrangle.
    picture = desk((200, 0), (700, 30), (760, 200), (720, 539), (180, 539), (120, 300), speckle=30.0)
    flat = page_find.flatten(picture)
    assert not flat.found
    assert abs(int(np.median(flat.grey[:, :60])) - PAPER) < 12
    assert float(flat.grey[:, :60].std()) < 2


def test_a_sheet_that_two_borders_cut_is_made_flat() -> None:
    # All four edges are seen, two corners are not: they lie where the edges would meet.
    outline = [(150, -30), (700, 60), (640, 580), (60, 480)]
    flat = page_find.flatten(desk(*outline, speckle=20.0))
    height, width = flat.grey.shape
    corners = np.array([[(0, 0), (width, 0), (width, height), (0, height)]], np.float64)
    assert np.abs(cv2.perspectiveTransform(corners, flat.to_photo)[0] - np.array(outline)).max() < 14


def test_paper_under_a_shadow_is_told_from_a_rough_desk_in_even_light() -> None:
    picture = desk((150, 0), (700, 0), (720, 539), (120, 539), speckle=30.0).astype(np.float32)
    picture *= np.where(np.arange(540) < 250, 0.42, 1.0)[:, None]
    flat = page_find.flatten(picture.astype(np.uint8))
    assert 0.85 < flat.grey.shape[1] / 580 < 1.15


def test_a_budget_ends_the_looks_at_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    clock = iter(range(0, 100, 4))
    monkeypatch.setattr(text_ocr, "_children_seconds", lambda: float(next(clock)))
    monkeypatch.setattr(text_ocr, "words", lambda *_args, seconds, **_more: asked.append(seconds) or [])
    budget = Budget(10.0)
    for _ in range(5):
        budget.words(np.zeros((20, 20), np.uint8), "eng", text_ocr.BLOCK)
    assert asked == [6.0, 6.0, 2.0]
    assert budget.left < 0.5


def test_a_picture_taken_in_the_dark_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_ocr, "words", lambda *_args, **_more: pytest.fail("a black picture was read"))
    dark = np.random.default_rng(2).normal(6, 3, (540, 960, 3)).clip(0, 255).astype(np.uint8)
    page = page_read.upright(dark)
    assert page.read_more()
    assert page.words == ()


def test_an_empty_part_of_a_page_is_not_taken_for_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_ocr, "words", lambda *_args, **_more: [])
    picture = np.full((540, 960, 3), 225, np.uint8)
    for row in range(12):
        cv2.putText(picture, "Via Garibaldi dodici Milano", (40, 60 + 36 * row), 0, 0.7, (20, 20, 20), 1)
    empty = np.array([(600, 20), (940, 20), (940, 520), (600, 520)], np.float32)
    monkeypatch.setattr(page_find, "find_sheet", lambda _picture: empty)
    page = page_read.upright(picture)
    assert page.letter > 0
    assert max(page.picture.shape) > 1.6 * min(page.picture.shape), "only the empty part was kept"


def test_pale_specks_of_a_desk_are_no_lines_of_print() -> None:
    grey = np.full((2400, 1600), 235, np.uint8)
    rng = np.random.default_rng(3)
    for _ in range(4000):
        x, y = int(rng.integers(0, 1580)), int(rng.integers(1500, 2380))
        cv2.rectangle(grey, (x, y), (x + 8, y + 16), 190, -1)
    for row in range(6):
        cv2.putText(grey, "Rruga e Durresit 12", (80, 200 + 50 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 40, 2)
    assert page_read._fullest_part(grey, 0).min() < 100
