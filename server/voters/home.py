"""What a signed-in voter sees and does: the account's evidence, the state of requests, their content, withdrawal."""

from __future__ import annotations

from datetime import UTC

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from registration.model.case import WITHDRAWABLE, Action, Actor, CaseState
from registration.model.civil_day import civil_day
from server.casework import cases
from server.casework.cases import Case
from server.context import Server
from server.kiosks.devices import OpenServer
from server.problems import Problem
from server.voters import accounts
from server.voters.sessions import CallingVoter, Voter
from sync import ustar

TAR = "application/x-tar"

router = APIRouter()


class Confirmation(BaseModel):
    proof: str = Field(max_length=100)


@router.get("/v1/me/profile")
def get_profile(server: OpenServer, voter: CallingVoter) -> Response:
    with server.store.read() as connection:
        files = accounts.read_profile(connection, server, voter.account_id)
    return Response(ustar.write(files.items()), media_type=TAR)


@router.post("/v1/me/contact", status_code=204)
def confirm_contact(body: Confirmation, server: OpenServer, voter: CallingVoter) -> None:
    """Confirm the contact of an account made offline, with the proof of a code (D-05)."""
    with server.store.write() as unit:
        confirmed = accounts.confirm_contact(unit, server.master, voter.account_id, body.proof)
    if not confirmed:
        raise Problem(422, "contact.not_confirmed")


@router.get("/v1/me/requests")
def list_requests(server: OpenServer, voter: CallingVoter) -> dict[str, object]:
    with server.store.read() as connection:
        mine = cases.of_account(connection, server.election, voter.account_id)
    open_list = server.config().takes_deregistrations_on(civil_day(server.clock.now()))
    return {"requests": [_status(case, cases.comment_of(server.master, case), open_list) for case in mine]}


@router.get("/v1/me/requests/{request_id}/content")
def get_content(request_id: str, server: OpenServer, voter: CallingVoter) -> Response:
    case = _own(server, voter, request_id)
    if case.erased is not None:
        raise Problem(410, "request.content_erased")
    with server.store.read() as connection:
        files = cases.read_content(connection, server, case.case_id)
    return Response(ustar.write(files.items()), media_type=TAR)


@router.post("/v1/me/requests/{request_id}/withdraw")
def withdraw(request_id: str, server: OpenServer, voter: CallingVoter) -> dict[str, object]:
    """Take a request back, also while it is being looked at; an approved one as long as the list can change."""
    _own(server, voter, request_id)
    config = server.config()
    with server.store.write() as unit:
        case = cases.locked(unit, request_id)
        assert case is not None  # a case stays
        open_list = config.takes_deregistrations_on(civil_day(unit.now))
        if case.state is CaseState.APPROVED and not open_list:
            raise Problem(409, "request.list_closed")
        try:
            moved = cases.move(unit, server.master, case, Action.WITHDRAW, Actor.APPLICANT, actor_id=voter.account_id)
        except Problem:
            raise Problem(409, "request.not_withdrawable") from None
        return _status(moved, cases.comment_of(server.master, moved), open_list)


def _own(server: Server, voter: Voter, request_id: str) -> Case:
    """Return the voter's own case; another's is answered as if there were none."""
    with server.store.read() as connection:
        case = cases.get(connection, server.election, request_id)
    if case is None or case.account_id != voter.account_id:
        raise Problem(404, "call.not_found")
    return case


def _status(case: Case, comment: str, open_list: bool) -> dict[str, object]:
    return {
        "request_id": case.case_id,
        "reference": case.reference,
        "revision": case.revision,
        "state": case.state.value,
        "received": case.received.astimezone(UTC).isoformat(),
        "due": case.due.isoformat(),
        "withdrawable": case.state in WITHDRAWABLE and (open_list or case.state is not CaseState.APPROVED),
        "reasons": list(case.reasons),
        "comment": comment,
    }
