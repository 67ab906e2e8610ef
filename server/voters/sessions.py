"""Voters signing in: Argon2id behind limits, three wrong tries lock for three hours at that kiosk (D-30).

Each try is counted before the password is looked at, so that fifty at once are still three. An unknown contact costs
the same time and gets the same answers as a known one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any

import argon2
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from registration.model.contact import Contact
from registration.model.ids import AccountId
from server import audit
from server.context import Server
from server.kiosks.devices import CallingKiosk, OpenServer, spend_call
from server.problems import Problem
from server.store import Unit, shard_of
from server.store.schema import accounts as account_rows
from server.store.schema import sign_in_failures, voter_sessions
from server.voters import accounts
from server.voters.code_routes import ContactBody
from server.voters.contacts import contact_hash

WRONG_AT_KIOSK, KIOSK_LOCK = 3, timedelta(hours=3)
WRONG_IN_ALL, ALL_LOCK = 20, timedelta(hours=1)
"""The slower limit of one account over all kiosks; far under the 100 tries NIST SP 800-63B allows."""
FORGIVEN_AFTER = timedelta(hours=24)
SESSION_LIFE = timedelta(minutes=30)
HASH_WAIT = 10.0
"""Seconds a sign-in waits for its turn at Argon2id."""
ALL_KIOSKS = ""

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's minimum for Argon2id, as on the kiosk; a hash of other cost is renewed when its password is next seen."""

router = APIRouter()


class SignIn(BaseModel):
    contact: ContactBody
    password: str = Field(max_length=1024)


class NewPassword(BaseModel):
    contact: ContactBody
    proof: str = Field(max_length=100)
    password_hash: str = Field(max_length=500)
    """Argon2id in its encoded form (RFC 9106), made by the kiosk as for an account packet."""


@dataclass(frozen=True, slots=True)
class Voter:
    """A voter signed in at a kiosk."""

    account_id: AccountId
    kiosk_id: str


def sign_in(server: Server, contact_key: bytes, password: str, kiosk_id: str) -> tuple[str, AccountId]:
    """Return a session token and the account it is for.

    Raises:
        Problem: 401 ``login.wrong``, 423 ``login.locked`` (minutes), 503 ``server.busy``.
    """
    with server.store.write() as unit:
        locked = _locked_until(unit, contact_key, kiosk_id)
        failures = 0 if locked else _count_try(unit, contact_key, kiosk_id)
        row = accounts.owner_of(unit.connection, unit.election, contact_key)
        now = unit.now
    if locked:
        raise _locked(locked, now)
    encoded = _nobody() if row is None else accounts.unseal_password(server.master, row.password_sealed, row.account_id)
    right = _verify(server, encoded, password) and row is not None
    if not right or row is None:
        if failures >= WRONG_AT_KIOSK:
            raise _locked(now + KIOSK_LOCK, now)
        raise Problem(401, "login.wrong")
    renewed = _hash(server, password) if HASHER.check_needs_rehash(encoded) else ""
    return _open_session(server, contact_key, row.account_id, kiosk_id, renewed)


def reset_password(unit: Unit, server: Server, contact: Contact, proof: str, password_hash: str) -> None:
    """Give the account of a proven contact a new password: its locks are lifted, its open sessions end.

    Raises as `accounts.reset_password`.
    """
    account_id = accounts.reset_password(unit, server.master, contact, proof, password_hash)
    theirs = and_(voter_sessions.c.election == unit.election, voter_sessions.c.account_id == account_id)
    unit.connection.execute(delete(voter_sessions).where(theirs))
    locks = _of(unit.election, contact_hash(server.master, contact))
    unit.connection.execute(delete(sign_in_failures).where(locks))


def unlock(unit: Unit, contact_key: bytes, *, by: str) -> None:
    """Lift every lock of a contact; a supervisor's act."""
    unit.connection.execute(delete(sign_in_failures).where(_of(unit.election, contact_key)))
    audit.record(unit, kind="login.unlock", actor=by)


def voter_of(request: Request, server: OpenServer, kiosk: CallingKiosk) -> Voter:
    """FastAPI dependency: the voter who calls. Raises VoterCanFix ``login.session_ended`` as 401."""
    token = request.headers.get("voter-session", "")
    token_hash = server.master.hash("voter-session", token)
    now = server.clock.now()
    with server.store.read() as connection:
        row = connection.execute(
            select(voter_sessions).where(
                voter_sessions.c.election == server.election, voter_sessions.c.token_hash == token_hash
            )
        ).one_or_none()
    if row is None or row.expires <= now or row.kiosk_id != kiosk.kiosk_id:
        raise Problem(401, "login.session_ended")
    return Voter(AccountId(row.account_id), kiosk.kiosk_id)


CallingVoter = Annotated[Voter, Depends(voter_of)]


def _locked_until(unit: Unit, contact_key: bytes, kiosk_id: str) -> datetime | None:
    rows = unit.connection.execute(select(sign_in_failures).where(_of(unit.election, contact_key))).all()
    until = [row.locked_until for row in rows if row.kiosk_id in (kiosk_id, ALL_KIOSKS) and row.locked_until]
    return max((moment for moment in until if moment > unit.now), default=None)


