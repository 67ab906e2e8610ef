"""Requests for an official's day: invented people with drawn documents, each case another thing to look at.

The face is the public-domain astronaut of scikit-image, the documents are marked SPECIMEN.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from biometrics.face.still_eyes import find_eyes
from kiosk.demo.head_mesh import astronaut
from kiosk.demo.people import demo_voter, energy_bill
from kiosk.demo.specimen import Holder, passport_lines, passport_page, personal_number
from registration.model.address import Address
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
    Mark,
    MrzReading,
    ProofVerdict,
    ReadState,
    Side,
)
from registration.model.evidence import Challenge, Liveness, LivenessOutcome, Photo, Portrait
from registration.model.ids import AccountId, AttachmentId, RequestId, ServiceId
from registration.model.person import PersonalData, Sex
from registration.model.submission import RequestSubmission

_NAMES = (
    ("Çela", "Arbëresha"),
    ("Hoxha", "Besnik"),
    ("Shehu", "Drita"),
    ("Dervishi-Lika", "Ëngjëll"),
    ("Prifti", "Gëzim"),
    ("Kola", "Hënëza"),
    ("Marku", "Ilir"),
)
SEEN = Liveness(
    LivenessOutcome.PASSED,
    challenges=(Challenge("turn_left", 1.0, 2.4, 24.0), Challenge("blink", 3.0, 4.1, 0.05)),
    attempts=1,
)
NOT_DONE = Liveness(LivenessOutcome.NOT_DONE, "voter.liveness.reason.cannot_move", attempts=2)
GOOD = ProofVerdict(
    True,
    Found.YES,
    Found.YES,
    True,
    marks=(Mark("name", 0, 0.55, 0.14, 0.82, 0.16), Mark("address", 0, 0.55, 0.165, 0.85, 0.2)),
)
OTHER_ADDRESS = ProofVerdict(True, Found.YES, Found.NO, True, ("proof.address_missing",))
IDENTITY = ProofVerdict(True, Found.YES, Found.NO, False, ("proof.identity_document",))


@dataclass(frozen=True)
class Person:
    """Somebody who applies; the same number is the same person."""

    number: int
    language: str = "sq"
    account: int = 0
    """Another account of the same person."""
    born: date = field(default=date(1988, 5, 14))

    @property
    def holder(self) -> Holder:
        surname, given = _NAMES[self.number % len(_NAMES)]
        sex = Sex.FEMALE if self.number % 2 else Sex.MALE
        born = self.born.replace(day=1 + self.number % 28)
        return Holder(
            surname=f"{surname} Specimen",
            given_names=given,
            birth=born,
            sex=sex,
            birth_place="Gjirokastër",
            personal_number=personal_number(born, sex, 100 + self.number),
            document_number=f"SP{1000000 + self.number}",
            issued=date(2021, 3, 2),
            expires=date(2031, 3, 1),
        )

    @property
    def account_id(self) -> AccountId:
        return AccountId(f"01990000-0000-7000-b{self.account:03x}-{self.number:012x}")

    @property
    def request_id(self) -> RequestId:
        return RequestId(f"01990000-0000-7000-a{self.account:03x}-{self.number:012x}")


@cache
def _live() -> Photo:
    return _photo(np.ascontiguousarray(astronaut()[0:330, 100:357]), eyes=True)


@cache
def _printed() -> Photo:
    """Smaller, paler and cut nearer than the live one, as print is."""
    part = cv2.resize(np.ascontiguousarray(astronaut()[30:230, 145:290]), None, fx=1.4, fy=1.4)
    return _photo((part * 0.8 + 45).clip(0, 255).astype(np.uint8), eyes=True)


@cache
def _bill() -> Photo:
    return _photo(np.asarray(energy_bill(demo_voter()))[:, :, ::-1])


@cache
def _page(holder: Holder) -> Photo:
    return _photo(passport_page(holder, astronaut()[15:285, 118:328]))


def _photo(picture: NDArray[np.uint8], *, eyes: bool = False) -> Photo:
    found = find_eyes(picture) if eyes else None
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    measures = {} if found is None else found.as_measures()
    return Photo(coded.tobytes(), picture.shape[1], picture.shape[0], measures)


def request(
    person: Person, *, revision: int = 1, verdict: ProofVerdict | None = GOOD, live: Liveness = SEEN, street: str = ""
) -> RequestSubmission:
    """Return the request of a person, well made but for what is asked for."""
    holder = person.holder
    mrz = MrzReading(
        "TD3",
        passport_lines(holder),
        ReadState.VERIFIED,
        True,
        0.99,
        {
            FieldName.SURNAME: _zone(holder.surname),
            FieldName.GIVEN_NAMES: _zone(holder.given_names),
            FieldName.BIRTH_DATE: holder.birth.isoformat(),
            FieldName.SEX: holder.sex.value,
            FieldName.PERSONAL_NUMBER: holder.personal_number,
            FieldName.DOCUMENT_NUMBER: holder.document_number,
            FieldName.EXPIRY_DATE: "2031-03-01",
        },
    )
    printed = {
        FieldName.SURNAME: holder.surname,
        FieldName.GIVEN_NAMES: holder.given_names,
        FieldName.BIRTH_PLACE: holder.birth_place,
    }
    fields = {name: FieldReading(value, FieldSource.VISUAL_ZONE, 0.95) for name, value in printed.items()}
    return RequestSubmission(
        request_id=person.request_id,
        revision=revision,
        service=ServiceId("per.request"),
        account_id=person.account_id,
        document=DocumentReading(DocumentKind.PASSPORT, fields, mrz, _printed()),
        images=(DocumentImage(Side.DATA_PAGE, _page(holder), mrz),),
        corrections=(),
        attachments=(Attachment(AttachmentId("a1"), "energy", (_bill(),), verdict),),
        address=Address("IT", "Bari", "70121", street or "Via Sparano da Bari", "12"),
        second_contact=None,
        person=PersonalData(holder.birth, holder.birth_place, holder.personal_number),
        portrait=Portrait(_live(), live),
        language=person.language,
    )


def mismatched(person: Person) -> RequestSubmission:
    """Another surname, number and birth place than the document's; the proof shows another address."""
    made = request(person, verdict=OTHER_ADDRESS, street="Corso Vittorio Emanuele")
    return replace(
        made,
        corrections=(Correction(FieldName.SURNAME, made.document.value(FieldName.SURNAME), "Tjetra Specimen"),),
        person=PersonalData(date(1988, 6, 14), "Tiranë", personal_number(date(1988, 6, 14), Sex.FEMALE, 777)),
        warnings=("person.number_check_letter",),
    )


def bare(person: Person) -> RequestSubmission:
    """No portrait was found in the document and the zone could not be read."""
    made = request(person)
    images = tuple(replace(image, mrz=None) for image in made.images)
    return replace(made, document=replace(made.document, portrait=None, mrz=None), images=images)


def _zone(name: str) -> str:
    table = str.maketrans({"Ç": "C", "Ë": "E", "-": " "})
    return name.upper().translate(table)
