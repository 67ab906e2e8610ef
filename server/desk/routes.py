"""The review desk over HTTP (API v1). Every route needs a reviewer or a supervisor; a case only its holder."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field

from registration.model.case import Action, Actor, CaseState, Checked, Checklist
from registration.model.civil_day import civil_day
from registration.model.register import as_json
from server.casework.cases import Case, Event
from server.desk import case_view, decisions, leases, waiting
from server.desk.case_view import Looked
from server.desk.sign_in import Reviewer, Supervisor
from server.kiosks.devices import OpenServer

router = APIRouter()


class Claim(BaseModel):
    take_over: bool = False


class Reopening(BaseModel):
    comment: str = Field(max_length=4000)


class DecisionBody(BaseModel):
    action: Action
    version: int
    reasons: list[str] = Field(default_factory=list, max_length=20)
    comment: str = Field(default="", max_length=4000)
    checklist: dict[str, Checked] = Field(default_factory=dict, max_length=20)


@router.get("/v1/review/queue")
def queue(
    server: OpenServer,
    official: Reviewer,
    state: CaseState | None = None,
    language: Annotated[str, Query(max_length=8)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    due_by: date | None = None,
) -> dict[str, object]:
    now = server.clock.now()
    with server.store.read() as connection:
        found = waiting.queue(
            connection,
            server.election,
            state=state,
            language=language,
            page=page,
            today=civil_day(now),
            due_by=due_by,
        )
    return {
        "cases": [_row(case, now) for case in found.cases],
        "counts": dict(found.counts),
        "by_language": dict(found.by_language),
        "page": found.page,
        "pages": found.pages,
        "overdue": found.overdue,
        "due_today": found.due_today,
    }


@router.post("/v1/review/cases/{case_id}/claim")
def claim(
    case_id: str, server: OpenServer, official: Reviewer, body: Annotated[Claim | None, Body()] = None
) -> dict[str, object]:
    take_over = body is not None and body.take_over
    with server.store.write() as unit:
        case = leases.claim(unit, server.master, official, case_id, take_over=take_over)
    return _lease(case)


@router.post("/v1/review/cases/{case_id}/release", status_code=204)
def release(case_id: str, server: OpenServer, official: Reviewer) -> Response:
    with server.store.write() as unit:
        leases.release(unit, server.master, official, case_id)
    return Response(status_code=204)


@router.post("/v1/review/cases/{case_id}/reopen")
def reopen(case_id: str, body: Reopening, server: OpenServer, official: Supervisor) -> dict[str, object]:
    with server.store.write() as unit:
        case = leases.reopen(unit, server.master, official, case_id, body.comment)
    return _lease(case)


@router.get("/v1/review/cases/{case_id}")
def open_case(case_id: str, server: OpenServer, official: Reviewer, ahead: bool = False) -> dict[str, object]:
    """`ahead`: fetched before it is shown; ``shown`` follows when it is."""
    opened = case_view.open_case(server, official, case_id, ahead=ahead)
    proposal = opened.proposal
    return {
        **_looked(opened, server.clock.now()),
        **_lease(opened.case),
        "duplicates": [
            {"case_id": other, "reference": reference, "state": state.value, "same": same.value}
            for other, reference, state, same in opened.duplicates
        ],
        "flags": list(opened.case.flags),
        "contact_verified": opened.contact_verified,
        "four_eyes": opened.four_eyes,
        "register": as_json(opened.register),
        "proposal": None
        if proposal is None
        else {
            "by": proposal.by,
            "action": proposal.action.value,
            "reasons": list(proposal.reasons),
            "comment": proposal.comment,
            "checklist": dict(proposal.checklist),
        },
    }


@router.post("/v1/review/cases/{case_id}/shown")
def shown(case_id: str, server: OpenServer, official: Reviewer) -> dict[str, object]:
    return _lease(case_view.shown(server, official, case_id))


@router.get("/v1/review/cases/{case_id}/files/{name:path}")
def picture(case_id: str, name: str, server: OpenServer, official: Reviewer) -> Response:
    return Response(case_view.picture(server, official, case_id, name), media_type="image/jpeg")


@router.get("/v1/review/cases/{case_id}/duplicates/{other_id}")
def compare(case_id: str, other_id: str, server: OpenServer, official: Reviewer) -> dict[str, object]:
    return _looked(case_view.compare(server, official, case_id, other_id), server.clock.now())


@router.get("/v1/review/cases/{case_id}/duplicates/{other_id}/files/{name:path}")
def duplicates_picture(case_id: str, other_id: str, name: str, server: OpenServer, official: Reviewer) -> Response:
    content = case_view.duplicates_picture(server, official, case_id, other_id, name)
    return Response(content, media_type="image/jpeg")


@router.post("/v1/review/cases/{case_id}/decision")
def decide(case_id: str, body: DecisionBody, server: OpenServer, official: Reviewer) -> dict[str, object]:
    with server.store.write() as unit:
        outcome = decisions.decide(
            unit,
            server.master,
            official,
            case_id,
            action=body.action,
            version=body.version,
            reasons=body.reasons,
            comment=body.comment,
            checklist=tuple(body.checklist.items()),
        )
    case = outcome.case
    return {"state": case.state.value, "version": case.version, "awaiting_second": outcome.awaiting_second}


def _row(case: Case, now: datetime) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "reference": case.reference,
        "state": case.state.value,
        "revision": case.revision,
        "received": case.received.isoformat(),
        "due": case.due.isoformat(),
        "overdue": waiting.is_overdue(case, now),
        "language": case.language,
        "claimed_by": waiting.holder(case, now),
    }


def _lease(case: Case) -> dict[str, object]:
    assert case.lease_until is not None
    return {"lease_until": case.lease_until.isoformat(), "version": case.version}


def _looked(looked: Looked, now: datetime) -> dict[str, object]:
    return {
        **_row(looked.case, now),
        "history": [_event(event, looked.checklists.get(event.version, ())) for event in looked.history],
        "files": list(looked.names),
        "request": looked.request,
    }


def _event(event: Event, checklist: Checklist) -> dict[str, object]:
    named = event.actor in (Actor.OFFICIAL, Actor.SUPERVISOR)
    return {
        "at": event.at.isoformat(),
        "action": event.action,
        "source": event.source,
        "target": event.target,
        "by": event.actor_id if named else "",
        "revision": event.revision,
        "reasons": list(event.reasons),
        "comment": event.comment,
        "checklist": dict(checklist),
    }
