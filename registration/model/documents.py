"""Documents as the product knows them: identity documents read by machine, and proofs of address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from registration.model.evidence import Photo
from registration.model.ids import AttachmentId


class DocumentKind(StrEnum):
    PASSPORT = "passport"
    ID_CARD = "id-card"


class Side(StrEnum):
    DATA_PAGE = "data-page"
    FRONT = "front"
    BACK = "back"


SIDES: Mapping[DocumentKind, tuple[Side, ...]] = MappingProxyType(
    {DocumentKind.PASSPORT: (Side.DATA_PAGE,), DocumentKind.ID_CARD: (Side.FRONT, Side.BACK)}
)
"""What is photographed of each kind (PR-06, PR-08)."""


class FieldName(StrEnum):
    """Fields of an identity document; values are ids of texts under ``voter.field.``."""

    SURNAME = "surname"
    GIVEN_NAMES = "given_names"
    FATHER_NAME = "father_name"
    SEX = "sex"
    NATIONALITY = "nationality"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    PERSONAL_NUMBER = "personal_number"
    DOCUMENT_NUMBER = "document_number"
    ISSUER = "issuer"
    ISSUE_DATE = "issue_date"
    EXPIRY_DATE = "expiry_date"


class FieldSource(StrEnum):
    MRZ = "mrz"
    VISUAL_ZONE = "visual_zone"
    VOTER = "voter"


class ReadState(StrEnum):
    VERIFIED = "verified"
    """Safe to use unasked: all check digits, confidence and cross-checks hold."""
    UNSURE = "unsure"
    """Shown to the voter for confirmation."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One read field. Dates are ISO 8601 (``1985-04-30``); names keep ë and ç where the visual zone gave them."""

    value: str = field(repr=False)
    source: FieldSource
    confidence: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A machine-readable zone (ICAO Doc 9303 parts 3 to 7)."""

    format: str
    """``TD1``, ``TD2``, ``TD3``, ``MRV-A`` or ``MRV-B``."""
    lines: tuple[str, ...] = field(repr=False)
    state: ReadState
    check_digits_ok: bool
    confidence: float
    fields: Mapping[FieldName, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DocumentImage:
    """One photographed side, flattened to the document's edges where they were found."""

    side: Side
    photo: Photo
    mrz: MrzReading | None = None
    """What live framing already read on this side."""


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """Everything read from the photographed sides of one document."""

    kind: DocumentKind
    fields: Mapping[FieldName, FieldReading] = field(repr=False)
    mrz: MrzReading | None = None
    portrait: Photo | None = None
    """The printed portrait cut out for the reviewer."""

    def value(self, name: FieldName) -> str:
        """Return what was read for `name`, or an empty string."""
        reading = self.fields.get(name)
        return reading.value if reading else ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A field the voter changed: both values are kept and the reviewer sees them side by side (D-09)."""

    name: FieldName
    read: str = field(repr=False)
    corrected: str = field(repr=False)


class Found(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a proof's page, in fractions of its width and height (0 to 1)."""

    what: str
    """``name`` or ``address``."""
    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What the machine could find on a proof of address. It advises; a person decides."""

    readable: bool
    name_found: Found
    address_found: Found
    kind_accepted: bool
    reasons: tuple[str, ...] = ()
    """Codes with words under ``errors.proof.``: ``proof.name_missing``, ``proof.identity_document`` ..."""
    marks: tuple[Mark, ...] = ()

    @property
    def good(self) -> bool:
        """True when nothing about this proof needs the voter's attention."""
        return self.readable and self.kind_accepted and self.name_found is Found.YES and self.address_found is Found.YES


@dataclass(frozen=True, slots=True)
class Attachment:
    """One document the voter adds to a request: its pages as pictures, with the verdict if it was checked."""

    id: AttachmentId
    kind: str
    """Key of the service's type list, e.g. ``energy`` or ``family_certificate``."""
    pages: tuple[Photo, ...]
    verdict: ProofVerdict | None = None
