"""The officials' side of a server, in memory, with the verbs a test tells a story with.

desk = FakeReviewDesk(clock)
desk.has_official("arta")           somebody may sign in; desk.sign("arta") signs in at once
desk.receives(submission)           a request arrived; returns its case id
desk.completes(submission)          the voter sent a newer version of it
desk.is_taken(case_id, by="besa")   another official holds it
desk.goes_offline()                 every call: server.unreachable; desk.comes_back()
desk.needs_four_eyes = True         every decision needs a second official
desk.ends_sessions()                everybody is signed out (idle, or shut out)
desk.register[case_id] = result      what the Civil Status Register says of the voter
desk.log                            (verb, case id) of every look: open, fetch, shown, compare
desk.told                           (case id, decision) of every notice a voter got
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from registration.errors import VoterCanFix, WillRetry
from registration.model.case import (
    REFUSAL_REASONS,
    WAITS_FREE,
    Action,
    Actor,
    CaseState,
    Checked,
    Checklist,
    IllegalTransition,
    transition,
)
from registration.model.civil_day import civil_day
from registration.model.ids import CaseId, reference_of
from registration.model.register import NO_REGISTER, RegisterResult
from registration.model.submission import RequestSubmission
from registration.ports.clock import Clock
from registration.review_desk import (
    MOST_COMMENT,
    CaseRow,
    Decided,
    Decision,
    Duplicate,
    HistoryEntry,
    Lease,
    OfficialSession,
    OtherCase,
    Proposal,
    QueueFilter,
    QueuePage,
    ReviewCase,
    Role,
    SameAs,
)

PASSWORD = "fjalëkalim-zyrtari-7"
LEASE = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
SESSION = timedelta(hours=12)
LOCK = timedelta(hours=3)
WRONG_TRIES = 3
PAGE = 25
WAITING = (CaseState.SUBMITTED, CaseState.COMPLETED, CaseState.IN_REVIEW)


@dataclass
class _Official:
    name: str
    role: Role
    wrong: int = 0
    locked_until: datetime | None = None
    used_codes: set[str] = field(default_factory=set)


@dataclass
class _Case:
    submission: RequestSubmission
    received: datetime
    due: date
    state: CaseState = CaseState.SUBMITTED
    version: int = 1
    holder: str = ""
    lease_until: datetime | None = None
    history: list[HistoryEntry] = field(default_factory=list)
    flags: tuple[str, ...] = ()
    contact_verified: bool = True
    proposal: Proposal | None = None


class FakeReviewDesk:
    """Implements `registration.review_desk.ReviewDesk`; held to the same contract as the real adapter."""

    def __init__(self, clock: Clock, review_days: int = 5) -> None:
        self.clock = clock
        self.review_days = review_days
        self.needs_four_eyes = False
        self.told: list[tuple[CaseId, Decision]] = []
        self.calls: list[str] = []
        self.log: list[tuple[str, CaseId]] = []
        self.register: dict[CaseId, RegisterResult] = {}
        self._officials: dict[str, _Official] = {}
        self._sessions: dict[str, tuple[OfficialSession, datetime]] = {}
        self._cases: dict[CaseId, _Case] = {}
        self._offline = False
        self._tokens = itertools.count(1)

    # ------------------------------------------------------------ the story

    def has_official(self, name: str, role: Role = Role.REVIEWER) -> None:
        self._officials[name] = _Official(name, role)

    def code_of(self, name: str) -> str:
        """What the official's authenticator shows now."""
        return f"{sum(name.encode()) * 7919 + int(self.clock.now().timestamp()) // 30:06d}"[-6:]

    def sign(self, name: str, role: Role = Role.REVIEWER) -> OfficialSession:
        """Sign an official in without asking for anything."""
        if name not in self._officials:
            self.has_official(name, role)
        return self._open(self._officials[name])

    def receives(
        self,
        submission: RequestSubmission,
        *,
        received: datetime | None = None,
        flags: tuple[str, ...] = (),
        contact_verified: bool = True,
    ) -> CaseId:
        case_id = CaseId(submission.request_id)
        at = received or self.clock.now()
        due = civil_day(at) + timedelta(days=self.review_days)
        case = _Case(submission, at, due, flags=flags, contact_verified=contact_verified)
        case.history.append(HistoryEntry(at, "submit", None, CaseState.SUBMITTED, "", submission.revision))
        self._cases[case_id] = case
        return case_id

    def completes(self, submission: RequestSubmission) -> CaseId:
        case_id = CaseId(submission.request_id)
        case = self._cases[case_id]
        case.submission = submission
        case.received = self.clock.now()
        case.due = civil_day(case.received) + timedelta(days=self.review_days)
        case.proposal = None
        self._move(case, Action.COMPLETE, Actor.APPLICANT, "")
        return case_id

    def is_taken(self, case_id: CaseId, by: str) -> None:
        case = self._cases[case_id]
        self._move(case, Action.CLAIM, Actor.OFFICIAL, by)

    def goes_offline(self) -> None:
        self._offline = True

    def comes_back(self) -> None:
        self._offline = False

    def ends_sessions(self) -> None:
        self._sessions.clear()

    def state_of(self, case_id: CaseId) -> CaseState:
        return self._cases[case_id].state

    # ------------------------------------------------------------ the port

    def sign_in(self, name: str, password: str, totp: str) -> OfficialSession:
        self._reach("sign_in")
        official = self._officials.get(name.strip().lower())
        now = self.clock.now()
        if official is None:
            raise VoterCanFix("official.wrong")
        if official.locked_until is not None and official.locked_until > now:
            raise VoterCanFix("official.locked", minutes=-(-int((official.locked_until - now).total_seconds()) // 60))
        if official.locked_until is not None:
            official.wrong, official.locked_until = 0, None
        right = password == PASSWORD and totp == self.code_of(official.name) and totp not in official.used_codes
        if not right:
            official.wrong += 1
            if official.wrong >= WRONG_TRIES:
                official.locked_until = now + LOCK
            raise VoterCanFix("official.wrong")
        official.used_codes.add(totp)
        official.wrong = 0
        return self._open(official)

    def sign_out(self, session: OfficialSession) -> None:
        self._reach("sign_out")
        if self._sessions.pop(session.token, None) is None:
            return
        for case in self._cases.values():
            if self._holder(case) == session.name:
                self._move(case, Action.RELEASE, _actor(session), session.name)

    def queue(self, session: OfficialSession, wanted: QueueFilter) -> QueuePage:
        self._let_in("queue", session)
        states = WAITING if wanted.state is None else (wanted.state,)
        everyone = [
            self._row(case_id, case)
            for case_id, case in self._cases.items()
            if case.state in states and (wanted.due_by is None or case.due <= wanted.due_by)
        ]
        by_language = Counter(row.language for row in everyone)
        rows = [row for row in everyone if wanted.language in ("", row.language)]
        rows.sort(key=lambda row: (row.due, row.received, row.case_id))
        pages = max(1, -(-len(rows) // PAGE))
        page = min(max(1, wanted.page), pages)
        counts = {state: sum(case.state is state for case in self._cases.values()) for state in CaseState}
        today = civil_day(self.clock.now())
        dues = [case.due for case in self._cases.values() if case.state in WAITING]
        overdue, due_today = sum(due < today for due in dues), dues.count(today)
        shown = tuple(rows[(page - 1) * PAGE : page * PAGE])
        return QueuePage(shown, counts, page, pages, overdue, due_today, by_language)

    def claim(self, session: OfficialSession, case_id: CaseId) -> Lease:
        self._let_in("claim", session)
        return self._claim(session, case_id, take_over=False)

    def take_over(self, session: OfficialSession, case_id: CaseId) -> Lease:
        self._let_in("take_over", session, Role.SUPERVISOR)
        return self._claim(session, case_id, take_over=True)

    def release(self, session: OfficialSession, case_id: CaseId) -> None:
        self._let_in("release", session)
        case = self._case(case_id)
        if case.state is CaseState.IN_REVIEW and case.holder == session.name:
            self._move(case, Action.RELEASE, _actor(session), session.name)

    def open(self, session: OfficialSession, case_id: CaseId, *, ahead: bool = False) -> ReviewCase:
        self._let_in("open", session)
        case = self._held(session, case_id)
        self.log.append(("fetch" if ahead else "open", case_id))
        return ReviewCase(
            row=self._row(case_id, case),
            lease=self._renew(case),
            request=case.submission,
            history=tuple(case.history),
            duplicates=self._duplicates(case_id, case),
            flags=case.flags,
            contact_verified=case.contact_verified,
            four_eyes=self.needs_four_eyes,
            proposal=case.proposal,
            register=self.register.get(case_id, NO_REGISTER),
        )

    def shown(self, session: OfficialSession, case_id: CaseId) -> Lease:
        self._let_in("shown", session)
        case = self._held(session, case_id)
        self.log.append(("shown", case_id))
        return self._renew(case)

    def compare(self, session: OfficialSession, case_id: CaseId, other: CaseId) -> OtherCase:
        self._let_in("compare", session)
        case = self._held(session, case_id)
        if other not in {found.case_id for found in self._duplicates(case_id, case)}:
            raise VoterCanFix("case.not_found")
        self.log.append(("compare", other))
        found = self._cases[other]
        return OtherCase(self._row(other, found), found.submission, tuple(found.history))

    def decide(self, session: OfficialSession, case_id: CaseId, decision: Decision) -> Decided:
        self._let_in("decide", session)
        _check(decision)
        case = self._held(session, case_id)
        if case.version != decision.version:
            raise VoterCanFix("case.stale")
        if self.needs_four_eyes and not _same(case.proposal, decision):
            comment = decision.comment.strip()
            case.proposal = Proposal(session.name, decision.action, decision.reasons, comment, decision.checklist)
            self._move(case, Action.RELEASE, _actor(session), session.name, checklist=decision.checklist)
            return Decided(case.state, case.version, awaiting_second=True)
        case.proposal = None
        comment = decision.comment.strip()
        self._move(case, decision.action, _actor(session), session.name, decision.reasons, comment, decision.checklist)
        self.told.append((case_id, decision))
        return Decided(case.state, case.version)

    def reopen(self, session: OfficialSession, case_id: CaseId, comment: str) -> Lease:
        self._let_in("reopen", session, Role.SUPERVISOR)
        if not comment.strip():
            raise VoterCanFix("case.comment_required")
        case = self._case(case_id)
        self._move(case, Action.REOPEN, Actor.SUPERVISOR, session.name, comment=comment.strip())
        return self._renew(case)

    # ------------------------------------------------------------ inside

    def _reach(self, call: str) -> None:
        self.calls.append(call)
        if self._offline:
            raise WillRetry("server.unreachable")

    def _let_in(self, call: str, session: OfficialSession, *roles: Role) -> None:
        self._reach(call)
        known, seen = self._sessions.get(session.token, (None, self.clock.now()))
        now = self.clock.now()
        if known is None or known.expires <= now or seen + IDLE <= now:
            raise VoterCanFix("official.session_over")
        self._sessions[session.token] = (known, now)
        if known.role not in (roles or (Role.REVIEWER, Role.SUPERVISOR)):
            raise VoterCanFix("official.not_allowed")

    def _open(self, official: _Official) -> OfficialSession:
        now = self.clock.now()
        session = OfficialSession(f"token-{next(self._tokens)}", official.name, official.role, now + SESSION)
        self._sessions[session.token] = (session, now)
        return session

    def _claim(self, session: OfficialSession, case_id: CaseId, *, take_over: bool) -> Lease:
        case = self._case(case_id)
        if case.proposal is not None and case.proposal.by == session.name:
            raise VoterCanFix("case.second_official")
        if case.state is CaseState.IN_REVIEW:
            held_by = self._holder(case)
            if held_by == session.name:
                return self._renew(case)
            if held_by and not take_over:
                raise VoterCanFix("case.claimed", by=held_by)
            by = (Actor.SUPERVISOR, session.name) if held_by else (Actor.SYSTEM, "")
            self._move(case, Action.RELEASE, *by)
        self._move(case, Action.CLAIM, _actor(session), session.name)
        return self._renew(case)

    def _case(self, case_id: CaseId) -> _Case:
        if case_id not in self._cases:
            raise VoterCanFix("case.not_found")
        return self._cases[case_id]

    def _held(self, session: OfficialSession, case_id: CaseId) -> _Case:
        case = self._case(case_id)
        if case.state is not CaseState.IN_REVIEW or self._holder(case) != session.name:
            raise VoterCanFix("case.not_claimed")
        return case

    def _holder(self, case: _Case) -> str:
        return case.holder if case.lease_until is not None and case.lease_until > self.clock.now() else ""

    def _renew(self, case: _Case) -> Lease:
        case.lease_until = self.clock.now() + LEASE
        return Lease(case.lease_until, case.version)

    def _move(
        self,
        case: _Case,
        action: Action,
        by: Actor,
        name: str,
        reasons: tuple[str, ...] = (),
        comment: str = "",
        checklist: Checklist = (),
    ) -> None:
        waited = [entry.target for entry in case.history if entry.target in WAITS_FREE]
        try:
            target = transition(case.state, action, by, back_to=waited[-1]).target
        except IllegalTransition:
            raise VoterCanFix("case.stale") from None
        case.history.append(
            HistoryEntry(
                self.clock.now(),
                action.value,
                case.state,
                target,
                name,
                case.submission.revision,
                reasons,
                comment,
                checklist,
            )
        )
        taken = action in (Action.CLAIM, Action.REOPEN)
        case.state, case.version = target, case.version + 1
        case.holder, case.lease_until = (name, self.clock.now() + LEASE) if taken else ("", None)

    def _row(self, case_id: CaseId, case: _Case) -> CaseRow:
        return CaseRow(
            case_id=case_id,
            reference=reference_of(case.submission.request_id),
            state=case.state,
            revision=case.submission.revision,
            received=case.received,
            due=case.due,
            overdue=case.state in WAITING and civil_day(self.clock.now()) > case.due,
            language=case.submission.language,
            claimed_by=self._holder(case),
        )

    def _duplicates(self, case_id: CaseId, case: _Case) -> tuple[Duplicate, ...]:
        number = case.submission.person.personal_number
        return tuple(
            Duplicate(other_id, reference_of(other.submission.request_id), other.state, SameAs.PERSONAL_NUMBER)
            for other_id, other in self._cases.items()
            if other_id != case_id
            and other.submission.person.personal_number == number
            and other.submission.account_id != case.submission.account_id
        )


def _actor(session: OfficialSession) -> Actor:
    return Actor.SUPERVISOR if session.role is Role.SUPERVISOR else Actor.OFFICIAL


def _same(proposal: Proposal | None, decision: Decision) -> bool:
    if proposal is None:
        return False
    return proposal.action is decision.action and sorted(proposal.reasons) == sorted(decision.reasons)


def _check(decision: Decision) -> None:
    known = set(decision.reasons) <= set(REFUSAL_REASONS)
    if not known or (decision.reasons and decision.action is not Action.REFUSE):
        raise VoterCanFix("case.reason_unknown")
    if decision.action is Action.REFUSE and not decision.reasons:
        raise VoterCanFix("case.reason_required")
    if decision.action is Action.RETURN and not decision.comment.strip():
        raise VoterCanFix("case.comment_required")
    if len(decision.comment.strip()) > MOST_COMMENT:
        raise VoterCanFix("case.comment_too_long", most=MOST_COMMENT)
    if decision.action is Action.APPROVE and any(found is not Checked.MATCHES for _, found in decision.checklist):
        raise VoterCanFix("case.checklist_against")
