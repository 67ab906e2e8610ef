"""Letters and bills among the specimen proofs: each layout puts the same facts elsewhere, in another way."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.demo.proof_words.language import Language
from kiosk.demo.proofs_homes import digits, home
from kiosk.demo.proofs_parts import Home
from kiosk.demo.proofs_sheet import Sheet


@dataclass(frozen=True, slots=True)
class Content:
    """What a page says. Without a name `given` and `surname` are "", without an address `home` is None."""

    language: str
    words: Language = field(repr=False)
    kind: str
    given: str
    surname: str
    home: Home | None
    surname_first: bool

    @property
    def name(self) -> str:
        both = (self.surname, self.given) if self.surname_first else (self.given, self.surname)
        return " ".join(part for part in both if part)


def issuer_home(sheet: Sheet, content: Content) -> Home:
    """Where the company that writes has its own office."""
    rng, words = sheet.rng, content.words
    street, town = rng.choice(words.streets), rng.choice(words.towns)
    return home(rng, content.language, street, str(rng.randrange(200, 400)), town, digits(rng, town.postcode))


def classic(sheet: Sheet, content: Content) -> None:
    """A letterhead, an address block left or right, a title, a table and paragraphs."""
    rng, words = sheet.rng, content.words
    y = _letterhead(sheet, content)
    column = rng.choice((14.0, 112.0, 115.0))
    place = rng.random()
    block = _block(sheet, content)
    if place < 0.7 or content.home is None:
        sheet.lines(column, y + 7, block, bold=rng.random() < 0.3)
    if column > 60 and rng.random() < 0.7:
        _facts(sheet, content, 14, y + 7)
    y += 7 + 6 * sheet.points * 0.48
    y = sheet.text(14, y, rng.choice(words.titles[content.kind]), sheet.points + rng.choice((5, 8)), bold=True) + 3
    if content.home is not None and (place >= 0.7 or rng.random() < 0.3):
        if rng.random() < 0.5:
            y = sheet.text(14, y, f"{words.labels['holder']}: {content.name}")
            y = sheet.paragraph(14, y, 180, f"{words.labels['supply']}: {content.home.printed}")
        else:
            y = sheet.text(14, y, words.labels["holder"], sheet.points - 2, fill=sheet.grey)
            y = sheet.text(14, y, content.name)
            y = sheet.text(14, y, words.labels["supply"], sheet.points - 2, fill=sheet.grey)
            y = sheet.lines(14, y, [content.home.printed_street, content.home.printed_town])
        y += 3
    y = sheet.paragraph(14, y, 178, " ".join(rng.sample(words.sentences, 3)))
    y = table(sheet, content, 16, y + 5, 176)
    _fill(sheet, content, 14, y + 4, 178)


def window(sheet: Sheet, content: Content) -> None:
    """A window envelope's letter: return line over the address, facts at the right, two columns, a footer of three."""
    rng, words = sheet.rng, content.words
    company, own = rng.choice(words.companies[content.kind]), issuer_home(sheet, content)
    sheet.logo(170, 10, 18)
    sheet.text(20, 14, company, 15, bold=True, fill=sheet.tint)
    sheet.text(20, 45, f"{company} · {own.printed}", 6.5, fill=sheet.grey)
    sheet.rule(20, 49, 105)
    sheet.lines(20, 51, _block(sheet, content))
    _facts(sheet, content, 132, 51)
    y = sheet.text(20, 96, rng.choice(words.titles[content.kind]), sheet.points + 3, bold=True) + 4
    bottom = y
    for x in (20.0, 110.0):
        bottom = max(bottom, sheet.paragraph(x, y, 80, " ".join(rng.choices(words.sentences, k=5))))
    if content.home is not None and rng.random() < 0.5:
        bottom = sheet.text(20, bottom + 4, words.labels["supply"], bold=True)
        bottom = sheet.paragraph(20, bottom, 170, f"{content.name}, {content.home.printed}")
    table(sheet, content, 20, bottom + 6, 170)
    sheet.rule(20, 274, 190)
    for x, lines in (
        (20, (company, own.printed_street, own.printed_town)),
        (80, words.rows[:3]),
        (140, words.rows[2:5]),
    ):
        sheet.lines(x, 276, list(lines), 6.5)
    for y in (105, 210):
        sheet.rule(4, y, 9)


