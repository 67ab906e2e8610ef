"""What a decision still lacks, read off the table of transitions; the server checks the same again."""

from __future__ import annotations

from collections.abc import Sequence

from registration.model.case import Action, Actor, CaseState, Checked, Checklist, IllegalTransition, transition
from registration.review_desk import MOST_COMMENT, Role
from ui.notices import Problem

REASONS, COMMENT = "reasons", "comment"
"""Names of the fields a problem belongs to."""


def lacks(action: Action, reasons: Sequence[str], comment: str, checklist: Checklist = ()) -> tuple[Problem, ...]:
    """Return what the official has to add or change before the decision can be made."""
    row = transition(CaseState.IN_REVIEW, action, Actor.OFFICIAL)
    problems = []
    if row.reason_required and not reasons:
        problems.append(Problem("case.reason_required", field=REASONS))
    if row.comment_required and not comment.strip():
        problems.append(Problem("case.comment_required", field=COMMENT))
    if len(comment.strip()) > MOST_COMMENT:
        problems.append(Problem("case.comment_too_long", (("most", MOST_COMMENT),), COMMENT))
    if action is Action.APPROVE and any(found is not Checked.MATCHES for _, found in checklist):
        problems.append(Problem("case.checklist_against"))
    return tuple(problems)


def may_open(state: CaseState, role: Role) -> bool:
    """Tell whether this official can do anything with a case in this state."""
    if role not in (Role.REVIEWER, Role.SUPERVISOR):
        return False
    return state is CaseState.IN_REVIEW or _leads(state, Action.CLAIM, role) or must_reopen(state, role)


def must_reopen(state: CaseState, role: Role) -> bool:
    """Tell whether the case is decided and this official may take it up again."""
    return _leads(state, Action.REOPEN, role)


def _leads(state: CaseState, action: Action, role: Role) -> bool:
    actor = Actor.SUPERVISOR if role is Role.SUPERVISOR else Actor.OFFICIAL
    try:
        transition(state, action, actor)
    except IllegalTransition:
        return False
    return True
