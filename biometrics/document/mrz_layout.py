"""Where everything stands in a machine-readable zone: ICAO Doc 9303 part 4 (TD3), 5 (TD1), 6 (TD2), 7 (visas).

Positions here count from 0; Doc 9303 counts from 1. A span never crosses a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

FILLER = "<"
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ANY = DIGITS + LETTERS + FILLER
_VALUES = {FILLER: 0} | {c: i for i, c in enumerate(DIGITS + LETTERS)}


class Format(StrEnum):
    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of one line."""

    line: int
    start: int
    end: int

    def of(self, lines: Sequence[str]) -> str:
        return lines[self.line][self.start : self.end]


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit at `at` over `over`, taken one after the other."""

    name: str
    over: tuple[Span, ...]
    at: Span
    may_be_filler: bool = False
    """Whether a filler may stand for the digit of an empty field."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The zones of one format."""

    lines: int
    width: int
    code: Span
    issuer: Span
    names: Span
    number: Span
    nationality: Span
    birth: Span
    sex: Span
    expiry: Span
    optional: tuple[Span, ...]
    checks: tuple[Check, ...]
    long_number: Span | None
    """Where the rest of a document number longer than nine characters goes on, if it may."""


def _two_lines(width: int, optional: Span, extra: tuple[Check, ...], long_number: Span | None) -> Layout:
    number, birth, expiry = Span(1, 0, 9), Span(1, 13, 19), Span(1, 21, 27)
    return Layout(
        lines=2,
        width=width,
        code=Span(0, 0, 2),
        issuer=Span(0, 2, 5),
        names=Span(0, 5, width),
        number=number,
        nationality=Span(1, 10, 13),
        birth=birth,
        sex=Span(1, 20, 21),
        expiry=expiry,
        optional=(optional,),
        checks=(
            Check("number", (number,), Span(1, 9, 10)),
            Check("birth", (birth,), Span(1, 19, 20)),
            Check("expiry", (expiry,), Span(1, 27, 28), may_be_filler=True),
            *extra,
        ),
        long_number=long_number,
    )


def _composite(end: int) -> Check:
    """Over the upper half of line 2 but nationality and sex (Doc 9303-4, 4.2.2.2; 9303-6, 4.2.2.2)."""
    return Check("composite", (Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, end)), Span(1, end, end + 1))


LAYOUTS: Mapping[Format, Layout] = MappingProxyType(
    {
        Format.TD1: Layout(
            lines=3,
            width=30,
            code=Span(0, 0, 2),
            issuer=Span(0, 2, 5),
            names=Span(2, 0, 30),
            number=Span(0, 5, 14),
            nationality=Span(1, 15, 18),
            birth=Span(1, 0, 6),
            sex=Span(1, 7, 8),
            expiry=Span(1, 8, 14),
            optional=(Span(0, 15, 30), Span(1, 18, 29)),
            checks=(
                Check("number", (Span(0, 5, 14),), Span(0, 14, 15)),
                Check("birth", (Span(1, 0, 6),), Span(1, 6, 7)),
                Check("expiry", (Span(1, 8, 14),), Span(1, 14, 15), may_be_filler=True),
                Check("composite", (Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)), Span(1, 29, 30)),
            ),
            long_number=Span(0, 15, 30),
        ),
        Format.TD2: _two_lines(36, Span(1, 28, 35), (_composite(35),), Span(1, 28, 35)),
        Format.TD3: _two_lines(
            44,
            Span(1, 28, 42),
            (Check("optional", (Span(1, 28, 42),), Span(1, 42, 43), may_be_filler=True), _composite(43)),
            None,
        ),
        Format.MRV_A: _two_lines(44, Span(1, 28, 44), (), None),
        Format.MRV_B: _two_lines(36, Span(1, 28, 36), (), None),
    }
)


def check_digit(text: str) -> str:
    """Return the check digit: weights 7, 3, 1, filler 0, A = 10 ... Z = 35, modulo 10 (Doc 9303-3, 4.9)."""
    return str(sum(_VALUES[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def format_of(lines: Sequence[str]) -> Format | None:
    """Tell the format by the number of lines, their length and the first letter (V: a visa); None: it is none."""
    if len(lines) not in (2, 3) or any(len(line) != len(lines[0]) for line in lines):
        return None
    if any(c not in _VALUES for line in lines for c in line):
        return None
    visa = lines[0].startswith("V")
    for candidate, layout in LAYOUTS.items():
        is_visa = candidate in (Format.MRV_A, Format.MRV_B)
        if (layout.lines, layout.width) == (len(lines), len(lines[0])) and is_visa is visa:
            return candidate
    return None


def number_check(lines: Sequence[str], kind: Format) -> Check:
    """Return the document number's check as it stands in these lines.

    A number of more than nine characters has a filler for its check digit and goes on in the optional field, its
    true check digit after it (Doc 9303-5 note j, 9303-6 note j).
    """
    layout = LAYOUTS[kind]
    usual = layout.checks[0]
    if layout.long_number is None or usual.at.of(lines) != FILLER:
        return usual
    rest = layout.long_number.of(lines).partition(FILLER)[0]
    if len(rest) < 2:
        return usual
    line, start = layout.long_number.line, layout.long_number.start
    digit = start + len(rest) - 1
    return Check("number", (layout.number, Span(line, start, digit)), Span(line, digit, digit + 1))


def checks_of(lines: Sequence[str], kind: Format) -> tuple[Check, ...]:
    """Return every check of these lines, the document number's one first."""
    return (number_check(lines, kind), *LAYOUTS[kind].checks[1:])


def holds(check: Check, lines: Sequence[str]) -> bool:
    """Tell whether one check digit is right."""
    text = "".join(span.of(lines) for span in check.over)
    digit = check.at.of(lines)
    if digit == FILLER:
        return check.may_be_filler and not text.strip(FILLER)
    return digit == check_digit(text)


def failed_checks(lines: Sequence[str], kind: Format) -> tuple[str, ...]:
    """Return the names of the check digits that are wrong: ``number``, ``birth``, ``expiry``, ``optional`` ..."""
    return tuple(check.name for check in checks_of(lines, kind) if not holds(check, lines))


def grammar(kind: Format) -> tuple[tuple[str, ...], ...]:
    """Return, per line and position, the characters that may stand there."""
    layout = LAYOUTS[kind]
    allowed = [[ANY] * layout.width for _ in range(layout.lines)]

    def put(span: Span, chars: str) -> None:
        for place in range(span.start, span.end):
            allowed[span.line][place] = chars

    put(layout.issuer, LETTERS + FILLER)
    put(layout.names, LETTERS + FILLER)
    put(layout.nationality, LETTERS + FILLER)
    for span in (layout.birth, layout.expiry):
        put(span, DIGITS + FILLER)
    put(layout.sex, "MFX" + FILLER)
    for check in layout.checks:
        filler = check.may_be_filler or (check.name == "number" and layout.long_number is not None)
        put(check.at, DIGITS + FILLER if filler else DIGITS)
    first = {Format.TD3: "P", Format.MRV_A: "V", Format.MRV_B: "V"}.get(kind, "AIC")
    allowed[0][0] = first
    allowed[0][1] = LETTERS + FILLER
    return tuple(tuple(line) for line in allowed)
