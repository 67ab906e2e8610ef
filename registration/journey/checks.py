"""What must hold before a page is left, and what the voter should know though they may go on.

Hard findings keep the voter on the page; warnings are shown and travel with the packet to the reviewer. All of it
is pure: the world comes in through `Facts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from registration.catalog.definitions import AttachmentKind, Field, FieldType, Mandatory, Service, Step
from registration.errors import VoterCanFix
from registration.journey.answers import (
    Answer,
    AttachmentsAnswer,
    ConfirmAnswer,
    DocumentAnswer,
    FieldValue,
    FormAnswer,
    PersonListAnswer,
    PickAnswer,
    ReviewAnswer,
)
from registration.journey.state import Facts, State
from registration.model.birth_places import surely_another_place
from registration.model.contact import parse_email, parse_phone
from registration.model.documents import SIDES, DocumentKind, DocumentReading, FieldName
from registration.model.person import (
    Finding,
    PersonalData,
    Severity,
    check_personal_data,
    check_personal_number,
    normalise_personal_number,
)

MUST_BE_READ = (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.BIRTH_DATE, FieldName.DOCUMENT_NUMBER)
"""A read-back without these is not an identification; the voter types what the machine could not read."""


def check_answer(service: Service, step: Step, answer: Answer, state: State, facts: Facts) -> tuple[Finding, ...]:
    """Judge an answer to a step of the state's journey."""
    match answer:
        case FormAnswer():
            return (*check_form(step, answer, facts), *_address_warnings(step, state))
        case PickAnswer(option=option):
            return () if any(o.id == option for o in step.options) else (Finding("field.choose", step.id),)
        case DocumentAnswer():
            return _check_document(step, answer, state)
        case ReviewAnswer():
            return check_read_back(step, answer, state, facts)
        case AttachmentsAnswer():
            return check_attachments(step, answer, attachment_kinds(step, facts))
        case ConfirmAnswer(contact=contact):
            typed = contact_values(state)
            if facts.account_contact is not None:
                typed.add(facts.account_contact.value)
            return () if contact.value in typed else (Finding("contact.changed", step.id),)
        case PersonListAnswer():
            return _check_persons(step, answer)
        case _:
            return ()


# ------------------------------------------------------------ forms


def visible_fields(step: Step, answer: FormAnswer | None, facts: Facts) -> tuple[Field, ...]:
    """Return the fields whose condition holds, given what is typed so far."""
    named = facts.named()

    def holds(item: Field) -> bool:
        condition = item.visible_when
        if condition is None:
            return True
        value = named.get(condition.about, answer.get(condition.about) if answer else "")
        return value in condition.values

    return tuple(item for item in step.fields if holds(item))


def check_form(step: Step, answer: FormAnswer, facts: Facts) -> tuple[Finding, ...]:
    """Judge a form field by field, then the personal data as a whole (domain.md B6)."""
    fields = visible_fields(step, answer, facts)
    findings: list[Finding] = []
    if step.choose_one:
        filled = [item for item in fields if answer.get(item.id).strip()]
        if len(filled) != 1:
            return (Finding("field.missing", fields[0].id if fields else step.id),)
        fields = tuple(filled)
    for item in fields:
        findings += _check_field(item, answer.get(item.id), facts)
    faulty = {f.field for f in findings}
    ids = {item.id for item in fields}
    if {"birth_date", "birth_place", "personal_number"} <= ids and "birth_date" not in faulty:
        person = person_of(answer)
        judged = check_personal_data(person, today=facts.today, election_day=facts.election_day)
        findings += [f for f in judged if f.field not in faulty]
    elif "personal_number" in ids and "personal_number" not in faulty:
        findings += check_personal_number(answer.get("personal_number"), None)
    return tuple(findings)


