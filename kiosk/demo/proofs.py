"""Specimen proofs of address: pages in six languages and many layouts, good ones and ones with a known fault.

People, companies and addresses are invented and every page is marked SPECIMEN. Tests, the bench and the demo draw
them from a seed; what a page truly says comes back with it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from kiosk.demo.proofs_parts import FAMILIES, Home, Person, font, plain
from kiosk.demo.proofs_words import GIVEN, LANGUAGES, SURNAMES, Language, Street, Town
from kiosk.demo.proofs_wrong import WRONG_KINDS

__all__ = ["FAULTS", "HEIGHT", "KINDS", "WIDTH", "Home", "Person", "Proof", "draw", "font", "page_for", "person"]

KINDS = ("energy", "water", "internet", "rent", "residence", "bank")
FAULTS = ("name_other", "relative", "address_other", "no_address", "id_card", "passport", "map", "ticket", "bank_card")
"""What a bad page shows. The ninth kind of bad, an unreadable page, is made by the camera (`proof_shots`)."""
WIDTH, HEIGHT = 1654, 2339
"""A4 at 200 dpi."""

_GREEK = (
    ("xh", "τζ"), ("sh", "σ"), ("th", "θ"), ("dh", "δ"), ("gj", "γκι"), ("nj", "νι"), ("ll", "λ"), ("rr", "ρ"),
    ("zh", "ζ"), ("ç", "τσ"), ("q", "κι"), ("b", "μπ"), ("d", "ντ"), ("g", "γκ"), ("j", "γι"), ("h", "χ"), ("x", "τζ"),
    ("c", "τσ"), ("a", "α"), ("e", "ε"), ("ë", "ε"), ("f", "φ"), ("i", "ι"), ("k", "κ"), ("l", "λ"), ("m", "μ"),
    ("n", "ν"), ("o", "ο"), ("p", "π"), ("r", "ρ"), ("s", "σ"), ("t", "τ"), ("u", "ου"), ("v", "β"), ("y", "ι"),
    ("z", "ζ"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """A drawn page and what is true of it."""

    page: Image.Image = field(repr=False)
    language: str
    kind: str
    fault: str
    """"" for a good page, else one of FAULTS."""
    holder: Person
    """Whom the voter claims to be; the page may say another."""
    address: str
    """What the voter declares; the page may say another."""
    focus: tuple[float, float] = (0.0, 0.55)
    """The part of the page's height that a camera must see: name and address lie in it."""


def draw(seed: int, language: str | None = None, kind: str | None = None, fault: str = "") -> Proof:
    """Draw one proof; what is not asked for is chosen by the seed."""
    rng = random.Random(seed)
    language = language or rng.choice(tuple(LANGUAGES))
    words = LANGUAGES[language]
    kind = kind or rng.choice(KINDS)
    holder = person(rng)
    home, other_home = _two_homes(rng, words)
    shown, shown_home = holder, home
    if fault == "name_other":
        shown = _somebody_else(rng, holder)
    elif fault == "relative":
        shown = Person(rng.choice([g for g in GIVEN if g[0] != holder.given[0]]), holder.surname)
    elif fault == "address_other":
        shown_home = other_home
    if fault in WRONG_KINDS:
        page = WRONG_KINDS[fault](rng, words, holder, home)
        return Proof(page, language, fault, fault, holder, home.declared, (0.0, 1.0))
    page = _paper_page(rng, language, kind, shown, None if fault == "no_address" else shown_home)
    return Proof(page, language, kind, fault, holder, home.declared)


def person(rng: random.Random) -> Person:
    """Invent a person; one in six has two surnames."""
    surname = rng.choice(SURNAMES)
    if rng.random() < 0.16:
        surname += rng.choice((" ", "-")) + rng.choice([s for s in SURNAMES if s != surname])
    return Person(rng.choice(GIVEN), surname)


