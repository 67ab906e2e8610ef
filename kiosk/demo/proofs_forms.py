"""Contracts, certificates, register extracts and driving licences among the specimen proofs."""

from __future__ import annotations

from kiosk.demo.proofs_homes import digits
from kiosk.demo.proofs_layouts import Content, issuer_home, table
from kiosk.demo.proofs_sheet import Sheet

_LANDLORDS = ("Aldo Ferri", "Karin Vogt", "John Marsh", "Luc Morel", "Νίκος Παππάς", "Ramiz Dushi")
_PARTNERS = ("Mario Bianchi", "Petra Lang", "Susan Ward", "Paul Girard", "Ελένη Ράλλη", "Fatime Dushi")


def certificate(sheet: Sheet, content: Content) -> None:
    """A certificate in one sentence or as label and value, with a stamp."""
    rng, words, labels = sheet.rng, content.words, content.words.labels
    if rng.random() < 0.4:
        sheet.box(8, 8, 194, 281, edge=sheet.tint)
        sheet.box(10, 10, 190, 277, edge=sheet.tint)
    y = sheet.centred(18, rng.choice(words.companies["residence"]), 14)
    y = sheet.centred(y, issuer_home(sheet, content).printed, 7, bold=False) + 12
    y = sheet.centred(y, rng.choice(words.titles["residence"]), 17) + 10
    if rng.random() < 0.4 and content.home is not None and content.name:
        text = words.certificate.format(name=content.name, address=content.home.printed)
        y = sheet.paragraph(22, y, 166, text)
    else:
        rows = [(labels["surname"], content.surname), (labels["given"], content.given)]
        if rng.random() < 0.4:
            rows = [(labels["name"], content.name)]
        rows = [row for row in rows if row[1]]
        if content.home is not None:
            rows.append((labels["address"], content.home.printed))
        rows.insert(rng.randrange(len(rows) + 1), (labels["date"], sheet.day()))
        y = _rows(sheet, rows, y)
    y = sheet.paragraph(22, y + 8, 166, " ".join(rng.sample(words.sentences, 2)))
    sheet.stamp(rng.uniform(100, 150), max(y + 4, 150), rng.choice(words.companies["residence"]))
    sheet.text(28, max(y + 20, 175), f"{labels['date']}: {sheet.day()}")


def _rows(sheet: Sheet, rows: list[tuple[str, str]], y: float) -> float:
    """Label and value: side by side, in ruled boxes, over dotted lines, or the value below its label."""
    style = sheet.rng.randrange(4)
    column = sheet.rng.choice((66.0, 76.0, 88.0))
    step = sheet.points * sheet.rng.choice((0.6, 0.75))
    for label, value in rows:
        if style == 3:
            sheet.text(22, y, label, max(6.5, sheet.points - 3), fill=sheet.grey)
            sheet.text(22, y + sheet.points * 0.42, value)
            y += sheet.points * 1.15
            continue
        if style == 1:
            sheet.box(20, y - 1, 170, step)
            sheet.box(column - 3, y - 1, 193 - column, step)
        elif style == 2:
            after = column + sheet.length(value) + 1
            dots = "." * max(0, round((188 - after) / sheet.length(".", sheet.points - 1)))
            sheet.text(after, y + sheet.points * 0.05, dots, sheet.points - 1, fill=(140, 140, 140))
        sheet.text(22, y, label + sheet.rng.choice((":", "")), fill=sheet.grey)
        y = max(sheet.paragraph(column, y, 188 - column, value), y + step)
    return y


