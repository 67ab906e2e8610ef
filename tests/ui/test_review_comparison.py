"""What stands side by side, what differs, and what the machine advises from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.model.case import REFUSAL_REASONS, Action, CaseState
from registration.model.documents import (
    Attachment,
    Correction,
    DocumentKind,
    DocumentReading,
    FieldName,
    FieldReading,
    FieldSource,
    Found,
    MrzReading,
    ProofVerdict,
    ReadState,
)
from registration.model.ids import AttachmentId
from registration.model.submission import RequestSubmission
from registration.review_desk import MOST_COMMENT, Role
from tests.fakes import invented_voter
from ui.review.checklist import REASONS, advice
from ui.review.comparison import Column, ComparedField, Verdict, compare
from ui.review.decisions import COMMENT, lacks, may_open, must_reopen


def reading(
    zone: dict[FieldName, str] | None,
    page: dict[FieldName, str],
    layout: str = "TD3",
    state: ReadState = ReadState.VERIFIED,
) -> DocumentReading:
    mrz = None if zone is None else MrzReading(layout, (), state, True, 0.99, zone)
    fields = {name: FieldReading(text, FieldSource.VISUAL_ZONE, 0.9) for name, text in page.items()}
    return DocumentReading(DocumentKind.PASSPORT, fields, mrz)


def row(request: RequestSubmission, name: FieldName) -> ComparedField:
    return next(r for r in compare(request) if r.name is name)


def with_document(document: DocumentReading, **more: object) -> RequestSubmission:
    return invented_voter.of(invented_voter.request(), document=document, corrections=(), **more)


@pytest.mark.parametrize(
    ("zone", "page"),
    [
        ("CELA", "Çela"),
        ("GJERGJ KASTRIOTI", "Gjergj-Kastrioti"),
        ("MUELLER", "Müller"),
        ("STRASSE", "Straße"),
        ("DANGELO", "D'Angelo"),
        ("ZOE", "Zoë"),
        ("HOXHA RAMA", "Rama Hoxha"),
        ("ARBEN", "Arben Luan"),
    ],
)
def test_transliterated_names_are_the_same_name(zone: str, page: str) -> None:
    request = with_document(reading({FieldName.SURNAME: zone}, {FieldName.SURNAME: page}))
    assert row(request, FieldName.SURNAME).verdict is Verdict.MATCHES


def test_a_cut_off_name_matches_only_where_the_zone_is_full() -> None:
    long, cut = "Arbëresha Anastasia Aleksandra", "ARBERESHA ANAST"
    full = {FieldName.SURNAME: "CELA SPECIMEN", FieldName.GIVEN_NAMES: cut}
    page = {FieldName.SURNAME: "Çela Specimen", FieldName.GIVEN_NAMES: long}
    assert row(with_document(reading(full, page, "TD1")), FieldName.GIVEN_NAMES).verdict is Verdict.MATCHES
    assert row(with_document(reading(full, page, "TD3")), FieldName.GIVEN_NAMES).verdict is Verdict.DIFFERS


def test_only_the_column_that_differs_is_odd() -> None:
    number = invented_voter.PERSON.personal_number
    request = with_document(
        reading({FieldName.PERSONAL_NUMBER: number}, {FieldName.PERSONAL_NUMBER: number[:-1] + "X"})
    )
    compared = row(request, FieldName.PERSONAL_NUMBER)
    assert compared.verdict is Verdict.DIFFERS
    assert compared.odd == {Column.VISUAL_ZONE}


def test_a_correction_stands_beside_what_was_read() -> None:
    document = reading({FieldName.SURNAME: "CELA"}, {})
    request = invented_voter.of(
        invented_voter.request(), document=document, corrections=(Correction(FieldName.SURNAME, "CELA", "Hoxha"),)
    )
    compared = row(request, FieldName.SURNAME)
    assert compared.value(Column.CORRECTED) == "Hoxha"
    assert compared.odd == {Column.CORRECTED}


def test_what_was_typed_but_not_read_is_unreadable_and_a_lone_reading_says_nothing() -> None:
    request = with_document(reading({FieldName.DOCUMENT_NUMBER: "SP1"}, {}))
    assert row(request, FieldName.BIRTH_DATE).verdict is Verdict.UNREADABLE
    assert row(request, FieldName.DOCUMENT_NUMBER).verdict is Verdict.ALONE


def test_place_of_birth_may_carry_its_country() -> None:
    request = with_document(reading({}, {FieldName.BIRTH_PLACE: "GJIROKASTËR ALB"}))
    assert row(request, FieldName.BIRTH_PLACE).verdict is Verdict.MATCHES


@pytest.mark.parametrize(("zone", "page"), [("CELA", "Hoxha"), ("HOXHA", "Hoxhaj"), ("...", "---")])
def test_other_names_differ(zone: str, page: str) -> None:
    request = with_document(reading({FieldName.SURNAME: zone}, {FieldName.SURNAME: page}))
    assert row(request, FieldName.SURNAME).verdict is Verdict.DIFFERS


@given(st.text(min_size=1).filter(lambda t: bool(t.strip())))
def test_a_value_always_matches_itself(text: str) -> None:
    request = with_document(reading({FieldName.SURNAME: text}, {FieldName.SURNAME: text}))
    assert row(request, FieldName.SURNAME).verdict is Verdict.MATCHES


# ------------------------------------------------------------ advice


def advised(verdict: ProofVerdict | None, document: DocumentReading | None = None) -> dict[str, Verdict]:
    proof = Attachment(AttachmentId("a"), "energy", (invented_voter.photo(),), verdict)
    request = with_document(document or reading({}, {}), attachments=(proof,))
    return advice(request, compare(request))


def test_advice_follows_the_proof() -> None:
    good = ProofVerdict(True, Found.YES, Found.YES, True)
    other = ProofVerdict(True, Found.YES, Found.NO, True)
    blurred = ProofVerdict(False, Found.NO, Found.NO, True)
    wrong_kind = ProofVerdict(True, Found.YES, Found.YES, False)
    assert advised(good)["address"] is Verdict.MATCHES
    assert advised(other)["address"] is Verdict.DIFFERS
    assert advised(blurred)["proof"] is Verdict.UNREADABLE
    assert advised(wrong_kind)["proof"] is Verdict.DIFFERS
    assert advised(None)["proof"] is Verdict.ALONE


def test_advice_never_speaks_for_the_register_or_the_face() -> None:
    said = advised(ProofVerdict(True, Found.YES, Found.YES, True))
    assert said["register"] is Verdict.ALONE
    assert said["face"] is Verdict.ALONE


def test_advice_calls_a_document_without_a_zone_unreadable() -> None:
    assert advised(None, reading(None, {}))["document"] is Verdict.UNREADABLE
    assert advised(None, reading({}, {}, state=ReadState.REFUSED))["document"] is Verdict.UNREADABLE


def test_every_suggested_reason_is_on_the_list() -> None:
    assert set(REASONS.values()) <= set(REFUSAL_REASONS)


# ------------------------------------------------------------ decisions


def test_what_a_decision_lacks() -> None:
    assert lacks(Action.APPROVE, (), "") == ()
    assert [p.code for p in lacks(Action.REFUSE, (), "fjalë")] == ["case.reason_required"]
    assert lacks(Action.REFUSE, ("unreadable",), "") == ()
    assert [p.code for p in lacks(Action.RETURN, (), "  ")] == ["case.comment_required"]
    too_long = lacks(Action.RETURN, (), "a" * (MOST_COMMENT + 1))
    assert [(p.code, p.field) for p in too_long] == [("case.comment_too_long", COMMENT)]


@pytest.mark.parametrize(
    ("state", "reviewer", "supervisor"),
    [
        (CaseState.SUBMITTED, True, True),
        (CaseState.COMPLETED, True, True),
        (CaseState.IN_REVIEW, True, True),
        (CaseState.APPROVED, False, True),
        (CaseState.REFUSED, False, True),
        (CaseState.RETURNED, False, False),
        (CaseState.WITHDRAWN, False, False),
    ],
)
def test_who_may_open_what(state: CaseState, reviewer: bool, supervisor: bool) -> None:
    assert may_open(state, Role.REVIEWER) is reviewer
    assert may_open(state, Role.SUPERVISOR) is supervisor
    assert not may_open(state, Role.OBSERVER)
    assert not may_open(state, Role.ADMINISTRATOR)
    assert must_reopen(state, Role.SUPERVISOR) is (state in (CaseState.APPROVED, CaseState.REFUSED))
