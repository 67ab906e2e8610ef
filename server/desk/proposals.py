"""First decisions that wait for a second official (four eyes), and the checklists kept with every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    delete,
    insert,
    select,
)

import resources
from registration.catalog.loader import load_catalog
from registration.model.case import CHECKLIST, Action, Checked, Checklist
from server.casework.cases import Case, is_case
from server.problems import Problem
from server.sealing import MasterKey, seal, unseal
from server.store import Unit, shard_of
from server.store.metadata import Moment, metadata
from server.store.schema import cases, key_columns

case_proposals = Table(
    "case_proposals",
    metadata,
    *key_columns("case_id"),
    Column("revision", Integer, nullable=False),
    Column("by", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("comment_sealed", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("checklist", JSON),
)

case_checklists = Table(
    "case_checklists",
    metadata,
    *key_columns("case_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),  # of the case after the deed, as in case_events
    Column("findings", JSON, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A first decision that waits for the second."""

    by: str
    action: Action
    reasons: tuple[str, ...]
    comment: str = field(repr=False)
    checklist: Checklist = ()


def needs_four_eyes(service_id: str) -> bool:
    """Tell whether a service's decisions need a second official."""
    return service_id in _four_eyes_services()


@cache
def _four_eyes_services() -> frozenset[str]:
    services = load_catalog(resources.path("services"))
    return frozenset(service.id for service in services if service.review is not None and service.review.four_eyes)


def proposal_on(connection: Connection, election: str, case: Case) -> Any:
    """Return the row of the proposal on the present revision; one on an older version means nothing any more."""
    if not needs_four_eyes(case.service):
        return None
    wanted = select(case_proposals).where(
        _is_proposal(election, case.case_id), case_proposals.c.revision == case.revision
    )
    return connection.execute(wanted).one_or_none()


def read_proposal(connection: Connection, election: str, master: MasterKey, case: Case) -> Proposed | None:
    """Return the proposal on the present revision with its comment decrypted and its checklist."""
    row = proposal_on(connection, election, case)
    if row is None:
        return None
    key = _case_key(connection, election, master, case.case_id)
    comment = unseal(key, row.comment_sealed, f"proposal:{case.case_id}").decode()
    return Proposed(row.by, Action(row.action), tuple(row.reasons), comment, _checklist(row.checklist or {}))


def keep_proposal(unit: Unit, master: MasterKey, case: Case, proposed: Proposed) -> None:
    """Keep a first decision; it takes the place of an older one."""
    forget_proposal(unit, case.case_id)
    key = _case_key(unit.connection, unit.election, master, case.case_id)
    unit.connection.execute(
        insert(case_proposals).values(
            election=unit.election,
            shard=shard_of(case.case_id),
            case_id=case.case_id,
            revision=case.revision,
            by=proposed.by,
            action=proposed.action.value,
            reasons=list(proposed.reasons),
            comment_sealed=seal(key, proposed.comment.encode(), f"proposal:{case.case_id}"),
            checklist=dict(proposed.checklist),
            at=unit.now,
        )
    )


def forget_proposal(unit: Unit, case_id: str) -> None:
    unit.connection.execute(delete(case_proposals).where(_is_proposal(unit.election, case_id)))


def keep_checklist(unit: Unit, case: Case, checklist: Checklist) -> None:
    """Keep what the official found, with the move that led to `case` as it now stands."""
    if checklist:
        unit.connection.execute(
            insert(case_checklists).values(
                election=unit.election,
                shard=shard_of(case.case_id),
                case_id=case.case_id,
                version=case.version,
                findings=dict(checklist),
            )
        )


def read_checklists(connection: Connection, election: str, case_id: str) -> Mapping[int, Checklist]:
    """Return the checklists of a case by the version that the deed led to."""
    mine = and_(
        case_checklists.c.election == election,
        case_checklists.c.shard == shard_of(case_id),
        case_checklists.c.case_id == case_id,
    )
    rows = connection.execute(select(case_checklists.c.version, case_checklists.c.findings).where(mine))
    return {row.version: _checklist(row.findings) for row in rows}


def _checklist(findings: Mapping[str, str]) -> Checklist:
    return tuple((item, Checked(findings[item])) for item in CHECKLIST if item in findings)


def _is_proposal(election: str, case_id: str) -> ColumnElement[bool]:
    return and_(
        case_proposals.c.election == election,
        case_proposals.c.shard == shard_of(case_id),
        case_proposals.c.case_id == case_id,
    )


def _case_key(connection: Connection, election: str, master: MasterKey, case_id: str) -> bytes:
    wrapped = connection.execute(select(cases.c.data_key).where(is_case(election, case_id))).scalar_one()
    if wrapped is None:
        raise Problem(409, "request.content_erased")
    return master.data_key(wrapped, case_id)
