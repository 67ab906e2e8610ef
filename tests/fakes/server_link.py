"""The voter's side of a server, in memory, with the verbs a test tells a story with.

server = FakeServerLink(clock)
server.go_offline()             every call: server.unreachable
server.code_sent_to(contact)    what the voter's phone shows
server.has_account(...)         somebody registered before
server.has_request(...)         a request it received; server.decide(...) is the official
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta

import argon2

from registration.errors import StaffMustFix, VoterCanFix, WillRetry
from registration.model.case import WITHDRAWABLE, Action, Actor, CaseState, IllegalTransition, transition
from registration.model.contact import Contact
from registration.model.ids import RequestId, reference_of
from registration.model.submission import AccountSubmission, RequestSubmission
from registration.ports.clock import Clock
from registration.ports.server import AccountProfile, CodeTicket, ContactProof, RequestStatus, Session

EXPIRES_IN = 180
RESEND_AFTER = 60
TRIES = 5
CODES_AN_HOUR = 5
WRONG_PASSWORDS = 3


@dataclass
class _Code:
    contact: Contact
    code: str
    expires: float
    wrong: int = 0
    used: bool = False


@dataclass
class _Account:
    submission: AccountSubmission
    password: str
    wrong: int = 0
    password_hash: str = ""
    """Set by a reset; then it counts instead of `password`."""
    requests: dict[RequestId, _Request] = field(default_factory=dict)

    def opens(self, password: str) -> bool:
        if not self.password_hash:
            return password == self.password
        try:
            return argon2.PasswordHasher().verify(self.password_hash, password)
        except argon2.exceptions.VerifyMismatchError:
            return False


@dataclass
class _Request:
    submission: RequestSubmission
    status: RequestStatus


class FakeServerLink:
    """Implements `registration.ports.server.ServerLink`; held to the same contract as the real adapter."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self._problem: WillRetry | None = None
        self._codes: dict[str, _Code] = {}
        self._sent: dict[Contact, list[tuple[str, float]]] = {}
        self._accounts: dict[Contact, _Account] = {}
        self._sessions: dict[str, _Account] = {}
        self._proofs: dict[str, Contact] = {}

    # ------------------------------------------------------------ verbs

    def go_offline(self) -> None:
        self._problem = WillRetry("server.unreachable")

    def be_busy(self, retry_after: int = 0) -> None:
        self._problem = WillRetry("server.busy", retry_after=retry_after)

    @property
    def problem(self) -> WillRetry | None:
        """What every call raises now."""
        return self._problem

    def come_back(self) -> None:
        self._problem = None

    def code_sent_to(self, contact: Contact) -> str:
        """Return the newest code, as the voter reads it. Raises LookupError if none was sent."""
        if not self._sent.get(contact):
            raise LookupError("no code was sent to this contact")
        return self._sent[contact][-1][0]

    def has_account(self, submission: AccountSubmission, password: str) -> None:
        self._accounts[submission.contact] = _Account(submission, password)

    def has_request(self, contact: Contact, submission: RequestSubmission, review_days: int = 5) -> RequestStatus:
        """Receive a request, or a later version of one, of the account with this contact."""
        account = self._accounts[contact]
        earlier = account.requests.get(submission.request_id)
        state = CaseState.SUBMITTED
        if earlier is not None:
            state = transition(CaseState(earlier.status.state), Action.COMPLETE, Actor.APPLICANT).target
        now = self.clock.now()
        status = RequestStatus(
            request_id=submission.request_id,
            reference=reference_of(submission.request_id),
            revision=submission.revision,
            state=state.value,
            received=now,
            due=(now + timedelta(days=review_days)).date(),
            withdrawable=True,
        )
        account.requests[submission.request_id] = _Request(submission, status)
        return status

    def decide(self, request_id: RequestId, state: CaseState, reasons: tuple[str, ...] = (), comment: str = "") -> None:
        """Be the official: approve, refuse or return a request."""
        for account in self._accounts.values():
            if request_id in account.requests:
                request = account.requests[request_id]
                request.status = replace(
                    request.status,
                    state=state.value,
                    reasons=reasons,
                    comment=comment,
                    withdrawable=state in WITHDRAWABLE,
                )
                return
        raise LookupError("no such request")

    # ------------------------------------------------------------ the port

    def request_code(self, contact: Contact, language: str) -> CodeTicket:
        self._answer("request_code")
        now = self.clock.monotonic()
        sent = self._sent.setdefault(contact, [])
        if sum(now - at < 3600 for _code, at in sent) >= CODES_AN_HOUR:
            raise VoterCanFix("code.too_many")
        for code in self._codes.values():
            if code.contact == contact:
                code.used = True  # a new code ends the one before
        made = _Code(contact, f"{secrets.randbelow(10**6):06}", now + EXPIRES_IN)
        ticket = secrets.token_urlsafe(16)
        self._codes[ticket] = made
        sent.append((made.code, now))
        return CodeTicket(ticket, EXPIRES_IN, RESEND_AFTER)

    def confirm_code(self, ticket: CodeTicket, code: str) -> ContactProof:
        self._answer("confirm_code")
        made = self._codes.get(ticket.ticket)
        if made is None or made.used or made.wrong >= TRIES:
            raise VoterCanFix("code.used_up")
        if self.clock.monotonic() >= made.expires:
            raise VoterCanFix("code.expired")
        if code != made.code:
            made.wrong += 1
            raise VoterCanFix("code.wrong", left=TRIES - made.wrong)
        made.used = True
        proof = secrets.token_urlsafe(16)
        self._proofs[proof] = made.contact
        # Only a confirmed contact tells of its account: a stranger may have typed it into an unconfirmed one.
        known = self._accounts.get(made.contact)
        return ContactProof(proof, known is not None and bool(known.submission.contact_proof))

    def sign_in(self, contact: Contact, password: str) -> Session:
        self._answer("sign_in")
        account = self._accounts.get(contact)
        if account is not None and account.wrong >= WRONG_PASSWORDS:
            raise VoterCanFix("login.locked", minutes=180)
        if account is None or not account.opens(password):
            if account is not None:
                account.wrong += 1
            raise VoterCanFix("login.wrong")
        account.wrong = 0
        token = secrets.token_urlsafe(16)
        self._sessions[token] = account
        return Session(token, account.submission.account_id)

    def reset_password(self, contact: Contact, proof: ContactProof, password_hash: str) -> None:
        self._answer("reset_password")
        if self._proofs.get(proof.token) != contact:
            raise VoterCanFix("contact.not_confirmed")
        account = self._accounts.get(contact)
        if account is None or not account.submission.contact_proof:
            raise VoterCanFix("account.none")
        del self._proofs[proof.token]
        account.password_hash, account.wrong = password_hash, 0
        self._sessions = {token: other for token, other in self._sessions.items() if other is not account}

    def requests(self, session: Session) -> tuple[RequestStatus, ...]:
        account = self._account(session, "requests")
        looked = self.clock.now()
        return tuple(replace(request.status, looked=looked) for request in account.requests.values())

    def content(self, session: Session, request_id: RequestId) -> RequestSubmission:
        return self._request(self._account(session, "content"), request_id).submission

    def profile(self, session: Session) -> AccountProfile:
        submission = self._account(session, "profile").submission
        return AccountProfile(
            account_id=submission.account_id,
            contact=submission.contact,
            birth_date=submission.person.birth_date,
            birth_place=submission.person.birth_place,
            personal_number=submission.person.personal_number,
            portrait=submission.portrait.photo,
            liveness=submission.portrait.liveness,
            contact_verified=bool(submission.contact_proof),
        )

    def confirm_contact(self, session: Session, proof: ContactProof) -> None:
        account = self._account(session, "confirm_contact")
        if self._proofs.pop(proof.token, None) != account.submission.contact:
            raise VoterCanFix("contact.not_confirmed")
        account.submission = replace(account.submission, contact_proof=proof.token)

    def withdraw(self, session: Session, request_id: RequestId) -> RequestStatus:
        request = self._request(self._account(session, "withdraw"), request_id)
        try:
            target = transition(CaseState(request.status.state), Action.WITHDRAW, Actor.APPLICANT).target
        except IllegalTransition:
            raise StaffMustFix("server.refused", status=409) from None
        request.status = replace(request.status, state=target.value)
        return replace(request.status, looked=self.clock.now())

    # ------------------------------------------------------------ inside

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self._problem is not None:
            raise self._problem

    def _account(self, session: Session, call: str) -> _Account:
        self._answer(call)
        if session.token not in self._sessions:
            raise VoterCanFix("login.wrong")
        return self._sessions[session.token]

    def _request(self, account: _Account, request_id: RequestId) -> _Request:
        if request_id not in account.requests:
            raise StaffMustFix("server.refused", status=404)
        return account.requests[request_id]
