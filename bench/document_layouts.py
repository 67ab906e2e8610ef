"""Data pages and card fronts in layouts drawn anew: the same fields, placed, labelled, written otherwise each time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from kiosk.demo import specimen
from kiosk.demo.specimen import Holder, Picture, Sheet
from registration.model.documents import FieldName

_LABELS: dict[FieldName, tuple[tuple[str, str], ...]] = {
    FieldName.SURNAME: (("Mbiemri", "Surname"),),
    FieldName.GIVEN_NAMES: (("Emri", "Given names"), ("Emri", "Given name")),
    FieldName.NATIONALITY: (("Shtetësia", "Nationality"), ("Kombësia", "Nationality")),
    FieldName.BIRTH_DATE: (("Datëlindja", "Date of birth"), ("Data e lindjes", "Date of birth")),
    FieldName.BIRTH_PLACE: (("Vendlindja", "Place of birth"), ("Vendi i lindjes", "Place of birth")),
    FieldName.SEX: (("Gjinia", "Sex"),),
    FieldName.ISSUE_DATE: (("Data e lëshimit", "Date of issue"),),
    FieldName.EXPIRY_DATE: (("Data e skadimit", "Date of expiry"),),
    FieldName.DOCUMENT_NUMBER: (("Nr. i pasaportës", "Passport No."), ("Nr. i dokumentit", "Document No.")),
    FieldName.PERSONAL_NUMBER: (("Nr. personal", "Personal No."), ("Numri personal", "Personal number")),
    FieldName.ISSUER: (("Autoriteti", "Authority"), ("Lëshuar nga", "Issued by")),
}
_NARROW = (FieldName.SEX, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE, FieldName.BIRTH_DATE, FieldName.DOCUMENT_NUMBER)
_MONTHS = "JAN SHK MAR PRI MAJ QER KOR GUS SHT TET NËN DHJ".split()  # noqa: SIM905


def any_holder(rng: random.Random, holder: Holder) -> Holder:
    """Give a holder now and then a double name, a hyphen or an apostrophe."""
    kind = rng.randrange(8)
    second = rng.choice(("Hoxha", "Çela", "Këlliçi", "Marku", "Përmeti"))
    if kind == 0:
        return replace(holder, surname=f"{holder.surname}-{second}")
    if kind == 1:
        return replace(holder, surname=f"{holder.surname} {second}")
    if kind == 2:
        return replace(holder, given_names=f"{holder.given_names} {rng.choice(('Ëngjëll', 'Ana', 'Besnik'))}")
    if kind == 3:
        return replace(holder, surname=f"D'{second}")
    return holder


def draw(rng: random.Random, holder: Holder, *, passport: bool) -> Picture:
    """Draw a data page or a card's front for `holder`, BGR at 10 px/mm."""
    size = specimen.PAGE if passport else specimen.CARD
    sheet = Sheet(size, (rng.randrange(215, 250), rng.randrange(215, 250), rng.randrange(205, 250)))
    title = "PASAPORTË / PASSPORT" if passport else "LETËRNJOFTIM / IDENTITY CARD"
    sheet.write(rng.uniform(4, 20), 2.5, f"{title}   SPECIMEN", 3.2 if passport else 2.5, specimen.RED, bold=True)
    floor = 69.0 if passport else 53.0
    portrait = (4.0, 15.0, 34.0, 54.0) if passport else (3.0, 9.0, 23.0, 36.0)
    sheet.portrait(portrait, None)
    style = rng.choice(("slash", "stacked", "beside"))
    bold, upper = rng.random() < 0.5, rng.random() < 0.5
    mm = rng.uniform(2.5, 3.0) if passport else rng.uniform(2.1, 2.5)
    left = portrait[2] + rng.uniform(3, 6)
    columns = [left] if style == "beside" else [left, left + (size[0] - left) * rng.uniform(0.52, 0.6)]
    fields = _values(rng, holder)
    order = [name for name in fields if name not in _NARROW] + [name for name in fields if name in _NARROW]
    if style != "beside" and rng.random() < 0.5:
        order = list(fields)
    per_column = -(-len(order) // len(columns))
    step = (floor - 9.5) / per_column
    mm = min(mm, step / (1.75 if style != "beside" else 1.5) / (1.15 if style == "stacked" else 1))
    for place, name in enumerate(order):
        x, y = columns[place // per_column], 9 + step * (place % per_column)
        here, there = rng.choice(_LABELS[name])
        value = fields[name].upper() if upper else fields[name]
        small = 0.6 * mm
        if style == "beside":
            sheet.write(x, y + 0.3 * mm, f"{here} / {there}:", small, specimen.LABEL)
            sheet.write(x + 34 * small / 1.6, y, value, mm, bold=bold)
            continue
        if style == "stacked":
            sheet.write(x, y, here, small, specimen.LABEL)
            sheet.write(x, y + 1.05 * small, there, small, specimen.LABEL)
            sheet.write(x, y + 2.15 * small, value, mm, bold=bold)
            continue
        sheet.write(x, y, f"{here}{rng.choice((' / ', '/'))}{there}", small, specimen.LABEL)
        sheet.write(x, y + 1.2 * small, value, mm, bold=bold)
    sheet.mark(13, rng.uniform(-15, 20))
    if passport:
        sheet.zone(6.5, 70.5, specimen.passport_lines(holder), 6.35)
    return sheet.pixels()


def _values(rng: random.Random, holder: Holder) -> dict[FieldName, str]:
    style = rng.choice(("%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y", "words"))

    def day(value: date | None) -> str:
        if value is None:
            return "—"
        if style == "words":
            return f"{value.day:02d} {_MONTHS[value.month - 1]}/{value.strftime('%b').upper()} {value.year}"
        return value.strftime(style)

    return {
        FieldName.SURNAME: holder.surname,
        FieldName.GIVEN_NAMES: holder.given_names,
        FieldName.NATIONALITY: rng.choice(("Shqiptare / Albanian", "SHQIPTARE/ALBANIAN")),
        FieldName.BIRTH_PLACE: holder.birth_place,
        FieldName.BIRTH_DATE: day(holder.birth),
        FieldName.SEX: holder.sex.value,
        FieldName.PERSONAL_NUMBER: holder.personal_number,
        FieldName.ISSUE_DATE: day(holder.issued),
        FieldName.EXPIRY_DATE: day(holder.expires),
        FieldName.ISSUER: rng.choice(("MB", "Ministria e Brendshme", "MPB Tiranë")),
        FieldName.DOCUMENT_NUMBER: holder.document_number,
    }
