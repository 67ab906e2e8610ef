"""Identifiers, contacts, personal numbers, passwords, case states, and what travels."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.errors import VoterCanFix
from registration.model.case import FINAL, TRANSITIONS, Action, Actor, CaseState, IllegalTransition, transition
from registration.model.contact import ContactKind, parse_contact, parse_email, parse_phone, readable
from registration.model.ids import CROCKFORD, RequestId, reference_is_valid, reference_of, uuid7
from registration.model.password import check_password, ticks
from registration.model.person import (
    CHECK_ALPHABET,
    PersonalData,
    Severity,
    Sex,
    age_on,
    check_letter,
    check_personal_data,
    parse_personal_number,
)
from registration.model.submission import UnreadableSubmission, decode, encode
from registration.usecases.file_request import request_submission
from registration.usecases.open_account import account_submission
from tests.unit.registration.people import (
    ACCOUNT,
    ACCOUNT_ANSWERS,
    FACTS,
    PROFILE,
    REQUEST,
    REQUEST_ANSWERS,
    walk,
)

TODAY, ELECTION = date(2029, 1, 20), date(2029, 5, 13)


@given(st.binary(min_size=10, max_size=10), st.integers(0, 2**48 - 1))
def test_uuid7_has_its_version_and_variant(random: bytes, ms: int) -> None:
    value = uuid7(ms, random)
    assert value[14] == "7"
    assert value[19] in "89ab"
    assert int(value.replace("-", "")[:12], 16) == ms


@given(st.uuids())
def test_a_reference_finds_any_wrong_character(uuid) -> None:
    reference = reference_of(RequestId(str(uuid)))
    assert reference_is_valid(reference.lower())
    for place in range(4, len(reference)):
        if reference[place] == "-":
            continue
        for other in CROCKFORD:
            wrong = reference[:place] + other + reference[place + 1 :]
            if other != reference[place] and {other, reference[place]} != {"0", "Z"}:
                assert not reference_is_valid(wrong)


@given(st.uuids())
def test_a_reference_finds_any_swap_of_neighbours(uuid) -> None:
    code = reference_of(RequestId(str(uuid)))[4:].replace("-", "")
    for place, (a, b) in enumerate(pairwise(code[:7])):
        if a != b and {a, b} != {"0", "Z"}:
            assert not reference_is_valid(code[:place] + b + a + code[place + 2 :])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("069 123 4567", "+355691234567"),
        ("+39 347 123 4567", "+393471234567"),
        ("0039 347-123-4567", "+393471234567"),
        ("+1 (212) 555-2368", "+12125552368"),
        ("+49 151 23456789", "+4915123456789"),
        ("+30 694 123 4567", "+306941234567"),
    ],
)
def test_a_number_of_any_country_is_taken(typed: str, value: str) -> None:
    assert parse_phone(typed).value == value


@pytest.mark.parametrize("typed", ["", "abc", "069", "+355", "12345", "+99999999999999"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(VoterCanFix) as caught:
        parse_phone(typed)
    assert caught.value.code == "contact.phone_invalid"


def test_an_address_is_normalised_and_needs_no_network() -> None:
    assert parse_email("  Arta.Hoxha@Example.ORG ").value == "arta.hoxha@example.org"
    for bad in ("", "a@", "@b.al", "a b@c.al", "a@b"):
        with pytest.raises(VoterCanFix):
            parse_email(bad)


def test_log_in_takes_either() -> None:
    assert parse_contact("arta@example.org").kind is ContactKind.EMAIL
    assert parse_contact("0691234567").kind is ContactKind.PHONE
    assert readable(parse_contact("0691234567")) == "+355 69 123 4567"


def test_contacts_do_not_print_themselves() -> None:
    assert "691234567" not in repr(parse_contact("0691234567"))


# Numbers of test data that two public libraries agree on (domain.md B6).
@pytest.mark.parametrize("number", ["I05101999I", "I90201535E", "J45423004V", "H71211672R", "I85413200A", "J00101999W"])
def test_known_numbers_hold(number: str) -> None:
    parsed = parse_personal_number(number)
    assert parsed is not None
    assert parsed.check_letter_ok
    assert parsed.citizen


@pytest.mark.parametrize("number", ["H71211672A", "I90201535M"])
def test_known_wrong_check_letters_are_found(number: str) -> None:
    assert not parse_personal_number(number).check_letter_ok


@pytest.mark.parametrize(
    "number", ["H12345678J", "J0010199W", "J001019999W", "1234567890", "J00230999W", "", "JJ0101999W"]
)
def test_what_cannot_be_a_number_is_refused(number: str) -> None:
    assert parse_personal_number(number) is None


@given(st.dates(date(1900, 1, 1), date(2029, 12, 31)), st.sampled_from([0, 50, 30, 80]), st.integers(0, 999))
def test_a_number_tells_its_date_and_sex(born: date, offset: int, serial: int) -> None:
    decade = "ABCDEFGHIJKLM"[(born.year - 1900) // 10]
    nine = f"{decade}{born.year % 10}{born.month + offset:02d}{born.day:02d}{serial:03d}"
    parsed = parse_personal_number(nine + check_letter(nine))
    assert parsed.birth_date == born
    assert parsed.sex is (Sex.FEMALE if offset in (50, 80) else Sex.MALE)
    assert parsed.citizen is (offset in (0, 50))
    assert parsed.check_letter_ok


@given(st.integers(0, 22))
def test_every_check_letter_can_come_up(value: int) -> None:
    assert CHECK_ALPHABET[value] in "WABCDEFGHIJKLMNOPQRSTUV"


def _codes(**changed: object) -> dict[str, Severity]:
    data = {"birth_date": date(1990, 1, 1), "birth_place": "Fier", "personal_number": "J00101999W"} | changed
    return {f.code: f.severity for f in check_personal_data(PersonalData(**data), today=TODAY, election_day=ELECTION)}


def test_good_data_has_no_findings() -> None:
    assert _codes() == {}
    assert _codes(personal_number=" j0010-1999 w") == {}


@pytest.mark.parametrize(
    ("changed", "code", "severity"),
    [
        ({"birth_date": date(2030, 1, 1)}, "person.birth_date_impossible", Severity.HARD),
        ({"birth_date": date(2011, 5, 14)}, "person.under_age", Severity.HARD),
        ({"birth_place": " 12 "}, "person.birth_place_missing", Severity.HARD),
        ({"personal_number": "J00101999"}, "person.number_length", Severity.HARD),
        ({"personal_number": "J00141999W"}, "person.number_shape", Severity.HARD),
        ({"personal_number": "J03101999W"}, "person.number_foreigner", Severity.HARD),
        ({"personal_number": "J00102999W"}, "person.number_birth_date", Severity.HARD),
        ({"personal_number": "J00101999A"}, "person.number_check_letter", Severity.WARNING),
    ],
)
def test_each_check_finds_its_fault(changed: dict[str, object], code: str, severity: Severity) -> None:
    assert _codes(**changed)[code] is severity


def test_eighteen_on_election_day_is_enough() -> None:
    born = date(2011, 5, 13)
    assert age_on(ELECTION, born) == 18
    assert "person.under_age" not in _codes(birth_date=born)


def test_a_birthday_on_leap_day_comes_in_march() -> None:
    assert age_on(date(2029, 2, 28), date(2008, 2, 29)) == 20
    assert age_on(date(2029, 3, 1), date(2008, 2, 29)) == 21


@pytest.mark.parametrize(
    ("password", "repeat", "codes"),
    [
        ("Zgjidhje7", "Zgjidhje7", []),
        ("Shqipëri7", "Shqipëri7", []),
        ("zgjidhje7", "zgjidhje7", ["password.upper"]),
        ("ZGJIDHJE7", "ZGJIDHJE7", ["password.lower"]),
        ("Zgjidhjet", "Zgjidhjet", ["password.digit"]),
        ("Zgj7", "Zgj7", ["password.length"]),
        ("Password1", "Password1", ["password.common"]),
        ("Zgjidhje7", "Zgjidhje8", ["password.differs"]),
        ("", "", ["password.length", "password.upper", "password.lower", "password.digit", "password.differs"]),
    ],
)
def test_the_password_rule(password: str, repeat: str, codes: list[str]) -> None:
    assert [f.code for f in check_password(password, repeat)] == codes


def test_nothing_typed_ticks_nothing() -> None:
    judged = ticks("", "")
    assert not any((judged.length, judged.upper, judged.lower, judged.digit, judged.same))


@given(st.sampled_from(CaseState), st.sampled_from(Action), st.sampled_from(Actor))
def test_only_the_table_moves_a_case(state: CaseState, action: Action, actor: Actor) -> None:
    rows = [t for t in TRANSITIONS if t.source is state and t.action is action and actor in t.by]
    assert len(rows) <= (2 if action is Action.RELEASE else 1)
    if rows:
        assert {transition(state, action, actor, back_to=row.target) for row in rows} == set(rows)
    else:
        with pytest.raises(IllegalTransition):
            transition(state, action, actor)


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    assert {t.target for t in TRANSITIONS} == set(CaseState)
    assert {t.source for t in TRANSITIONS} == set(CaseState)
    assert {CaseState.APPROVED, CaseState.REFUSED} <= FINAL


def test_only_an_official_decides_and_says_why() -> None:
    decisions = [t for t in TRANSITIONS if t.action in (Action.APPROVE, Action.REFUSE, Action.RETURN)]
    assert all(t.by <= {Actor.OFFICIAL, Actor.SUPERVISOR} and t.source is CaseState.IN_REVIEW for t in decisions)
    assert all(t.reason_required for t in decisions if t.action is Action.REFUSE)
    assert all(t.comment_required for t in decisions if t.action is Action.RETURN)


def _submissions():
    account = account_submission(ACCOUNT, walk(ACCOUNT, ACCOUNT_ANSWERS, "done"), FACTS, PROFILE.account_id, "sq")
    request = request_submission(
        REQUEST, walk(REQUEST, REQUEST_ANSWERS, "done"), FACTS, PROFILE, RequestId("0190-r"), "sq"
    )
    return account, request


@pytest.mark.parametrize("which", [0, 1], ids=["account", "request"])
def test_what_travels_arrives_the_same(which: int) -> None:
    submission = _submissions()[which]
    files = encode(submission)
    assert decode(files) == submission
    assert encode(decode(files)) == files


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f.pop("request.json"),
        lambda f: f.pop("img/portrait.jpg"),
        lambda f: f.update({"request.json": b"{}"}),
        lambda f: f.update({"request.json": f["request.json"].replace(b'"schema":1', b'"schema":2')}),
        lambda f: f.update({"request.json": f["request.json"].replace(b'"passport"', b'"bus-ticket"')}),
        lambda f: f.update({"request.json": f["request.json"].replace(b"1990-01-01", b"1990-13-01")}),
        lambda f: f.update({"request.json": b"\xff\xfe"}),
        lambda f: f.update({"request.json": b"[]"}),
    ],
)
def test_what_was_altered_on_the_way_is_refused_without_a_value(spoil) -> None:
    files = encode(_submissions()[1])
    spoil(files)
    with pytest.raises(UnreadableSubmission) as caught:
        decode(files)
    assert "1990" not in str(caught.value)
