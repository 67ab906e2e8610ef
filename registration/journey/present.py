"""From a state to the view of its page. Pure: the same state gives the same view, in any language."""

from __future__ import annotations

from registration.catalog.definitions import NO_LABELS, Option, Service, Step, StepKind
from registration.journey.answers import (
    AttachmentsAnswer,
    CodeAnswer,
    ConfirmAnswer,
    DocumentAnswer,
    FaceAnswer,
    FormAnswer,
    PickAnswer,
    ReviewAnswer,
)
from registration.journey.checks import (
    MUST_BE_READ,
    attachment_kinds,
    check_answer,
    chosen_document,
    corrected,
    proof_reasons,
    visible_fields,
)
from registration.journey.state import Facts, State
from registration.journey.summary import summary_sections
from registration.journey.views import (
    AttachmentsView,
    CodeView,
    ContactConfirmView,
    DocumentCaptureView,
    DoneView,
    FaceView,
    FieldView,
    FormView,
    JourneyView,
    MessageView,
    Notice,
    Page,
    PasswordView,
    PickView,
    ReadBackView,
    ReadFieldView,
    SummaryView,
)
from registration.model.contact import Contact, parse_contact, readable
from registration.model.documents import SIDES, FieldName, FieldSource
from registration.model.person import Severity

_OFTEN_ABSENT = frozenset({FieldName.FATHER_NAME, FieldName.ISSUER, FieldName.ISSUE_DATE})
"""Shown only when something was read: many documents do not carry them."""


class NotPresentable(Exception):
    """This version has no page for that kind of step; `kiosk services check` says so before anyone meets it."""


def present(service: Service, state: State, facts: Facts) -> JourneyView:
    """Return the view of the state's page.

    Raises:
        NotPresentable: the step's kind has no page yet.
    """
    step = service.step(state.step)
    page = _page(service, state, step, facts)
    match step.kind:
        case StepKind.FORM:
            return _form(step, state, facts, page)
        case StepKind.CONTACT_CONFIRM:
            contact = contact_to_confirm(state, facts)
            return ContactConfirmView(page, contact.kind, readable(contact), facts.online)
        case StepKind.CODE_ENTRY:
            return _code(step, state, facts, page)
        case StepKind.PASSWORD:
            return PasswordView(page)
        case StepKind.CAPTURE_FACE:
            face = state.answer(step.id, FaceAnswer)
            return FaceView(page, face.portrait.photo if face else None)
        case StepKind.MESSAGE:
            return MessageView(page)
        case StepKind.PICK_LIST:
            picked = state.answer(step.id, PickAnswer)
            return PickView(page, step.options, picked.option if picked else "")
        case StepKind.CAPTURE_DOCUMENT:
            kind = chosen_document(step, state)
            taken = state.answer(step.id, DocumentAnswer)
            return DocumentCaptureView(page, kind, SIDES[kind], taken.images if taken else ())
        case StepKind.OCR_REVIEW:
            return _read_back(service, step, state, page)
        case StepKind.ATTACHMENTS:
            return _attachments(step, state, facts, page)
        case StepKind.SUMMARY:
            return SummaryView(page, summary_sections(service, state, facts))
        case StepKind.DONE:
            return _done(service, step, state, facts, page)
    raise NotPresentable(step.kind)


def contact_to_confirm(state: State, facts: Facts) -> Contact:
    """Return the contact the voter typed on the form before this page, else the account's own."""
    forms = [a for _, a in state.answers if isinstance(a, FormAnswer)]
    if not forms:
        assert facts.account_contact is not None
        return facts.account_contact
    typed = [v.value for v in forms[-1].values if v.value]
    return parse_contact(typed[0], facts.region)


