"""Deciding: a decision names the version it was made on and moves the case by the table of `registration.model.case`.

The voter's notice goes into the outbox in the same transaction. Where the service demands four eyes the first decision
is only a proposal, and another official must make the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registration.model.case import CHECKLIST, REFUSAL_REASONS, Action, Checked, Checklist
from registration.review_desk import MOST_COMMENT
from server import audit, notify
from server.casework.cases import Case, move
from server.desk.leases import actor_of, check_comment, give_back, held, locked
from server.desk.officials import Official
from server.desk.proposals import (
    Proposed,
    forget_proposal,
    keep_checklist,
    keep_proposal,
    needs_four_eyes,
    proposal_on,
)
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit
from server.voters import accounts

DECISIONS = {Action.APPROVE: "approved", Action.REFUSE: "refused", Action.RETURN: "returned"}
"""Decision -> its notice to the voter."""


@dataclass(frozen=True, slots=True)
class Outcome:
    case: Case
    awaiting_second: bool


def decide(
    unit: Unit,
    master: MasterKey,
    official: Official,
    case_id: str,
    *,
    action: Action,
    version: int,
    reasons: Sequence[str],
    comment: str,
    checklist: Checklist = (),
) -> Outcome:
    """Decide a case that one holds, or propose the decision where the service wants four eyes.

    Raises:
        Problem: 404 ``case.not_found``; 409 ``case.not_claimed``, ``case.stale``, ``case.second_official``; 422
            ``call.invalid``, ``case.reason_required``, ``case.reason_unknown``, ``case.comment_required``,
            ``case.comment_too_long``, ``case.checklist_against``.
    """
    reasons, comment = _checked(action, reasons, comment)
    checklist = _in_order(action, checklist)
    case = held(locked(unit, case_id), official, unit.now)
    if case.version != version:
        raise Problem(409, "case.stale")
    second = None
    if needs_four_eyes(case.service):
        second = proposal_on(unit.connection, unit.election, case)
        if second is not None and second.by == official.name:
            raise Problem(409, "case.second_official")
        if second is None or second.action != action.value or sorted(second.reasons) != sorted(reasons):
            proposed = Proposed(official.name, action, tuple(reasons), comment, checklist)
            return _propose(unit, master, official, case, proposed)
        forget_proposal(unit, case_id)
        details = {"first": second.by, "action": action.value}
        audit.record(unit, kind="case.second", actor=official.actor, subject=case_id, details=details)
    moved = move(
        unit,
        master,
        case,
        action,
        actor_of(official),
        actor_id=official.name,
        reasons=reasons,
        comment=comment,
    )
    _keep_checklist(unit, official, moved, checklist)
    _tell_voter(unit, master, moved, action, reasons, comment)
    return Outcome(moved, awaiting_second=False)


def _checked(action: Action, reasons: Sequence[str], comment: str) -> tuple[tuple[str, ...], str]:
    if action not in DECISIONS:
        raise Problem(422, "call.invalid")
    if any(reason not in REFUSAL_REASONS for reason in reasons) or (reasons and action is not Action.REFUSE):
        raise Problem(422, "case.reason_unknown")
    if action is Action.REFUSE and not reasons:
        raise Problem(422, "case.reason_required")
    if action is Action.RETURN:
        check_comment(comment)
    if len(comment.strip()) > MOST_COMMENT:
        raise Problem(422, "case.comment_too_long", most=MOST_COMMENT)
    return tuple(reason for reason in REFUSAL_REASONS if reason in reasons), comment.strip()


def _in_order(action: Action, checklist: Checklist) -> Checklist:
    found = dict(checklist)
    if not set(found) <= set(CHECKLIST):
        raise Problem(422, "call.invalid")
    if action is Action.APPROVE and any(each is not Checked.MATCHES for each in found.values()):
        raise Problem(422, "case.checklist_against")
    return tuple((item, found[item]) for item in CHECKLIST if item in found)


def _propose(unit: Unit, master: MasterKey, official: Official, case: Case, proposed: Proposed) -> Outcome:
    """Keep the decision as a proposal and give the case back for the second official."""
    keep_proposal(unit, master, case, proposed)
    details = {"action": proposed.action.value, "reasons": list(proposed.reasons)}
    audit.record(unit, kind="case.propose", actor=official.actor, subject=case.case_id, details=details)
    given = give_back(unit, master, case, actor_of(official), official.name)
    _keep_checklist(unit, official, given, proposed.checklist)
    return Outcome(given, awaiting_second=True)


def _keep_checklist(unit: Unit, official: Official, case: Case, checklist: Checklist) -> None:
    keep_checklist(unit, case, checklist)
    if checklist:
        details = {"version": case.version, **dict(checklist)}
        audit.record(unit, kind="case.checklist", actor=official.actor, subject=case.case_id, details=details)


def _tell_voter(
    unit: Unit, master: MasterKey, case: Case, action: Action, reasons: Sequence[str], comment: str
) -> None:
    account = accounts.get(unit.connection, unit.election, master, case.account_id)
    assert account is not None  # a case never exists without its account
    notify.enqueue(
        unit,
        master,
        kind=DECISIONS[action],
        contact=account.contact,
        language=case.language,
        params={"reference": case.reference, "reasons": ",".join(reasons), "comment": comment},
        dedupe=f"decision:{case.case_id}:{case.version}",
    )
