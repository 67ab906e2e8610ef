"""Invented people and answers for the rules' tests; nobody here exists."""

from __future__ import annotations

from datetime import UTC, date, datetime

import resources
from registration.catalog.definitions import Service
from registration.catalog.loader import load_service
from registration.journey.advance import advance, begin
from registration.journey.answers import (
    Answer,
    AttachmentsAnswer,
    CodeAnswer,
    ConfirmAnswer,
    DocumentAnswer,
    FaceAnswer,
    FieldValue,
    FormAnswer,
    PasswordAnswer,
    PickAnswer,
    ReviewAnswer,
    SeenAnswer,
    SkippedAnswer,
)
from registration.journey.state import Answered, Facts, State
from registration.model.contact import Contact, ContactKind
from registration.model.documents import (
    Attachment,
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
from registration.model.ids import AccountId, AttachmentId, FieldId
from registration.model.person import PersonalData
from registration.ports.server import AccountProfile

PHONE = Contact(ContactKind.PHONE, "+355691234567")
PERSON = PersonalData(date(1990, 1, 1), "Gjirokastër", "J00101999W")
PHOTO = Photo(b"\xff\xd8portrait\xff\xd9", 400, 514, {"sharpness": 61.5})
LIVENESS = Liveness(LivenessOutcome.PASSED, "", (Challenge("turn_left", 1.0, 2.5, 24.0),), 1, ((0.1, 1.0, 0.06, 0.01),))
PORTRAIT = Portrait(PHOTO, LIVENESS)
PROFILE = AccountProfile(
    AccountId("0190aaaa-0000-7000-8000-000000000001"),
    PHONE,
    PERSON.birth_date,
    PERSON.birth_place,
    PERSON.personal_number,
    PHOTO,
    LIVENESS,
)
FACTS = Facts(
    today=date(2029, 1, 20),
    election_day=date(2029, 5, 13),
    account_contact=PHONE,
    account_person=PERSON,
    account_portrait=PHOTO,
)
NOW = datetime(2029, 1, 20, 9, 30, tzinfo=UTC)
MRZ = MrzReading(
    "TD3",
    ("P<UTOSPECIMEN<<ARTA<" + "<" * 24, "X" * 44),
    ReadState.VERIFIED,
    True,
    0.97,
    {FieldName.SURNAME: "SPECIMEN"},
)
READING = DocumentReading(
    DocumentKind.PASSPORT,
    {
        FieldName.SURNAME: FieldReading("Specimen Hoxha", FieldSource.VISUAL_ZONE, 0.9),
        FieldName.GIVEN_NAMES: FieldReading("Arta", FieldSource.MRZ, 0.99),
        FieldName.BIRTH_DATE: FieldReading("1990-01-01", FieldSource.MRZ, 0.99),
        FieldName.DOCUMENT_NUMBER: FieldReading("SP1234567", FieldSource.MRZ, 0.99),
        FieldName.PERSONAL_NUMBER: FieldReading("J00101999W", FieldSource.MRZ, 0.99),
        FieldName.SEX: FieldReading("M", FieldSource.MRZ, 0.99),
    },
    MRZ,
    PHOTO,
)
PAGE = DocumentImage(Side.DATA_PAGE, Photo(b"\xff\xd8page\xff\xd9", 1250, 880), MRZ)
GOOD = ProofVerdict(True, Found.YES, Found.YES, True, (), (Mark("name", 1, 0.1, 0.1, 0.4, 0.15),))
PROOF = Attachment(AttachmentId("a1"), "energy", (Photo(b"\xff\xd8bill\xff\xd9", 800, 1100),), GOOD)


def service(name: str) -> Service:
    return load_service(resources.path(f"services/{name}.yaml"))


ACCOUNT = service("per-account")
REQUEST = service("per-request")


def form(**values: str) -> FormAnswer:
    return FormAnswer(tuple(FieldValue(FieldId(name), value) for name, value in values.items()))


ADDRESS = form(
    country="IT", city="Bari", postcode="70121", street="Via Sparano", building="12", flat="", region="", care_of=""
)

ACCOUNT_ANSWERS: dict[str, Answer] = {
    "contact": form(phone="069 123 4567", email=""),
    "contact_confirm": ConfirmAnswer(PHONE, 1, NOW),
    "code": CodeAnswer("proof-token"),
    "password": PasswordAnswer("$argon2id$v=19$..."),
    "face": FaceAnswer(PORTRAIT),
    "face_saved": SeenAnswer(),
    "person": form(birth_date="1990-01-01", birth_place="Gjirokastër", personal_number="J00101999W"),
}
REQUEST_ANSWERS: dict[str, Answer] = {
    "document_kind": PickAnswer("passport"),
    "document": DocumentAnswer((PAGE,), READING),
    "read_back": ReviewAnswer(()),
    "document_saved": SeenAnswer(),
    "proof": AttachmentsAnswer((PROOF,)),
    "address": ADDRESS,
    "address_saved": SeenAnswer(),
    "second_contact": SkippedAnswer(),
    "summary": SeenAnswer(),
}


def walk(definition: Service, answers: dict[str, Answer], until: str, facts: Facts = FACTS) -> State:
    """Answer step by step until `until` is the state's step."""
    state = begin(definition)
    while state.step != until:
        before = state.step
        state = advance(definition, state, Answered(state.step, answers[state.step]), facts)
        assert state.step != before, (before, state.problems, state.warned)
    return state
