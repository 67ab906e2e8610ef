"""Files nobody should send: each gets its code, none gets past the limited child, none harms the parent."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from biometrics.document.pictures import Pictures
from biometrics.document.pictures_decode import Limits
from registration.errors import VoterCanFix
from tools import fuzz_pictures


@pytest.fixture(scope="module")
def intake() -> Iterator[Pictures]:
    kept = Pictures(Limits(cpu_seconds=600), files_per_child=10**6)
    yield kept
    kept.close()


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def page(mode: str = "RGB", size: tuple[int, int] = (300, 400)) -> Image.Image:
    ramp = np.linspace(0, 255, size[0], dtype=np.uint8)[None, :].repeat(size[1], axis=0)
    return Image.fromarray(ramp).convert(mode)


def code_of(intake: Pictures, content: bytes) -> str:
    with pytest.raises(VoterCanFix) as refused:
        intake.open(content)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"Dear sir, my address is Via Roma 12. " * 20, "file.not_a_picture"),
        (b"MZ\x90\0" + bytes(500), "file.not_a_picture"),
        (b"%PDF-1.7 and nothing else", "file.damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(200), "file.heic"),
        (encoded(page(size=(900, 900)), "JPEG")[:4000], "file.damaged"),
        (encoded(page(), "PNG")[:300], "file.damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 2, "file.damaged"),
    ],
    ids=["empty", "text", "program", "pdf stub", "heic", "cut jpeg", "cut png", "jpeg of noise"],
)
def test_refuses_with_a_code(intake: Pictures, content: bytes, code: str) -> None:
    assert code_of(intake, content) == code


def test_refuses_too_many_bytes_before_any_decoder_sees_them(intake: Pictures) -> None:
    before = intake.starts
    assert code_of(intake, b"\xff\xd8" + bytes(25_000_000)) == "file.too_large"
    assert intake.starts == before


def test_refuses_a_decompression_bomb(intake: Pictures) -> None:
    bomb = encoded(Image.new("1", (20000, 20000)), "PNG")
    assert len(bomb) < 200_000
    assert code_of(intake, bomb) == "file.too_large"


def test_a_child_out_of_memory_is_the_files_fault() -> None:
    tight = Pictures(Limits(memory=200_000_000))
    large = encoded(Image.new("RGB", (8000, 8000)), "PNG")
    assert code_of(tight, large) in ("file.too_large", "file.damaged")


def test_refuses_more_pages_than_allowed(intake: Pictures) -> None:
    assert code_of(intake, encoded(page(), "PDF", save_all=True, append_images=[page()] * 10)) == "file.too_many_pages"
    assert code_of(intake, encoded(page(), "TIFF", save_all=True, append_images=[page()] * 10)) == "file.too_many_pages"


def test_the_refusal_of_pages_names_their_number(intake: Pictures) -> None:
    with pytest.raises(VoterCanFix) as refused:
        intake.open(encoded(page(), "PDF", save_all=True, append_images=[page()] * 10))
    assert refused.value.params == {"pages": 10}


def test_mutated_files_get_pages_or_a_refusal() -> None:
    answers = fuzz_pictures.run(300, seed=20)
    assert answers["died"] == 0
    assert sum(answers.values()) == 300
    assert answers["pages"] > 20
    assert answers["file.damaged"] > 20
