"""What the review window asks of the server (PP-04, domain.md B3 and C1.1). Same layer as `registration.ports`.

An official signs in, takes a case by a lease, opens it, decides. A case is never opened without the lease, so two
officials never work on the same one. Every call may raise WillRetry ``server.unreachable`` or ``server.busy``; every
call but `sign_in` may raise VoterCanFix ``official.session_over`` (idle or overall limit, or signed out) and
``official.not_allowed`` (the role may not do it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from registration.model.case import Action, CaseState, Checklist
from registration.model.ids import CaseId
from registration.model.register import NO_REGISTER, RegisterResult
from registration.model.submission import RequestSubmission

MOST_COMMENT = 1000
"""Characters of a comment to the voter."""


class Role(StrEnum):
    """What an official may do; values are ids of texts under ``review.role.``."""

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    """A reviewer who also takes over leases, reopens decided cases and enrols officials."""
    ADMINISTRATOR = "administrator"
    """Runs the machines; never sees a voter's data."""
    OBSERVER = "observer"
    """Counts only."""


@dataclass(frozen=True, slots=True)
class OfficialSession:
    """An official signed in. `expires` is the overall limit; half an hour without a call ends it earlier."""

    token: str = field(repr=False)
    name: str
    role: Role
    expires: datetime


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases to list. `state` None: those that wait for a decision; `language` "": all; `due_by`: only those whose
    time limit is this day or earlier. `page` counts from 1."""

    state: CaseState | None = None
    language: str = ""
    page: int = 1
    due_by: date | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the queue. It names no person."""

    case_id: CaseId
    reference: str
    state: CaseState
    revision: int
    received: datetime
    """The server's receipt of this revision, UTC; the time limit runs from here (D-27)."""
    due: date
    overdue: bool
    """The limit has passed and nothing was decided."""
    language: str
    claimed_by: str = ""
    """Name of the official who holds the lease, "" when nobody does."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, the nearest time limit first (overdue ones therefore on top)."""

    cases: tuple[CaseRow, ...]
    counts: Mapping[CaseState, int]
    """Cases of every state in the whole service, whatever the filter."""
    page: int
    pages: int
    """At least 1."""
    overdue: int = 0
    """Waiting cases whose time limit has passed, whatever the filter."""
    due_today: int = 0
    """Waiting cases whose time limit ends today (in Albania), whatever the filter."""
    by_language: Mapping[str, int] = field(default_factory=dict)
    """Cases of each language under the rest of the filter (state and time limit): what choosing it would list."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a case until `until`; every call about the case renews it."""

    until: datetime
    version: int
    """Of the case; a decision names the version it was made on."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One move of a case, oldest first in a history."""

    at: datetime
    action: str
    """An `Action` value, ``submit`` (the first arrival) or ``replace`` (a newer version before anybody looked)."""
    source: CaseState | None
    target: CaseState
    by: str
    """Name of the official; "" for the voter and for the system (an ended lease)."""
    revision: int
    reasons: tuple[str, ...] = ()
    comment: str = field(default="", repr=False)
    checklist: Checklist = ()
    """What the official had found, with a decision or a proposal."""


class SameAs(StrEnum):
    """Why another case may be of the same person; ids of texts under ``review.same.``."""

    PERSONAL_NUMBER = "personal_number"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another voter's case with the same keyed hash; a person decides what it means."""

    case_id: CaseId
    reference: str
    state: CaseState
    same: SameAs


@dataclass(frozen=True, slots=True)
class Proposal:
    """A first official's decision that waits for the second (four eyes)."""

    by: str
    action: Action
    reasons: tuple[str, ...] = ()
    comment: str = field(default="", repr=False)
    checklist: Checklist = ()


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """An opened case: everything an official compares side by side."""

    row: CaseRow
    lease: Lease
    request: RequestSubmission
    """The revision under review, with its pictures."""
    history: tuple[HistoryEntry, ...]
    duplicates: tuple[Duplicate, ...] = ()
    flags: tuple[str, ...] = ()
    """What intake noticed, e.g. ``late``, ``under_age``, ``duplicate_person``; words under ``review.flag.``."""
    contact_verified: bool = True
    """False when the voter's contact was never confirmed by a code (an account made offline, D-05)."""
    four_eyes: bool = False
    """The service demands that a second official confirms a decision."""
    proposal: Proposal | None = None
    register: RegisterResult = NO_REGISTER
    """What the Civil Status Register says, field by field (B3-03); it may still be on its way."""


