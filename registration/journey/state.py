"""The journey as data: frozen states and frozen events; `advance.py` holds the one function that joins them.

    Answered  a page's answer; goes on when it holds, stays with its findings when not
    Kept      a part of an answer (one side, one more proof): stays on the page
    WentBack  to the page before, keeping everything
    ChangeAsked  from the summary to a step; its answer returns to the summary
    ProofsChecked  the machine looked at the proofs again, now that the address is known
    CodeResent  another code was asked for
    Submitted  the packet is sealed; ends the journey
    Delivered  the server's receipt came while the last page is shown

An event that does not fit the step is a bug in the caller and raises `IllegalEvent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from registration.catalog.definitions import AttachmentKind
from registration.journey.answers import Answer
from registration.model.contact import Contact
from registration.model.documents import ProofVerdict
from registration.model.evidence import Photo
from registration.model.ids import AttachmentId, RequestId, ServiceId, StepId
from registration.model.person import Finding, PersonalData

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the world, given from outside so that they stay pure."""

    today: date
    election_day: date
    region: str = "AL"
    """ISO 3166 country whose national phone numbers need no prefix: the kiosk's own."""
    online: bool = True
    account_contact: Contact | None = None
    account_person: PersonalData | None = None
    """What the account holds; a request's document is compared with it (D-13)."""
    account_portrait: Photo | None = None
    account_verified: bool = True
    """False: the account's contact was never confirmed by a code (D-05)."""
    proof_kinds: tuple[AttachmentKind, ...] = ()
    """The signed configuration's list, or empty: the definition's own."""
    code_expires_in: int = 180
    code_resend_after: int = 60

    def named(self) -> Mapping[str, str]:
        """Facts a definition may refer to in ``visible_when``."""
        return {"fact.account_contact": self.account_contact.kind if self.account_contact else ""}


@dataclass(frozen=True, slots=True)
class Origin:
    """A later version of an earlier request: which one, and what its official said."""

    request_id: RequestId
    revision: int
    state: str = ""
    reasons: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class State:
    service: ServiceId
    step: StepId
    trail: tuple[StepId, ...] = ()
    answers: tuple[tuple[StepId, Answer], ...] = ()
    changing: bool = False
    """The voter came from the summary and returns there."""
    attempt: Answer | None = None
    """The last answer that did not hold, so that nothing typed is lost."""
    problems: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()
    """Warnings shown on this page; the same answer given again goes on."""
    origin: Origin | None = None
    reference: str = ""
    submitted: datetime | None = None
    delivered: bool = False

    def answer(self, step: StepId, kind: type[A]) -> A | None:
        """Return the answer of a step if there is one of that kind."""
        for name, given in self.answers:
            if name == step and isinstance(given, kind):
                return given
        return None


@dataclass(frozen=True, slots=True)
class Answered:
    step: StepId
    answer: Answer


@dataclass(frozen=True, slots=True)
class Kept:
    step: StepId
    answer: Answer


@dataclass(frozen=True, slots=True)
class WentBack:
    pass


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    step: StepId


@dataclass(frozen=True, slots=True)
class ProofsChecked:
    step: StepId
    verdicts: tuple[tuple[AttachmentId, ProofVerdict], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CodeResent:
    pass


@dataclass(frozen=True, slots=True)
class Submitted:
    reference: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


Event = Answered | Kept | WentBack | ChangeAsked | ProofsChecked | CodeResent | Submitted | Delivered


class IllegalEvent(Exception):
    """An event arrived at a step that does not accept it: always a bug."""
