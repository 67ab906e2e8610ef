"""The voter's personal data and the Albanian personal number (NID), domain.md B6.

The number is 10 characters: decade letter, year digit, month code, day, serial of three digits, check letter.
Hard findings stop the voter; warnings are shown and travel to the reviewer. The check letter's rule is not
officially published, so it is a warning only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

CHECK_ALPHABET = "WABCDEFGHIJKLMNOPQRSTUV"
"""Check letters by value, W = 0 ... V = 22 (sum modulo 23)."""
DECADES = "0123456789ABCDEFGHIJKLM"
"""Decade characters by (year - 1800) // 10: 0 = 1800s ... A = 1900s, I = 1980s, M = 2020s."""
VOTING_AGE = 18


class Sex(StrEnum):
    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"


_MONTH_CODES = ((0, Sex.MALE, True), (50, Sex.FEMALE, True), (30, Sex.MALE, False), (80, Sex.FEMALE, False))
"""(added to the month, sex, citizen)."""
_SHAPE = re.compile(r"[0-9A-M]\d{8}[A-W]")


class Severity(StrEnum):
    HARD = "hard"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. `code` has its words in ``errors.yaml``; `field` is the field it belongs to."""

    code: str
    field: str
    severity: Severity = Severity.HARD
    params: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A personal number that has the right shape and a real date."""

    value: str = field(repr=False)
    birth_date: date
    sex: Sex
    citizen: bool
    """False for the month codes of foreigners (31-42, 81-92), who cannot vote."""
    check_letter_ok: bool


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What PA-22..PA-24 ask, as in the passport or identity card."""

    birth_date: date = field(repr=False)
    birth_place: str = field(repr=False)
    personal_number: str = field(repr=False)


def normalise_personal_number(text: str) -> str:
    """Upper case, no spaces or dashes."""
    return re.sub(r"[\s\-]", "", text).upper()


def check_letter(first_nine: str) -> str:
    """Return the check letter of the first nine characters: weights 1,1,2,...,8, letters by place, modulo 23."""
    values = [CHECK_ALPHABET.index(c) if c.isalpha() else int(c) for c in first_nine]
    return CHECK_ALPHABET[sum(v * w for v, w in zip(values, (1, 1, 2, 3, 4, 5, 6, 7, 8), strict=True)) % 23]


def parse_personal_number(text: str) -> PersonalNumber | None:
    """Read an Albanian personal number, or None when shape, month code or date cannot be one."""
    value = normalise_personal_number(text)
    if not _SHAPE.fullmatch(value):
        return None
    year = 1800 + DECADES.index(value[0]) * 10 + int(value[1])
    code = int(value[2:4])
    kind = next((k for k in _MONTH_CODES if 1 <= code - k[0] <= 12), None)
    if kind is None:
        return None
    offset, sex, citizen = kind
    try:
        born = date(year, code - offset, int(value[4:6]))
    except ValueError:
        return None
    return PersonalNumber(value, born, sex, citizen, check_letter(value[:9]) == value[9])


def age_on(day: date, born: date) -> int:
    """Full years of age on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_personal_data(data: PersonalData, *, today: date, election_day: date) -> tuple[Finding, ...]:
    """Check the three fields against themselves and one another (domain.md B6).

    Hard: birth date in the future or before 1890, under 18 on election day, empty place, a number that is no
    personal number, a foreigner's number, a number of another birth date. Warning: the check letter.
    """
    findings: list[Finding] = []
    if not date(1890, 1, 1) <= data.birth_date <= today:
        findings.append(Finding("person.birth_date_impossible", "birth_date"))
    elif age_on(election_day, data.birth_date) < VOTING_AGE:
        findings.append(Finding("person.under_age", "birth_date"))
    if not any(c.isalpha() for c in data.birth_place):
        findings.append(Finding("person.birth_place_missing", "birth_place"))
    findings += check_personal_number(data.personal_number, data.birth_date)
    return tuple(findings)


def check_personal_number(text: str, birth_date: date | None, sex: Sex | None = None) -> list[Finding]:
    """Check a typed or read number, against a birth date and a sex where they are known."""
    value = normalise_personal_number(text)
    if len(value) != 10:
        return [Finding("person.number_length", "personal_number")]
    number = parse_personal_number(value)
    if number is None:
        return [Finding("person.number_shape", "personal_number")]
    findings = []
    if not number.citizen:
        findings.append(Finding("person.number_foreigner", "personal_number"))
    if birth_date is not None and number.birth_date != birth_date:
        findings.append(Finding("person.number_birth_date", "personal_number"))
    if sex in (Sex.FEMALE, Sex.MALE) and number.sex is not sex:
        findings.append(Finding("person.number_sex", "personal_number", Severity.WARNING))
    if not number.check_letter_ok:
        findings.append(Finding("person.number_check_letter", "personal_number", Severity.WARNING))
    return findings