def sidebar(sheet: Sheet, content: Content) -> None:
    """A bill with a coloured column, boxes for amount and date, a chart, and the customer's box among them."""
    rng, words = sheet.rng, content.words
    left = rng.random() < 0.6
    side, body = (0.0, 66.0) if left else (150.0, 12.0)
    sheet.box(side, 0, 60, 297, fill=sheet.tint, edge=None)
    sheet.text(side + 6, 14, rng.choice(words.companies[content.kind]), 11, bold=True, fill=(255, 255, 255))
    y = 40.0
    for label in ("customer", "date", "due", "total"):
        sheet.text(side + 6, y, words.labels[label], 8, fill=(235, 235, 235))
        value = sheet.money() if label == "total" else sheet.day() if label != "customer" else digits(rng, "#########")
        sheet.text(side + 6, y + 4, value, 12, bold=True, fill=(255, 255, 255))
        y += 18
    y = sheet.text(body, 14, rng.choice(words.titles[content.kind]), 17, bold=True, fill=sheet.tint) + 6
    sheet.box(body, y, 126, 34, edge=sheet.tint)
    if content.name or content.home is None:
        sheet.text(body + 3, y + 2, words.labels["holder"], 7, fill=sheet.grey)
        sheet.text(body + 3, y + 6, content.name, sheet.points, bold=True)
    if content.home is not None:
        sheet.text(body + 3, y + 14, words.labels["supply"], 7, fill=sheet.grey)
        if rng.random() < 0.5:
            sheet.paragraph(body + 3, y + 18, 118, content.home.printed)
        else:
            sheet.lines(body + 3, y + 18, [content.home.printed_street, content.home.printed_town])
    y += 42
    for bar in range(12):
        tall = rng.uniform(4, 26)
        sheet.box(body + bar * 9, y + 28 - tall, 6, tall, fill=sheet.tint, edge=None)
        sheet.text(body + bar * 9, y + 29, f"{bar + 1:02d}", 6)
    y = table(sheet, content, body, y + 40, 126, grid=True)
    _fill(sheet, content, body, y + 4, 126)


def statement(sheet: Sheet, content: Content) -> None:
    """A bank's statement: a dense table of movements under an address in capitals."""
    rng, words = sheet.rng, content.words
    own = issuer_home(sheet, content)
    company = rng.choice(words.companies["bank" if content.kind == "bank" else content.kind])
    sheet.text(196, 12, company, 16, bold=True, fill=sheet.tint, right=True)
    sheet.text(196, 20, own.printed, 7, right=True)
    upper = rng.random() < 0.6
    block = [line.upper() if upper else line for line in _block(sheet, content)]
    mono = 7 if rng.random() < 0.35 else None
    y = 40.0
    for line in block:
        y = sheet.text(18, y, line, family=mono)
    _facts(sheet, content, 130, 40)
    y = sheet.text(18, 82, rng.choice(words.titles[content.kind]), 14, bold=True) + 4
    sheet.box(18, y, 176, 7, fill=sheet.tint, edge=None)
    for x, label in ((20, words.labels["date"]), (50, words.rows[0]), (160, words.labels["total"])):
        sheet.text(x, y + 1.5, label, 8, bold=True, fill=(255, 255, 255))
    y += 8
    small = max(7.0, sheet.points - 2)
    for row in range(rng.randrange(14, 30)):
        if row % 2:
            sheet.box(18, y - 0.6, 176, small * 0.5, fill=(238, 240, 244), edge=None)
        sheet.text(20, y, sheet.day(), small)
        sheet.text(50, y, f"{rng.choice(words.rows)} {digits(rng, '######')}", small)
        sheet.text(190, y, sheet.money(), small, right=True)
        y += small * 0.55
    sheet.paragraph(18, 268, 176, " ".join(words.sentences), 7)


