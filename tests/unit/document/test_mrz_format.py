"""The machine-readable zone as data. The worked examples are those of ICAO Doc 9303 parts 4 to 7."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.document.mrz import (
    MalformedMrz,
    Mrz,
    birth_date,
    build,
    date_possible,
    expiry_date,
    fields_of,
    find_personal_number,
    known_state,
    kosovo_number_ok,
    parse,
)
from biometrics.document.mrz_layout import LAYOUTS, Format, check_digit, failed_checks, format_of, grammar
from registration.model.documents import FieldName

TODAY = date(2026, 6, 1)
EXAMPLES = {
    Format.TD3: ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
    Format.TD1: ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
    Format.TD2: ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    Format.MRV_A: ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"),
    Format.MRV_B: ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"),
}
LONG_NUMBER = ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")


@pytest.mark.parametrize(("kind", "lines"), EXAMPLES.items())
def test_worked_examples_hold_and_come_back(kind: Format, lines: tuple[str, ...]) -> None:
    assert format_of(lines) is kind
    assert failed_checks(lines, kind) == ()
    zone = parse(lines)
    assert (zone.surname, zone.given_names, zone.sex) == ("ERIKSSON", "ANNA MARIA", "F")
    assert build(zone) == lines


@pytest.mark.parametrize(("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("<<<<<<", "0")])
def test_check_digit(text: str, digit: str) -> None:
    assert check_digit(text) == digit


def test_a_long_document_number_goes_on_in_the_optional_data() -> None:
    assert failed_checks(LONG_NUMBER, Format.TD1) == ()
    zone = parse(LONG_NUMBER)
    assert zone.document_number == "D23145890734"
    assert zone.optional == ("", "")
    assert build(zone) == LONG_NUMBER


def test_a_long_number_fits_no_passport() -> None:
    with pytest.raises(MalformedMrz, match="document number"):
        build(_zone(document_number="AB12345678"))


@pytest.mark.parametrize(("kind", "lines"), EXAMPLES.items())
def test_every_checked_character_is_checked(kind: Format, lines: tuple[str, ...]) -> None:
    for check in LAYOUTS[kind].checks:
        for span in check.over:
            for place in range(span.start, span.end):
                line = lines[span.line]
                other = "1" if check_digit(line[place]) != check_digit("1") else "2"
                changed = [*lines]
                changed[span.line] = line[:place] + other + line[place + 1 :]
                assert check.name in failed_checks(changed, kind)


def test_lines_of_no_format_are_refused() -> None:
    for lines in ((), ("P<UTO",), ("A" * 44, "B" * 43), ("P<UTOé" + "<" * 38, "<" * 44)):
        assert format_of(lines) is None
        with pytest.raises(MalformedMrz):
            parse(lines)


def test_an_expiry_may_be_empty() -> None:
    zone = _zone(kind=Format.TD1, expiry="<<<<<<")
    lines = build(zone)
    assert lines[1][8:15] == "<<<<<<0"
    for_filler = (lines[0], lines[1][:14] + "<" + lines[1][15:], lines[2])
    assert failed_checks(for_filler, Format.TD1) == ()
    assert FieldName.EXPIRY_DATE not in fields_of(parse(lines), TODAY)


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("850430", True),
        ("85<<<<", True),
        ("<<<<<<", True),
        ("8504<<", True),
        ("850230", False),
        ("851301", False),
        ("8504<1", False),
    ],
)
def test_dates(text: str, possible: bool) -> None:
    assert date_possible(text) is possible


def test_unknown_dates_are_left_out() -> None:
    zone = parse(build(_zone(birth="85<<<<")))
    assert FieldName.BIRTH_DATE not in fields_of(zone, TODAY)


def test_centuries() -> None:
    assert birth_date("260531", TODAY) == date(2026, 5, 31)
    assert birth_date("260602", TODAY) == date(1926, 6, 2)
    assert expiry_date("340101", TODAY) == date(2034, 1, 1)
    assert expiry_date("990101", TODAY) == date(1999, 1, 1)
    assert expiry_date("<<<<<<", TODAY) is None


def test_the_personal_number_settles_the_century() -> None:
    zone = _zone(birth="250101", personal="C50101001" + "X")
    from registration.model.person import check_letter

    number = "C50101001" + check_letter("C50101001")
    zone = _zone(birth="250101", personal=number)
    assert fields_of(zone, TODAY)[FieldName.BIRTH_DATE] == "1925-01-01"


@pytest.mark.parametrize(
    ("optional", "found"),
    [
        (("I05101999I",), "I05101999I"),
        (("", "H71211672R"), "H71211672R"),
        (("AB<I05101999I<4",), "I05101999I"),
        (("XI05101999I",), "I05101999I"),
        (("I05101999Q",), "I05101999Q"),  # alone between fillers: shown with its wrong check letter
        (("XI05101999Q",), ""),
        (("I09901999I",), ""),
        (("",), ""),
    ],
)
def test_the_personal_number_is_searched_everywhere(optional: tuple[str, ...], found: str) -> None:
    assert find_personal_number(optional) == found


def test_a_kosovan_number_needs_a_kosovan_document() -> None:
    assert kosovo_number_ok("1234567892")
    assert not kosovo_number_ok("1234567893")
    assert find_personal_number(("1234567892",)) == ""
    assert parse(build(_zone(issuer="RKS", nationality="RKS", personal="1234567892"))).personal_number == "1234567892"


@pytest.mark.parametrize("code", ["ALB", "RKS", "XXK", "UNK", "D", "UTO", "XXA", "GBD"])
def test_states_in_use(code: str) -> None:
    assert known_state(code)


def test_no_state_of_that_name() -> None:
    assert not known_state("A1B")
    assert not known_state("QQQ")


def test_nothing_personal_in_a_repr() -> None:
    text = repr(_zone())
    assert "SPECIMEN" not in text
    assert "SP1234567" not in text


NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", min_size=1, max_size=30).filter(lambda s: s.strip() != "")
CODES = st.sampled_from(["ALB", "UTO", "RKS", "XXK", "D", "ITA"])
DATES = st.dates(date(1930, 1, 1), date(2040, 1, 1)).map(lambda d: d.strftime("%y%m%d"))


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(list(Format)), NAMES, NAMES, CODES, CODES, DATES, DATES,
    st.sampled_from("FMX"), st.from_regex(r"\A[A-Z0-9]{1,9}\Z"), st.from_regex(r"\A[A-Z0-9]{0,7}\Z"),
)  # fmt: skip
def test_what_is_built_parses_back(
    kind: Format,
    surname: str,
    given: str,
    issuer: str,
    nationality: str,
    birth: str,
    expiry: str,
    sex: str,
    number: str,
    optional: str,
) -> None:
    code = {Format.TD3: "P", Format.MRV_A: "V", Format.MRV_B: "V"}.get(kind, "I")
    extra = (optional, "") if kind is Format.TD1 else (optional,)
    zone = Mrz(kind, code, issuer, surname, given, number, nationality, birth, sex, expiry, extra)
    lines = build(zone)
    assert failed_checks(lines, kind) == ()
    allowed = grammar(kind)
    assert all(c in allowed[k][i] for k, line in enumerate(lines) for i, c in enumerate(line))
    back = parse(lines)
    assert (back.issuer, back.nationality, back.birth, back.expiry, back.sex) == (
        issuer, nationality, birth, expiry, sex,
    )  # fmt: skip
    assert back.document_number == number
    assert back.optional == extra
    assert build(back)[-1 if kind is not Format.TD1 else 1] == lines[-1 if kind is not Format.TD1 else 1]


def _zone(
    kind: Format = Format.TD3,
    issuer: str = "UTO",
    nationality: str = "UTO",
    document_number: str = "SP1234567",
    birth: str = "850430",
    expiry: str = "340101",
    personal: str = "",
) -> Mrz:
    extra = (personal, "") if kind is Format.TD1 else (personal,)
    code = "I" if kind is Format.TD1 else "P"
    return Mrz(kind, code, issuer, "SPECIMEN", "DRITA", document_number, nationality, birth, "F", expiry, extra)
