"""Invented people, painted pictures and ready-made views for the gallery and the tests of the pages.

Nothing here is a real person or document: pictures are painted, marked SPECIMEN, and bear no state emblem.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

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
    Side,
)
from registration.model.evidence import Photo
from registration.model.ids import AttachmentId, FieldId, StepId
from registration.model.person import Finding, Severity
from ui import fonts

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


# ------------------------------------------------------------ painted pictures


def _photo(image: QImage) -> Photo:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(88)
    writer.write(image)
    return Photo(bytes(buffer.data().data()), image.width(), image.height())


def face_image(width: int = 1280, height: int = 720) -> QImage:
    """Paint a person without features before a wall, as large as a camera's frame."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#C9D3DE"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    middle = width / 2
    painter.setBrush(QColor("#3C5A78"))
    painter.drawEllipse(QRectF(middle - height * 0.42, height * 0.74, height * 0.84, height * 0.7))
    painter.setBrush(QColor("#D2A584"))
    painter.drawEllipse(QRectF(middle - height * 0.2, height * 0.2, height * 0.4, height * 0.54))
    painter.setBrush(QColor("#6C6259"))
    painter.drawChord(QRectF(middle - height * 0.215, height * 0.16, height * 0.43, height * 0.5), 0, 180 * 16)
    painter.end()
    return image


def portrait() -> Photo:
    return _photo(face_image(720, 900))


def document_image(side: Side = Side.DATA_PAGE) -> QImage:
    """Paint a page with lines of text, marked SPECIMEN."""
    width, height = (1250, 880) if side is Side.DATA_PAGE else (1284, 810)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#F1EBDD"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if side is not Side.BACK:
        painter.drawImage(QRectF(60, 170, 300, 400), face_image(600, 800))
    painter.setPen(QColor("#3A3F48"))
    painter.setFont(fonts.font(34))
    lines = ("ÇELAJ", "VJOLLCË", "07.03.1952", "GJIROKASTËR", "F20307123V")
    for row, line in enumerate(lines if side is not Side.BACK else ()):
        painter.drawText(410, 200 + row * 80, line)
    painter.setFont(fonts.font(38))
    for row in range({Side.DATA_PAGE: 2, Side.FRONT: 0, Side.BACK: 3}[side]):
        painter.drawText(60, height - 50 - row * 60, "<".join(["SPECIMEN"] * 5)[:40])
    painter.setPen(QColor(168, 25, 28, 120))
    painter.setFont(fonts.font(120))
    painter.translate(width / 2, height / 2)
    painter.rotate(-18)
    painter.drawText(QRectF(-600, -100, 1200, 200), Qt.AlignmentFlag.AlignCenter, "SPECIMEN")
    painter.end()
    return image


def on_desk(document: QImage, share: float) -> QImage:
    """Lay a picture on a dark desk, as the document camera sees it; `share` of the frame's height."""
    frame = QImage(1280, 720, QImage.Format.Format_RGB32)
    frame.fill(QColor("#2B3138"))
    height = 720 * share
    width = height * document.width() / document.height()
    painter = QPainter(frame)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF((1280 - width) / 2, (720 - height) / 2, width, height), document)
    painter.end()
    return frame


def proof_image() -> QImage:
    """Paint a bill of an invented company."""
    image = QImage(840, 1188, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    painter.setPen(QColor("#22304A"))
    painter.setFont(fonts.font(40))
    painter.drawText(70, 110, "ENERGIA ESEMPIO")
    painter.setFont(fonts.font(26))
    for row, line in enumerate(("Vjollcë Çelaj", "Via dei Neri 18", "50122 Firenze", "", "Bolletta 10/2026")):
        painter.drawText(430, 230 + row * 44, line)
    for row in range(12):
        painter.fillRect(70, 520 + row * 46, 700 - (row % 3) * 90, 12, QColor("#D5DBE5"))
    painter.end()
    return image


def document(side: Side = Side.DATA_PAGE) -> DocumentImage:
    return DocumentImage(side, _photo(document_image(side)))


# ------------------------------------------------------------ views


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


def read_back(**more: object) -> ReadBackView:
    fields = tuple(ReadFieldView(name, value, value, source, sure) for name, (value, source, sure) in READ.items())
    warning = Finding("document.expired_accepted", "expiry_date", Severity.WARNING)
    page = page_of(request(), "read_back", warnings=(warning,), **more)
    return ReadBackView(page, DocumentKind.PASSPORT, fields, (document(),))


def proofs(*, items: int = 0, bad: bool = False) -> AttachmentsView:
    service = request()
    step = service.step(StepId("proof"))
    good = ProofVerdict(True, Found.YES, Found.YES, True)
    missing = ProofVerdict(True, Found.NO, Found.YES, True, ("proof.name_missing",))
    page = _photo(proof_image())
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


def proof_photo() -> DocumentImage:
    return DocumentImage(Side.FRONT, _photo(proof_image()))


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
            photos=(_photo(proof_image()),),
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