def _check_field(item: Field, text: str, facts: Facts) -> list[Finding]:
    text = text.strip()
    if not text:
        return [Finding("field.missing", item.id)] if item.mandatory is Mandatory.YES else []
    if len(text) > item.max_length:
        return [Finding("field.too_long", item.id, params=(("n", item.max_length),))]
    try:
        match item.type:
            case FieldType.PHONE:
                parse_phone(text, facts.region)
            case FieldType.EMAIL:
                parse_email(text)
            case FieldType.DATE:
                date.fromisoformat(text)
            case FieldType.CHOICE:
                if all(o.id != text for o in item.options):
                    return [Finding("field.choose", item.id)]
            case FieldType.COUNTRY:
                if len(text) != 2 or not text.isalpha():
                    return [Finding("field.choose", item.id)]
            case FieldType.BUSINESS_NUMBER | FieldType.BANK_ACCOUNT:
                if not text.replace(" ", "").isalnum():
                    return [Finding("field.letters_digits", item.id)]
            case _:
                pass
    except VoterCanFix as error:
        return [Finding(error.code, item.id)]
    except ValueError:
        return [Finding("field.date_impossible", item.id)]
    return []


def canonical(step: Step, answer: FormAnswer, facts: Facts) -> FormAnswer:
    """Return a form that held, with each value in its canonical text; fields not shown are dropped."""
    values = []
    for item in visible_fields(step, answer, facts):
        text = answer.get(item.id).strip()
        if text and item.type is FieldType.PHONE:
            text = parse_phone(text, facts.region).value
        elif text and item.type is FieldType.EMAIL:
            text = parse_email(text).value
        elif item.type is FieldType.PERSONAL_NUMBER:
            text = normalise_personal_number(text)
        values.append(FieldValue(item.id, text))
    return FormAnswer(tuple(values))


def person_of(answer: FormAnswer) -> PersonalData:
    """Return PA-22..24 from a form that has them; the date must already be one."""
    return PersonalData(
        date.fromisoformat(answer.get("birth_date").strip()),
        answer.get("birth_place").strip(),
        normalise_personal_number(answer.get("personal_number")),
    )


def contact_values(state: State) -> set[str]:
    """Every form value given so far; a confirmed contact must be one of them."""
    return {v.value for _, a in state.answers if isinstance(a, FormAnswer) for v in a.values}


def _address_warnings(step: Step, state: State) -> tuple[Finding, ...]:
    """What the proofs of address lack, once they were compared with what is typed here (PR-14)."""
    if step.must_match is None:
        return ()
    proofs = state.answer(step.must_match, AttachmentsAnswer)
    reasons = proof_reasons(proofs) if proofs else ()
    return tuple(Finding(code, step.id, Severity.WARNING) for code in reasons if "address" in code)


# ------------------------------------------------------------ documents


def chosen_document(step: Step, state: State) -> DocumentKind:
    """Return the kind the voter picked for a capture step; asking earlier is a bug."""
    assert step.reads is not None
    picked = state.answer(step.reads, PickAnswer)
    assert picked is not None
    return DocumentKind(picked.option)


def _check_document(step: Step, answer: DocumentAnswer, state: State) -> tuple[Finding, ...]:
    missing = [side for side in SIDES[chosen_document(step, state)] if answer.side(side) is None]
    if missing:
        return (Finding("document.side_missing", step.id),)
    return () if answer.reading is not None else (Finding("document.not_read", step.id),)


def reading_of(service: Service, state: State) -> tuple[DocumentReading | None, ReviewAnswer | None]:
    """Return what was read of the identity document and what the voter corrected."""
    reading = next((a.reading for _, a in state.answers if isinstance(a, DocumentAnswer)), None)
    review = next((a for _, a in state.answers if isinstance(a, ReviewAnswer)), None)
    return reading, review


def corrected(reading: DocumentReading, review: ReviewAnswer | None, name: FieldName) -> str:
    """Return a field as it now stands: the voter's correction, else what was read."""
    for correction in review.corrections if review else ():
        if correction.name is name:
            return correction.corrected
    return reading.value(name)


def holder_names(service: Service, state: State) -> tuple[str, ...]:
    """Return the holder's surname and given names as they now stand, for the proof of address."""
    reading, review = reading_of(service, state)
    if reading is None:
        return ()
    names = (corrected(reading, review, FieldName.GIVEN_NAMES), corrected(reading, review, FieldName.SURNAME))
    return tuple(name for name in names if name)


