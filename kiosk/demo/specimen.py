"""Draw invented identity documents: a passport's data page, a card's front and back. Marked SPECIMEN, own plain layout.

No state's emblem and no real document's layout is used. Fonts are the product's own, so the demo needs nothing else.
Rendering is deterministic: the same holder gives the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import resources
from biometrics.document.mrz import Mrz, build
from biometrics.document.mrz_layout import Format
from registration.model.person import DECADES, Sex, check_letter

Picture = NDArray[np.uint8]

PX_PER_MM = 10
PAGE = (125.0, 88.0)
"""TD3, ICAO Doc 9303-4, 2.1; millimetres."""
CARD = (85.6, 54.0)
"""TD1 = ID-1, ISO/IEC 7810."""
_OCR_B_SIZE = 64 / 46.27
"""Font size over advance."""
PITCH = 2.54
PORTRAIT_ON_PAGE = (5.0, 16.0, 38.0, 59.0)
"""Left, top, right, bottom in millimetres."""
PORTRAIT_ON_CARD = (3.5, 9.0, 25.5, 37.0)
INK = (22, 22, 28)
LABEL = (52, 72, 140)
RED = (150, 30, 40)


@dataclass(frozen=True, slots=True)
class Holder:
    """An invented person and document. Names are written with their ë and ç; the zone is transliterated."""

    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    birth: date = field(repr=False)
    sex: Sex
    birth_place: str = field(repr=False)
    personal_number: str = field(repr=False)
    document_number: str = field(repr=False)
    issued: date
    expires: date | None
    issuer: str = "UTO"
    nationality: str = "UTO"
    authority: str = "SPECIMEN"
    father_name: str = ""


def personal_number(birth: date, sex: Sex, serial: int) -> str:
    """Make a personal number of the right shape with its check letter."""
    month = birth.month + (50 if sex is Sex.FEMALE else 0)
    first = f"{DECADES[(birth.year - 1800) // 10]}{birth.year % 10}{month:02d}{birth.day:02d}{serial:03d}"
    return first + check_letter(first)


def passport_lines(holder: Holder) -> tuple[str, ...]:
    """The two lines of the passport's zone."""
    return build(_mrz(holder, Format.TD3, "P", (holder.personal_number,)))


def card_lines(holder: Holder) -> tuple[str, ...]:
    """The three lines of the card's zone."""
    return build(_mrz(holder, Format.TD1, "ID" if holder.issuer == "ALB" else "I", (holder.personal_number, "")))


def _mrz(holder: Holder, kind: Format, code: str, optional: tuple[str, ...]) -> Mrz:
    return Mrz(
        format=kind,
        document_code=code,
        issuer=holder.issuer,
        surname=holder.surname,
        given_names=holder.given_names,
        document_number=holder.document_number,
        nationality=holder.nationality,
        birth=holder.birth.strftime("%y%m%d"),
        sex=holder.sex.value,
        expiry=holder.expires.strftime("%y%m%d") if holder.expires else "<<<<<<",
        optional=optional,
    )


@cache
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.path(f"fonts/{name}")), size)


