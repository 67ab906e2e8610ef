"""The life of a request: one table of states and legal transitions (domain.md D-26, DESIGN section 3 Review)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CaseState(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    COMPLETED = "completed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    RETURN = "return"
    COMPLETE = "complete"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


class Actor(StrEnum):
    APPLICANT = "applicant"
    OFFICIAL = "official"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transition:
    """`source` --action by actor--> `target`; a comment or a reason may be owed with it."""

    source: CaseState
    action: Action
    target: CaseState
    by: frozenset[Actor]
    comment_required: bool = False
    reason_required: bool = False


_REVIEWERS = frozenset({Actor.OFFICIAL, Actor.SUPERVISOR})
_LEASE_ENDS = frozenset({Actor.OFFICIAL, Actor.SUPERVISOR, Actor.SYSTEM})
_APPLICANT = frozenset({Actor.APPLICANT})

S, A = CaseState, Action
TRANSITIONS: tuple[Transition, ...] = (
    Transition(S.SUBMITTED, A.CLAIM, S.IN_REVIEW, _REVIEWERS),
    Transition(S.COMPLETED, A.CLAIM, S.IN_REVIEW, _REVIEWERS),
    Transition(S.IN_REVIEW, A.RELEASE, S.SUBMITTED, _LEASE_ENDS),
    Transition(S.IN_REVIEW, A.RELEASE, S.COMPLETED, _LEASE_ENDS),
    Transition(S.IN_REVIEW, A.APPROVE, S.APPROVED, _REVIEWERS),
    Transition(S.IN_REVIEW, A.REFUSE, S.REFUSED, _REVIEWERS, reason_required=True),
    Transition(S.IN_REVIEW, A.RETURN, S.RETURNED, _REVIEWERS, comment_required=True),
    Transition(S.RETURNED, A.COMPLETE, S.COMPLETED, _APPLICANT),
    Transition(S.REFUSED, A.COMPLETE, S.SUBMITTED, _APPLICANT),
    Transition(S.APPROVED, A.COMPLETE, S.SUBMITTED, _APPLICANT),
    Transition(S.WITHDRAWN, A.COMPLETE, S.SUBMITTED, _APPLICANT),
    Transition(S.SUBMITTED, A.WITHDRAW, S.WITHDRAWN, _APPLICANT),
    Transition(S.RETURNED, A.WITHDRAW, S.WITHDRAWN, _APPLICANT),
    Transition(S.COMPLETED, A.WITHDRAW, S.WITHDRAWN, _APPLICANT),
    Transition(S.IN_REVIEW, A.WITHDRAW, S.WITHDRAWN, _APPLICANT),
    Transition(S.APPROVED, A.WITHDRAW, S.WITHDRAWN, _APPLICANT),
    Transition(S.APPROVED, A.REOPEN, S.IN_REVIEW, frozenset({Actor.SUPERVISOR}), comment_required=True),
    Transition(S.REFUSED, A.REOPEN, S.IN_REVIEW, frozenset({Actor.SUPERVISOR}), comment_required=True),
)
"""Every legal move. A re-application (COMPLETE) is a new version of the same voter's request (B3-07). Only RELEASE has
two targets: a case goes back to the queue as what it waited there before, so a completed one stays a completed one.
A voter may take a request back while it is being looked at: it ends at once, and the official's next act is stale."""

WITHDRAWABLE = frozenset(row.source for row in TRANSITIONS if row.action is A.WITHDRAW)
"""States in which the voter may take the request back."""

WAITS_FREE = frozenset({S.SUBMITTED, S.COMPLETED})
"""States of the queue that nobody holds."""

FINAL = frozenset({S.APPROVED, S.REFUSED, S.WITHDRAWN})

REFUSAL_REASONS: tuple[str, ...] = (
    "address_differs",
    "not_in_voters_name",
    "page_without_address",
    "proof_not_accepted",
    "unreadable",
    "register_differs",
    "under_age",
    "other_person",
)
"""Reasons of refusal in the order of domain.md C1.1; words under ``review.reason.``."""


CHECKLIST: tuple[str, ...] = ("face", "document", "register", "proof", "address")
"""What an official looks at before deciding, in the order of domain.md C1.1; words under ``review.checklist.``."""


class Checked(StrEnum):
    """What an official found for one item of the checklist; words under ``review.verdict.``."""

    MATCHES = "matches"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"


Checklist = tuple[tuple[str, Checked], ...]
"""(item of `CHECKLIST`, finding), in its order; an item nobody judged is left out."""


class IllegalTransition(Exception):
    """The move is not in the table: a stale screen or a bug, never a voter's fault."""


def transition(source: CaseState, action: Action, by: Actor, *, back_to: CaseState = CaseState.SUBMITTED) -> Transition:
    """Return the legal transition.

    Args:
        back_to: with RELEASE, the state of the queue in which the case waited before (`WAITS_FREE`).

    Raises:
        IllegalTransition: nothing in the table allows it.
    """
    for row in TRANSITIONS:
        right = row.source is source and row.action is action and by in row.by
        if right and (action is not Action.RELEASE or row.target is back_to):
            return row
    raise IllegalTransition(f"{action} at {source} by {by}")
