"""Print told from rules, specks and grain."""

from __future__ import annotations

import cv2
import numpy as np

from biometrics.document import page_print
from biometrics.document.text_ocr import Grey

PAPER, LETTER = 235, 24


def sheet(*lines: str) -> Grey:
    """A page of 1600x900 with lines of print, letters about `LETTER` high, 60 apart."""
    grey = np.full((900, 1600), PAPER, np.uint8)
    for row, line in enumerate(lines):
        cv2.putText(grey, line, (100, 100 + 60 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (30,), 2)
    return grey


def test_grain_is_taken_out_only_where_it_is() -> None:
    clean = np.full((200, 200), 235, np.uint8)
    assert page_print.calm(clean) is clean
    noisy = np.clip(clean - 40 + np.random.default_rng(1).normal(0, 12, clean.shape), 0, 255).astype(np.uint8)
    assert page_print.calm(noisy).std() < 0.5 * noisy.std()


def test_the_rules_of_a_form_go_and_its_words_stay() -> None:
    words = sheet("Mbiemri HOXHA", "Emri ARBEN", "minimum llllllll illumination")
    form = words.copy()
    for row in range(4):
        cv2.line(form, (60, 60 + 60 * row), (1500, 66 + 60 * row), (60,), 2)
    for column in (60, 700, 1500):
        cv2.line(form, (column, 60), (column + 4, 246), (60,), 2)
    clean = page_print.without_rules(form, LETTER)
    assert (clean[90:240, 690:720] > 200).all(), "the rule between the cells is gone"
    kept = (words < 100).sum()
    assert ((clean < 100) & (words < 100)).sum() > 0.93 * kept


def test_letters_joined_by_a_soft_picture_are_no_rule() -> None:
    soft = cv2.GaussianBlur(sheet("nunununununununununununununununu"), (0, 0), 4)
    assert np.array_equal(page_print.without_rules(np.asarray(soft, np.uint8), LETTER), soft)


def test_a_lone_initial_stays_and_a_shower_of_specks_goes() -> None:
    grey = sheet("Hyseni", "Via Roma dodici")
    cv2.putText(grey, "R", (900, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (30,), 2)
    assert (page_print.only_print(grey, LETTER)[70:105, 890:930] < 100).any()
    for x in range(20, 1580, 90):
        for y in range(400, 880, 48):
            cv2.rectangle(grey, (x, y), (x + 6, y + 18), (60,), -1)
    assert (page_print.only_print(grey, LETTER)[400:] > 200).all()


def test_grain_that_evening_the_light_has_lifted_is_no_ink() -> None:
    grey = sheet("Rruga e Durresit 12, Tirana")
    rng = np.random.default_rng(6)
    grey[450:] = np.clip(grey[450:] - 20 + rng.normal(0, 18, grey[450:].shape), 0, 255).astype(np.uint8)
    mask = page_print.ink(grey)
    assert mask[60:110].any()
    assert (mask[480:] > 0).mean() < 0.005
    assert page_print.letters(mask)[1] > 0.5 * LETTER