def _text(size: float, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return _font("Inter-SemiBold.otf" if bold else "Inter-Regular.otf", size)


class Sheet:
    """A side being drawn; places in millimetres."""

    def __init__(self, size: tuple[float, float], tint: tuple[int, int, int]) -> None:
        self.image = _paper(size, tint)
        self.draw = ImageDraw.Draw(self.image)

    def write(
        self, x: float, y: float, text: str, mm: float, ink: tuple[int, int, int] = INK, *, bold: bool = False
    ) -> None:
        self.draw.text((x * PX_PER_MM, y * PX_PER_MM), text, font=_text(mm * PX_PER_MM, bold=bold), fill=ink)

    def field(self, x: float, y: float, label: str, value: str, mm: float = 2.9) -> None:
        self.write(x, y, label, 0.55 * mm, LABEL)
        self.write(x, y + 0.72 * mm, value, mm)

    def zone(self, x: float, y: float, lines: tuple[str, ...], lead: float) -> None:
        """Draw the machine-readable zone, each character on its place of the grid; `y` is the top of line 1."""
        pitch = PITCH * PX_PER_MM
        font = _font("ocr-b/OCRB.otf", pitch * _OCR_B_SIZE)
        top = font.getbbox("H")[1]
        for row, line in enumerate(lines):
            for place, char in enumerate(line):
                at = (x * PX_PER_MM + place * pitch, (y + row * lead) * PX_PER_MM - top)
                self.draw.text(at, char, font=font, fill=INK)

    def portrait(self, box: tuple[float, float, float, float], picture: Picture | None) -> None:
        left, top, right, bottom = (round(v * PX_PER_MM) for v in box)
        size = (right - left, bottom - top)
        printed = _drawn_portrait(size) if picture is None else _fitted(picture, size)
        self.image.paste(printed, (left, top))

    def mark(self, mm: float, turn: float) -> None:
        """SPECIMEN across the side, translucent."""
        veil = Image.new("RGBA", self.image.size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(veil)
        w, h = self.image.size
        pen.text(
            (w / 2, h * 0.42), "SPECIMEN", font=_text(mm * PX_PER_MM, bold=True), fill=(200, 40, 40, 64), anchor="mm"
        )
        veil = veil.rotate(turn, center=(w / 2, h * 0.42))
        self.image.paste(veil, (0, 0), veil)
        self.draw = ImageDraw.Draw(self.image)

    def pixels(self) -> Picture:
        return np.ascontiguousarray(np.asarray(self.image.convert("RGB"))[:, :, ::-1])


def _paper(size: tuple[float, float], tint: tuple[int, int, int]) -> Image.Image:
    """Paper with a fine wave pattern, as the background prints of such documents have."""
    w, h = round(size[0] * PX_PER_MM), round(size[1] * PX_PER_MM)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    waves = np.sin(x / 8 + 5 * np.sin(y / 61)) * np.sin(y / 10 + 6 * np.sin(x / 83))
    fade = 8 * np.sin(y / 190 + x / 310)
    layers = [base + 8 * waves + fade * sign for base, sign in zip(tint, (1, 0, -1), strict=True)]
    return Image.fromarray(np.clip(np.stack(layers, 2), 0, 255).astype(np.uint8))


def _fitted(picture: Picture, size: tuple[int, int]) -> Image.Image:
    """Crop a BGR picture around its middle to the box's shape."""
    image = Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1]))
    scale = max(size[0] / image.width, size[1] / image.height)
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))


def _drawn_portrait(size: tuple[int, int]) -> Image.Image:
    w, h = size
    image = Image.new("RGB", size, (206, 212, 220))
    pen = ImageDraw.Draw(image)
    pen.chord((0.04 * w, 0.7 * h, 0.96 * w, 1.35 * h), 180, 360, fill=(66, 78, 110))
    pen.rectangle((0.4 * w, 0.6 * h, 0.6 * w, 0.76 * h), fill=(186, 152, 128))
    pen.ellipse((0.25 * w, 0.1 * h, 0.75 * w, 0.46 * h), fill=(74, 56, 46))
    pen.ellipse((0.29 * w, 0.18 * h, 0.71 * w, 0.66 * h), fill=(200, 168, 144))
    for x in (0.38, 0.56):
        pen.ellipse((x * w, 0.37 * h, (x + 0.07) * w, 0.4 * h), fill=(36, 32, 32))
    pen.line((0.5 * w, 0.41 * h, 0.48 * w, 0.5 * h, 0.52 * w, 0.5 * h), fill=(150, 112, 96), width=3)
    pen.arc((0.41 * w, 0.5 * h, 0.59 * w, 0.58 * h), 20, 160, fill=(130, 64, 64), width=4)
    return image


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else "—"


def _citizenship(holder: Holder) -> str:
    return "Shqiptare / Albanian" if holder.nationality == "ALB" else f"Specimen / {holder.nationality}"