def notice(sheet: Sheet, content: Content) -> None:
    """An office's plain letter in one typewriter face, all flush left, the address far down in the text."""
    rng, words = sheet.rng, content.words
    sheet.family = 7
    sheet.points = min(sheet.points, 10.0)
    own = issuer_home(sheet, content)
    y = (
        sheet.lines(25, 20, [rng.choice(words.companies[content.kind]).upper(), own.printed_street, own.printed_town])
        + 8
    )
    y = sheet.text(25, y, f"{words.labels['date']} {sheet.day()}") + 8
    y = sheet.text(25, y, rng.choice(words.titles[content.kind]).upper(), bold=True) + 6
    y = sheet.paragraph(25, y, 155, " ".join(rng.sample(words.sentences, 2))) + 5
    if content.name:
        y = sheet.text(25, y, f"{words.labels['name']}: {content.name}") + 2
    if content.home is not None:
        y = sheet.paragraph(25, y, 155, f"{words.labels['address']}: {content.home.printed}") + 6
    for row in rng.sample(words.rows, 4):
        y = sheet.text(25, y, f"{row} {'.' * rng.randrange(20, 34)} {sheet.money()}")
    _fill(sheet, content, 25, y + 6, 155)


def table(sheet: Sheet, content: Content, x: float, y: float, width: float, *, grid: bool = False) -> float:
    """Rows with amounts; the total below. Returns the height below it."""
    rng, words = sheet.rng, content.words
    for row in rng.sample(words.rows, min(len(words.rows), 4)):
        if grid:
            sheet.box(x, y - 1, width, sheet.points * 0.6)
        sheet.text(x + 2, y, row)
        sheet.text(x + width - 3, y, sheet.money(), right=True)
        if not grid:
            sheet.rule(x, y + sheet.points * 0.5, x + width)
        y += sheet.points * 0.6
    return sheet.text(x + 2, y + 2, f"{words.labels['total']}: {sheet.money()}", bold=True)


def _letterhead(sheet: Sheet, content: Content) -> float:
    rng = sheet.rng
    company = rng.choice(content.words.companies[content.kind])
    if rng.random() < 0.4:
        sheet.box(0, 0, 210, 17, fill=sheet.tint, edge=None)
        sheet.text(14, 5, company, sheet.points + 6, bold=True, fill=(255, 255, 255))
        y = 20.0
    else:
        sheet.logo(14, 9, 9)
        sheet.text(26, 9, company, sheet.points + 6, bold=True, fill=sheet.tint)
        y = 22.0
    own = issuer_home(sheet, content)
    where = [own.printed_street, own.printed_town] if rng.random() < 0.5 else [own.printed]
    return sheet.lines(rng.choice((14, 26)), y, where, max(6.5, sheet.points - 2)) + 3


def _block(sheet: Sheet, content: Content) -> list[str]:
    """The lines of an address window."""
    rng = sheet.rng
    lines = []
    if content.name:
        honorific = rng.choice(content.words.honorifics)
        alone = honorific and content.language in ("de", "fr") and rng.random() < 0.4
        lines = [honorific.strip(), content.name] if alone else [honorific + content.name]
    if content.home is not None:
        if rng.random() < 0.08 and content.language == "de":
            lines.append("c/o Krüger")
        if content.language == "en" and rng.random() < 0.5 and ", " not in content.home.printed_town:
            town, _, code = content.home.printed_town.partition(" ")
            lines += [content.home.printed_street, town, code] if code[:1].isalpha() else [*_two(content.home)]
        else:
            lines += _two(content.home)
    return lines


def _two(home: Home) -> list[str]:
    return [home.printed_street, home.printed_town]


def _facts(sheet: Sheet, content: Content, x: float, y: float) -> float:
    labels = content.words.labels
    return sheet.lines(
        x,
        y,
        [
            f"{labels['customer']}: {digits(sheet.rng, '########')}",
            f"{labels['date']}: {sheet.day()}",
            f"{labels['due']}: {sheet.day()}",
        ],
        max(7.0, sheet.points - 1),
    )


def _fill(sheet: Sheet, content: Content, x: float, y: float, width: float) -> None:
    """Small print to the foot of the page."""
    small = max(6.5, sheet.points - sheet.rng.choice((0, 1, 2)))
    while y < 262:
        y = sheet.paragraph(x, y + 3, width, " ".join(sheet.rng.choices(content.words.sentences, k=4)), small)
