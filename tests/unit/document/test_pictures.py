"""Pictures of every honest kind become clean pages."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from biometrics.document.pictures import Pictures
from biometrics.document.pictures_decode import Limits
from registration.model.evidence import Photo


@pytest.fixture(scope="module")
def intake() -> Iterator[Pictures]:
    kept = Pictures(Limits(cpu_seconds=600), files_per_child=10**6)
    yield kept
    kept.close()


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def half_black(mode: str = "RGB") -> Image.Image:
    """Left half black, right half white, 200 x 120."""
    pixels = np.zeros((120, 200), np.uint8)
    pixels[:, 100:] = 255
    return Image.fromarray(pixels).convert(mode)


def seen(photo: Photo) -> Image.Image:
    return Image.open(io.BytesIO(photo.jpeg))


def left_and_right(photo: Photo) -> tuple[float, float]:
    grey = np.asarray(seen(photo).convert("L"))
    return float(grey[:, :80].mean()), float(grey[:, 120:].mean())


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("PNG", "1"),
        ("TIFF", "RGB"),
        ("TIFF", "CMYK"),
        ("WEBP", "RGB"),
        ("BMP", "RGB"),
        ("GIF", "P"),
        ("PDF", "RGB"),
    ],
)
def test_opens_every_kind_and_colour_space(intake: Pictures, kind: str, mode: str) -> None:
    (photo,) = intake.open(encoded(half_black(mode), kind))
    dark, light = left_and_right(photo) if kind != "PDF" else (0.0, 255.0)
    assert dark < 30
    assert light > 225
    assert (photo.width, photo.height) == seen(photo).size


def test_scales_sixteen_bit_grey(intake: Pictures) -> None:
    deep = Image.fromarray(np.full((80, 80), 40000, np.uint16))
    (photo,) = intake.open(encoded(deep, "PNG"))
    assert np.asarray(seen(photo).convert("L")).mean() == pytest.approx(40000 / 257, abs=3)


def test_transparency_lies_on_white_paper(intake: Pictures) -> None:
    (photo,) = intake.open(encoded(Image.new("RGBA", (60, 60), (0, 0, 0, 0)), "PNG"))
    assert np.asarray(seen(photo).convert("L")).min() > 250


def test_turns_a_picture_upright_and_drops_its_metadata(intake: Pictures) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it upright
    exif[0x010F] = "SECRETCAMERA"
    (photo,) = intake.open(encoded(half_black(), "JPEG", exif=exif.tobytes()))
    assert (photo.width, photo.height) == (120, 200)
    assert np.asarray(seen(photo).convert("L"))[:80].mean() < 30
    assert b"SECRETCAMERA" not in photo.jpeg
    assert not seen(photo).getexif()


def test_an_animation_is_its_first_picture(intake: Pictures) -> None:
    pages = intake.open(encoded(half_black("P"), "GIF", save_all=True, append_images=[Image.new("P", (200, 120))] * 3))
    assert len(pages) == 1
    assert left_and_right(pages[0])[1] > 225


def test_every_page_of_a_document_is_a_page(intake: Pictures) -> None:
    content = encoded(half_black(), "PDF", save_all=True, append_images=[half_black()] * 2)
    assert len(intake.open(content)) == 3
    tiff = encoded(half_black(), "TIFF", save_all=True, append_images=[half_black()])
    assert len(intake.open(tiff)) == 2


def test_a_huge_page_is_brought_to_size(intake: Pictures) -> None:
    (photo,) = intake.open(encoded(Image.new("L", (6000, 4000), 200), "JPEG"))
    assert max(photo.width, photo.height) == Limits().long_side


def test_each_file_gets_a_child_of_its_own() -> None:
    intake = Pictures()
    intake.open(encoded(half_black(), "PNG"))
    intake.open(encoded(half_black(), "PNG"))
    assert intake.starts == 2
