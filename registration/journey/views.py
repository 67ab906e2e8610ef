"""What a page shows: frozen views, one per kind of page, built by `present.py` and shown by `ui/pages`.

A view speaks no language: it carries `Labels` of the catalogue and codes with words in `resources/i18n`, so a
switch of language needs no new view. Every journey view has a `page` with what all pages share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from registration.catalog.definitions import NO_LABELS, FieldType, Labels, Option, StepKind
from registration.model.contact import ContactKind
from registration.model.documents import (
    Attachment,
    DocumentImage,
    DocumentKind,
    FieldName,
    FieldSource,
    ProofVerdict,
    Side,
)
from registration.model.evidence import Photo
from registration.model.ids import FieldId, ServiceId, StepId
from registration.model.person import Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """What the last version's official said, shown on top of a new version (B3-07)."""

    state: str
    reasons: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Page:
    """What every page of a journey shares."""

    service: ServiceId
    step: StepId
    kind: StepKind
    title: Labels
    text: Labels = NO_LABELS
    warning: Labels = NO_LABELS
    next: Labels = NO_LABELS
    """Empty: the usual "Vazhdo"."""
    skip: Labels = NO_LABELS
    can_go_back: bool = False
    changing: bool = False
    """True when the voter came from the summary and Continue returns there."""
    number: int = 1
    total: int = 1
    problems: tuple[Finding, ...] = ()
    """Hard findings of the last try, for the error summary and beside the fields."""
    warnings: tuple[Finding, ...] = ()
    """Shown, but the voter may go on."""
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class FieldView:
    id: FieldId
    label: Labels
    type: FieldType
    value: str = field(default="", repr=False)
    """ISO 8601 for dates, option id for choices, ISO 3166 alpha-2 for countries."""
    optional: bool = False
    hint: Labels = NO_LABELS
    options: tuple[Option, ...] = ()
    max_length: int = 120


@dataclass(frozen=True, slots=True)
class FormView:
    """Also the contact (choose_one) and the second contact (choose_one with page.skip)."""

    page: Page
    fields: tuple[FieldView, ...]
    choose_one: bool = False
    chosen: FieldId | None = None
    """With choose_one: the field shown; the others are offered by a link."""


@dataclass(frozen=True, slots=True)
class ContactConfirmView:
    page: Page
    kind: ContactKind
    text: str = field(repr=False)
    """The number or address, grouped for reading back."""
    online: bool = True


@dataclass(frozen=True, slots=True)
class CodeView:
    page: Page
    kind: ContactKind
    masked: str
    digits: int
    expires_in: int
    """Seconds from the moment the view is shown anew; the page counts down."""
    resend_after: int
    sent: int = 1
    """How many codes were asked for; a new number restarts the count-down."""
    online: bool = True
    """False: no code can come; the contact stays unverified and the page says so (D-05)."""


@dataclass(frozen=True, slots=True)
class PasswordView:
    page: Page


@dataclass(frozen=True, slots=True)
class FaceView:
    page: Page
    portrait: Photo | None = None
    """The photo taken, to be confirmed or taken again; None: the live camera is shown."""


@dataclass(frozen=True, slots=True)
class MessageView:
    page: Page


@dataclass(frozen=True, slots=True)
class PickView:
    page: Page
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class DocumentCaptureView:
    page: Page
    kind: DocumentKind
    sides: tuple[Side, ...]
    taken: tuple[DocumentImage, ...] = ()
    """Sides already photographed, in the order of `sides`; all taken: preview, confirm or take again."""


@dataclass(frozen=True, slots=True)
class ReadFieldView:
    name: FieldName
    value: str = field(repr=False)
    """What stands now: the voter's correction if there is one."""
    read: str = field(repr=False)
    """What the machine read; empty when it read nothing."""
    source: FieldSource
    confidence: float


@dataclass(frozen=True, slots=True)
class ReadBackView:
    page: Page
    kind: DocumentKind
    fields: tuple[ReadFieldView, ...]
    images: tuple[DocumentImage, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachmentsView:
    page: Page
    kinds: tuple[Option, ...]
    linking_kinds: tuple[Option, ...]
    items: tuple[Attachment, ...]
    modes: tuple[str, ...]
    minimum: int
    maximum: int
    offer_linking: bool = False
    """A proof is not in the voter's own name: the linking documents are offered (B2-04..06)."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    label: Labels
    value: str = field(repr=False)
    """Shown as it is, unless `kind` says how: a date, an option already worded in `value_label` ..."""
    label_id: str = ""
    """Text id used instead of `label` when that is empty."""
    type: FieldType = FieldType.TEXT
    value_label: Labels = NO_LABELS
    value_id: str = ""


@dataclass(frozen=True, slots=True)
class SummarySection:
    step: StepId
    """Where Ndrysho leads; "" when it cannot be changed (what the account holds)."""
    title: Labels
    rows: tuple[SummaryRow, ...]
    title_id: str = ""
    """Text id used instead of `title` when that is empty."""
    photos: tuple[Photo, ...] = ()
    verdicts: tuple[ProofVerdict, ...] = ()
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryView:
    page: Page
    sections: tuple[SummarySection, ...]


@dataclass(frozen=True, slots=True)
class DoneView:
    """The last page of a journey; for a request `reference` is set and a receipt can be saved."""

    page: Page
    buttons: tuple[Option, ...]
    reference: str = ""
    delivered: bool = False
    """True: the server has it. False: sealed on this kiosk, sent when there is a connection."""
    contact_verified: bool = True
    submitted: datetime | None = None


JourneyView = (
    FormView
    | ContactConfirmView
    | CodeView
    | PasswordView
    | FaceView
    | MessageView
    | PickView
    | DocumentCaptureView
    | ReadBackView
    | AttachmentsView
    | SummaryView
    | DoneView
)


# ------------------------------------------------------------ pages outside a journey


@dataclass(frozen=True, slots=True)
class StartView:
    """P0. `camera_problem` is an error code, or "" when the camera is ready."""

    camera_problem: str = ""
    online: bool = True
    registration_open: bool = True
    params: tuple[tuple[str, str | int], ...] = ()
    """Of the camera's error."""


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """P1. Krijo Llogari or Hyr në llogari; after closing only the second is offered."""

    registration_open: bool = True


@dataclass(frozen=True, slots=True)
class LogInView:
    """R1. `problem` is an error code with its params, or ""."""

    problem: str = ""
    params: tuple[tuple[str, str | int], ...] = ()
    contact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StatusItem:
    """One request as the voter sees it."""

    reference: str
    state: str
    """A `CaseState` value, or ``stored`` (sealed on this kiosk) or ``sent`` (received, not opened yet)."""
    revision: int
    changed: datetime | None
    due: str = ""
    """ISO date by which the answer comes, or ""."""
    reasons: tuple[str, ...] = ()
    comment: str = ""
    can_complete: bool = False
    """Returned: complete and send again. Refused or approved: file a new request."""
    can_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class HomeView:
    """After log-in: what can be done and how each request stands, with the time of the last look at the server."""

    masked_contact: str
    items: tuple[StatusItem, ...] = ()
    looked: datetime | None = None
    """None: never, or offline since."""
    online: bool = True
    draft: ServiceId | None = None
    """A journey to go on with."""
    can_create: bool = True
    registration_open: bool = True
    contact_verified: bool = True