def check_read_back(step: Step, answer: ReviewAnswer, state: State, facts: Facts) -> tuple[Finding, ...]:
    """Judge the read-back: nothing essential missing, dates real, and how it compares with the account (D-13)."""
    assert step.reads is not None
    document = state.answer(step.reads, DocumentAnswer)
    if document is None or document.reading is None:
        return (Finding("document.not_read", step.id),)
    reading = document.reading
    now = {name: corrected(reading, answer, name).strip() for name in FieldName}
    findings = [Finding("field.missing", name) for name in MUST_BE_READ if not now[name]]
    for name in (FieldName.BIRTH_DATE, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE):
        if now[name] and not _is_date(now[name]):
            findings.append(Finding("field.date_impossible", name))
    if now[FieldName.PERSONAL_NUMBER]:
        findings += [
            replace(f, severity=Severity.WARNING) for f in check_personal_number(now[FieldName.PERSONAL_NUMBER], None)
        ]
    expiry = now[FieldName.EXPIRY_DATE]
    if expiry and _is_date(expiry) and date.fromisoformat(expiry) < facts.today:
        findings.append(Finding("document.expired_accepted", FieldName.EXPIRY_DATE, Severity.WARNING))
    return (*findings, *_account_differences(now, facts))


def _account_differences(now: dict[FieldName, str], facts: Facts) -> Iterable[Finding]:
    account = facts.account_person
    if account is None:
        return
    if now[FieldName.BIRTH_DATE] and now[FieldName.BIRTH_DATE] != account.birth_date.isoformat():
        yield Finding("document.differs_birth_date", FieldName.BIRTH_DATE, Severity.WARNING)
    if surely_another_place(account.birth_place, now[FieldName.BIRTH_PLACE]):
        yield Finding("document.differs_birth_place", FieldName.BIRTH_PLACE, Severity.WARNING)
    number = normalise_personal_number(now[FieldName.PERSONAL_NUMBER])
    if number and number != account.personal_number:
        yield Finding("document.differs_personal_number", FieldName.PERSONAL_NUMBER, Severity.WARNING)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------ proofs and lists


def attachment_kinds(step: Step, facts: Facts) -> tuple[AttachmentKind, ...]:
    """Return the type list: the signed configuration's main kinds where it has them, and the step's linking kinds."""
    if step.kinds_from != "config.proof_kinds" or not facts.proof_kinds:
        return step.kinds
    return (*(k for k in facts.proof_kinds if not k.linking), *(k for k in step.kinds if k.linking))


def check_attachments(step: Step, answer: AttachmentsAnswer, kinds: tuple[AttachmentKind, ...]) -> tuple[Finding, ...]:
    """Enough documents, known kinds, and what the machine missed on the proofs as warnings."""
    known = {k.id: k for k in kinds}
    main = [item for item in answer.items if item.kind in known and not known[item.kind].linking]
    findings = [Finding("proof.kind_unknown", step.id) for item in answer.items if item.kind not in known]
    if len(main) < step.minimum:
        findings.append(Finding("proof.missing", step.id))
    if len(answer.items) > step.maximum:
        findings.append(Finding("proof.too_many", step.id, params=(("n", step.maximum),)))
    owed = {k.id for k in kinds if k.mandatory} - {item.kind for item in answer.items}
    findings += [Finding("proof.kind_missing", step.id) for _ in owed]
    findings += [Finding(code, step.id, Severity.WARNING) for code in proof_reasons(answer)]
    return tuple(findings)


def proof_reasons(answer: AttachmentsAnswer) -> tuple[str, ...]:
    """Return what is wrong with the proofs together: nothing, as soon as one of them is good."""
    verdicts = [item.verdict for item in answer.items if item.verdict is not None]
    if not verdicts or any(v.good or not v.reasons for v in verdicts):
        return ()
    return tuple(dict.fromkeys(code for v in verdicts for code in v.reasons))


def _check_persons(step: Step, answer: PersonListAnswer) -> tuple[Finding, ...]:
    findings = []
    for group in step.groups:
        if sum(p.group == group.id for p in answer.persons) < group.minimum:
            findings.append(Finding("list.too_few", group.id, params=(("n", group.minimum),)))
    return tuple(findings)
