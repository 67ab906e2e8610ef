"""Invented people and ready-made views for the gallery and the tests of the pages. Nobody here is real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import resources
from registration.catalog.definitions import NO_LABELS, FieldType, Labels, Mandatory, Option, Service, Step
from registration.catalog.loader import load_service
from registration.journey.views import (
    AttachmentsView,
    CodeView,
    ContactConfirmView,
    DocumentCaptureView,
    DoneView,
    FaceView,
    FieldView,
    FormView,
    HomeView,
    MessageView,
    Notice,
    Page,
    PasswordView,
    PickView,
    ReadBackView,
    ReadFieldView,
    StatusItem,
    SummaryRow,
    SummarySection,
    SummaryView,
)
from registration.model.contact import ContactKind
from registration.model.documents import (
    SIDES,
    Attachment,
    DocumentImage,
    DocumentKind,
    FieldName,
    FieldSource,
    Found,
    ProofVerdict,
)
from registration.model.evidence import Photo
from registration.model.ids import AttachmentId, FieldId, StepId
from registration.model.person import Finding, Severity
from ui.gallery_pictures import document, photo_of, portrait, proof_image

WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
PERSON = {"birth_date": "1952-03-07", "birth_place": "Gjirokastër", "personal_number": "F20307123V"}
ADDRESS = {
    "country": "IT",
    "city": "Firenze",
    "postcode": "50122",
    "street": "Via dei Neri",
    "building": "18",
    "flat": "Kati 2, ap. 7",
}
READ = {
    FieldName.SURNAME: ("Çelaj", FieldSource.MRZ, 0.99),
    FieldName.GIVEN_NAMES: ("Vjollcë", FieldSource.VISUAL_ZONE, 0.97),
    FieldName.SEX: ("F", FieldSource.MRZ, 0.99),
    FieldName.NATIONALITY: ("ALB", FieldSource.MRZ, 0.99),
    FieldName.BIRTH_DATE: ("1952-03-07", FieldSource.MRZ, 0.99),
    FieldName.BIRTH_PLACE: ("Gjirokaster", FieldSource.VISUAL_ZONE, 0.62),
    FieldName.PERSONAL_NUMBER: ("F20307123V", FieldSource.MRZ, 0.98),
    FieldName.DOCUMENT_NUMBER: ("BA0000000", FieldSource.MRZ, 0.99),
    FieldName.EXPIRY_DATE: ("2024-05-30", FieldSource.MRZ, 0.99),
}


def account() -> Service:
    return load_service(resources.path("services/per-account.yaml"))


def request() -> Service:
    return load_service(resources.path("services/per-request.yaml"))


def page_of(service: Service, step_id: str, **more: object) -> Page:
    """Return what the views of a step share, as the journey would at its first showing."""
    step = service.step(StepId(step_id))
    values: dict[str, object] = {
        "service": service.id,
        "step": step.id,
        "kind": step.kind,
        "title": step.title,
        "text": step.text,
        "warning": step.warning,
        "next": step.next,
        "skip": step.skip if step.optional else NO_LABELS,
        "can_go_back": step is not service.steps[0],
        "number": service.steps.index(step) + 1,
        "total": len(service.steps),
    }
    return Page(**(values | more))  # type: ignore[arg-type]


def fields_of(step: Step, values: dict[str, str]) -> tuple[FieldView, ...]:
    return tuple(
        FieldView(
            field.id,
            field.label,
            field.type,
            values.get(field.id, ""),
            field.mandatory is not Mandatory.YES,
            field.hint,
            field.options,
            field.max_length,
        )
        for field in step.fields
    )


def contact_form(**more: object) -> FormView:
    service = account()
    fields = fields_of(service.step(StepId("contact")), {})
    return FormView(page_of(service, "contact", **more), fields, True, fields[0].id)


def person_form(values: dict[str, str] | None = None, **more: object) -> FormView:
    service = account()
    return FormView(
        page_of(service, "person", **more),
        fields_of(service.step(StepId("person")), PERSON if values is None else values),
    )


def address_form(**more: object) -> FormView:
    service = request()
    return FormView(page_of(service, "address", **more), fields_of(service.step(StepId("address")), ADDRESS))


def second_contact_form() -> FormView:
    service = request()
    fields = fields_of(service.step(StepId("second_contact")), {})[:1]
    return FormView(page_of(service, "second_contact"), fields, True, fields[0].id)


def all_kinds_form() -> FormView:
    """A form with one field of every type, for the tests."""
    options = tuple(Option(name, Labels({"sq": name.upper(), "en": name.upper()})) for name in ("alfa", "beta"))
    fields = tuple(
        FieldView(
            FieldId(f"field_{kind}"), Labels({"sq": f"Fusha {kind}", "en": f"Field {kind}"}), kind, options=options
        )
        for kind in FieldType
        if kind not in (FieldType.IMAGE, FieldType.PASSWORD)
    )
    return FormView(page_of(account(), "person", number=2), fields)


def contact_confirm(*, online: bool = True) -> ContactConfirmView:
    return ContactConfirmView(page_of(account(), "contact_confirm"), ContactKind.PHONE, "+355 69 123 4567", online)


def code(*, online: bool = True, **more: object) -> CodeView:
    return CodeView(
        page_of(account(), "code", **more), ContactKind.PHONE, "+355*****4567", 6, 180, 60, 1 if online else 0, online
    )


def password() -> PasswordView:
    return PasswordView(page_of(account(), "password", can_go_back=False))


def face(photo: Photo | None = None) -> FaceView:
    return FaceView(page_of(account(), "face", can_go_back=False), photo)


def message(service: Service, step: str) -> MessageView:
    return MessageView(page_of(service, step))


def kinds(chosen: str = "") -> PickView:
    service = request()
    return PickView(page_of(service, "document_kind"), service.step(StepId("document_kind")).options, chosen)


def capture(kind: DocumentKind, taken: tuple[DocumentImage, ...] = ()) -> DocumentCaptureView:
    return DocumentCaptureView(page_of(request(), "document"), kind, SIDES[kind], taken)


def read_back(differing: Sequence[str] = (), **more: object) -> ReadBackView:
    """`differing`: fields in which the document says something else than the account."""
    fields = tuple(ReadFieldView(name, value, value, source, sure) for name, (value, source, sure) in READ.items())
    expired = Finding("document.expired_accepted", "expiry_date", Severity.WARNING)
    differences = (Finding(f"document.differs_{name}", name, Severity.WARNING) for name in differing)
    page = page_of(request(), "read_back", warnings=(expired, *differences), **more)
    return ReadBackView(page, DocumentKind.PASSPORT, fields, (document(),))


def proofs(*, items: int = 0, bad: bool = False) -> AttachmentsView:
    service = request()
    step = service.step(StepId("proof"))
    good = ProofVerdict(True, Found.YES, Found.YES, True)
    missing = ProofVerdict(True, Found.NO, Found.YES, True, ("proof.name_missing",))
    page = photo_of(proof_image())
    added = tuple(
        Attachment(AttachmentId(str(n)), "energy", (page,), missing if bad and n == 0 else good) for n in range(items)
    )
    return AttachmentsView(
        page_of(service, "proof"),
        tuple(Option(k.id, k.label) for k in step.kinds if not k.linking),
        tuple(Option(k.id, k.label) for k in step.kinds if k.linking),
        added,
        step.modes,
        step.minimum,
        step.maximum,
        bad,
    )


def summary() -> SummaryView:
    service = request()
    step = service.step

    def rows(of: str, values: dict[str, str]) -> tuple[SummaryRow, ...]:
        return tuple(
            SummaryRow(field.label, values[field.id], type=field.type)
            for field in step(StepId(of)).fields
            if field.id in values
        )

    read = tuple(
        SummaryRow(NO_LABELS, value, f"voter.field.{name}", FieldType.DATE if "DATE" in name.name else FieldType.TEXT)
        for name, (value, _, _) in READ.items()
        if name is not FieldName.SEX
    )
    energy = next(k.label for k in step(StepId("proof")).kinds if k.id == "energy")
    sections = (
        SummarySection(
            StepId(""),
            NO_LABELS,
            (SummaryRow(NO_LABELS, "+355 69 123 4567", "voter.summary.phone"),),
            title_id="voter.summary.contact",
        ),
        SummarySection(
            StepId(""),
            NO_LABELS,
            (
                SummaryRow(NO_LABELS, PERSON["birth_date"], "voter.field.birth_date", FieldType.DATE),
                SummaryRow(NO_LABELS, PERSON["birth_place"], "voter.field.birth_place"),
                SummaryRow(NO_LABELS, PERSON["personal_number"], "voter.field.personal_number"),
            ),
            title_id="voter.summary.person",
            photos=(portrait(),),
        ),
        SummarySection(StepId("document"), step(StepId("document")).title, (), photos=(document().photo,)),
        SummarySection(StepId("read_back"), step(StepId("read_back")).title, read),
        SummarySection(
            StepId("proof"),
            step(StepId("proof")).title,
            (SummaryRow(NO_LABELS, "energy", "voter.summary.proof", value_label=energy),),
            photos=(photo_of(proof_image()),),
        ),
        SummarySection(StepId("address"), step(StepId("address")).title, rows("address", ADDRESS)),
    )
    return SummaryView(page_of(service, "summary"), sections)


def account_done(*, verified: bool = True) -> DoneView:
    service = account()
    return DoneView(
        page_of(service, "done", can_go_back=False),
        service.step(StepId("done")).buttons,
        delivered=True,
        contact_verified=verified,
        submitted=WHEN,
    )


def request_done(*, delivered: bool = True) -> DoneView:
    service = request()
    return DoneView(
        page_of(service, "done", can_go_back=False),
        service.step(StepId("done")).buttons,
        reference="PER-4K7M-2X9Q",
        delivered=delivered,
        submitted=WHEN,
    )


def home() -> HomeView:
    return HomeView(
        "+355*****4567",
        (
            StatusItem("PER-4K7M-2X9Q", "in_review", 2, WHEN, "2026-11-25", can_withdraw=True),
            StatusItem(
                "PER-1A2B-3C4D",
                "returned",
                1,
                WHEN,
                reasons=("page_without_address",),
                comment="Ju lutem ngarkoni faqen e parë të faturës.",
                can_complete=True,
                can_withdraw=True,
            ),
        ),
        looked=WHEN,
    )


def last_answer() -> Notice:
    return Notice("refused", ("address_differs",), "Numri i ndërtesës në faturë është 18.")
