"""The summary PR-20: everything that will be sent, section by section, each with its way back."""

from __future__ import annotations

from dataclasses import replace

from registration.catalog.definitions import FieldType, Labels, Service, Step
from registration.journey.answers import (
    Answer,
    AttachmentsAnswer,
    DocumentAnswer,
    FaceAnswer,
    FormAnswer,
    PickAnswer,
    ReviewAnswer,
    SkippedAnswer,
)
from registration.journey.checks import attachment_kinds, check_answer, corrected, visible_fields
from registration.journey.state import Facts, State
from registration.journey.views import SummaryRow, SummarySection
from registration.model.contact import Contact, readable
from registration.model.documents import FieldName
from registration.model.ids import StepId
from registration.model.person import Severity

_NO_LABEL = Labels({})
_DATES = frozenset({FieldName.BIRTH_DATE, FieldName.ISSUE_DATE, FieldName.EXPIRY_DATE})


def summary_sections(service: Service, state: State, facts: Facts) -> tuple[SummarySection, ...]:
    """Return what the account brings, then every answered step that has something to show, in order."""
    sections = list(_account_sections(facts))
    for step in service.steps:
        given = next((a for name, a in state.answers if name == step.id), None)
        if given is None:
            continue
        section = _section(step, given, state, facts)
        if section is not None:
            warnings = check_answer(service, step, given, state, facts)
            shown = tuple(f for f in warnings if f.severity is Severity.WARNING)
            sections.append(replace(section, warnings=shown))
    return tuple(sections)


def _account_sections(facts: Facts) -> list[SummarySection]:
    sections = []
    no_step = StepId("")
    if facts.account_contact is not None:
        rows = (_contact_row(facts.account_contact),)
        sections.append(SummarySection(no_step, _NO_LABEL, rows, title_id="voter.summary.contact"))
    if facts.account_person is not None:
        person = facts.account_person
        rows_person = (
            SummaryRow(_NO_LABEL, person.birth_date.isoformat(), "voter.field.birth_date", FieldType.DATE),
            SummaryRow(_NO_LABEL, person.birth_place, "voter.field.birth_place"),
            SummaryRow(_NO_LABEL, person.personal_number, "voter.field.personal_number", FieldType.PERSONAL_NUMBER),
        )
        photos = (facts.account_portrait,) if facts.account_portrait else ()
        sections.append(SummarySection(no_step, _NO_LABEL, rows_person, title_id="voter.summary.person", photos=photos))
    return sections


def _contact_row(contact: Contact) -> SummaryRow:
    return SummaryRow(_NO_LABEL, readable(contact), f"voter.summary.{contact.kind}")


def _section(step: Step, given: Answer, state: State, facts: Facts) -> SummarySection | None:
    match given:
        case FormAnswer():
            return SummarySection(step.id, step.title, _form_rows(step, given, facts))
        case PickAnswer(option=option):
            label = next(o.label for o in step.options if o.id == option)
            row = SummaryRow(_NO_LABEL, option, "voter.summary.document_kind", value_label=label)
            return SummarySection(step.id, step.title, (row,))
        case DocumentAnswer(images=images):
            return SummarySection(step.id, step.title, (), photos=tuple(image.photo for image in images))
        case ReviewAnswer() if step.reads is not None:
            document = state.answer(step.reads, DocumentAnswer)
            if document is None or document.reading is None:
                return None
            rows = []
            for name in FieldName:
                value = corrected(document.reading, given, name)
                kind = FieldType.DATE if name in _DATES else FieldType.TEXT
                if value and name is FieldName.SEX:
                    rows.append(SummaryRow(_NO_LABEL, value, f"voter.field.{name}", value_id=f"voter.sex.{value}"))
                elif value:
                    rows.append(SummaryRow(_NO_LABEL, value, f"voter.field.{name}", kind))
            return SummarySection(step.id, step.title, tuple(rows))
        case AttachmentsAnswer(items=items):
            labels = {k.id: k.label for k in attachment_kinds(step, facts)}
            rows_kinds = tuple(
                SummaryRow(_NO_LABEL, item.kind, "voter.summary.proof", value_label=labels[item.kind]) for item in items
            )
            photos = tuple(page for item in items for page in item.pages)
            verdicts = tuple(item.verdict for item in items if item.verdict)
            return SummarySection(step.id, step.title, rows_kinds, photos=photos, verdicts=verdicts)
        case FaceAnswer(portrait=portrait):
            return SummarySection(step.id, step.title, (), photos=(portrait.photo,))
        case SkippedAnswer():
            row = SummaryRow(_NO_LABEL, "", "voter.summary.skipped", value_id="voter.summary.none")
            return SummarySection(step.id, step.title, (row,))
    return None


def _form_rows(step: Step, given: FormAnswer, facts: Facts) -> tuple[SummaryRow, ...]:
    rows = []
    for item in visible_fields(step, given, facts):
        value = given.get(item.id)
        if value:
            worded = next((o.label for o in item.options if o.id == value), _NO_LABEL)
            rows.append(SummaryRow(item.label, value, type=item.type, value_label=worded))
    return tuple(rows)
