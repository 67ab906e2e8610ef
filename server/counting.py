"""The counts behind the statistics, kept up in the transaction of each deed: reading them never looks at a case.

A row counts one measure for one value of one dimension, once per shard, so that deeds of different shards do not
wait for each other. What a case counts under is sealed with the case's own key: a copy of the database tells of no
case where its voter lives or how old they are, and erasing the case erases it, while the counts stay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Table,
    and_,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from registration.model.case import CaseState
from registration.model.person import parse_personal_number
from registration.model.statistics import SEXES, STATE_OF, Dimension, Measure, age_band
from registration.model.submission import RequestSubmission
from server.sealing import seal, unseal
from server.store import Unit, shard_of
from server.store.metadata import metadata
from server.store.schema import accounts, cases, key_columns
from sync.config import ElectionConfig

tallies = Table(
    "tallies",
    metadata,
    *key_columns("dimension", "value", "measure"),
    Column("number", Integer, nullable=False),
)
case_facets = Table(
    "case_facets",
    metadata,
    *key_columns("case_id"),
    Column("sealed", LargeBinary, nullable=False),
)

Facets = Mapping[str, str]
"""Dimension -> value of one case, and ``voter`` -> "1" when its voter is counted with it."""
_VOTER = "voter"
Changes = Mapping[Measure, int]


def opened(
    unit: Unit, key: bytes, config: ElectionConfig, submission: RequestSubmission, *, kiosk_id: str, received: datetime
) -> None:
    """Count a new case: one request, pending, and a voter when it is the account's first."""
    facets = _facets(config, submission, kiosk_id, received)
    facets[_VOTER] = "1" if _first_of_account(unit, submission) else ""
    _add(unit, submission.request_id, facets, {Measure.REQUESTS: 1, Measure.PENDING: 1, **_voter(facets, 1)})
    _keep(unit, key, submission.request_id, facets)


def renewed(
    unit: Unit,
    key: bytes,
    config: ElectionConfig,
    submission: RequestSubmission,
    *,
    kiosk_id: str,
    received: datetime,
    state: CaseState,
) -> None:
    """Count a newer version: the case, as it stands now, and its voter count under the new values from here on."""
    case_id = submission.request_id
    before = facets_of(unit.connection, unit.election, key, case_id)
    facets = _facets(config, submission, kiosk_id, received)
    facets[Dimension.COUNTY] = before.get(Dimension.COUNTY, "")
    facets[_VOTER] = before.get(_VOTER, "")
    _add(unit, case_id, before, {STATE_OF[state]: -1, **_voter(before, -1)})
    _add(unit, case_id, facets, {Measure.REQUESTS: 1, STATE_OF[state]: 1, **_voter(facets, 1)})
    _keep(unit, key, case_id, facets)


def older(
    unit: Unit, config: ElectionConfig, submission: RequestSubmission, *, kiosk_id: str, received: datetime
) -> None:
    """Count an older version that came late: a request, nothing else."""
    _add(unit, submission.request_id, _facets(config, submission, kiosk_id, received), {Measure.REQUESTS: 1})


def moved(
    unit: Unit,
    key: bytes | None,
    case_id: str,
    source: CaseState,
    target: CaseState,
    reasons_before: Sequence[str],
    reasons: Sequence[str],
) -> None:
    """Count a case's move, and the reasons of a refusal that came to stand or stands no more."""
    if key is not None and STATE_OF[source] is not STATE_OF[target]:
        facets = facets_of(unit.connection, unit.election, key, case_id)
        _add(unit, case_id, facets, {STATE_OF[source]: -1, STATE_OF[target]: 1})
    gone = reasons_before if source is CaseState.REFUSED and target is not source else ()
    for each, number in (*((reason, -1) for reason in gone), *((reason, 1) for reason in reasons)):
        _bump(unit, case_id, [(Dimension.REASON, each, Measure.REFUSED, number)])


def erased(unit: Unit, key: bytes, case_id: str, state: CaseState) -> None:
    """Forget what a case counts under. One still undecided is no longer pending; all other counts stay."""
    facets = facets_of(unit.connection, unit.election, key, case_id)
    if STATE_OF[state] is Measure.PENDING:
        _add(unit, case_id, facets, {Measure.PENDING: -1})
    unit.connection.execute(delete(case_facets).where(_is(unit.election, case_id)))


def county_found(unit: Unit, key: bytes, case_id: str, state: CaseState, county: str) -> None:
    """Move a case and its voter to the county that the register told."""
    facets = dict(facets_of(unit.connection, unit.election, key, case_id))
    before = facets.get(Dimension.COUNTY, "")
    if not facets or before == county:
        return
    changes = {Measure.REQUESTS: 1, STATE_OF[state]: 1, **_voter(facets, 1)}
    rows = [
        (Dimension.COUNTY, value, measure, sign * number)
        for value, sign in ((before, -1), (county, 1))
        for measure, number in changes.items()
    ]
    _bump(unit, case_id, rows)
    facets[Dimension.COUNTY] = county
    _keep(unit, key, case_id, facets)


