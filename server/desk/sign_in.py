"""Officials over HTTP: signing in and out, enrolment by a supervisor; and who may call what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from registration.review_desk import Role
from server import audit
from server.context import address_of
from server.desk import leases, officials
from server.desk.officials import Official
from server.kiosks.devices import OpenServer, bearer
from server.problems import Problem
from server.voters import sessions
from server.voters.code_routes import ContactBody
from server.voters.contacts import contact_hash

router = APIRouter()


class OfficialSignIn(BaseModel):
    name: str = Field(max_length=100)
    password: str = Field(max_length=1024)
    totp: str = Field(max_length=20)


class Enrolment(BaseModel):
    name: str = Field(max_length=100)
    role: Role
    replace: bool = False
    """Give an existing official new credentials: a lost telephone, a forgotten password."""


class VoterLocked(BaseModel):
    contact: ContactBody


class PasswordChange(BaseModel):
    password: str = Field(max_length=1024)
    new_password: str = Field(max_length=1024)


def official_of(request: Request, server: OpenServer) -> Official:
    """FastAPI dependency: the official who calls. Raises Problem 401 ``official.session_over``."""
    return officials.session_of(server, bearer(request))


def only(*roles: Role) -> Callable[..., Official]:
    """Return a dependency that lets these roles pass. A refusal is audited: Problem 403 ``official.not_allowed``."""

    def check(request: Request, server: OpenServer) -> Official:
        official = official_of(request, server)  # called and not depended on: each dependency is one more thread
        if official.role not in roles:
            route = f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"
            with server.store.write() as unit:
                details = {"route": route, "role": official.role.value}
                audit.record(unit, kind="official.not_allowed", actor=official.actor, details=details)
            raise Problem(403, "official.not_allowed")
        return official

    return check


Anyone = Annotated[Official, Depends(official_of)]
Reviewer = Annotated[Official, Depends(only(Role.REVIEWER, Role.SUPERVISOR))]
Supervisor = Annotated[Official, Depends(only(Role.SUPERVISOR))]
Counter = Annotated[Official, Depends(only(Role.OBSERVER, Role.SUPERVISOR))]
"""Who may see counts."""


def spend_sign_in(request: Request, server: OpenServer) -> None:
    """FastAPI dependency: Problem 429 ``server.busy`` when there were too many."""
    server.sign_ins.spend(address_of(request))


@router.post("/v1/officials/session", dependencies=[Depends(spend_sign_in)])
def open_session(request: Request, body: OfficialSignIn, server: OpenServer) -> dict[str, str]:
    opened = officials.sign_in(server, body.name, body.password, body.totp, address_of(request))
    return {
        "token": opened.token,
        "name": opened.official.name,
        "role": opened.official.role.value,
        "expires": opened.expires.isoformat(),
    }


@router.delete("/v1/officials/session", status_code=204, dependencies=[Depends(spend_sign_in)])
def end_session(request: Request, server: OpenServer) -> Response:
    with server.store.write() as unit:
        official = officials.sign_out(unit, server.master, bearer(request))
        if official is not None:
            leases.release_all(unit, server.master, official)
    return Response(status_code=204)


@router.get("/v1/officials")
def list_all(server: OpenServer, official: Supervisor) -> dict[str, object]:
    with server.store.read() as connection:
        return {"officials": officials.list_officials(connection, server.election)}


@router.post("/v1/officials", status_code=201)
def enrol_official(body: Enrolment, server: OpenServer, official: Supervisor) -> dict[str, str]:
    with server.store.write() as unit:
        made = officials.enrol(unit, server.master, body.name, body.role, by=official.actor, replace=body.replace)
    return {**made.as_json(), "totp_uri": made.totp_uri}


@router.post("/v1/officials/voters/unlock", status_code=204)
def unlock_voter(body: VoterLocked, server: OpenServer, official: Supervisor) -> Response:
    """Lift the locks of a voter's contact, known or not: the answer tells nothing."""
    contact = body.contact.contact()
    with server.store.write() as unit:
        sessions.unlock(unit, contact_hash(server.master, contact), by=official.actor)
    return Response(status_code=204)


@router.post("/v1/officials/{name}/unlock", status_code=204)
def unlock_official(name: str, server: OpenServer, official: Supervisor) -> Response:
    with server.store.write() as unit:
        officials.unlock(unit, server.master, name, by=official.actor)
    return Response(status_code=204)


@router.post("/v1/officials/{name}/disable", status_code=204)
def disable_official(name: str, server: OpenServer, official: Supervisor) -> Response:
    if name.strip().lower() == official.name:
        raise Problem(409, "official.yourself")  # the last supervisor would take everybody's way in with them
    with server.store.write() as unit:
        officials.disable(unit, name, by=official.actor)
    return Response(status_code=204)


@router.post("/v1/officials/password", status_code=204)
def change_password(request: Request, body: PasswordChange, server: OpenServer, official: Anyone) -> Response:
    officials.change_password(server, official.name, body.password, body.new_password, address_of(request))
    return Response(status_code=204)
