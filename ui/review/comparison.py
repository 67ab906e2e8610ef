"""What the voter typed beside what the document says, field by field. Pure: no Qt, nothing is decided here.

Values are compared as a person would: case, accents and separators do not count, a zone's transliteration
(ICAO Doc 9303-3, section 6) and its cut-off names are the same name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from registration.model.birth_places import same_place
from registration.model.documents import DocumentReading, FieldName, FieldSource
from registration.model.register import NO_REGISTER, RegisterResult
from registration.model.submission import RequestSubmission

NAME_ROOM = {"TD1": 30, "TD2": 31, "TD3": 39}
"""Characters of the name field of a machine-readable zone (Doc 9303-4, -5, -6)."""
NAMES = frozenset({FieldName.SURNAME, FieldName.GIVEN_NAMES})
_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae", "þ": "th", "ð": "d"}
)


class Verdict(StrEnum):
    """Values are ids of texts under ``review.verdict.``; ALONE: there is only one value, nothing to compare."""

    MATCHES = "matches"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"
    ALONE = "alone"


class Column(StrEnum):
    """Where a value comes from; ids of texts under ``review.desk.column.``."""

    DECLARED = "declared"
    MRZ = "mrz"
    VISUAL_ZONE = "visual_zone"
    REGISTER = "register"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One row: the values there are, by source, and what their comparison says."""

    name: FieldName
    values: tuple[tuple[Column, str], ...] = field(repr=False)
    verdict: Verdict
    odd: frozenset[Column] = frozenset()
    """The columns that differ from the reference (what was typed, else the machine-readable zone)."""

    def value(self, column: Column) -> str:
        return next((text for known, text in self.values if known is column), "")


def compare(request: RequestSubmission, register: RegisterResult = NO_REGISTER) -> tuple[ComparedField, ...]:
    """Compare every field of which anything is known, in the order of `FieldName`.

    `register`: what the Civil Status Register says of the voter; nothing where there is none or no answer yet.
    """
    person, reading = request.person, request.document
    declared = {
        FieldName.BIRTH_DATE: person.birth_date.isoformat(),
        FieldName.BIRTH_PLACE: person.birth_place,
        FieldName.PERSONAL_NUMBER: person.personal_number,
    }
    corrected = {item.name: item.corrected for item in request.corrections}
    rows = []
    for name in FieldName:
        found = (
            (Column.DECLARED, declared.get(name, "")),
            (Column.MRZ, _of_zone(reading, name)),
            (Column.VISUAL_ZONE, _of_page(reading, name)),
            (Column.REGISTER, register.fields[name].value if name in register.fields else ""),
            (Column.CORRECTED, corrected.get(name, "") or _typed(reading, name)),
        )
        values = tuple((column, text) for column, text in found if text.strip())
        if values:
            rows.append(_row(name, values, reading))
    return tuple(rows)


def _of_zone(reading: DocumentReading, name: FieldName) -> str:
    if name is FieldName.ISSUER:
        # The zone holds the issuing state's code, the page the authority: two facts, nothing to compare.
        return ""
    if reading.mrz is not None and name in reading.mrz.fields:
        return reading.mrz.fields[name]
    return _from(reading, name, FieldSource.MRZ)


def _of_page(reading: DocumentReading, name: FieldName) -> str:
    return _from(reading, name, FieldSource.VISUAL_ZONE)


def _typed(reading: DocumentReading, name: FieldName) -> str:
    return _from(reading, name, FieldSource.VOTER)


def _from(reading: DocumentReading, name: FieldName, source: FieldSource) -> str:
    found = reading.fields.get(name)
    return found.value if found is not None and found.source is source else ""


def _row(name: FieldName, values: tuple[tuple[Column, str], ...], reading: DocumentReading) -> ComparedField:
    columns = {column for column, _ in values}
    if columns == {Column.DECLARED}:
        return ComparedField(name, values, Verdict.UNREADABLE)
    if len(values) == 1:
        return ComparedField(name, values, Verdict.ALONE)
    reference = values[0][1]
    odd = frozenset(column for column, text in values[1:] if not same_value(name, reference, text, reading))
    return ComparedField(name, values, Verdict.DIFFERS if odd else Verdict.MATCHES, odd)


def same_value(name: FieldName, one: str, other: str, reading: DocumentReading) -> bool:
    """Tell whether two values of a field say the same."""
    if name is FieldName.NATIONALITY and not (_is_code(one) and _is_code(other)):
        # A code beside a word ("ALB", "Shqiptare"): there is nothing here that could translate it.
        return True
    if not _plain(one) or not _plain(other):
        return one.strip() == other.strip()
    if _plain(one) == _plain(other) or _zone(one) == _zone(other):
        return True
    if name is FieldName.BIRTH_PLACE:
        return same_place(one, other)
    if name not in NAMES:
        return False
    # The same names in another order, or a second name that one source leaves out.
    first, second = set(_zone(one).split()), set(_zone(other).split())
    return first <= second or second <= first or (_cut_off(reading) and _begins(one, other))


def _is_code(text: str) -> bool:
    return re.fullmatch(r"[A-Z]{1,3}", text.strip()) is not None


def _begins(one: str, other: str) -> bool:
    shorter, longer = sorted((_zone(one), _zone(other)), key=len)
    return bool(shorter) and longer.startswith(shorter)


def _cut_off(reading: DocumentReading) -> bool:
    """Tell whether the zone's names fill their field, so that they may have been cut."""
    mrz = reading.mrz
    if mrz is None:
        return False
    used = sum(len(mrz.fields.get(name, "")) for name in NAMES) + 2
    return used >= NAME_ROOM.get(mrz.format, 39)


def _zone(text: str) -> str:
    """Return the text as a zone would carry it (two letters for ä, ö, ü and their like)."""
    return _plain(text.lower().translate(_TWO_LETTERS))


def _plain(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]|_", " ", bare.replace("'", "").replace("’", "")).split())
