"""Submissions of invented voters, whole and decodable; pictures are grey JPEGs. Nobody here exists."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import cache

import argon2
from PIL import Image

from registration.model.address import Address
from registration.model.contact import Contact, ContactKind
from registration.model.documents import (
    Attachment,
    Correction,
    DocumentImage,
    DocumentKind,
    DocumentReading,
    FieldName,
    FieldReading,
    FieldSource,
    Found,
    MrzReading,
    ProofVerdict,
    ReadState,
    Side,
)
from registration.model.evidence import Challenge, Liveness, LivenessOutcome, Photo, Portrait
from registration.model.ids import AccountId, AttachmentId, RequestId, ServiceId
from registration.model.person import PersonalData
from registration.model.submission import AccountSubmission, RequestSubmission

PASSWORD = "Shqiponja7"
EMAIL = Contact(ContactKind.EMAIL, "arta.specimen@example.org")
PHONE = Contact(ContactKind.PHONE, "+355691234567")
ACCOUNT_ID = AccountId("01990000-0000-7000-8000-00000000000a")
REQUEST_ID = RequestId("01990000-0000-7000-8000-00000000000b")
PERSON = PersonalData(date(1990, 1, 1), "Gjirokastër", "J00101999W")
OTHER_PERSON = PersonalData(date(1985, 5, 12), "Vlorë", "I55512001A")


@cache
def photo(width: int = 120, height: int = 160, shade: int = 128) -> Photo:
    """Return a plain grey picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(buffer, "JPEG")
    return Photo(buffer.getvalue(), width, height, {"sharpness": 12.5})


def portrait() -> Portrait:
    challenges = (Challenge("turn_left", 1.0, 2.4, 24.0),)
    return Portrait(photo(), Liveness(LivenessOutcome.PASSED, "", challenges, 1, ((0.1, 1.5, 0.3, 0.02),)))


@cache
def password_hash(password: str = PASSWORD) -> str:
    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(password)


def account(
    account_id: str = ACCOUNT_ID,
    *,
    contact: Contact = EMAIL,
    proof: str = "",
    person: PersonalData = PERSON,
    password: str = PASSWORD,
) -> AccountSubmission:
    """Return a new account; without `proof` its contact was never confirmed."""
    return AccountSubmission(
        account_id=AccountId(account_id),
        service=ServiceId("per.account"),
        contact=contact,
        contact_proof=proof,
        password_hash=password_hash(password),
        person=person,
        portrait=portrait(),
        language="sq",
    )


def request(
    request_id: str = REQUEST_ID, *, account_id: str = ACCOUNT_ID, revision: int = 1, city: str = "Bari"
) -> RequestSubmission:
    """Return a request of the account, or a later version of it."""
    mrz = MrzReading(
        "TD3",
        ("P<UTOSPECIMEN<<ARTA".ljust(44, "<"), "L898902C36UTO7408122F1204159".ljust(42, "<") + "10"),
        ReadState.VERIFIED,
        True,
        0.98,
        {FieldName.SURNAME: "SPECIMEN", FieldName.GIVEN_NAMES: "ARTA"},
    )
    reading = DocumentReading(
        DocumentKind.PASSPORT,
        {
            FieldName.SURNAME: FieldReading("Specimen", FieldSource.VISUAL_ZONE, 0.95),
            FieldName.GIVEN_NAMES: FieldReading("Arta", FieldSource.MRZ, 0.99),
            FieldName.PERSONAL_NUMBER: FieldReading(PERSON.personal_number, FieldSource.MRZ, 0.99),
        },
        mrz,
        photo(60, 80, 90),
    )
    verdict = ProofVerdict(True, Found.YES, Found.YES, True)
    return RequestSubmission(
        request_id=RequestId(request_id),
        revision=revision,
        service=ServiceId("per.request"),
        account_id=AccountId(account_id),
        document=reading,
        images=(DocumentImage(Side.DATA_PAGE, photo(400, 280, 200), mrz),),
        corrections=(Correction(FieldName.SURNAME, "SPEClMEN", "Specimen"),),
        attachments=(Attachment(AttachmentId("a1"), "energy", (photo(300, 420, 230),), verdict),),
        address=Address("IT", city, "70121", "Via Sparano", "12"),
        second_contact=None,
        person=PERSON,
        portrait=portrait(),
        language="sq",
    )


def of(submission: RequestSubmission, **changes: object) -> RequestSubmission:
    """Return the request with other values."""
    return replace(submission, **changes)  # type: ignore[arg-type]
