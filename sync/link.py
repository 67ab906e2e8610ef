"""The voter's side of the server over HTTP: codes, signing in, the state of requests (ports.ServerLink)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from registration import account_profile
from registration.errors import StaffMustFix, WillRetry
from registration.model.case import CaseState
from registration.model.contact import Contact
from registration.model.ids import AccountId, RequestId
from registration.model.submission import RequestSubmission, UnreadableSubmission, decode
from registration.ports.clock import Clock
from registration.ports.server import AccountProfile, CodeTicket, ContactProof, RequestStatus, Session
from sync.http import Http

T = TypeVar("T")
_MAX_MEMBERS = 64


class HttpLink:
    """Implements `registration.ports.server.ServerLink`.

    Beside the port's errors every call may raise WillRetry ``server.strange_answer`` (something else than the server
    answered) and StaffMustFix ``server.refused`` or another code of the server's.
    """

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    def request_code(self, contact: Contact, language: str) -> CodeTicket:
        answer = self._http.json("POST", "/v1/codes", {"contact": _contact(contact), "language": language})
        return _shaped(
            lambda: CodeTicket(str(answer["ticket"]), int(answer["expires_in"]), int(answer["resend_after"]))
        )

    def confirm_code(self, ticket: CodeTicket, code: str) -> ContactProof:
        answer = self._http.json("POST", "/v1/codes/confirm", {"ticket": ticket.ticket, "code": code})
        return _shaped(lambda: ContactProof(str(answer["proof"]), bool(answer["account_exists"])))

    def sign_in(self, contact: Contact, password: str) -> Session:
        answer = self._http.json("POST", "/v1/sessions", {"contact": _contact(contact), "password": password})
        return _shaped(lambda: Session(str(answer["token"]), AccountId(str(answer["account_id"]))))

    def reset_password(self, contact: Contact, proof: ContactProof, password_hash: str) -> None:
        body = {"contact": _contact(contact), "proof": proof.token, "password_hash": password_hash}
        self._http.read("POST", "/v1/accounts/password", body)

    def requests(self, session: Session) -> tuple[RequestStatus, ...]:
        answer = self._http.json("GET", "/v1/me/requests", voter=session.token)
        looked = self._clock.now()
        return _shaped(lambda: tuple(_status(body, looked) for body in answer["requests"]))

    def content(self, session: Session, request_id: RequestId) -> RequestSubmission:
        archive = self._http.read("GET", f"{_request(request_id)}/content", voter=session.token)
        try:
            submission = decode(_files(archive))
        except UnreadableSubmission:
            raise StaffMustFix("server.content_unreadable") from None
        if not isinstance(submission, RequestSubmission):
            raise StaffMustFix("server.content_unreadable")
        return submission

    def profile(self, session: Session) -> AccountProfile:
        archive = self._http.read("GET", "/v1/me/profile", voter=session.token)
        try:
            return account_profile.decode(_files(archive))
        except account_profile.UnreadableProfile:
            raise StaffMustFix("server.content_unreadable") from None

    def confirm_contact(self, session: Session, proof: ContactProof) -> None:
        self._http.read("POST", "/v1/me/contact", {"proof": proof.token}, voter=session.token)

    def withdraw(self, session: Session, request_id: RequestId) -> RequestStatus:
        """Take a request back; returns its new state. Raises StaffMustFix or VoterCanFix with the server's code."""
        answer = self._http.json("POST", f"{_request(request_id)}/withdraw", {}, voter=session.token)
        looked = self._clock.now()
        return _shaped(lambda: _status(answer, looked))


def _contact(contact: Contact) -> dict[str, str]:
    return {"kind": contact.kind.value, "value": contact.value}


def _request(request_id: RequestId) -> str:
    return f"/v1/me/requests/{quote(request_id, safe='')}"


def _status(body: dict[str, Any], looked: datetime) -> RequestStatus:
    received = datetime.fromisoformat(body["received"])
    if received.tzinfo is None:
        raise ValueError("a time without its zone")
    return RequestStatus(
        request_id=RequestId(str(body["request_id"])),
        reference=str(body["reference"]),
        revision=int(body["revision"]),
        state=CaseState(body["state"]).value,
        received=received,
        due=date.fromisoformat(body["due"][:10]),
        withdrawable=bool(body["withdrawable"]),
        reasons=tuple(map(str, body["reasons"])),
        comment=str(body["comment"] or ""),
        looked=looked,
    )


def _shaped(read: Callable[[], T]) -> T:
    """An answer of another shape comes from something that is not our server, or not this version of it."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WillRetry("server.strange_answer") from None


def _files(archive: bytes) -> dict[str, bytes]:
    """Return the plain files of a tar; the answer's size is already bounded and nothing is unpacked to disk."""
    files: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or len(files) == _MAX_MEMBERS:
                    raise StaffMustFix("server.content_unreadable")
                files[member.name] = content.read()
    except (tarfile.TarError, EOFError):
        raise StaffMustFix("server.content_unreadable") from None
    return files
