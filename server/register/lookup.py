"""The Civil Status Register (domain.md B3-03): asked for each case by itself, and never in anybody's way.

What to ask is written, sealed under the case's key, in the transaction that makes the case. A thread asks; while the
register is away the question waits and is asked again. The answer is kept sealed with the case and goes with it.

Which register is ``register.yaml`` in the server's folder; without it there is none, and questions wait for one:

    file: {path: register.db, signer: "ssh-ed25519 AAAA..."}
    http: {url: "https://register.example.org/v1/person", token_env: PER_REGISTER}
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import yaml
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from registration.errors import Expected, StaffMustFix, WillRetry
from registration.model.case import CaseState
from registration.model.documents import FieldName
from registration.model.person import normalise_personal_number
from registration.model.register import (
    COMPARED,
    COUNTIES,
    NO_REGISTER,
    LookUp,
    RegisterEntry,
    RegisterResult,
    as_json,
    compare,
    from_json,
)
from registration.model.submission import RequestSubmission
from server import counting, problems
from server.context import Server
from server.sealing import seal, unseal
from server.store import Unit, shard_of
from server.store.metadata import Moment, metadata
from server.store.schema import cases, key_columns

SETTINGS_FILE = "register.yaml"
LEASE = timedelta(minutes=2)
BATCH = 20
POLL = 2.0
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)

register_checks = Table(
    "register_checks",
    metadata,
    *key_columns("case_id"),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, found, not_found
    Column("question", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("attempts", Integer, nullable=False),
    Column("next_try", Moment, nullable=False),
    Column("leased_until", Moment),
    Index(None, "election", "state", "next_try"),
)


class CivilRegister(Protocol):
    """A register that can be asked. Used from one thread."""

    name: str
    """What the case calls it, e.g. ``demo``."""

    def find(self, personal_number: str) -> RegisterEntry | None:
        """Return the citizen of a personal number, None when there is none.

        Raises:
            WillRetry: ``register.away``: no answer, a late one, or one that cannot be understood.
        """

    def close(self) -> None: ...


# ---------------------------------------------------------------- questions and answers


def ask(unit: Unit, key: bytes, submission: RequestSubmission) -> None:
    """Write down what to ask about the latest version of a case."""
    case_id = submission.request_id
    corrected = {correction.name: correction.corrected for correction in submission.corrections}
    declared = {name: corrected.get(name, submission.document.value(name)) for name in COMPARED}
    declared[FieldName.PERSONAL_NUMBER] = normalise_personal_number(submission.person.personal_number)
    declared[FieldName.BIRTH_DATE] = submission.person.birth_date.isoformat()
    declared[FieldName.BIRTH_PLACE] = submission.person.birth_place
    forget(unit, case_id)
    unit.connection.execute(
        insert(register_checks).values(
            election=unit.election,
            shard=shard_of(case_id),
            case_id=case_id,
            revision=submission.revision,
            state=LookUp.WAITING.value,
            question=seal(key, json.dumps(declared).encode(), _place("question", case_id)),
            attempts=0,
            next_try=unit.now,
        )
    )


def forget(unit: Unit, case_id: str) -> None:
    """Forget question and answer: before they are written anew, or when the case is erased."""
    unit.connection.execute(delete(register_checks).where(_is(unit.election, case_id)))


def result_of(connection: Connection, server: Server, key: bytes, case_id: str) -> RegisterResult:
    """Return what the case of a key shows of the register; never asks it, so it never waits."""
    if not (server.settings.data / SETTINGS_FILE).exists():
        return NO_REGISTER
    row = _row(connection, server.election, case_id)
    if row is None:
        return NO_REGISTER
    if row.answer is None:
        return RegisterResult(LookUp.WAITING)
    return from_json(json.loads(unseal(key, row.answer, _place("answer", case_id))))


# ---------------------------------------------------------------- asking


def run(server: Server, stop: threading.Event) -> None:
    """Ask what waits until `stop` is set."""
    asked = open_register(server)
    if asked is None:
        return
    try:
        while not stop.is_set():
            try:
                busy = ask_once(server, asked)
            except SQLAlchemyError as error:
                problems.log_fault(error, "register")
                busy = 0
            if not busy:
                stop.wait(POLL)
    finally:
        asked.close()


def ask_once(server: Server, asked: CivilRegister) -> int:
    """Ask about at most `BATCH` cases that are due; return how many were answered."""
    answered = 0
    for row in _lease(server):
        try:
            answered += _ask(server, asked, row)
        except Exception as error:  # noqa: BLE001 - one case's bug may not stop the others; it is asked again
            problems.log_fault(error, "register")
            _put_off(server, row)
    return answered


def _ask(server: Server, asked: CivilRegister, row: Row[Any]) -> bool:
    with server.store.read() as connection:
        try:
            key = _key(connection, server, row.case_id)
        except LookupError:
            return False  # erased meanwhile
    declared = {
        FieldName(name): str(value)
        for name, value in json.loads(unseal(key, row.question, _place("question", row.case_id))).items()
    }
    try:
        entry = asked.find(declared[FieldName.PERSONAL_NUMBER])
    except WillRetry:
        _put_off(server, row)
        return False
    looked = server.clock.now()
    if entry is None:
        result = RegisterResult(LookUp.NOT_FOUND, source=asked.name, looked=looked)
    else:
        result = compare(declared, entry, source=asked.name, looked=looked)
    with server.store.write() as unit:
        mine = and_(_is(unit.election, row.case_id), register_checks.c.revision == row.revision)
        answer = seal(key, json.dumps(as_json(result)).encode(), _place("answer", row.case_id))
        values = {"state": result.state.value, "answer": answer, "leased_until": None}
        if unit.connection.execute(update(register_checks).where(mine).values(**values)).rowcount != 1:
            return False  # a newer version asks anew
        case = select(cases.c.state, cases.c.data_key).where(_is_case(unit.election, row.case_id)).with_for_update()
        now = unit.connection.execute(case).one()
        if result.county in COUNTIES and now.data_key is not None:
            counting.county_found(unit, key, row.case_id, CaseState(now.state), result.county)
    return True


def _lease(server: Server) -> list[Row[Any]]:
    with server.store.read() as connection:
        due = select(register_checks.c.case_id).where(_due(server.election, server.clock.now())).limit(1)
        if connection.execute(due).first() is None:
            return []  # looking costs no write
    with server.store.write() as unit:
        wanted = select(register_checks).where(_due(unit.election, unit.now)).order_by(register_checks.c.next_try)
        rows = unit.connection.execute(wanted.limit(BATCH).with_for_update(skip_locked=True)).all()
        for row in rows:
            mine = _is(unit.election, row.case_id)
            unit.connection.execute(update(register_checks).where(mine).values(leased_until=unit.now + LEASE))
    return list(rows)


def _put_off(server: Server, row: Row[Any]) -> None:
    wait = min(FIRST_WAIT * 2 ** min(row.attempts, 12), LONGEST_WAIT)
    with server.store.write() as unit:
        mine = and_(_is(unit.election, row.case_id), register_checks.c.revision == row.revision)
        later = {"attempts": row.attempts + 1, "next_try": unit.now + wait, "leased_until": None}
        unit.connection.execute(update(register_checks).where(mine).values(**later))


def _due(election: str, now: Any) -> ColumnElement[bool]:
    return and_(
        register_checks.c.election == election,
        register_checks.c.state == LookUp.WAITING.value,
        register_checks.c.next_try <= now,
        or_(register_checks.c.leased_until.is_(None), register_checks.c.leased_until <= now),
    )


def open_register(server: Server) -> CivilRegister | None:
    """Open the register of the settings file, None when there is no file.

    Raises:
        StaffMustFix: ``register.settings_wrong`` (params: file), ``register.file_wrong`` (params: file).
    """
    file = server.settings.data / SETTINGS_FILE
    if not file.exists():
        return None
    from server.register.file import FileRegister
    from server.register.http import HttpRegister

    try:
        wanted: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        if "file" in wanted:
            place = server.settings.data / str(wanted["file"]["path"])
            return FileRegister(place, str(wanted["file"]["signer"]), server.ring().identities)
        values = dict(wanted["http"])
        token = values.pop("token_env", "")
        return HttpRegister(token=os.environ[token] if token else "", **values)
    except Expected:
        raise
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise StaffMustFix("register.settings_wrong", file=SETTINGS_FILE) from None


def _row(connection: Connection, election: str, case_id: str) -> Row[Any] | None:
    return connection.execute(select(register_checks).where(_is(election, case_id))).one_or_none()


def _key(connection: Connection, server: Server, case_id: str) -> bytes:
    """Raises LookupError when the case was erased."""
    wanted = select(cases.c.data_key).where(_is_case(server.election, case_id))
    wrapped = connection.execute(wanted).scalar_one_or_none()
    if wrapped is None:
        raise LookupError("case")
    return server.master.data_key(wrapped, case_id)


def _is(election: str, case_id: str) -> ColumnElement[bool]:
    return and_(
        register_checks.c.election == election,
        register_checks.c.shard == shard_of(case_id),
        register_checks.c.case_id == case_id,
    )


def _is_case(election: str, case_id: str) -> ColumnElement[bool]:
    return and_(cases.c.election == election, cases.c.shard == shard_of(case_id), cases.c.case_id == case_id)


def _place(what: str, case_id: str) -> str:
    return f"register-{what}:{case_id}"
