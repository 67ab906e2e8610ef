"""A public service as data (domain.md A5.14). One YAML file becomes one `Service`; nothing here knows a service.

The words of a service (titles, labels, buttons) stand in its file in several languages; words that every service
shares (errors, hints, "Back") stand in `resources/i18n`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from registration.model.ids import FieldId, ServiceId, StepId


@dataclass(frozen=True, slots=True)
class Labels:
    """The same words in several languages."""

    by_language: Mapping[str, str]

    def get(self, language: str) -> str:
        """Return the words in `language`, else in Albanian, else in whatever there is."""
        words = self.by_language
        return words.get(language) or words.get("sq") or next(iter(words.values()), "")


NO_LABELS = Labels(MappingProxyType({}))


class Actor(StrEnum):
    ANONYMOUS = "anonymous"
    NATURAL = "natural"
    LEGAL = "legal"


class StepKind(StrEnum):
    FORM = "form"
    LOOKUP = "lookup"
    PERSON_LIST = "person_list"
    SUBJECT_LIST = "subject_list"
    PICK_LIST = "pick_list"
    GENERATED_DOCUMENTS = "generated_documents"
    ATTACHMENTS = "attachments"
    CAPTURE_FACE = "capture_face"
    CAPTURE_DOCUMENT = "capture_document"
    OCR_REVIEW = "ocr_review"
    CONTACT_CONFIRM = "contact_confirm"
    CODE_ENTRY = "code_entry"
    PASSWORD = "password"  # noqa: S105  (a kind of step, not a secret)
    MESSAGE = "message"
    SUMMARY = "summary"
    DONE = "done"


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    PERSONAL_NUMBER = "personal_number"
    BUSINESS_NUMBER = "business_number"
    BANK_ACCOUNT = "bank_account"
    CHOICE = "choice"
    COUNTRY = "country"
    IMAGE = "image"
    PASSWORD = "password"  # noqa: S105


class Mandatory(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """The public guide does not say; treated as optional."""


class Source(StrEnum):
    MANUAL = "manual"
    REGISTRY = "registry"
    ACCOUNT = "account"
    LICENCE = "licence"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Condition:
    """`about` is a field of the same step or a fact (``fact.account_contact``); holds when its value is in `values`."""

    about: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: Labels
    detail: Labels = NO_LABELS


@dataclass(frozen=True, slots=True)
class Field:
    id: FieldId
    label: Labels
    type: FieldType = FieldType.TEXT
    mandatory: Mandatory = Mandatory.YES
    source: Source = Source.MANUAL
    hint: Labels = NO_LABELS
    options: tuple[Option, ...] = ()
    visible_when: Condition | None = None
    max_length: int = 120


@dataclass(frozen=True, slots=True)
class AttachmentKind:
    """One entry of a type list. `linking` documents tie a main one to the applicant (B2-04..06)."""

    id: str
    label: Labels
    mandatory: bool = False
    linking: bool = False
    signed_copy_of: str = ""
    """Id of the generated document this is the signed scan of, or ""."""


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """A list of persons to fill (K4-05): roles to choose from, fields for residents and extra ones for foreigners."""

    id: str
    label: Labels
    roles: tuple[Option, ...] = ()
    key: FieldId | None = None
    fills: tuple[FieldId, ...] = ()
    fields: tuple[Field, ...] = ()
    foreign_fields: tuple[Field, ...] = ()
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a service. Which of the later members mean something depends on `kind`; the loader checks it."""

    id: StepId
    kind: StepKind
    title: Labels
    text: Labels = NO_LABELS
    warning: Labels = NO_LABELS
    next: Labels = NO_LABELS
    """The button that goes on, where it is not the usual one ("Konfirmo", "Dërgo", "Ngarko")."""
    skip: Labels = NO_LABELS
    """The button that passes over an optional step ("Kalo")."""
    depends_on: tuple[StepId, ...] = ()
    """Steps whose changed answer makes this one's answer void."""
    no_return: bool = False
    """After it is answered, Back does not lead here or before it any more."""

    fields: tuple[Field, ...] = ()
    choose_one: bool = False
    """Form: exactly one of the visible fields is filled, the others are offered as alternatives (PA-08)."""
    optional: bool = False
    options: tuple[Option, ...] = ()
    minimum: int = 1
    maximum: int = 1
    reads: StepId | None = None
    """OCR review: the capture step it shows. Capture: the pick list that chose the kind. Lookup-fed: its lookup."""
    must_match: StepId | None = None
    """Form: an earlier attachments step whose documents must show what is typed here (PR-14)."""
    kinds: tuple[AttachmentKind, ...] = ()
    kinds_from: str = ""
    """``config.proof_kinds``: the list comes from the server's signed configuration (B2); `kinds` is the default."""
    modes: tuple[str, ...] = ()
    """Attachments: ``photograph``, ``file``."""
    digits: int = 6
    resend: Labels = NO_LABELS
    key: FieldId | None = None
    fills: tuple[FieldId, ...] = ()
    not_found: Labels = NO_LABELS
    groups: tuple[PersonGroup, ...] = ()
    documents: tuple[Option, ...] = ()
    lists: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    buttons: tuple[Option, ...] = ()
    """Done: what can be done next, e.g. ``start:per.request`` ("Krijo Kërkesën") and ``leave`` ("Dil")."""


@dataclass(frozen=True, slots=True)
class StatusLabel:
    """How a service words an internal state (D-21): id is a `CaseState` value."""

    id: str
    label: Labels


@dataclass(frozen=True, slots=True)
class ServiceTransition:
    source: str
    target: str
    by: str
    trigger: str = ""
    comment_required: bool = False


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A threshold over several applications (K8-11)."""

    per: str
    minimum: int
    status: Labels
    button: Labels


@dataclass(frozen=True, slots=True)
class ReviewRule:
    deadline_days: int = 5
    notify: tuple[str, ...] = ()
    four_eyes: bool = False
    returns: bool = True


class Finish(StrEnum):
    """What becomes of a finished journey."""

    CASE = "case"
    """A case of this service is filed (the usual; not yet sent by this version)."""
    ACCOUNT = "account"
    """A packet that opens the voter's account."""
    REQUEST = "request"
    """A packet with the voter's request."""
    CONFIRM_CONTACT = "confirm_contact"
    """The server is told that the account's contact was proven; nothing is sealed."""
    NEW_PASSWORD = "new_password"  # noqa: S105
    """The account whose contact was proven gets a new password at the server; nothing is sealed."""


@dataclass(frozen=True, slots=True)
class Service:
    id: ServiceId
    title: Labels
    actor: Actor
    steps: tuple[Step, ...]
    finish: Finish = Finish.CASE
    menu: tuple[Labels, ...] = ()
    prerequisites: tuple[str, ...] = ()
    outputs: tuple[Option, ...] = ()
    statuses: tuple[StatusLabel, ...] = ()
    transitions: tuple[ServiceTransition, ...] = ()
    notifications: tuple[str, ...] = ()
    group_rule: GroupRule | None = None
    payment: str = ""
    """``at_application``, ``after_approval`` or "" (D-20)."""
    review: ReviewRule | None = None

    def step(self, step_id: StepId) -> Step:
        """Return the step of that id; an unknown one is a bug."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)
