"""Layouts of proofs of address that only the bench draws: nothing was ever tuned to them."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.demo.proofs import KINDS, Layout
from kiosk.demo.proofs_homes import digits
from kiosk.demo.proofs_layouts import Content, issuer_home
from kiosk.demo.proofs_sheet import Sheet


def slip(sheet: Sheet, content: Content) -> None:
    """A bill in three narrow columns; who pays and where stands in a rounded box across the middle."""
    rng, words = sheet.rng, content.words
    company = rng.choice(words.companies[_kind(content)])
    y = sheet.centred(10, company, 18)
    y = sheet.centred(y, rng.choice(words.titles[_kind(content)]), 11, bold=False) + 4
    for x in (12.0, 77.0, 142.0):
        sheet.paragraph(x, y, 58, " ".join(rng.choices(words.sentences, k=3)), 8)
    y += 34
    box = tuple(round(v * sheet.scale) for v in (30, y, 180, y + 34))
    sheet.pen.rounded_rectangle(box, round(4 * sheet.scale), outline=sheet.tint, width=3)
    inner = y + 4
    for line in _who_and_where(content):
        inner = sheet.centred(inner, line, sheet.points + 1, bold=rng.random() < 0.3)
    y += 42
    for column, x in enumerate((12.0, 110.0)):
        at = y
        for row in words.rows:
            sheet.text(x, at, row, 9)
            sheet.text(x + 86, at, sheet.money(), 9, right=True)
            at += 6
        sheet.text(x, at + 2, words.labels["total" if column else "due"] + f" {sheet.money()}", 10, bold=True)
    sheet.paragraph(12, 180, 186, " ".join(rng.choices(words.sentences, k=12)), 7.5)


def grid(sheet: Sheet, content: Content) -> None:
    """A form of cells: a small label above every value, street and number, postcode and town in cells of their own."""
    rng, words, labels = sheet.rng, content.words, content.words.labels
    y = sheet.text(15, 14, rng.choice(words.companies["residence"]), 13, bold=True)
    y = sheet.text(15, y + 2, rng.choice(words.titles["residence"]), 11) + 6
    rows: list[list[tuple[str, str]]] = [
        [(labels["surname"], content.surname), (labels["given"], content.given)],
        [(labels["date"], sheet.day()), (labels["customer"], digits(rng, "########"))],
    ]
    if content.home is not None:
        rows.append([(labels["address"], content.home.printed_street), ("", content.home.printed_town)])
    for cells in rows:
        wide = 180 / len(cells)
        for number, (label, value) in enumerate(cells):
            sheet.box(15 + number * wide, y, wide, 14)
            sheet.text(16.5 + number * wide, y + 1, label, 6.5, fill=sheet.grey)
            sheet.text(16.5 + number * wide, y + 5.5, value)
        y += 14
    y = sheet.paragraph(15, y + 8, 180, " ".join(rng.choices(words.sentences, k=4)))
    sheet.stamp(140, y + 8, rng.choice(words.companies["residence"]))


def memo(sheet: Sheet, content: Content) -> None:
    """A letter on paper with a broad left margin; name and address only inside a sentence."""
    rng, words = sheet.rng, content.words
    sheet.box(0, 0, 38, 297, fill=(244, 241, 234), edge=None)
    own = issuer_home(sheet, content)
    company = rng.choice(words.companies[_kind(content)])
    side = 20.0
    for line in (*company.split(), "", own.printed_street[:18], own.printed_town[:18]):
        side = sheet.text(4, side, line, 7)
    y = sheet.text(46, 30, rng.choice(words.titles[_kind(content)]), 13, bold=True) + 8
    y = sheet.paragraph(46, y, 146, " ".join(rng.choices(words.sentences, k=2))) + 4
    if content.name and content.home is not None:
        y = sheet.paragraph(46, y, 146, words.certificate.format(name=content.name, address=content.home.printed)) + 4
    else:
        for line in _who_and_where(content):
            y = sheet.text(46, y, line)
    y = sheet.paragraph(46, y, 146, " ".join(rng.choices(words.sentences, k=6))) + 10
    sheet.rule(46, y, 100)
    sheet.text(46, y + 2, rng.choice(words.companies["bank"]), 8)


def _kind(content: Content) -> str:
    return content.kind if content.kind in content.words.companies else "residence"


def _who_and_where(content: Content) -> list[str]:
    lines = [content.name] if content.name else []
    return lines + ([content.home.printed_street, content.home.printed_town] if content.home is not None else [])


HELD_OUT: Mapping[str, tuple[Layout, ...]] = dict.fromkeys(KINDS, (slip, grid, memo))
