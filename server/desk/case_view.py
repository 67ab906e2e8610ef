"""Looking at a case that one holds: everything about it, and the duplicates beside it. Every look is written down."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from registration.model.case import CaseState, Checklist
from registration.model.register import RegisterResult
from registration.review_desk import SameAs
from server import audit
from server.casework import identities
from server.casework.cases import Case, Event, files_of, get, history, read_file
from server.context import Server
from server.desk.leases import hold, unerased
from server.desk.officials import Official
from server.desk.proposals import Proposed, needs_four_eyes, read_checklists, read_proposal
from server.problems import Problem
from server.register import lookup
from server.voters import accounts


@dataclass(frozen=True, slots=True)
class Looked:
    """A case's content and history."""

    case: Case
    history: tuple[Event, ...]
    checklists: Mapping[int, Checklist]
    """By the version that a move of the history led to."""
    names: tuple[str, ...]
    request: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened(Looked):
    """A case as its holder sees it."""

    duplicates: Sequence[tuple[str, str, CaseState, SameAs]]
    contact_verified: bool
    four_eyes: bool
    proposal: Proposed | None
    register: RegisterResult


def open_case(server: Server, official: Official, case_id: str, *, ahead: bool = False) -> Opened:
    """Return everything about a case that one holds; that it was opened, or fetched ahead, is audited.

    Raises:
        Problem: as `hold`; 409 ``request.content_erased``.
    """
    case = hold(server, official, case_id)
    with server.store.read() as connection:
        looked = _look(connection, server, case)
        account = accounts.get(connection, server.election, server.master, case.account_id)
        opened = Opened(
            case=case,
            history=looked.history,
            checklists=looked.checklists,
            names=looked.names,
            request=looked.request,
            duplicates=identities.same_person(connection, server.election, case_id),
            contact_verified=account is not None and account.contact_verified is not None,
            four_eyes=needs_four_eyes(case.service),
            proposal=read_proposal(connection, server.election, server.master, case),
            register=lookup.result_of(connection, server, case.key(server.master), case_id),
        )
    _audit(server, official, "case.fetch" if ahead else "case.open", case)
    return opened


def shown(server: Server, official: Official, case_id: str) -> Case:
    """A case fetched ahead is on the screen now: renew the lease, audit that it was opened. Raises as `hold`."""
    case = hold(server, official, case_id)
    _audit(server, official, "case.open", case)
    return case


def picture(server: Server, official: Official, case_id: str, name: str) -> bytes:
    """Return one picture of a case that one holds.

    Raises:
        Problem: as `hold`; 404 ``call.not_found``.
    """
    return _picture(server, hold(server, official, case_id), name)


def compare(server: Server, official: Official, case_id: str, other_id: str) -> Looked:
    """Return a duplicate of the case that one holds, to be put beside it; audited.

    Raises:
        Problem: as `hold`; 404 ``case.not_found`` (also when it is no duplicate), 409 ``request.content_erased``.
    """
    other = _duplicate(server, official, case_id, other_id)
    with server.store.read() as connection:
        looked = _look(connection, server, other)
    _audit(server, official, "case.compare", other, beside=case_id)
    return looked


def duplicates_picture(server: Server, official: Official, case_id: str, other_id: str, name: str) -> bytes:
    """Return one picture of a duplicate of the case that one holds. Raises as `compare` and `picture`."""
    return _picture(server, _duplicate(server, official, case_id, other_id), name)


def _duplicate(server: Server, official: Official, case_id: str, other_id: str) -> Case:
    hold(server, official, case_id)
    with server.store.read() as connection:
        other = get(connection, server.election, other_id)
        if other is None or not identities.are_duplicates(connection, server.election, case_id, other_id):
            raise Problem(404, "case.not_found")
    return unerased(other)


def _look(connection: Connection, server: Server, case: Case) -> Looked:
    files = files_of(connection, server.election, case.case_id, case.revision)
    try:
        request = read_file(server, case, files["request.json"], "request.json")
    except LookupError:
        raise Problem(409, "request.content_erased") from None
    return Looked(
        case=case,
        history=history(connection, server, case),
        checklists=read_checklists(connection, server.election, case.case_id),
        names=tuple(files),
        request=json.loads(request),
    )


def _picture(server: Server, case: Case, name: str) -> bytes:
    if not name.endswith(".jpg"):
        raise Problem(404, "call.not_found")
    with server.store.read() as connection:
        files = files_of(connection, server.election, case.case_id, case.revision)
    try:
        return read_file(server, case, files[name], name)
    except LookupError:
        raise Problem(404, "call.not_found") from None


def _audit(server: Server, official: Official, kind: str, case: Case, **more: str) -> None:
    details = {"revision": case.revision, **more}
    with server.store.write(turn=False) as unit:  # one event, which waits for its place in the log by itself
        audit.record(unit, kind=kind, actor=official.actor, subject=case.case_id, details=details)