def _somebody_else(rng: random.Random, holder: Person) -> Person:
    while True:
        other = person(rng)
        if other.given != holder.given and not set(other.surname.split()) & set(holder.surname.split()):
            return other


def _digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randrange(1, 10)) if c == "#" else c for c in pattern)


def _two_homes(rng: random.Random, words: Language) -> tuple[Home, Home]:
    """A home and a different one: another street, or the same street with another number, in some town."""
    street, town = rng.choice(words.streets), rng.choice(words.towns)
    number = rng.randrange(2, 140)
    suffix = rng.choice(("", "", "", "", "A", "B"))
    code = _digits(rng, town.postcode)
    home = _home(rng, words, street, f"{number}{suffix}", town, code)
    if rng.random() < 0.3:
        other = _home(rng, words, street, f"{number + rng.randrange(11, 60)}", town, code)
    else:
        far = rng.choice([t for t in words.towns if t is not town])
        road = rng.choice([s for s in words.streets if s is not street])
        other = _home(rng, words, road, str(rng.randrange(2, 140)), far, _digits(rng, far.postcode))
    return home, other


def _home(rng: random.Random, words: Language, street: Street, number: str, town: Town, code: str) -> Home:
    printed = rng.choice(street.printed)
    if words.number_first:
        line = f"{number}{rng.choice((' ', ', ', ' '))}{printed}"
    else:
        glue = rng.choice((" ", " ", ", ", " n. " if words is LANGUAGES["it"] else " "))
        line = f"{printed}{glue}{number}"
    after = words is LANGUAGES["en"] or (words is LANGUAGES["sq"] and rng.random() < 0.5)
    local = town.local.upper() if rng.random() < 0.4 else town.local
    town_line = f"{local} {code}" if after else f"{code} {local}"
    city = rng.choice((town.local, *town.others)) if rng.random() < 0.6 else town.local
    declared = f"{street.declared} {number}, {code} {city}"
    if words is LANGUAGES["el"] and rng.random() < 0.4:
        declared = f"{street.printed[0]} {number}, {code} {city}"
    if rng.random() < 0.2:
        line += rng.choice((", int. 3", " / 2", ", Apt 4")) if words is not LANGUAGES["de"] else " (2. OG)"
    return Home(declared, line, town_line)


def _greek(text: str) -> str:
    out, rest = "", text.lower()
    while rest:
        latin, greek = next(((a, b) for a, b in _GREEK if rest.startswith(a)), (rest[0], rest[0]))
        out, rest = out + greek, rest[len(latin) :]
    return out


def _printed_name(rng: random.Random, language: str, who: Person) -> tuple[str, str]:
    """(given, surname) as this page writes them."""
    given, surname = who.given, who.surname
    if language == "el" and rng.random() < 0.75:
        given, surname = _greek(given), _greek(surname)
        upper = rng.random() < 0.8
        return (given.upper(), surname.upper()) if upper else (given.title(), surname.title())
    if language != "sq" and rng.random() < 0.55:
        given, surname = plain(given), plain(surname)
    if (" " in surname or "-" in surname) and rng.random() < 0.25:
        surname = surname.replace("-", " ").split()[0]
    style = rng.random()
    if style < 0.4:
        return given.upper(), surname.upper()
    if style < 0.55:
        return given, surname.upper()
    if style < 0.63:
        return f"{given[0]}.", surname
    return given, surname


# ---------------------------------------------------------------- pages of paper


