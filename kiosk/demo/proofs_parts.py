"""What good and bad specimen proofs share: an invented person, a home, a typeface."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from PIL import ImageFont

FAMILIES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    ("LiberationSansNarrow-Regular.ttf", "LiberationSansNarrow-Bold.ttf"),
    ("NimbusSans-Regular.otf", "NimbusSans-Bold.otf"),
    ("Inter-Regular.otf", "Inter-Bold.otf"),
    ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
)


@dataclass(frozen=True, slots=True)
class Person:
    given: str
    surname: str

    @property
    def full(self) -> str:
        return f"{self.given} {self.surname}"


@dataclass(frozen=True, slots=True)
class Home:
    """An address: as the voter declares it, and the lines a page prints."""

    declared: str
    printed_street: str
    printed_town: str

    @property
    def printed(self) -> str:
        return f"{self.printed_street}, {self.printed_town}"


def font(rng: random.Random, size: int, *, bold: bool = False, family: int | None = None) -> ImageFont.FreeTypeFont:
    """A face this machine has, at `size` pixels."""
    order = list(FAMILIES)
    first = order.pop(family if family is not None else rng.randrange(len(order)))
    for regular, heavy in (first, *order):
        try:
            return ImageFont.truetype(heavy if bold else regular, size)
        except OSError:
            continue
    raise FileNotFoundError("no font for specimens: install fonts-dejavu-core or fonts-liberation")


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