def contract(sheet: Sheet, content: Content) -> None:
    """A contract in one or two columns with numbered articles and signature lines."""
    rng, words = sheet.rng, content.words
    y = sheet.centred(16, rng.choice(words.titles["rent"]), 16) + 8
    address = content.home.printed if content.home is not None else "................"
    name = content.name or "................"
    if rng.random() < 0.5:
        name = name.upper() if content.language != "el" else name
    text = words.contract.format(other=rng.choice(_LANDLORDS), name=name, address=address)
    if rng.random() < 0.35:
        y = sheet.paragraph(20, y, 170, text) + 6
        left = y
        for x in (20.0, 109.0):
            left = y
            for article in range(1, 6):
                left = sheet.paragraph(x, left, 80, f"{article}. " + " ".join(rng.choices(words.sentences, k=3))) + 2
        y = left
    else:
        y = sheet.paragraph(20, y, 170, text) + 3
        article = 1
        while y < 215:
            y = sheet.paragraph(20, y, 170, f"{article}. " + " ".join(rng.choices(words.sentences, k=3))) + 2
            article += 1
    y = max(y, 225) + 8
    sheet.rule(22, y, 80)
    sheet.rule(120, y, 185)
    if rng.random() < 0.5:
        sheet.stamp(130, y - 22, rng.choice(words.companies["rent"]))


def extract(sheet: Sheet, content: Content) -> None:
    """A register's table of a household: the holder among relatives, and where they live."""
    rng, words, labels = sheet.rng, content.words, content.words.labels
    y = sheet.text(16, 16, rng.choice(words.companies["residence"]).upper(), 12, bold=True)
    y = sheet.text(16, y + 4, rng.choice(words.titles["residence"]), 15, bold=True, fill=sheet.tint) + 6
    if content.home is not None:
        sheet.box(16, y, 178, sheet.points * 0.85, fill=(242, 243, 247))
        y = sheet.text(18, y + 1, f"{labels['address']}: {content.home.printed}") + 5
    columns = (18.0, 75.0, 130.0)
    for x, label in zip(columns, (labels["surname"], labels["given"], labels["date"]), strict=True):
        sheet.text(x, y, label, bold=True)
    y += sheet.points * 0.6
    people = [(content.surname, content.given)] if content.name else []
    people.append(tuple(reversed(rng.choice(_PARTNERS).split(" ", 1))))  # type: ignore[arg-type]
    rng.shuffle(people)
    for surname, given in people:
        sheet.box(16, y - 1, 178, sheet.points * 0.62)
        for x, value in zip(columns, (surname, given, sheet.day()), strict=True):
            sheet.text(x, y, value)
        y += sheet.points * 0.62
    y = sheet.paragraph(16, y + 8, 178, " ".join(words.sentences))
    sheet.stamp(140, y + 6, "SPECIMEN")


def licence(sheet: Sheet, content: Content) -> None:
    """A driving licence that shows an address in field 8, copied on a sheet."""
    rng = sheet.rng
    x, y = rng.uniform(20, 90), rng.uniform(20, 60)
    wide, tall = 100.0, 64.0
    sheet.box(x, y, wide, tall, fill=(232, 222, 228))
    sheet.text(x + 30, y + 3, rng.choice(_LICENCE[content.language]), 10, bold=True, fill=(60, 60, 120))
    sheet.box(x + 4, y + 14, 24, 32, fill=(190, 200, 210))
    rows = [
        f"1. {content.surname}",
        f"2. {content.given}",
        f"3. {sheet.day()}",
        f"4a. {sheet.day()}  4b. {sheet.day()}",
        f"5. {digits(rng, '#########')}",
    ]
    if content.home is not None:
        rows += [f"8. {content.home.printed_street},", f"{content.home.printed_town}"]
    sheet.lines(x + 31, y + 12, [row for row in rows if len(row) > 3], 8.5)
    if rng.random() < 0.5:
        table(sheet, content, 20, 150, 160)
        sheet.paragraph(20, 190, 170, " ".join(content.words.sentences))


_LICENCE = {
    "it": ("PATENTE DI GUIDA", "PATENTE DI GUIDA REPUBBLICA"),
    "el": ("ΑΔΕΙΑ ΟΔΗΓΗΣΗΣ",),
    "de": ("FÜHRERSCHEIN",),
    "en": ("DRIVING LICENCE",),
    "fr": ("PERMIS DE CONDUIRE",),
    "sq": ("PATENTË SHOFERI", "LEJE DREJTIMI"),
}