class _Sheet:
    """A page being written, top to bottom."""

    def __init__(self, rng: random.Random, tint: tuple[int, int, int]) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 253))
        self.pen = ImageDraw.Draw(self.image)
        self.tint = tint
        self.family = rng.randrange(len(FAMILIES))
        self.size = rng.choice((26, 28, 30, 32))  # 9 to 11.5 points
        self.body = font(rng, self.size, family=self.family)
        self.strong = font(rng, self.size, bold=True, family=self.family)
        self.small = font(rng, self.size - 6, family=self.family)
        self.title = font(rng, self.size + rng.choice((14, 22, 30)), bold=True, family=self.family)
        self.ink = rng.choice(((15, 15, 18), (30, 30, 34), (25, 28, 45)))

    def lines(self, x: int, y: int, lines: list[str], face: ImageFont.FreeTypeFont | None = None) -> int:
        face = face or self.body
        step = int(face.size * 1.35)
        for line in lines:
            self.pen.text((x, y), line, font=face, fill=self.ink)
            y += step
        return y

    def paragraph(self, x: int, y: int, width: int, text: str) -> int:
        line = ""
        rows = []
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self.pen.textlength(longer, font=self.body) > width:
                rows.append(line)
                line = word
            else:
                line = longer
        return self.lines(x, y, [*rows, line])


def _paper_page(rng: random.Random, language: str, kind: str, who: Person, home: Home | None) -> Image.Image:
    words = LANGUAGES[language]
    tint = rng.choice(((20, 90, 60), (160, 40, 30), (30, 60, 130), (60, 60, 60), (180, 110, 20)))
    sheet = _Sheet(rng, tint)
    given, surname = _printed_name(rng, language, who)
    name = f"{surname} {given}" if rng.random() < 0.4 else f"{given} {surname}"
    y = _letterhead(sheet, words, kind)
    if kind == "residence":
        y = _certificate(sheet, words, y, name, given, surname, home)
    elif kind == "rent":
        y = _contract(sheet, words, y, name, home)
    else:
        y = _letter(sheet, words, kind, y, name, home)
    _table(sheet, words, y + 40)
    stamp = font(rng, 150, bold=True, family=0)
    veil = Image.new("RGBA", sheet.image.size)
    ImageDraw.Draw(veil).text((WIDTH * 0.24, HEIGHT * 0.72), "SPECIMEN", font=stamp, fill=(200, 30, 30, 60))
    veil = veil.rotate(22, center=(WIDTH / 2, HEIGHT * 0.75))
    sheet.image.paste(veil, (0, 0), veil)
    return sheet.image


def _letterhead(sheet: _Sheet, words: Language, kind: str) -> int:
    rng = sheet.rng
    company = rng.choice(words.companies[kind])
    bar = rng.random()
    if bar < 0.4:
        sheet.pen.rectangle((0, 0, WIDTH, 130), fill=sheet.tint)
        sheet.pen.text((110, 40), company, font=sheet.title, fill="white")
        y = 160
    else:
        sheet.pen.ellipse((110, 70, 180, 140), fill=sheet.tint)
        sheet.pen.text((200, 75), company, font=sheet.title, fill=sheet.tint)
        y = 170
    street, town = rng.choice(words.streets), rng.choice(words.towns)
    own = _home(rng, words, street, str(rng.randrange(200, 400)), town, _digits(rng, town.postcode))
    where = [own.printed_street, own.printed_town] if rng.random() < 0.5 else [own.printed]
    return sheet.lines(rng.choice((110, 200)), y, where, sheet.small) + 20


def _letter(sheet: _Sheet, words: Language, kind: str, y: int, name: str, home: Home | None) -> int:
    rng = sheet.rng
    addressee = rng.choice(words.honorifics) + name
    block = [addressee] + ([home.printed_street, home.printed_town] if home else [])
    column = rng.choice((110, 880, 900))
    place = rng.random()
    if place < 0.7 or home is None:
        sheet.lines(column, y + 60, block, sheet.strong if rng.random() < 0.3 else None)
    if column > 500 and rng.random() < 0.7:
        facts = [
            f"{words.labels['customer']}: {rng.randrange(10**7, 10**8)}",
            f"{words.labels['date']}: {rng.randrange(1, 29):02d}.{rng.randrange(1, 13):02d}.2026",
            f"{words.labels['due']}: {rng.randrange(1, 29):02d}/{rng.randrange(1, 13):02d}/2026",
        ]
        sheet.lines(110, y + 60, facts)
    y += 60 + 6 * int(sheet.size * 1.35)
    y = sheet.lines(110, y, [rng.choice(words.titles[kind])], sheet.title) + 20
    if home is not None and (place >= 0.7 or rng.random() < 0.3):
        if rng.random() < 0.5:
            y = sheet.lines(110, y, [f"{words.labels['holder']}: {name}", f"{words.labels['supply']}: {home.printed}"])
        else:
            y = sheet.lines(110, y, [words.labels["holder"]], sheet.small)
            y = sheet.lines(110, y, [name])
            y = sheet.lines(110, y, [words.labels["supply"]], sheet.small)
            y = sheet.lines(110, y, [home.printed_street, home.printed_town])
        y += 20
    return sheet.paragraph(110, y, WIDTH - 260, " ".join(rng.sample(words.sentences, 3)))