def passport_page(holder: Holder, portrait: Picture | None = None) -> Picture:
    """Draw the data page: BGR, 1250 x 880 pixels (10 per millimetre). `portrait`: BGR picture of the face."""
    sheet = Sheet(PAGE, (230, 224, 234))
    sheet.write(5, 3, "PASAPORTË / PASSPORT", 3.6, RED, bold=True)
    sheet.write(62, 3.3, f"SPECIMEN · {holder.issuer}", 3.2, RED, bold=True)
    sheet.field(5, 8.6, "Lloji / Type", "P", 2.6)
    sheet.field(24, 8.6, "Kodi / Code", holder.issuer, 2.6)
    sheet.portrait(PORTRAIT_ON_PAGE, portrait)
    left, right = 43, 92
    rows = (
        ("Mbiemri / Surname", holder.surname),
        ("Emri / Given names", holder.given_names),
        ("Shtetësia / Nationality", _citizenship(holder)),
        ("Datëlindja / Date of birth", _day(holder.birth)),
        ("Vendlindja / Place of birth", holder.birth_place),
        ("Data e lëshimit / Date of issue", _day(holder.issued)),
        ("Data e skadimit / Date of expiry", _day(holder.expires)),
    )
    for row, (label, value) in enumerate(rows):
        sheet.field(left, 9 + 7.3 * row, label, value)
    for row, (label, value) in enumerate(
        (
            ("Nr. i pasaportës / Passport No.", holder.document_number),
            ("Gjinia / Sex", holder.sex.value),
            ("Nr. personal / Personal No.", holder.personal_number),
            ("Autoriteti / Authority", holder.authority),
        )
    ):
        sheet.field(right, 9 + 14.6 * row, label, value)
    sheet.mark(17, 16)
    sheet.zone(6.5, 70.5, passport_lines(holder), 6.35)
    return sheet.pixels()


def card_front(holder: Holder, portrait: Picture | None = None) -> Picture:
    """Draw the card's front: BGR, 856 x 540 pixels."""
    sheet = Sheet(CARD, (232, 230, 222))
    sheet.write(3.5, 2.4, "LETËRNJOFTIM / IDENTITY CARD", 2.7, RED, bold=True)
    sheet.write(60, 2.6, f"SPECIMEN · {holder.issuer}", 2.2, RED, bold=True)
    sheet.portrait(PORTRAIT_ON_CARD, portrait)
    left = (
        ("Mbiemri / Surname", holder.surname),
        ("Emri / Given names", holder.given_names),
        ("Shtetësia / Nationality", _citizenship(holder)),
        ("Vendlindja / Place of birth", holder.birth_place),
        ("Datëlindja / Date of birth", _day(holder.birth)),
        ("Data e lëshimit / Date of issue", _day(holder.issued)),
    )
    for row, (label, value) in enumerate(left):
        sheet.field(28, 8 + 6.6 * row, label, value, 2.5)
    for row, (label, value) in enumerate(
        (
            ("Nr. i letërnjoftimit / Card No.", holder.document_number),
            ("Gjinia / Sex", holder.sex.value),
            ("Data e skadimit / Date of expiry", _day(holder.expires)),
            ("Nr. personal / Personal No.", holder.personal_number),
            ("Autoriteti / Authority", holder.authority),
        )
    ):
        sheet.field(59, 8 + 6.6 * row, label, value, 2.5)
    sheet.mark(13, 16)
    return sheet.pixels()


def card_back(holder: Holder) -> Picture:
    """Draw the card's back with its three-line zone: BGR, 856 x 540 pixels."""
    sheet = Sheet(CARD, (226, 232, 230))
    sheet.write(4, 3, "LETËRNJOFTIM / IDENTITY CARD · SPECIMEN", 2.4, RED, bold=True)
    if holder.father_name:
        sheet.field(4, 8, "Atësia / Father's name", holder.father_name, 2.5)
    sheet.field(4, 15, "Autoriteti / Authority", holder.authority, 2.5)
    sheet.draw.rectangle((700, 80, 800, 170), fill=(206, 186, 120), outline=(150, 130, 80), width=3)
    sheet.mark(13, 16)
    sheet.zone(4.7, 33.5, card_lines(holder), 4.23)
    return sheet.pixels()
