"""File a request for registration (domain.md A2), a first one or a later version of it (B3-07)."""

from __future__ import annotations

from typing import TypeVar

from registration.catalog.definitions import Service, StepKind
from registration.journey.answers import (
    Answer,
    AttachmentsAnswer,
    DocumentAnswer,
    FieldValue,
    FormAnswer,
    PickAnswer,
    ReviewAnswer,
    SeenAnswer,
    SkippedAnswer,
)
from registration.journey.state import Facts, Origin, State
from registration.model.address import Address
from registration.model.contact import Contact, ContactKind
from registration.model.evidence import Portrait
from registration.model.ids import FieldId, RequestId, StepId
from registration.model.person import PersonalData
from registration.model.submission import RequestSubmission
from registration.ports.server import AccountProfile
from registration.usecases.open_account import warnings_left

A = TypeVar("A", bound=Answer)

ADDRESS_FIELDS = ("country", "city", "postcode", "street", "building", "flat", "region", "care_of")


def person_of_profile(profile: AccountProfile) -> PersonalData:
    """Return the account's personal data."""
    return PersonalData(profile.birth_date, profile.birth_place, profile.personal_number)


def request_submission(
    service: Service,
    state: State,
    facts: Facts,
    profile: AccountProfile,
    request_id: RequestId,
    language: str,
) -> RequestSubmission:
    """Gather the answers of a finished request journey with the account's own evidence (PR-26).

    `request_id` is used for a first version; a later one keeps the id of its origin and counts its revision up.
    """
    document = _only(state, DocumentAnswer)
    review = _only(state, ReviewAnswer)
    assert document.reading is not None
    address = next(a for _, a in state.answers if isinstance(a, FormAnswer) and a.get("country"))
    origin = state.origin
    return RequestSubmission(
        request_id=origin.request_id if origin else request_id,
        revision=origin.revision + 1 if origin else 1,
        service=service.id,
        account_id=profile.account_id,
        document=document.reading,
        images=document.images,
        corrections=review.corrections,
        attachments=_only(state, AttachmentsAnswer).items,
        address=Address(**{name: address.get(name) for name in ADDRESS_FIELDS}),
        second_contact=second_contact(state),
        person=person_of_profile(profile),
        portrait=Portrait(profile.portrait, profile.liveness),
        language=language,
        warnings=warnings_left(service, state, facts),
    )


def second_contact(state: State) -> Contact | None:
    """Return the optional second contact (PR-18), already in canonical form."""
    for _, answer in state.answers:
        if isinstance(answer, FormAnswer):
            if answer.get("second_email"):
                return Contact(ContactKind.EMAIL, answer.get("second_email"))
            if answer.get("second_phone"):
                return Contact(ContactKind.PHONE, answer.get("second_phone"))
    return None


def continue_request(
    service: Service, last: RequestSubmission, *, state: str, reasons: tuple[str, ...], comment: str
) -> State:
    """Return a journey prefilled from the last version, standing at its summary with the official's words on top."""
    origin = Origin(last.request_id, last.revision, state, reasons, comment)
    summary = next(step.id for step in service.steps if step.kind is StepKind.SUMMARY)
    answers = _answers_of(service, last)
    trail = tuple(step.id for step in service.steps if any(name == step.id for name, _ in answers))
    return State(service.id, summary, trail=trail, answers=answers, origin=origin)


def _answers_of(service: Service, last: RequestSubmission) -> tuple[tuple[StepId, Answer], ...]:
    by_kind: dict[StepKind, Answer] = {
        StepKind.PICK_LIST: PickAnswer(last.document.kind),
        StepKind.CAPTURE_DOCUMENT: DocumentAnswer(last.images, last.document),
        StepKind.OCR_REVIEW: ReviewAnswer(last.corrections),
        StepKind.ATTACHMENTS: AttachmentsAnswer(last.attachments),
        StepKind.MESSAGE: SeenAnswer(),
    }
    answers: list[tuple[StepId, Answer]] = []
    for step in service.steps:
        if step.kind in by_kind:
            answers.append((step.id, by_kind[step.kind]))
        elif step.kind is StepKind.FORM and step.optional:
            answers.append((step.id, _second_contact_answer(last.second_contact)))
        elif step.kind is StepKind.FORM:
            answers.append((step.id, _form(**{name: getattr(last.address, name) for name in ADDRESS_FIELDS})))
    return tuple(answers)


def _second_contact_answer(contact: Contact | None) -> Answer:
    if contact is None:
        return SkippedAnswer()
    return _form(second_email=contact.value) if contact.kind is ContactKind.EMAIL else _form(second_phone=contact.value)


def _form(**values: str) -> FormAnswer:
    return FormAnswer(tuple(FieldValue(FieldId(name), value) for name, value in values.items()))


def _only(state: State, kind: type[A]) -> A:
    return next(a for _, a in state.answers if isinstance(a, kind))
