"""Each page shows what its state says, in no language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import resources.texts
from registration.journey.advance import advance, begin
from registration.journey.answers import AttachmentsAnswer, CodeAnswer, ConfirmAnswer, DocumentAnswer, ReviewAnswer
from registration.journey.present import present
from registration.journey.state import Answered, CodeResent, Delivered, Kept, Origin, Submitted
from registration.journey.views import (
    AttachmentsView,
    CodeView,
    ContactConfirmView,
    DocumentCaptureView,
    DoneView,
    FaceView,
    FormView,
    MessageView,
    PasswordView,
    PickView,
    ReadBackView,
    SummaryView,
)
from registration.model.contact import Contact, ContactKind
from registration.model.documents import Correction, FieldName, Found, ProofVerdict, Side
from registration.model.ids import RequestId, StepId
from registration.model.person import PersonalData
from tests.unit.registration.people import (
    ACCOUNT,
    ACCOUNT_ANSWERS,
    FACTS,
    NOW,
    PAGE,
    PHONE,
    PROOF,
    REQUEST,
    REQUEST_ANSWERS,
    form,
    service,
    walk,
)

KINDS = {
    "contact": FormView, "contact_confirm": ContactConfirmView, "code": CodeView, "password": PasswordView,
    "face": FaceView, "face_saved": MessageView, "person": FormView, "done": DoneView,
}  # fmt: skip
REQUEST_KINDS = {
    "document_kind": PickView, "document": DocumentCaptureView, "read_back": ReadBackView,
    "document_saved": MessageView, "proof": AttachmentsView, "address": FormView, "address_saved": MessageView,
    "second_contact": FormView, "summary": SummaryView, "done": DoneView,
}  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "answers", "kinds"),
    [(ACCOUNT, ACCOUNT_ANSWERS, KINDS), (REQUEST, REQUEST_ANSWERS, REQUEST_KINDS)],
    ids=["account", "request"],
)
def test_every_step_has_its_page(definition, answers, kinds) -> None:
    for step in definition.steps:
        view = present(definition, walk(definition, answers, step.id), FACTS)
        assert type(view) is kinds[step.id]
        assert view.page.title.get("sq")
        assert view.page.title.get("en")


def test_no_two_pages_of_a_service_share_a_heading() -> None:
    for definition in (ACCOUNT, REQUEST):
        titles = [step.title.get("sq") for step in definition.steps]
        assert len(set(titles)) == len(titles)


def test_the_contact_is_read_back_grouped_and_masked_later() -> None:
    confirm = present(ACCOUNT, walk(ACCOUNT, ACCOUNT_ANSWERS, "contact_confirm"), FACTS)
    code = present(ACCOUNT, walk(ACCOUNT, ACCOUNT_ANSWERS, "code"), FACTS)

    assert confirm.text == "+355 69 123 4567"
    assert code.masked == "+355*****4567"
    assert (code.digits, code.expires_in, code.resend_after, code.sent) == (6, 180, 60, 1)


def test_the_accounts_own_contact_is_read_back_where_none_was_typed() -> None:
    contact = service("per-contact")
    state = begin(contact)

    view = present(contact, state, FACTS)
    code = advance(contact, state, Answered(StepId("contact_confirm"), ConfirmAnswer(PHONE, 1, NOW)), FACTS)

    assert view.text == "+355 69 123 4567"
    assert present(contact, code, FACTS).masked == "+355*****4567"
    other = ConfirmAnswer(Contact(ContactKind.PHONE, "+355697654321"), 1, NOW)
    refused = advance(contact, state, Answered(StepId("contact_confirm"), other), FACTS)
    assert [f.code for f in refused.problems] == ["contact.changed"]


def test_a_resent_code_restarts_the_count_down() -> None:
    state = advance(ACCOUNT, walk(ACCOUNT, ACCOUNT_ANSWERS, "code"), CodeResent(), FACTS)

    assert present(ACCOUNT, state, FACTS).sent == 2


def test_without_a_code_on_its_way_the_page_says_so() -> None:
    offline = ACCOUNT_ANSWERS | {"contact_confirm": replace(ACCOUNT_ANSWERS["contact_confirm"], sent=0)}

    assert not present(ACCOUNT, walk(ACCOUNT, offline, "code"), replace(FACTS, online=False)).online


def test_the_contact_form_offers_one_of_two() -> None:
    view = present(ACCOUNT, begin(ACCOUNT), FACTS)

    assert view.choose_one
    assert view.chosen == "phone"
    assert [f.id for f in view.fields] == ["phone", "email"]


def test_the_second_contact_is_the_one_not_used_yet() -> None:
    state = walk(REQUEST, REQUEST_ANSWERS, "second_contact")
    by_email = replace(FACTS, account_contact=Contact(ContactKind.EMAIL, "a@example.org"))

    assert [f.id for f in present(REQUEST, state, FACTS).fields] == ["second_email"]
    assert [f.id for f in present(REQUEST, state, by_email).fields] == ["second_phone"]
    assert present(REQUEST, state, FACTS).page.skip.get("sq") == "Kalo"


def test_a_card_asks_for_two_sides() -> None:
    state = walk(REQUEST, REQUEST_ANSWERS | {"document_kind": replace(REQUEST_ANSWERS["document_kind"], option="id-card")}, "document")  # fmt: skip  # noqa: E501

    view = present(REQUEST, state, FACTS)

    assert view.sides == (Side.FRONT, Side.BACK)
    front_only = advance(
        REQUEST, state, Answered(StepId("document"), DocumentAnswer((replace(PAGE, side=Side.FRONT),))), FACTS
    )
    assert [f.code for f in front_only.problems] == ["document.side_missing"]


def test_the_read_back_keeps_the_correction_beside_what_was_read() -> None:
    fix = ReviewAnswer((Correction(FieldName.SURNAME, "Specimen Hoxha", "Specimen Hoxhaj"),))
    state = walk(REQUEST, REQUEST_ANSWERS, "read_back")
    state = advance(REQUEST, state, Kept(StepId("read_back"), fix), FACTS)

    surname = next(f for f in present(REQUEST, state, FACTS).fields if f.name is FieldName.SURNAME)

    assert (surname.read, surname.value) == ("Specimen Hoxha", "Specimen Hoxhaj")


def test_the_read_back_warns_when_the_account_says_otherwise() -> None:
    other = replace(FACTS, account_person=PersonalData(date(1991, 1, 1), "Fier", "J10101001A"))

    view = present(REQUEST, walk(REQUEST, REQUEST_ANSWERS, "read_back"), other)

    assert {f.code for f in view.page.warnings} >= {"document.differs_birth_date", "document.differs_personal_number"}


def test_a_proof_in_another_name_offers_the_linking_documents() -> None:
    bad = replace(PROOF, verdict=ProofVerdict(True, Found.NO, Found.YES, True, ("proof.name_other",)))
    state = walk(REQUEST, REQUEST_ANSWERS, "proof")
    state = advance(REQUEST, state, Kept(StepId("proof"), AttachmentsAnswer((bad,))), FACTS)

    view = present(REQUEST, state, FACTS)

    assert view.offer_linking
    assert [f.code for f in view.page.warnings] == ["proof.name_other"]
    assert [o.id for o in view.linking_kinds] == ["family_certificate", "resident_declaration", "name_change"]
    assert len(view.kinds) == 11


def test_the_summary_shows_everything_once() -> None:
    view = present(REQUEST, walk(REQUEST, REQUEST_ANSWERS, "summary"), FACTS)

    values = [row.value for section in view.sections for row in section.rows]
    assert "+355 69 123 4567" in values
    assert "Specimen Hoxha" in values
    assert "Via Sparano" in values
    assert [s.step for s in view.sections if s.step] == [
        "document_kind", "document", "read_back", "proof", "address", "second_contact",
    ]  # fmt: skip


def test_every_text_a_summary_names_exists() -> None:
    view = present(REQUEST, walk(REQUEST, REQUEST_ANSWERS, "summary"), FACTS)
    ids = {s.title_id for s in view.sections} | {
        i for s in view.sections for row in s.rows for i in (row.label_id, row.value_id)
    }
    for language in resources.texts.LANGUAGES:
        assert [i for i in ids if i and not resources.texts.has(language, i)] == []


def test_the_last_page_tells_sent_from_stored() -> None:
    done = advance(REQUEST, walk(REQUEST, REQUEST_ANSWERS, "done"), Submitted("PER-1234-5678", NOW), FACTS)

    assert not present(REQUEST, done, FACTS).delivered
    delivered = present(REQUEST, advance(REQUEST, done, Delivered(), FACTS), FACTS)
    assert (delivered.delivered, delivered.reference) == (True, "PER-1234-5678")


def test_the_account_page_says_when_the_contact_is_unverified() -> None:
    assert present(ACCOUNT, walk(ACCOUNT, ACCOUNT_ANSWERS, "done"), FACTS).contact_verified
    unverified = walk(ACCOUNT, ACCOUNT_ANSWERS | {"code": CodeAnswer("")}, "done")
    assert not present(ACCOUNT, unverified, FACTS).contact_verified


def test_a_later_version_shows_what_the_official_said() -> None:
    origin = Origin(RequestId("r"), 1, "returned", (), "Ju lutem ngarkoni faqen me adresën.")

    view = present(REQUEST, begin(REQUEST, origin), FACTS)

    assert view.page.notice.comment == "Ju lutem ngarkoni faqen me adresën."


def test_what_was_typed_wrongly_is_shown_again() -> None:
    tried = advance(ACCOUNT, begin(ACCOUNT), Answered(StepId("contact"), form(phone="12", email="")), FACTS)

    view = present(ACCOUNT, tried, FACTS)

    assert view.fields[0].value == "12"
    assert [f.code for f in view.page.problems] == ["contact.phone_invalid"]
