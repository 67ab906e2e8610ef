"""Pictures of documents as they lie about in the world, drawn anew at every run: scans, phone photographs, web images.

Where `bench_mrz.shots` shows what a kiosk's camera sees, these differ in everything a reader might lean on: paper and
print, other cuts of OCR-B (stretched, bolder, spaced, worn, bent strokes), what stands around the zone, the page cut to
its very edges, two sides in one picture, black scanner lids, small web images, all four directions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import resources
from bench.mrz_fields import any_zone
from biometrics.document.mrz import build
from biometrics.document.mrz_layout import Format
from kiosk.demo import specimen
from kiosk.demo.camera_shots import Look, desk, shoot

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

MM = specimen.PX_PER_MM
SIZES = {
    Format.TD1: specimen.CARD,
    Format.TD2: (105.0, 74.0),
    Format.TD3: specimen.PAGE,
    Format.MRV_A: (120.0, 80.0),
    Format.MRV_B: (105.0, 74.0),
}
KINDS = ("scan", "photo", "web", "spread", "lid", "cut")


@dataclass(frozen=True, slots=True)
class Print:
    """How the zone was printed."""

    sharp: bool = False
    """The cut with square stroke ends."""
    stretch: float = 1.0
    """Width of the glyphs, their pitch staying what it is."""
    tall: float = 1.0
    weight: int = 0
    """Pixels added to (or taken from) the strokes at 10 px/mm."""
    bend: float = 0.0
    """How far strokes wander from the font's, pixels: other foundries' cuts differ by about 1."""
    lean: float = 0.0
    jitter: float = 0.0
    """Each character's own place, pixels."""
    worn: float = 0.0
    """Share of the ink that is gone."""
    ink: tuple[int, int, int] = (25, 25, 25)
    font: str = ""
    """Another typeface altogether, a file of `fonts/`; "" is OCR-B."""


def any_print(rng: np.random.Generator) -> Print:
    """Draw a manner of printing that a real issuer might use."""
    dark = int(rng.integers(0, 95))
    tint = rng.integers(-25, 50, 3) * (rng.random() < 0.3)
    ink = np.clip(dark + tint, 0, 130)
    return Print(
        sharp=rng.random() < 0.35,
        stretch=rng.uniform(0.88, 1.1),
        tall=rng.uniform(0.9, 1.1),
        weight=int(rng.choice([-2, -1, 0, 0, 0, 1, 2, 3])),
        bend=float(rng.choice([0, 0.4, 0.7, 1.0])),
        lean=float(rng.normal(0, 0.02)),
        jitter=float(rng.choice([0, 0, 0.5, 0.9])),
        worn=float(rng.choice([0, 0, 0, rng.uniform(0, 0.15)])),
        ink=(int(ink[0]), int(ink[1]), int(ink[2])),
    )


@cache
def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resources.path(f"fonts/{name}")), size)


def zone_ink(rng: np.random.Generator, lines: tuple[str, ...], how: Print, lead: float) -> Floats:
    """Return the zone's ink, 0 to 1, its first capital's top at 25 px and its first place at 25 px."""
    pitch = specimen.PITCH * MM
    font = _font(how.font or f"ocr-b/{'OCRBS' if how.sharp else 'OCRB'}.otf", pitch * 64 / 46.27)
    top, bottom = font.getbbox("H")[1], font.getbbox("H")[3]
    ink = np.zeros((round(50 + (len(lines) - 1) * lead * MM + 30), round(50 + len(lines[0]) * pitch)), np.float32)
    cells = {char: _glyph(rng, char, font, how, (top + bottom) / 2) for char in sorted(set("".join(lines)))}
    half = 30
    for row, line in enumerate(lines):
        for place, char in enumerate(line):
            dx, dy = rng.normal(0, how.jitter, 2) if how.jitter else (0.0, 0.0)
            x = 25 + (place + 0.5) * pitch + dx - half
            y = 25 + row * lead * MM + (bottom - top) / 2 + dy - half
            left, upper = int(np.floor(x)), int(np.floor(y))
            move = np.array([[1, 0, x - left], [0, 1, y - upper]], np.float32)
            cell = cv2.warpAffine(cells[char], move, (2 * half + 1, 2 * half + 1))
            y0, x0 = max(upper, 0), max(left, 0)
            part = ink[y0 : upper + 2 * half + 1, x0 : left + 2 * half + 1]
            np.maximum(part, cell[y0 - upper :, x0 - left :][: part.shape[0], : part.shape[1]], out=part)
    if how.worn:
        grain = cv2.GaussianBlur(rng.normal(0, 1, ink.shape).astype(np.float32), (0, 0), rng.uniform(0.6, 2))
        ink = np.where(grain < np.quantile(grain, how.worn), ink * rng.uniform(0, 0.6), ink).astype(np.float32)
    return ink


