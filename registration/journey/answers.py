"""What a voter answered, typed per kind of step. Nothing crosses a border as a dict of strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from registration.catalog.definitions import StepKind
from registration.model.contact import Contact
from registration.model.documents import Attachment, Correction, DocumentImage, DocumentReading, Side
from registration.model.evidence import Portrait
from registration.model.ids import FieldId


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field in its canonical text: ISO 8601 dates, E.164 numbers, option ids, else as typed and trimmed."""

    id: FieldId
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """Also a lookup: its key and what the register filled."""

    values: tuple[FieldValue, ...]

    def get(self, field_id: str) -> str:
        """Return the value of a field, or an empty string."""
        return next((v.value for v in self.values if v.id == field_id), "")


@dataclass(frozen=True, slots=True)
class ConfirmAnswer:
    """The contact was read back and confirmed; `sent` codes have been asked for, none when offline."""

    contact: Contact
    sent: int
    asked: datetime | None = None


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """`proof` is the server's token; empty means the contact is unverified, and everything says so (D-05)."""

    proof: str = field(repr=False)

    @property
    def verified(self) -> bool:
        return bool(self.proof)


@dataclass(frozen=True, slots=True)
class PasswordAnswer:
    """The password was set. Only its Argon2id hash is kept."""

    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    portrait: Portrait


@dataclass(frozen=True, slots=True)
class PickAnswer:
    option: str


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    """The sides photographed so far, and what was read once all are there."""

    images: tuple[DocumentImage, ...]
    reading: DocumentReading | None = None

    def side(self, side: Side) -> DocumentImage | None:
        return next((image for image in self.images if image.side is side), None)


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    corrections: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class AttachmentsAnswer:
    items: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One person of a person or subject list."""

    group: str
    role: str
    foreign: bool
    values: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class PersonListAnswer:
    persons: tuple[PersonEntry, ...]


@dataclass(frozen=True, slots=True)
class SkippedAnswer:
    """An optional step was passed over."""


@dataclass(frozen=True, slots=True)
class SeenAnswer:
    """A page without a question was read: a message, generated documents, the summary."""


Answer = (
    FormAnswer
    | ConfirmAnswer
    | CodeAnswer
    | PasswordAnswer
    | FaceAnswer
    | PickAnswer
    | DocumentAnswer
    | ReviewAnswer
    | AttachmentsAnswer
    | PersonListAnswer
    | SkippedAnswer
    | SeenAnswer
)

ANSWER_OF: Mapping[StepKind, type[Answer]] = MappingProxyType(
    {
        StepKind.FORM: FormAnswer,
        StepKind.LOOKUP: FormAnswer,
        StepKind.PERSON_LIST: PersonListAnswer,
        StepKind.SUBJECT_LIST: PersonListAnswer,
        StepKind.PICK_LIST: PickAnswer,
        StepKind.GENERATED_DOCUMENTS: SeenAnswer,
        StepKind.ATTACHMENTS: AttachmentsAnswer,
        StepKind.CAPTURE_FACE: FaceAnswer,
        StepKind.CAPTURE_DOCUMENT: DocumentAnswer,
        StepKind.OCR_REVIEW: ReviewAnswer,
        StepKind.CONTACT_CONFIRM: ConfirmAnswer,
        StepKind.CODE_ENTRY: CodeAnswer,
        StepKind.PASSWORD: PasswordAnswer,
        StepKind.MESSAGE: SeenAnswer,
        StepKind.SUMMARY: SeenAnswer,
    }
)
"""Which answer a kind of step takes; `done` takes none."""