def _count_try(unit: Unit, contact_key: bytes, kiosk_id: str) -> int:
    """Count a try as wrong until it proves right; returns the count at this kiosk."""
    _count(unit, contact_key, ALL_KIOSKS, WRONG_IN_ALL, ALL_LOCK)
    return _count(unit, contact_key, kiosk_id, WRONG_AT_KIOSK, KIOSK_LOCK)


def _count(unit: Unit, contact_key: bytes, kiosk_id: str, most: int, lock: timedelta) -> int:
    mine = _of(unit.election, contact_key) & (sign_in_failures.c.kiosk_id == kiosk_id)
    row = unit.connection.execute(select(sign_in_failures).where(mine).with_for_update()).one_or_none()
    over = row is not None and (row.locked_until is not None or row.since + FORGIVEN_AFTER <= unit.now)
    failures = 1 if row is None or over else row.failures + 1
    values: dict[str, Any] = {
        "failures": failures,
        "since": unit.now if row is None or over else row.since,
        "locked_until": unit.now + lock if failures >= most else None,
    }
    if row is not None:
        unit.connection.execute(update(sign_in_failures).where(mine).values(**values))
        return failures
    key = {"election": unit.election, "shard": shard_of(contact_key), "contact_hash": contact_key}
    unit.connection.execute(insert(sign_in_failures).values(**key, kiosk_id=kiosk_id, **values))
    return failures


def _open_session(
    server: Server, contact_key: bytes, account_id: str, kiosk_id: str, renewed: str
) -> tuple[str, AccountId]:
    token = secrets.token_urlsafe(32)
    with server.store.write() as unit:
        mine = _of(unit.election, contact_key) & sign_in_failures.c.kiosk_id.in_((kiosk_id, ALL_KIOSKS))
        unit.connection.execute(delete(sign_in_failures).where(mine))
        unit.connection.execute(
            insert(voter_sessions).values(
                election=unit.election,
                token_hash=server.master.hash("voter-session", token),
                account_id=account_id,
                kiosk_id=kiosk_id,
                created=unit.now,
                expires=unit.now + SESSION_LIFE,
            )
        )
        if renewed:
            account = and_(
                account_rows.c.election == unit.election,
                account_rows.c.shard == shard_of(account_id),
                account_rows.c.account_id == account_id,
            )
            sealed = accounts.seal_password(server.master, renewed, account_id)
            unit.connection.execute(update(account_rows).where(account).values(password_sealed=sealed))
        audit.record(unit, kind="voter.sign_in", actor=f"voter:{account_id}", subject=account_id)
    return token, AccountId(account_id)


def _verify(server: Server, encoded: str, password: str) -> bool:
    if not server.hashing.acquire(timeout=HASH_WAIT):
        raise Problem(503, "server.busy", retry_after=5)
    try:
        return HASHER.verify(encoded, password)
    except argon2.exceptions.VerificationError:
        return False
    finally:
        server.hashing.release()


def _hash(server: Server, password: str) -> str:
    with server.hashing:
        return HASHER.hash(password)


@cache
def _nobody() -> str:
    """A hash nobody knows the password of, for contacts without an account."""
    return HASHER.hash(secrets.token_urlsafe(32))


def _locked(until: datetime, now: datetime) -> Problem:
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    return Problem(423, "login.locked", minutes=minutes)


def _of(election: str, contact_key: bytes) -> ColumnElement[bool]:
    return and_(
        sign_in_failures.c.election == election,
        sign_in_failures.c.shard == shard_of(contact_key),
        sign_in_failures.c.contact_hash == contact_key,
    )


@router.post("/v1/sessions", dependencies=[Depends(spend_call)])
def open_session(body: SignIn, server: OpenServer, kiosk: CallingKiosk) -> dict[str, str]:
    contact_key = contact_hash(server.master, body.contact.contact())
    token, account_id = sign_in(server, contact_key, body.password, kiosk.kiosk_id)
    return {"token": token, "account_id": account_id}


@router.post("/v1/accounts/password", status_code=204, dependencies=[Depends(spend_call)])
def set_password(body: NewPassword, server: OpenServer, kiosk: CallingKiosk) -> None:
    """A forgotten password: the proof of a code typed a moment ago, and the hash of the new one."""
    contact = body.contact.contact()
    try:
        with server.store.write() as unit:
            reset_password(unit, server, contact, body.proof, body.password_hash)
    except accounts.NotAdopted:
        raise Problem(422, "call.invalid") from None


@router.delete("/v1/sessions", status_code=204)
def end_session(request: Request, server: OpenServer, voter: CallingVoter) -> None:
    token_hash = server.master.hash("voter-session", request.headers.get("voter-session", ""))
    with server.store.write() as unit:
        mine = and_(voter_sessions.c.election == unit.election, voter_sessions.c.token_hash == token_hash)
        unit.connection.execute(delete(voter_sessions).where(mine))