def _glyph(rng: np.random.Generator, char: str, font: ImageFont.FreeTypeFont, how: Print, middle: float) -> Floats:
    """One character's ink in a 60 x 60 picture, its capital's middle at the centre, deformed as `how` says."""
    image = Image.new("L", (60, 60), 0)
    wide = font.getlength(char)
    ImageDraw.Draw(image).text((30 - wide / 2, 30 - middle), char, font=font, fill=255)
    ink = np.asarray(image, np.float32) / 255
    if how.weight:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(how.weight) + 1, abs(how.weight) + 1))
        big = cv2.resize(ink, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        big = (cv2.dilate if how.weight > 0 else cv2.erode)(big, kernel)
        ink = cv2.resize(big, (60, 60), interpolation=cv2.INTER_AREA).astype(np.float32)
    y, x = np.mgrid[0:60, 0:60].astype(np.float32)
    x, y = (x - 30) / how.stretch + how.lean * (y - 30) + 30, (y - 30) / how.tall + 30
    if how.bend:
        for axis in (x, y):
            axis += cv2.resize(
                rng.normal(0, how.bend, (5, 5)).astype(np.float32), (60, 60), interpolation=cv2.INTER_CUBIC
            )
    out: Floats = cv2.remap(ink, x, y, cv2.INTER_LINEAR).astype(np.float32)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A side at 10 px/mm, BGR."""

    pixels: Picture
    zone: tuple[int, int, int, int]
    """Left, top, right, bottom of the zone's ink, pixels."""


def any_page(rng: np.random.Generator, lines: tuple[str, ...], kind: Format, how: Print | None = None) -> Page:
    """Draw a side with the zone."""
    size = SIZES[kind]
    paper = _paper(rng, size)
    h, w = paper.shape[:2]
    how = how or any_print(rng)
    lead = 4.23 * rng.uniform(0.93, 1.1) if kind is Format.TD1 else 6.35 * rng.uniform(0.86, 1.12)
    ink = zone_ink(rng, lines, how, lead)
    # Doc 9303 puts the zone at a fixed place; pictures of specimens often do not.
    top = h - ink.shape[0] - rng.uniform(0, 3) * MM + 25
    left = float(np.clip((w - ink.shape[1]) / 2 + rng.normal(0, 1) * MM, 0, max(w - ink.shape[1], 0)))
    top, left = int(min(max(top, 0), h - ink.shape[0])), int(left)
    page = _furniture(rng, paper, top + 18)
    if rng.random() < 0.35:  # a plain band behind the zone
        band = page[top + 4 :]
        band[:] = band * 0.25 + rng.uniform(200, 250) * 0.75
    part = page[top : top + ink.shape[0], left : left + ink.shape[1]]
    cover = ink[: part.shape[0], : part.shape[1], None] * rng.uniform(0.82, 1.0)
    part[:] = part * (1 - cover) + np.array(how.ink, np.float32) * cover
    if rng.random() < 0.3:  # SPECIMEN or a stamp over everything, the zone too
        _mark(rng, page)
    box = (left + 25, top + 25, left + ink.shape[1] - 25, top + ink.shape[0] - 30)
    return Page(np.clip(page, 0, 255).astype(np.uint8), box)


def _paper(rng: np.random.Generator, size: tuple[float, float]) -> Floats:
    w, h = round(size[0] * MM), round(size[1] * MM)
    base = rng.uniform(165, 250) + rng.normal(0, 16, 3)
    page = np.broadcast_to(base, (h, w, 3)).astype(np.float32).copy()
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    if rng.random() < 0.5:  # one colour runs into another
        to = rng.uniform(165, 250) + rng.normal(0, 16, 3)
        angle = rng.uniform(0, 2 * np.pi)
        ramp = np.clip((np.cos(angle) * x / w + np.sin(angle) * y / h + 1) / 2, 0, 1)[:, :, None]
        page += ramp * (to - base).astype(np.float32)
    for _ in range(int(rng.integers(0, 5))):
        page += guilloche(rng, x, y) * rng.uniform(4, 55)
    if rng.random() < 0.2:  # a large pale picture
        soft = cv2.resize(rng.normal(0, 1, (7, 9)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        page += soft[:, :, None] * rng.uniform(3, 14)
    return page


def guilloche(rng: np.random.Generator, x: Floats, y: Floats) -> Floats:
    """Fine bent lines in one colour, mostly darker than the paper, -1 to 0.4: (height, width, 3)."""
    angle, period = rng.uniform(0, np.pi), rng.uniform(5, 45)
    phase = x * np.cos(angle) + y * np.sin(angle)
    for _ in range(int(rng.integers(1, 3))):
        phase = phase + rng.uniform(3, 45) * np.sin((x * rng.normal() + y * rng.normal()) / rng.uniform(40, 260))
    wave = np.sin(phase * np.float32(2 * np.pi / period))
    thin = np.clip((wave - (edge := rng.uniform(-0.6, 0.93))) / (1 - edge), 0, 1).astype(np.float32)
    out: Floats = (thin[:, :, None] * rng.uniform(-1, 0.15, 3)).astype(np.float32)
    return out


_WORDS = """SURNAME GIVEN NAMES NATIONALITY DATE OF BIRTH PLACE AUTHORITY EXPIRY PASSPORT REPUBLIC SPECIMEN MUSTER SEX
HEIGHT Mbiemri Emri Shtetësia Nom Prénoms Geburtsort Cognome Luogo ΕΠΩΝΥΜΟ Firma RESIDENCE 12 MAR 1984 B1234567 UTOPIA
""".split()  # noqa: SIM905 - a list to be read


def _furniture(rng: np.random.Generator, page: Floats, zone_top: int) -> Floats:
    """Fields, portrait, title, bar code, chip, signature above the zone, sometimes right against it."""
    image = Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    w, room = image.width, zone_top - 6
    ink = tuple(int(v) for v in rng.integers(0, 90, 3))
    left = 20.0
    if rng.random() < 0.75:
        wide = w * rng.uniform(0.2, 0.36)
        high = min(wide * 1.28, room * 0.95)
        top = rng.uniform(0, max(room - high, 1))
        portrait = specimen.Sheet((wide / MM + 2, high / MM + 2), (200, 200, 200))
        portrait.portrait((0, 0, wide / MM, high / MM), None)
        on_left = rng.random() < 0.75
        at = int(rng.uniform(8, 60)) if on_left else int(w - wide - rng.uniform(8, 60))
        image.paste(portrait.image.crop((0, 0, int(wide), int(high))), (at, int(top)))
        left = at + wide + 25 if on_left else 20.0
    y = rng.uniform(10, 60)
    while y < room - 30:
        size = rng.uniform(12, 34)
        x = left + rng.uniform(0, 30)
        while x < w - 60 and rng.random() < 0.85:
            words = " ".join(rng.choice(_WORDS, int(rng.integers(1, 4))))
            name = str(rng.choice(["Inter-Regular.otf", "Inter-Bold.otf", "ocr-b/OCRB.otf"], p=[0.6, 0.3, 0.1]))
            pen.text((x, y), words, font=_font(name, round(size)), fill=ink)
            x += pen.textlength(words, font=_font(name, round(size))) + rng.uniform(30, 180)
        y += size * rng.uniform(1.25, 2.4)
    if rng.random() < 0.25:  # a bar code
        x0, y0, high = rng.uniform(0, w * 0.4), rng.uniform(0, room * 0.7), rng.uniform(40, 110)
        for bar in range(int(rng.integers(30, 90))):
            if rng.random() < 0.55 and y0 + high < room:
                pen.rectangle((x0 + bar * 5, y0, x0 + bar * 5 + 2 + 2 * (bar % 3), y0 + high), fill=(15, 15, 15))
    if rng.random() < 0.3:  # a signature
        points = np.cumsum(rng.normal((6, 0), 14, (30, 2)), 0) + np.array([left, room * 0.8])
        pen.line([(float(a), min(float(b), room + 10.0)) for a, b in points], fill=(30, 30, 80), width=4)
    if rng.random() < 0.2:
        pen.line((0, zone_top - 12, w, zone_top - 12), fill=ink, width=int(rng.integers(2, 8)))
    return np.asarray(image).astype(np.float32)


def _mark(rng: np.random.Generator, page: Floats) -> None:
    h, w = page.shape[:2]
    veil = Image.new("L", (w, h), 0)
    word = str(rng.choice(["SPECIMEN", "MUSTER", "MODEL", "SAMPLE", "VOID"]))
    font = _font("Inter-Bold.otf", round(rng.uniform(60, 230)))
    centre = (w * rng.uniform(0.3, 0.7), h * rng.uniform(0.25, 0.95))
    ImageDraw.Draw(veil).text(centre, word, font=font, fill=255, anchor="mm")
    cover = np.asarray(veil.rotate(rng.uniform(-35, 35), center=centre), np.float32)[:, :, None] / 255
    cover = cover * rng.uniform(0.06, 0.3)
    page[:] = page * (1 - cover) + rng.uniform(0, 200, 3).astype(np.float32) * cover


# --------------------------------------------------------------------------------------------- the picture of it


def any_picture(rng: np.random.Generator, side: Page, kind: str = "") -> Picture:
    """Make a picture of a page: BGR, any size from a small web image to a phone's."""
    kind = kind or str(rng.choice(KINDS))
    page = side.pixels
    if kind == "photo":
        return _turned(rng, _photo(rng, page))
    if kind == "spread":
        other = np.clip(_paper(rng, (page.shape[1] / MM, page.shape[0] / MM * rng.uniform(0.6, 1.1))), 0, 255)
        other = _furniture(rng, other, other.shape[0]).astype(np.uint8)
        gap = np.full((int(rng.integers(0, 40)), page.shape[1], 3), rng.integers(0, 255), np.uint8)
        page = np.concatenate([other, gap, page])
        if rng.random() < 0.3:
            below = np.clip(_paper(rng, (page.shape[1] / MM, 40)), 0, 255)
            page = np.concatenate([page, _furniture(rng, below, 400).astype(np.uint8)[:400, : page.shape[1]]])
    elif kind == "lid":  # a scanner's or photographer's ground around it
        pad = rng.integers(10, 260, 4)
        ground = [float(v) for v in np.clip(rng.choice([0, 12, 245, 255, 128]) + rng.normal(0, 4, 3), 0, 255)]
        page = cv2.copyMakeBorder(page, *(int(p) for p in pad), cv2.BORDER_CONSTANT, value=ground).astype(np.uint8)
    elif kind == "cut":  # cut so close that the zone almost touches the edge
        left, _, right, bottom = side.zone
        margin = rng.integers(2, 24, 3)
        page = page[: bottom + int(margin[0]), max(int(left - margin[1]), 0) : right + int(margin[2])]
    longest = {"web": rng.uniform(400, 820), "spread": rng.uniform(700, 1700)}.get(kind, rng.uniform(520, 2000))
    scale = longest / max(page.shape[:2])
    angle = float(rng.normal(0, 1.2)) if rng.random() < 0.4 and kind != "cut" else 0.0
    if angle:
        h, w = page.shape[:2]
        matrix = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 0.98)
        fill = [float(v) for v in page[2, 2]]
        page = cv2.warpAffine(page, matrix, (w, h), borderMode=cv2.BORDER_CONSTANT, borderValue=fill).astype(np.uint8)
    how = int(rng.choice([cv2.INTER_AREA, cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=how).astype(np.uint8)
    return _turned(rng, _stored(rng, page))


def _photo(rng: np.random.Generator, page: Picture) -> Picture:
    """A phone's photograph of it on a desk, now and then a large one."""
    size = [(1280, 960), (1600, 1200), (800, 600), (2400, 1800), (1080, 1920)][int(rng.integers(5))]
    look = Look(
        fill=rng.uniform(0.62, 0.93),
        x=0.5 + rng.normal(0, 0.01),
        y=0.5 + rng.normal(0, 0.02),
        turn=rng.normal(0, 5),
        lean=(rng.normal(0, 0.05), rng.normal(0, 0.07)),
        bend=abs(rng.normal(0, 0.015)),
        blur=rng.uniform(0.3, 0.0012 * size[0]),
        light=rng.uniform(0.6, 1.05),
        falloff=rng.uniform(0, 0.45),
        noise=rng.uniform(0.5, 7),
        quality=int(rng.integers(45, 95)),
    )
    if rng.random() < 0.15:
        look = replace(
            look, glare=(rng.uniform(0, 1), rng.uniform(0, 0.5), rng.uniform(0.04, 0.12), rng.uniform(0.3, 1))
        )
    return shoot(page, look, rng, size)


def _stored(rng: np.random.Generator, page: Picture) -> Picture:
    """What files go through: blur, tone, sharpening, noise, JPEG once or twice."""
    out = page.astype(np.float32)
    if rng.random() < 0.5:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.2, 1.1)).astype(np.float32)
    if rng.random() < 0.4:
        out = 255 * (np.clip(out, 0, 255) / 255) ** rng.uniform(0.6, 1.6) * rng.uniform(0.8, 1.05)
    if rng.random() < 0.3:
        out += (out - cv2.GaussianBlur(out, (0, 0), rng.uniform(0.7, 2))) * rng.uniform(0.3, 1.8)
    if rng.random() < 0.3:
        out += rng.normal(0, rng.uniform(1, 10), out.shape).astype(np.float32)
    pixels = np.clip(out, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        pixels = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8)
    for _ in range(int(rng.choice([0, 1, 1, 2]))):
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1]
        pixels = cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(np.uint8)
    return pixels


def _turned(rng: np.random.Generator, page: Picture) -> Picture:
    quarters = int(rng.integers(1, 4)) if rng.random() < 0.3 else 0
    return np.ascontiguousarray(np.rot90(page, quarters))


def world(n: int, seed: int) -> Iterator[tuple[tuple[str, ...], Picture]]:
    """Yield (lines, picture) of `n` fresh documents of any format and kind of picture."""
    for index in range(n):
        rng = np.random.default_rng([seed, index])
        zone = any_zone(rng)
        lines = build(zone)
        yield lines, any_picture(rng, any_page(rng, lines, zone.format))


def empty_pictures(rng: np.random.Generator) -> Iterator[Picture]:
    """Yield pictures without any zone, without end: desks, pages of text, card fronts, noise."""
    while True:
        kind = int(rng.integers(4))
        if kind == 0:
            yield np.clip(desk((1280, 720), rng), 0, 255).astype(np.uint8)
        elif kind == 1:
            sheet = np.clip(_paper(rng, (125, 88)), 0, 255)
            yield any_picture(rng, Page(_furniture(rng, sheet, 870).astype(np.uint8), (60, 700, 1180, 800)))
        elif kind == 2:
            text = _furniture(rng, np.full((1400, 1000, 3), 245, np.float32), 1390).astype(np.uint8)
            yield any_picture(rng, Page(text, (60, 1200, 940, 1300)))
        else:
            soft = rng.normal(128, 40, (int(rng.integers(60, 720)), 1000, 3)).astype(np.float32)
            yield np.clip(cv2.resize(soft, (1280, 800), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
