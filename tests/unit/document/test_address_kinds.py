"""Papers that prove no address are recognised by their words, numbers and shape."""

from __future__ import annotations

import numpy as np
import pytest

from biometrics.document.address_proof_kinds import wrong_kind
from biometrics.document.page_read import Page
from biometrics.document.text_ocr import Budget, Word


def page(*lines: str, width: int = 1600, height: int = 1000) -> Page:
    """A page as read: lines of words one under the other."""
    words = tuple(
        Word(text, 92.0, 40 + 130 * column, 40 + 50 * row, 150 + 130 * column, 70 + 50 * row)
        for row, line in enumerate(lines)
        for column, text in enumerate(line.split())
    )
    made = Page(np.full((height, width), 235, np.uint8), np.eye(3), (width, height), "eng", 20.0, Budget(9.0))
    made.words = words
    return made


BILL = "Thank you for being our customer please pay this bill at any post office or online before the date below"


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("proof.bank_card", ("Oakfield Bank", "4539 1488 0343 6467", "VALID THRU 08/29", "A HOXHA")),
        ("proof.bank_card", ("Banca Nuova", "5234 1111 2222 3333", "08/29 DEBIT")),
        ("proof.identity_document", ("LETËRNJOFTIM", "REPUBLIKA E SHQIPËRISË", "Mbiemri Surname HOXHA")),
        ("proof.identity_document", ("P<ALBHOXHA<<ARBEN<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "Republic of Albania")),
        ("proof.map", ("Via Roma 12", "Indicazioni Avvia Salva Condividi", "Map data 2026")),
        ("proof.ticket", ("BOARDING PASS", "Passenger HOXHA / ARBEN", "Flight XZ 123 Gate 4 Seat 12A")),
    ],
)
def test_wrong_kinds(kind: str, lines: tuple[str, ...]) -> None:
    assert wrong_kind(page(*lines)) == kind


@pytest.mark.parametrize(
    "lines",
    [
        (BILL, "Arben Hoxha", "12 High Street", "London SW1A 2AB"),
        ("DRIVING LICENCE", "1. HOXHA", "2. ARBEN", "8. 12 High Street, London SW1A 2AB"),
        (*[BILL] * 6, "Card payment 4539 1488 0343 6467 valid"),
        (*[BILL] * 6, "Departure date of the seat heater from the platform"),
    ],
)
def test_papers_that_may_prove_an_address(lines: tuple[str, ...]) -> None:
    assert wrong_kind(page(*lines, width=1000, height=1400)) == ""
