"""The machine-readable zone as data: build, parse, check digits (ICAO Doc 9303 parts 3 to 7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from biometrics.document.mrz_layout import FILLER, LAYOUTS, Format, check_digit, failed_checks, format_of
from biometrics.document.mrz_names import name_field, split_name_field
from biometrics.document.mrz_states import KOSOVO, STATES
from registration.model.documents import FieldName
from registration.model.person import parse_personal_number

if TYPE_CHECKING:
    from collections.abc import Mapping

_KOSOVO_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Mrz:
    """The fields of a zone as they stand there, fillers taken away. Dates are YYMMDD, unknown places ``<``."""

    format: Format
    document_code: str
    issuer: str
    """ICAO code without fillers, e.g. ``ALB``, ``D``, ``RKS``."""
    surname: str = field(repr=False)
    given_names: str = field(repr=False)
    document_number: str = field(repr=False)
    nationality: str
    birth: str = field(repr=False)
    sex: str = field(repr=False)
    """``F``, ``M`` or ``X``; the filler of the MRZ is ``X``."""
    expiry: str = field(repr=False)
    optional: tuple[str, ...] = field(default=(), repr=False)
    """Optional data elements in order, what belongs to a long document number taken out."""
    names_cut: bool = False
    """Whether the names fill their field to the last place, so may have been cut."""

    @property
    def personal_number(self) -> str:
        """The Albanian (or Kosovan) personal number found in an optional field, else an empty string."""
        return find_personal_number(self.optional, kosovan=bool({self.issuer, self.nationality} & KOSOVO))


class MalformedMrz(ValueError):
    """Text that has not the lines, lengths and characters of any format. Says nothing of the text itself."""


def parse(lines: Sequence[str]) -> Mrz:
    """Take the fields out of two or three lines; check digits are not looked at (see `failed_checks`).

    Raises MalformedMrz.
    """
    kind = format_of(lines)
    if kind is None:
        raise MalformedMrz("no format of Doc 9303")
    layout = LAYOUTS[kind]
    number = layout.number.of(lines)
    optional = [span.of(lines) for span in layout.optional]
    if layout.long_number is not None and layout.checks[0].at.of(lines) == FILLER:
        rest, _, after = optional[0].partition(FILLER)
        if len(rest) >= 2:
            number += rest[:-1]
            optional[0] = after
    surname, given_names, cut = split_name_field(layout.names.of(lines))
    sex = layout.sex.of(lines)
    return Mrz(
        format=kind,
        document_code=layout.code.of(lines).rstrip(FILLER),
        issuer=layout.issuer.of(lines).rstrip(FILLER),
        surname=surname,
        given_names=given_names,
        document_number=number.rstrip(FILLER),
        nationality=layout.nationality.of(lines).rstrip(FILLER),
        birth=layout.birth.of(lines),
        sex="X" if sex == FILLER else sex,
        expiry=layout.expiry.of(lines),
        optional=tuple(text.strip(FILLER) for text in optional),
        names_cut=cut,
    )


def build(mrz: Mrz) -> tuple[str, ...]:
    """Write the lines with all their check digits.

    Names and numbers may carry national letters and spaces; names are transliterated and cut as Doc 9303 says.

    Raises:
        MalformedMrz: a field does not fit its place or has characters the zone cannot hold.
    """
    layout = LAYOUTS[mrz.format]
    rows = [[FILLER] * layout.width for _ in range(layout.lines)]

    def put(line: int, start: int, end: int, text: str) -> None:
        if len(text) > end - start:
            raise MalformedMrz(f"line {line + 1} from {start + 1}: too long")
        rows[line][start : start + len(text)] = text

    number = mrz.document_number.upper().replace(" ", FILLER).replace("-", FILLER)
    optional = [text.upper().replace(" ", FILLER) for text in mrz.optional] or [""]
    if len(number) > 9:
        if layout.long_number is None:
            raise MalformedMrz("document number: too long for this format")
        optional[0] = number[9:] + check_digit(number) + FILLER + optional[0]
    for span, text in (
        (layout.code, mrz.document_code),
        (layout.issuer, mrz.issuer),
        (layout.names, name_field(mrz.surname, mrz.given_names, layout.width - layout.names.start)),
        (layout.number, number[:9]),
        (layout.nationality, mrz.nationality),
        (layout.birth, mrz.birth),
        (layout.sex, FILLER if mrz.sex == "X" else mrz.sex),
        (layout.expiry, mrz.expiry),
        *zip(layout.optional, (text.rstrip(FILLER) for text in optional), strict=False),
    ):
        put(span.line, span.start, span.end, text)
    for check in layout.checks:
        if check.name == "number" and len(number) > 9:
            continue
        rows[check.at.line][check.at.start] = _digit_over(rows, check.over)
    lines = tuple("".join(row) for row in rows)
    if format_of(lines) is not mrz.format or failed_checks(lines, mrz.format):
        raise MalformedMrz("a field has characters that this format cannot hold")
    return lines


def _digit_over(rows: list[list[str]], over: Sequence[object]) -> str:
    text = "".join("".join(rows[s.line][s.start : s.end]) for s in over)  # type: ignore[attr-defined]
    try:
        return check_digit(text)
    except KeyError:
        raise MalformedMrz("a character that the zone cannot hold") from None


def birth_date(yymmdd: str, latest: date) -> date | None:
    """Return the day, in the last century that does not put it after `latest`; None: unknown or impossible."""
    day = _date(latest.year // 100 * 100, yymmdd)
    if day is not None and day > latest:
        day = _date(latest.year // 100 * 100 - 100, yymmdd)
    return day


def expiry_date(yymmdd: str, today: date) -> date | None:
    """Return the day, in the century that brings it nearest to `today`; None: none given, or impossible."""
    found = (_date(today.year // 100 * 100 + shift, yymmdd) for shift in (-100, 0, 100))
    return min((day for day in found if day), key=lambda day: abs(day - today), default=None)


def _date(century: int, yymmdd: str) -> date | None:
    if not yymmdd.isdigit() or len(yymmdd) != 6:
        return None
    try:
        return date(century + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:]))
    except ValueError:
        return None


def find_personal_number(optional: Sequence[str], *, kosovan: bool = False) -> str:
    """Search optional data for an Albanian personal number; with `kosovan` also for one of Kosovo (10 digits).

    A number that stands alone between fillers counts before one inside a longer run, and a right check letter
    before a wrong one.
    """
    found: list[tuple[int, str]] = []
    for text in optional:
        for run in text.split(FILLER):
            for start in range(len(run) - 9):
                piece = run[start : start + 10]
                number = parse_personal_number(piece)
                if number is not None and (len(run) == 10 or number.check_letter_ok):
                    found.append(((len(run) != 10) * 2 + (not number.check_letter_ok), piece))
                elif kosovan and len(run) == 10 and kosovo_number_ok(piece):
                    found.append((1, piece))
    return min(found)[1] if found else ""


def kosovo_number_ok(number: str) -> bool:
    """Tell whether ten digits have Kosovo's check digit (domain.md B6; one source only: a warning, never a refusal)."""
    if not re.fullmatch(r"\d{10}", number):
        return False
    if number[0] == "9":
        return True
    digit = 11 - sum(w * int(c) for w, c in zip(_KOSOVO_WEIGHTS, number, strict=False)) % 11
    return int(number[9]) == (digit if digit < 10 else 0)