@dataclass(frozen=True, slots=True)
class OtherCase:
    """A duplicate beside the case one holds: to look at, never to work on."""

    row: CaseRow
    request: RequestSubmission
    history: tuple[HistoryEntry, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the official decided on the version they saw.

    `action` is APPROVE, REFUSE (with at least one of `registration.model.case.REFUSAL_REASONS`) or RETURN (with a
    comment). The comment is sent to the voter as it stands, at most `MOST_COMMENT`
    characters. An approval does not go with a checklist item that was found to differ or to be unreadable.
    """

    action: Action
    version: int
    reasons: tuple[str, ...] = ()
    comment: str = field(default="", repr=False)
    checklist: Checklist = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """The case after a decision."""

    state: CaseState
    version: int
    awaiting_second: bool = False
    """True when the decision is kept as a proposal and a second official must confirm it; the lease is let go."""


class ReviewDesk(Protocol):
    """The officials' side of the server."""

    def sign_in(self, name: str, password: str, totp: str) -> OfficialSession:
        """Sign an official in with the password and the 6 digits of the authenticator.

        Raises VoterCanFix ``official.wrong`` (any of the three; also a code that was used already) or
        ``official.locked`` (params: minutes).
        """

    def sign_out(self, session: OfficialSession) -> None:
        """End the session; leases it holds are let go. Quiet when it is over already."""

    def queue(self, session: OfficialSession, wanted: QueueFilter) -> QueuePage:
        """List cases, nearest time limit first, with the counts of every state."""

    def claim(self, session: OfficialSession, case_id: CaseId) -> Lease:
        """Take a case for review, or renew one's own lease.

        Raises VoterCanFix ``case.claimed`` (params: by), ``case.not_found``, ``case.stale`` (its state allows no
        review any more), ``case.second_official`` (one's own proposal waits for somebody else) or
        ``request.content_erased``.
        """

    def take_over(self, session: OfficialSession, case_id: CaseId) -> Lease:
        """Take a case from whoever holds it. Supervisors only; raises as `claim` does."""

    def release(self, session: OfficialSession, case_id: CaseId) -> None:
        """Give one's case back to the queue. Quiet when it is not one's own any more."""

    def open(self, session: OfficialSession, case_id: CaseId, *, ahead: bool = False) -> ReviewCase:
        """Fetch a case one holds, with its pictures; that it was opened is written into the audit log.

        `ahead`: fetched before it is shown, so that showing it takes no time; the log then says so, and `shown` must
        follow when it is.

        Raises VoterCanFix ``case.not_claimed`` (the lease ended or was taken over) or ``case.not_found``.
        """

    def shown(self, session: OfficialSession, case_id: CaseId) -> Lease:
        """Say that a case fetched ahead is on the screen now; renews the lease. Raises as `open` does."""

    def compare(self, session: OfficialSession, case_id: CaseId, other: CaseId) -> OtherCase:
        """Fetch one of the duplicates of a case one holds, with its pictures; audited.

        Raises VoterCanFix ``case.not_claimed``, ``case.not_found`` (also when it is no duplicate of this case) or
        ``request.content_erased``.
        """

    def decide(self, session: OfficialSession, case_id: CaseId, decision: Decision) -> Decided:
        """Decide, and let the lease go. The voter's notice is sent by the server.

        Raises VoterCanFix ``case.stale`` (changed since it was opened), ``case.not_claimed``,
        ``case.reason_required``, ``case.reason_unknown``, ``case.comment_required``, ``case.comment_too_long``,
        ``case.checklist_against`` or ``case.second_official``.
        """

    def reopen(self, session: OfficialSession, case_id: CaseId, comment: str) -> Lease:
        """Take a decided case up again, with the reason for it. Supervisors only.

        Raises VoterCanFix ``case.comment_required``, ``case.stale`` or ``case.not_found``.
        """