def _page(service: Service, state: State, step: Step, facts: Facts) -> Page:
    warnings = list(state.warned)
    given = state.attempt or next((a for name, a in state.answers if name == step.id), None)
    if given is None and step.kind is StepKind.OCR_REVIEW:
        given = ReviewAnswer(())
    if given is not None and step.kind is not StepKind.FORM:
        findings = check_answer(service, step, given, state, facts)
        warnings += [f for f in findings if f.severity is Severity.WARNING]
    origin = state.origin
    return Page(
        service=service.id,
        step=step.id,
        kind=step.kind,
        title=step.title,
        text=step.text,
        warning=step.warning,
        next=step.next,
        skip=step.skip if step.optional else NO_LABELS,
        # From the first page Back leads out of the journey, to where it was begun.
        can_go_back=bool(state.trail) or step is service.steps[0],
        changing=state.changing,
        number=service.steps.index(step) + 1,
        total=len(service.steps),
        problems=state.problems,
        warnings=tuple(dict.fromkeys(warnings)),
        notice=Notice(origin.state, origin.reasons, origin.comment) if origin and origin.state else None,
    )


def _form(step: Step, state: State, facts: Facts, page: Page) -> FormView:
    answer = state.attempt if isinstance(state.attempt, FormAnswer) else state.answer(step.id, FormAnswer)
    fields = tuple(
        FieldView(
            id=item.id,
            label=item.label,
            type=item.type,
            value=answer.get(item.id) if answer else "",
            optional=item.mandatory.value != "yes" or step.optional,
            hint=item.hint,
            options=item.options,
            max_length=item.max_length,
        )
        for item in visible_fields(step, answer, facts)
    )
    chosen = None
    if step.choose_one and fields:
        chosen = next((f.id for f in fields if f.value), fields[0].id)
    return FormView(page, fields, step.choose_one, chosen)


def _code(step: Step, state: State, facts: Facts, page: Page) -> CodeView:
    confirmed = next(a for _, a in state.answers if isinstance(a, ConfirmAnswer))
    return CodeView(
        page,
        confirmed.contact.kind,
        confirmed.contact.masked,
        step.digits,
        facts.code_expires_in,
        facts.code_resend_after,
        confirmed.sent,
        online=confirmed.sent > 0,
    )


def _read_back(service: Service, step: Step, state: State, page: Page) -> ReadBackView:
    assert step.reads is not None
    document = state.answer(step.reads, DocumentAnswer)
    assert document is not None
    assert document.reading is not None
    reading = document.reading
    attempt = state.attempt if isinstance(state.attempt, ReviewAnswer) else state.answer(step.id, ReviewAnswer)
    fields = []
    for name in FieldName:
        read = reading.fields.get(name)
        if read is None and name in _OFTEN_ABSENT and name not in MUST_BE_READ:
            continue
        fields.append(
            ReadFieldView(
                name=name,
                value=corrected(reading, attempt, name),
                read=read.value if read else "",
                source=read.source if read else FieldSource.VOTER,
                confidence=read.confidence if read else 0.0,
            )
        )
    return ReadBackView(page, reading.kind, tuple(fields), document.images)


def _attachments(step: Step, state: State, facts: Facts, page: Page) -> AttachmentsView:
    kinds = attachment_kinds(step, facts)
    answer = state.answer(step.id, AttachmentsAnswer) or AttachmentsAnswer(())
    reasons = proof_reasons(answer)
    return AttachmentsView(
        page,
        kinds=tuple(Option(k.id, k.label) for k in kinds if not k.linking),
        linking_kinds=tuple(Option(k.id, k.label) for k in kinds if k.linking),
        items=answer.items,
        modes=step.modes,
        minimum=step.minimum,
        maximum=step.maximum,
        offer_linking=any(code in ("proof.name_missing", "proof.name_other") for code in reasons),
    )


def _done(service: Service, step: Step, state: State, facts: Facts, page: Page) -> DoneView:
    code = next((a for _, a in state.answers if isinstance(a, CodeAnswer)), None)
    return DoneView(
        page,
        step.buttons,
        # An account has no number to keep; its owner logs in with the contact.
        reference=state.reference if any(s.kind is StepKind.SUMMARY for s in service.steps) else "",
        delivered=state.delivered,
        contact_verified=facts.account_verified if code is None else code.verified,
        submitted=state.submitted,
    )
