"""What the review desk's pages show, as frozen views; all of it comes from the `ReviewDesk` port."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from PySide6.QtGui import QImage

from registration.model.case import Action, CaseState
from registration.model.documents import Attachment, Mark, Side
from registration.model.ids import CaseId
from registration.review_desk import OfficialSession, OtherCase, QueueFilter, QueuePage, ReviewCase
from ui.notices import Problem


@dataclass(frozen=True, slots=True)
class SignInView:
    """`locked`: the same official comes back to a locked desk, the name stands."""

    name: str = ""
    locked: bool = False
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class QueueView:
    session: OfficialSession
    page: QueuePage
    wanted: QueueFilter
    now: datetime


@dataclass(frozen=True, slots=True)
class CountsView:
    """Whose role sees counts and no cases."""

    session: OfficialSession


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture in the viewer: a side of the identity document or a page of an attachment."""

    image: QImage = field(repr=False)
    side: Side | None = None
    attachment: Attachment | None = None
    page: int = 0
    """Of the attachment, from 0."""
    pages: int = 1

    @property
    def marks(self) -> tuple[Mark, ...]:
        verdict = self.attachment.verdict if self.attachment is not None else None
        return tuple(m for m in verdict.marks if m.page == self.page) if verdict is not None else ()


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case with its pictures decoded."""

    case: ReviewCase
    live: QImage = field(repr=False)
    printed: QImage | None = field(repr=False)
    """The portrait cut out of the document, None where there is none."""
    sheets: tuple[Sheet, ...]

    @property
    def case_id(self) -> CaseId:
        return self.case.row.case_id

    @property
    def reference(self) -> str:
        return self.case.row.reference


@dataclass(frozen=True, slots=True)
class Draft:
    """A refusal or return being written; kept when the case is left, gone when it was sent or the official left."""

    action: Action | None = None
    reasons: tuple[str, ...] = ()
    comment: str = field(default="", repr=False)


NO_DRAFT = Draft()


@dataclass(frozen=True, slots=True)
class CaseView:
    """`decided` is the decision whose undo time runs or which is on its way; no other can be made meanwhile."""

    opened: OpenedCase
    draft: Draft = NO_DRAFT
    decided: Action | None = None
    until: datetime | None = None
    """End of the lease."""


@dataclass(frozen=True, slots=True)
class OtherOpened:
    """A duplicate with its pictures decoded."""

    other: OtherCase
    live: QImage = field(repr=False)
    printed: QImage | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CompareView:
    """The case in front beside its duplicate number `number` (from 0) of `count`."""

    opened: OpenedCase
    other: OtherOpened
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class ReopenView:
    """A supervisor takes a decided case up again and says why."""

    case_id: CaseId
    reference: str
    state: CaseState


@dataclass(frozen=True, slots=True)
class UndoView:
    """A decision that has not been sent yet."""

    reference: str
    action: Action
    seconds: float
    left: float


@dataclass(frozen=True, slots=True)
class UnsentView:
    """A decision the server did not take, with the reason. Nothing is dropped until the official says so."""

    case_id: CaseId
    reference: str
    action: Action
    problem: Problem
    uncertain: bool
    """The answer was lost: the server may have taken it. Trying again is safe, it is never counted twice."""


class Trace(StrEnum):
    """Short news on top of the queue; ids of texts under ``review.desk.news.``."""

    SENT = "sent"
    SECOND = "second"
    NOTHING_NEXT = "nothing_next"
    UNSENT_FIRST = "unsent_first"


@dataclass(frozen=True, slots=True)
class News:
    what: Trace
    reference: str = ""
    action: Action | None = None