def _certificate(sheet: _Sheet, words: Language, y: int, name: str, given: str, surname: str, home: Home | None) -> int:
    rng = sheet.rng
    y += 40
    title = rng.choice(words.titles["residence"])
    width = sheet.pen.textlength(title, font=sheet.title)
    sheet.pen.text(((WIDTH - width) / 2, y), title, font=sheet.title, fill=sheet.ink)
    y += 120
    if rng.random() < 0.5 and home is not None:
        return sheet.paragraph(160, y, WIDTH - 340, words.certificate.format(name=name, address=home.printed))
    rows = [(words.labels["surname"], surname), (words.labels["given"], given)]
    if rng.random() < 0.4:
        rows = [(words.labels["name"], name)]
    if home is not None:
        rows.append((words.labels["address"], home.printed))
    column = rng.choice((520, 600, 700))
    for label, value in rows:
        sheet.pen.text((160, y), label + rng.choice((":", "")), font=sheet.body, fill=(70, 70, 80))
        sheet.pen.text((column, y), value, font=sheet.body, fill=sheet.ink)
        y += int(sheet.size * rng.choice((1.6, 1.9)))
    return sheet.paragraph(160, y + 40, WIDTH - 340, " ".join(rng.sample(words.sentences, 2)))


def _contract(sheet: _Sheet, words: Language, y: int, name: str, home: Home | None) -> int:
    rng = sheet.rng
    y = sheet.lines(110, y + 60, [rng.choice(words.titles["rent"])], sheet.title) + 30
    landlord = rng.choice(("Aldo Ferri", "Karin Vogt", "John Marsh", "Luc Morel", "Νίκος Παππάς", "Ramiz Dushi"))
    text = words.contract.format(other=landlord, name=name, address=home.printed if home else "................")
    return sheet.paragraph(110, y, WIDTH - 260, text + " " + " ".join(rng.sample(words.sentences, 3)))


def _table(sheet: _Sheet, words: Language, y: int) -> None:
    rng = sheet.rng
    for row in rng.sample(words.rows, 4):
        sheet.pen.text((140, y), row, font=sheet.body, fill=sheet.ink)
        sheet.pen.text((1250, y), f"{rng.uniform(3, 90):.2f} €", font=sheet.body, fill=sheet.ink)
        sheet.pen.line((120, y + sheet.size * 1.5, WIDTH - 130, y + sheet.size * 1.5), fill=(170, 170, 170))
        y += int(sheet.size * 1.8)
    total = f"{words.labels['total']}: {rng.uniform(40, 190):.2f} €"
    y = sheet.lines(140, y + 10, [total], sheet.strong)
    while y < HEIGHT - 260:
        y = sheet.paragraph(110, y + 30, WIDTH - 260, " ".join(rng.sample(words.sentences, 4)))


def page_for(who: Person, home: Home, *, language: str, kind: str, seed: int) -> Image.Image:
    """Draw a good page for a given person and address; the seed chooses its layout."""
    return _paper_page(random.Random(seed), language, kind, who, home)