def read(connection: Connection, election: str) -> dict[Dimension, dict[str, dict[Measure, int]]]:
    """Return every count above 0."""
    summed = func.sum(tallies.c.number).label("n")
    grouped = (tallies.c.dimension, tallies.c.value, tallies.c.measure)
    wanted = select(*grouped, summed).where(tallies.c.election == election).group_by(*grouped)
    found: dict[Dimension, dict[str, dict[Measure, int]]] = {dimension: {} for dimension in Dimension}
    for row in connection.execute(wanted):
        if row.n:
            found[Dimension(row.dimension)].setdefault(row.value, {})[Measure(row.measure)] = int(row.n)
    return found


def facets_of(connection: Connection, election: str, key: bytes, case_id: str) -> Facets:
    """Return what a case counts under; empty for one that was opened before there were counts."""
    wanted = select(case_facets.c.sealed).where(_is(election, case_id))
    sealed = connection.execute(wanted).scalar_one_or_none()
    return {} if sealed is None else json.loads(unseal(key, sealed, _place(case_id)))


# ---------------------------------------------------------------- inside


def _facets(config: ElectionConfig, submission: RequestSubmission, kiosk_id: str, received: datetime) -> dict[str, str]:
    number = parse_personal_number(submission.person.personal_number)
    sex = number.sex.value if number else SEXES[-1]
    return {
        Dimension.TOTAL: "",
        Dimension.DAY: received.date().isoformat(),
        Dimension.COUNTRY: submission.address.country[:64],
        Dimension.COUNTY: "",
        Dimension.SEX: sex,
        Dimension.AGE: age_band(submission.person.birth_date, config.election_day),
        Dimension.KIOSK: kiosk_id,
        Dimension.LANGUAGE: submission.language[:64],
    }


def _first_of_account(unit: Unit, submission: RequestSubmission) -> bool:
    """Tell whether no case of the account was counted yet. The account's row is locked, so one at a time asks."""
    account = and_(
        accounts.c.election == unit.election,
        accounts.c.shard == shard_of(submission.account_id),
        accounts.c.account_id == submission.account_id,
    )
    unit.connection.execute(select(accounts.c.account_id).where(account).with_for_update())
    others = select(cases.c.case_id).where(
        cases.c.election == unit.election,
        cases.c.account_id == submission.account_id,
        cases.c.case_id != submission.request_id,
    )
    return unit.connection.execute(others.limit(1)).first() is None


def _voter(facets: Facets, number: int) -> dict[Measure, int]:
    return {Measure.VOTERS: number} if facets.get(_VOTER) else {}


def _add(unit: Unit, case_id: str, facets: Facets, changes: Changes) -> None:
    _bump(
        unit,
        case_id,
        [
            (Dimension(name), value, measure, number)
            for name, value in facets.items()
            if name != _VOTER
            for measure, number in changes.items()
        ],
    )


def _bump(unit: Unit, case_id: str, rows: Sequence[tuple[Dimension, str, Measure, int]]) -> None:
    """Add to rows, made where there is none; always in the same order, so that two deeds never wait for each other."""
    if not rows:
        return
    make = postgresql.insert if unit.connection.dialect.name == "postgresql" else sqlite.insert
    inserted: Any = make(tallies)
    where = [tallies.c.election, tallies.c.shard, tallies.c.dimension, tallies.c.value, tallies.c.measure]
    added = inserted.on_conflict_do_update(
        index_elements=where, set_={"number": tallies.c.number + inserted.excluded.number}
    )
    shard = shard_of(case_id)
    unit.connection.execute(
        added,
        [
            {
                "election": unit.election,
                "shard": shard,
                "dimension": dimension.value,
                "value": value,
                "measure": measure.value,
                "number": number,
            }
            for dimension, value, measure, number in sorted(rows)
        ],
    )


def _keep(unit: Unit, key: bytes, case_id: str, facets: Facets) -> None:
    sealed = seal(key, json.dumps(facets).encode(), _place(case_id))
    unit.connection.execute(delete(case_facets).where(_is(unit.election, case_id)))
    unit.connection.execute(
        case_facets.insert().values(election=unit.election, shard=shard_of(case_id), case_id=case_id, sealed=sealed)
    )


def _is(election: str, case_id: str) -> ColumnElement[bool]:
    return and_(
        case_facets.c.election == election,
        case_facets.c.shard == shard_of(case_id),
        case_facets.c.case_id == case_id,
    )


def _place(case_id: str) -> str:
    return f"facets:{case_id}"