def fields_of(mrz: Mrz, today: date) -> Mapping[FieldName, str]:
    """Return what the zone says of each field; unknown ones are left out. Dates are ISO 8601.

    The century of birth comes from the personal number where there is one, else it is the last possible one.
    """
    born = birth_date(mrz.birth, today)
    number = parse_personal_number(mrz.personal_number) if mrz.personal_number else None
    if born and number and number.birth_date.strftime("%y%m%d") == mrz.birth:
        born = number.birth_date
    expires = expiry_date(mrz.expiry, today)
    fields = {
        FieldName.SURNAME: mrz.surname,
        FieldName.GIVEN_NAMES: mrz.given_names,
        FieldName.SEX: mrz.sex,
        FieldName.NATIONALITY: mrz.nationality,
        FieldName.BIRTH_DATE: born.isoformat() if born else "",
        FieldName.PERSONAL_NUMBER: mrz.personal_number,
        FieldName.DOCUMENT_NUMBER: mrz.document_number,
        FieldName.ISSUER: mrz.issuer,
        FieldName.EXPIRY_DATE: expires.isoformat() if expires else "",
    }
    return MappingProxyType({name: value for name, value in fields.items() if value})


def known_state(code: str) -> bool:
    """Tell whether a code (without fillers) is one of Doc 9303 part 3 section 5, or in use for Kosovo."""
    return code in STATES


def date_possible(yymmdd: str) -> bool:
    """Tell whether six characters can be a date of an MRZ: real, or with unknown parts as fillers (9303-3, 4.8)."""
    year, month, day = yymmdd[:2], yymmdd[2:4], yymmdd[4:]
    for part in (year, month, day):
        if part != "<<" and not part.isdigit():
            return False
    month_ok = month == "<<" or 1 <= int(month) <= 12
    day_ok = day == "<<" or 1 <= int(day) <= (31 if month == "<<" else _longest(int(month)))
    return month_ok and day_ok


def _longest(month: int) -> int:
    return {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
