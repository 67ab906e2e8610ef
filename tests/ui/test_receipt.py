from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PySide6.QtWidgets import QApplication

from registration.errors import VoterCanFix
from ui import gallery_samples as samples
from ui.receipt_pdf import receipt, save_receipt
from ui.words import Words


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    page = document[0]
    textpage = page.get_textpage()
    text = str(textpage.get_text_bounded())
    textpage.close()
    page.close()
    document.close()
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["sq", "en"])
def test_it_says_what_happens_next_in_the_voters_language(inter: str, language: str) -> None:
    words = Words(language)
    text = text_of(receipt(samples.request_done(), words))

    assert "PER-4K7M-2X9Q" in text
    assert words("receipt.answer") in text
    assert words("receipt.title") in text
    assert words("receipt.stored") not in text


def test_offline_it_does_not_say_sent(inter: str, words: Words) -> None:
    text = text_of(receipt(samples.request_done(delivered=False), words))

    assert words("receipt.stored") in text
    assert words("receipt.delivered") not in text
    assert words("receipt.answer_stored") in text


def test_its_code_holds_the_reference_and_nothing_else(inter: str, words: Words) -> None:
    document = pypdfium2.PdfDocument(receipt(samples.request_done(), words))
    page = document[0]
    picture = page.render(scale=3).to_numpy()
    page.close()
    document.close()
    found, *_ = cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(picture[..., :3]))

    assert found == "PER-4K7M-2X9Q"


def test_it_is_a5_and_small(inter: str, words: Words) -> None:
    content = receipt(samples.request_done(), words)
    document = pypdfium2.PdfDocument(content)
    width, height = document[0].get_size()
    document.close()

    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (148, 210)
    assert len(content) < 200_000


def test_it_is_saved_whole_or_not_at_all(qapp: QApplication, inter: str, words: Words, tmp_path: Path) -> None:
    view = samples.request_done()
    save_receipt(view, words, tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert [p.name for p in tmp_path.iterdir()] == ["r.pdf"]

    with pytest.raises(VoterCanFix) as refused:
        save_receipt(dataclasses.replace(view), words, tmp_path / "gone" / "r.pdf")
    assert refused.value.code == "file.cannot_save"
