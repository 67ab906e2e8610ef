"""A sheet of paper that specimen proofs are drawn on: millimetres, a typeface, lines, paragraphs, boxes, a stamp."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from kiosk.demo.proofs_parts import FAMILIES, font

TINTS = ((20, 90, 60), (160, 40, 30), (30, 60, 130), (60, 60, 60), (180, 110, 20), (90, 40, 110), (0, 120, 140))


class Sheet:
    """A page being written. All places and widths are millimetres from the top left, all sizes points."""

    def __init__(self, rng: random.Random, *, width: float = 210, height: float = 297, dpi: int = 200) -> None:
        self.rng = rng
        self.width, self.height, self.dpi = width, height, dpi
        self.scale = dpi / 25.4
        self.image = Image.new("RGB", (round(width * self.scale), round(height * self.scale)), (255, 255, 253))
        self.pen = ImageDraw.Draw(self.image)
        self.tint = rng.choice(TINTS)
        self.family = rng.randrange(len(FAMILIES))
        self.ink = rng.choice(((15, 15, 18), (30, 30, 34), (25, 28, 45), (55, 55, 60)))
        self.grey = (95, 95, 102)
        self.points = rng.choice((8.0, 9.0, 9.5, 10.0, 11.0, 12.0))

    def face(self, points: float, *, bold: bool = False, family: int | None = None) -> ImageFont.FreeTypeFont:
        chosen = self.family if family is None else family
        return font(self.rng, max(8, round(points * self.dpi / 72)), bold=bold, family=chosen)

    def px(self, *millimetres: float) -> tuple[int, ...]:
        return tuple(round(m * self.scale) for m in millimetres)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        points: float | None = None,
        *,
        bold: bool = False,
        fill: tuple[int, int, int] | None = None,
        right: bool = False,
        family: int | None = None,
    ) -> float:
        """Write one line; returns the height below it, in millimetres from the top."""
        points = points or self.points
        face = self.face(points, bold=bold, family=family)
        left, top = self.px(x, y)
        if right:
            left -= round(face.getlength(text))
        self.pen.text((left, top), text, font=face, fill=fill or self.ink)
        return y + points * 0.353 * 1.35

    def length(self, text: str, points: float | None = None, *, bold: bool = False) -> float:
        """Width of a text in millimetres."""
        return float(self.face(points or self.points, bold=bold).getlength(text)) / self.scale

    def lines(
        self, x: float, y: float, lines: Sequence[str], points: float | None = None, *, bold: bool = False
    ) -> float:
        for line in lines:
            y = self.text(x, y, line, points, bold=bold)
        return y

    def centred(self, y: float, text: str, points: float, *, bold: bool = True) -> float:
        return self.text((self.width - self.length(text, points, bold=bold)) / 2, y, text, points, bold=bold)

    def paragraph(self, x: float, y: float, width: float, text: str, points: float | None = None) -> float:
        line = ""
        face = self.face(points or self.points)
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and face.getlength(longer) > width * self.scale:
                y = self.text(x, y, line, points)
                line = word
            else:
                line = longer
        return self.text(x, y, line, points)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: tuple[int, int, int] | None = None,
        edge: tuple[int, int, int] | None = (120, 120, 120),
    ) -> None:
        self.pen.rectangle(self.px(x, y, x + width, y + height), fill=fill, outline=edge, width=max(1, self.dpi // 120))

    def rule(self, x: float, y: float, to: float, fill: tuple[int, int, int] = (150, 150, 150)) -> None:
        self.pen.line(self.px(x, y, to, y), fill=fill, width=max(1, self.dpi // 150))

    def logo(self, x: float, y: float, size: float) -> None:
        """An invented mark: a disc, a square or rising bars in the house colour."""
        shape = self.rng.randrange(3)
        if shape == 0:
            self.pen.ellipse(self.px(x, y, x + size, y + size), fill=self.tint)
            self.pen.arc(self.px(x + 2, y + 2, x + size - 2, y + size - 2), 20, 200, fill="white", width=4)
        elif shape == 1:
            self.pen.rectangle(self.px(x, y, x + size, y + size), outline=self.tint, width=round(self.scale))
        else:
            for bar in range(4):
                left = x + bar * size / 4
                self.pen.rectangle(self.px(left, y + size * (3 - bar) / 4, left + size / 6, y + size), fill=self.tint)

    def stamp(self, x: float, y: float, text: str) -> None:
        """A round office stamp, turned a little, over whatever stands there."""
        side = round(34 * self.scale)
        mark = Image.new("RGBA", (side, side))
        pen = ImageDraw.Draw(mark)
        ink = (*self.rng.choice(((30, 50, 150), (120, 30, 110), (20, 20, 60))), 150)
        pen.ellipse((4, 4, side - 4, side - 4), outline=ink, width=max(2, side // 60))
        pen.ellipse((side // 5, side // 5, side * 4 // 5, side * 4 // 5), outline=ink, width=max(1, side // 90))
        face = self.face(8, bold=True)
        pen.text((side / 2, side / 2), "SPECIMEN", font=face, fill=ink, anchor="mm")
        for place, letter in enumerate(text[:26]):
            angle = math.radians(200 + place * 13)
            where = (side / 2 + side * 0.41 * math.cos(angle), side / 2 + side * 0.41 * math.sin(angle))
            pen.text(where, letter, font=face, fill=ink, anchor="mm")
        mark = mark.rotate(self.rng.uniform(-30, 30), resample=Image.Resampling.BICUBIC)
        self.image.paste(mark, (round(x * self.scale), round(y * self.scale)), mark)

    def specimen(self) -> None:
        """The word every page carries, large, pale and slanting."""
        width, height = self.image.size
        veil = Image.new("RGBA", (width, height))
        face = self.face(54 * self.width / 210, bold=True, family=0)
        ImageDraw.Draw(veil).text((width * 0.24, height * 0.72), "SPECIMEN", font=face, fill=(200, 30, 30, 50))
        veil = veil.rotate(22, center=(width / 2, height * 0.75))
        self.image.paste(veil, (0, 0), veil)

    def money(self) -> str:
        value = f"{self.rng.uniform(1, 900):.2f}"
        return self.rng.choice((f"{value} €", f"€ {value.replace('.', ',')}", value.replace(".", ",")))

    def day(self) -> str:
        day, month = self.rng.randrange(1, 29), self.rng.randrange(1, 13)
        return self.rng.choice(
            (f"{day:02d}.{month:02d}.2026", f"{day:02d}/{month:02d}/2026", f"2026-{month:02d}-{day:02d}")
        )
