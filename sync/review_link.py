"""The officials' side of the server over HTTP (registration.review_desk.ReviewDesk)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from registration.errors import StaffMustFix, VoterCanFix, WillRetry
from registration.model.case import CHECKLIST, Action, CaseState, Checked, Checklist
from registration.model.ids import CaseId
from registration.model.register import NO_REGISTER, from_json
from registration.model.submission import RequestSubmission, UnreadableSubmission, decode
from registration.review_desk import (
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
from sync.http import Http, error_of, parse

T = TypeVar("T")
_MOST_FILES = 200
_SESSION = "/v1/officials/session"


class HttpReviewDesk:
    """Implements `registration.review_desk.ReviewDesk`.

    Args:
        http: of the server, without a token: each call carries the official's own.

    Beside the port's errors every call may raise WillRetry ``server.strange_answer`` and StaffMustFix
    ``server.refused``; `open` also StaffMustFix ``server.content_unreadable``.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def sign_in(self, name: str, password: str, totp: str) -> OfficialSession:
        answer = self._json("POST", _SESSION, "", {"name": name, "password": password, "totp": totp})
        return _shaped(
            lambda: OfficialSession(
                str(answer["token"]), str(answer["name"]), Role(answer["role"]), _time(answer["expires"])
            )
        )

    def sign_out(self, session: OfficialSession) -> None:
        try:
            self._read("DELETE", _SESSION, session.token)
        except VoterCanFix as error:
            if error.code != "official.session_over":
                raise

    def queue(self, session: OfficialSession, wanted: QueueFilter) -> QueuePage:
        query = {"page": str(wanted.page)}
        if wanted.state is not None:
            query["state"] = wanted.state.value
        if wanted.language:
            query["language"] = wanted.language
        if wanted.due_by is not None:
            query["due_by"] = wanted.due_by.isoformat()
        answer = self._json("GET", f"/v1/review/queue?{urlencode(query)}", session.token)
        return _shaped(
            lambda: QueuePage(
                tuple(_row(row) for row in answer["cases"]),
                {CaseState(state): int(number) for state, number in answer["counts"].items()},
                int(answer["page"]),
                int(answer["pages"]),
                int(answer["overdue"]),
                int(answer["due_today"]),
                {str(language): int(number) for language, number in answer["by_language"].items()},
            )
        )

    def claim(self, session: OfficialSession, case_id: CaseId) -> Lease:
        return self._lease(session, f"{_case(case_id)}/claim", {"take_over": False})

    def take_over(self, session: OfficialSession, case_id: CaseId) -> Lease:
        return self._lease(session, f"{_case(case_id)}/claim", {"take_over": True})

    def release(self, session: OfficialSession, case_id: CaseId) -> None:
        self._read("POST", f"{_case(case_id)}/release", session.token, {})

    def open(self, session: OfficialSession, case_id: CaseId, *, ahead: bool = False) -> ReviewCase:
        path = _case(case_id)
        answer = self._json("GET", f"{path}?ahead=true" if ahead else path, session.token)
        submission = self._submission(session, path, answer)
        return _shaped(lambda: _review_case(answer, submission))

    def shown(self, session: OfficialSession, case_id: CaseId) -> Lease:
        return self._lease(session, f"{_case(case_id)}/shown", {})

    def compare(self, session: OfficialSession, case_id: CaseId, other: CaseId) -> OtherCase:
        path = f"{_case(case_id)}/duplicates/{quote(other, safe='')}"
        answer = self._json("GET", path, session.token)
        submission = self._submission(session, path, answer)
        return _shaped(lambda: OtherCase(_row(answer), submission, tuple(map(_history, answer["history"]))))

    def _submission(self, session: OfficialSession, path: str, answer: Mapping[str, Any]) -> RequestSubmission:
        """Fetch the pictures that the answer names, and put the request together."""
        names = _shaped(lambda: [str(name) for name in answer["files"]])
        files = {"request.json": json.dumps(answer.get("request")).encode()}
        if len(names) > _MOST_FILES:
            raise StaffMustFix("server.content_unreadable")
        for name in names:
            if name != "request.json":
                files[name] = self._read("GET", f"{path}/files/{quote(name)}", session.token)
        try:
            submission = decode(files)
        except UnreadableSubmission:
            raise StaffMustFix("server.content_unreadable") from None
        if not isinstance(submission, RequestSubmission):
            raise StaffMustFix("server.content_unreadable")
        return submission

    def decide(self, session: OfficialSession, case_id: CaseId, decision: Decision) -> Decided:
        body = {
            "action": decision.action.value,
            "version": decision.version,
            "reasons": list(decision.reasons),
            "comment": decision.comment,
            "checklist": dict(decision.checklist),
        }
        answer = self._json("POST", f"{_case(case_id)}/decision", session.token, body)
        return _shaped(
            lambda: Decided(CaseState(answer["state"]), int(answer["version"]), bool(answer["awaiting_second"]))
        )

    def reopen(self, session: OfficialSession, case_id: CaseId, comment: str) -> Lease:
        return self._lease(session, f"{_case(case_id)}/reopen", {"comment": comment})

    def _lease(self, session: OfficialSession, path: str, body: Mapping[str, Any]) -> Lease:
        answer = self._json("POST", path, session.token, body)
        return _shaped(lambda: _read_lease(answer))

    def _json(self, method: str, path: str, token: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return parse(self._read(method, path, token, body))

    def _read(self, method: str, path: str, token: str, body: Mapping[str, Any] | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        answer = self._http.send(method, path, headers=headers, data=data)
        if not 200 <= answer.status_code < 300:
            raise error_of(answer)
        return answer.content


def _case(case_id: CaseId) -> str:
    return f"/v1/review/cases/{quote(case_id, safe='')}"


def _row(body: Mapping[str, Any]) -> CaseRow:
    return CaseRow(
        case_id=CaseId(str(body["case_id"])),
        reference=str(body["reference"]),
        state=CaseState(body["state"]),
        revision=int(body["revision"]),
        received=_time(body["received"]),
        due=date.fromisoformat(body["due"]),
        overdue=bool(body["overdue"]),
        language=str(body["language"]),
        claimed_by=str(body["claimed_by"]),
    )


def _read_lease(body: Mapping[str, Any]) -> Lease:
    return Lease(_time(body["lease_until"]), int(body["version"]))


def _review_case(body: Mapping[str, Any], submission: RequestSubmission) -> ReviewCase:
    proposal = body["proposal"]
    return ReviewCase(
        row=_row(body),
        lease=_read_lease(body),
        request=submission,
        history=tuple(_history(entry) for entry in body["history"]),
        duplicates=tuple(
            Duplicate(
                CaseId(str(other["case_id"])),
                str(other["reference"]),
                CaseState(other["state"]),
                SameAs(other["same"]),
            )
            for other in body["duplicates"]
        ),
        flags=tuple(map(str, body["flags"])),
        contact_verified=bool(body["contact_verified"]),
        four_eyes=bool(body["four_eyes"]),
        proposal=None
        if proposal is None
        else Proposal(
            str(proposal["by"]),
            Action(proposal["action"]),
            tuple(map(str, proposal["reasons"])),
            str(proposal["comment"]),
            _checklist(proposal["checklist"]),
        ),
        register=from_json(body["register"]) if body.get("register") else NO_REGISTER,
    )


def _checklist(body: Mapping[str, Any]) -> Checklist:
    return tuple((item, Checked(body[item])) for item in CHECKLIST if item in body)


def _history(body: Mapping[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        at=_time(body["at"]),
        action=str(body["action"]),
        source=CaseState(body["source"]) if body["source"] else None,
        target=CaseState(body["target"]),
        by=str(body["by"]),
        revision=int(body["revision"]),
        reasons=tuple(map(str, body["reasons"])),
        comment=str(body["comment"]),
        checklist=_checklist(body["checklist"]),
    )


def _time(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a time without its zone")
    return value


def _shaped(read: Callable[[], T]) -> T:
    """An answer of another shape comes from something that is not our server, or not this version of it."""
    try:
        return read()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WillRetry("server.strange_answer") from None
