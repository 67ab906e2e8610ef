"""Officials: enrolment, password and authenticator (RFC 6238), roles, sessions with limits, locking.

Every try is counted before the password is looked at; an unknown name costs the same time and gets the same answers.
A code of the authenticator is taken once only. All of it goes to the audit log, by the official's name.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import argon2
import pyotp
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from registration.errors import VoterCanFix
from registration.model.ids import CROCKFORD
from registration.review_desk import Role
from server import audit
from server.context import Server
from server.limits import network_of
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit
from server.store.metadata import Moment, metadata

WRONG_TRIES, LOCK = 3, timedelta(hours=3)
"""Of a name at one network (D-29, D-30): a stranger who knows it cannot lock the official out at their own desk."""
WRONG_IN_ALL, ALL_LOCK = 20, timedelta(hours=1)
"""The slower limit of a name over all networks; far under the 100 tries NIST SP 800-63B allows."""
EVERYWHERE = b""
FORGIVEN_AFTER = timedelta(hours=24)
SESSION_LIFE = timedelta(hours=12)
IDLE_LIFE = timedelta(minutes=30)
MOST_SESSIONS = 2
SEEN_EVERY = timedelta(minutes=1)
PASSWORD_LEAST, PASSWORD_MOST = 12, 200
HASH_WAIT = 10.0
STEP_SECONDS = 30
STEPS_OFF = (0, -1, 1)
"""Steps of the authenticator's clock that are taken besides the present one."""

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NAME = re.compile(r"[^\W\d_][\w.\-]{1,39}")

officials = Table(
    "officials",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_sealed", LargeBinary, nullable=False),
    Column("totp_sealed", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),  # the last one taken
    Column("created", Moment, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("disabled", Moment),
)
official_failures = Table(
    "official_failures",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("name_hash", LargeBinary(32), primary_key=True),  # of any name typed, known or not
    Column("network_hash", LargeBinary(32), primary_key=True),  # of the caller's network; empty counts over all
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("locked_until", Moment),
)
official_sessions = Table(
    "official_sessions",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Index(None, "election", "name"),
)


@dataclass(frozen=True, slots=True)
class Official:
    """An official whose session is good."""

    name: str
    role: Role

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"official:{self.name}"


@dataclass(frozen=True, slots=True)
class NewOfficial:
    """What a new official is handed, once."""

    name: str
    role: Role
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    """Base32, for the authenticator."""

    @property
    def totp_uri(self) -> str:
        """``otpauth://`` address for a QR code."""
        return pyotp.TOTP(self.totp_secret).provisioning_uri(name=self.name, issuer_name="PER")

    def as_json(self) -> dict[str, str]:
        return {
            "name": self.name,
            "role": self.role.value,
            "password": self.password,
            "totp_secret": self.totp_secret,
        }


@dataclass(frozen=True, slots=True)
class OpenedSession:
    token: str = field(repr=False)
    official: Official
    expires: datetime


def enrol(unit: Unit, master: MasterKey, name: str, role: Role, *, by: str, replace: bool = False) -> NewOfficial:
    """Make an official with a random password and authenticator secret.

    Args:
        by: who enrols, as the audit log names them.
        replace: give an existing official a new password, secret and role, and end their sessions.

    Raises:
        VoterCanFix: ``official.name_invalid``, ``official.name_taken``.
    """
    name = _normal(name)
    if not _NAME.fullmatch(name):
        raise VoterCanFix("official.name_invalid")
    exists = _row(unit.connection, unit.election, name) is not None
    if exists and not replace:
        raise VoterCanFix("official.name_taken")
    made = NewOfficial(name, role, _random_password(), pyotp.random_base32(32))
    values = {
        "role": role.value,
        "password_sealed": _seal(master, name, "password", HASHER.hash(made.password)),
        "totp_sealed": _seal(master, name, "totp", made.totp_secret),
        "totp_step": 0,
        "disabled": None,
    }
    if exists:
        unit.connection.execute(update(officials).where(_is(unit.election, name)).values(**values))
        end_sessions(unit, name)
    else:
        fixed = {"election": unit.election, "name": name, "created": unit.now, "created_by": by}
        unit.connection.execute(insert(officials).values(**fixed, **values))
    kind = "official.renew" if exists else "official.enrol"
    audit.record(unit, kind=kind, actor=by, subject=name, details={"role": role.value})
    return made


def demo_official(server: Server) -> dict[str, str]:
    """Make the demonstration's official (a supervisor, new credentials at each start) and return its credentials."""
    with server.store.write() as unit:
        return enrol(unit, server.master, "demo", Role.SUPERVISOR, by="system", replace=True).as_json()


def sign_in(server: Server, name: str, password: str, totp: str, address: str = "") -> OpenedSession:
    """Open a session.

    Args:
        address: the caller's, as `server.context.address_of` tells it; only a keyed hash of it is kept.

    Raises:
        Problem: 401 ``official.wrong``, 423 ``official.locked`` (params: minutes), 429 ``server.busy``.
    """
    name, place = _normal(name), _place(server.master, address)
    with server.store.write() as unit:
        locked = _count_try(unit, server.master, name, place)
    if locked is not None:
        raise locked
    with server.store.read() as connection:
        row = _row(connection, server.election, name)
    known = row is not None and row.disabled is None
    encoded = _unseal(server.master, name, "password", row.password_sealed) if row is not None else _nobodys_hash()
    secret = _unseal(server.master, name, "totp", row.totp_sealed) if row is not None else pyotp.random_base32(32)
    right_password = _password_right(server, encoded, password)
    step = _matching_step(secret, totp, server.clock.now())
    with server.store.write() as unit:
        if known and right_password and step is not None and _take_step(unit, name, step):
            _forget_tries(unit, server.master, name, place)
            opened = _open_session(unit, server.master, name, Role(row.role))
            audit.record(unit, kind="official.sign_in", actor=opened.official.actor, subject=name)
            return opened
        # A name nobody has may be a password typed into the wrong field: it is not written down.
        audit.record(unit, kind="official.sign_in_refused", actor="system", subject=name if row is not None else "")
    raise Problem(401, "official.wrong")


def session_of(server: Server, token: str) -> Official:
    """Return whose session it is, and note that it is in use.

    Raises:
        Problem: 401 ``official.session_over``.
    """
    token_hash = server.master.hash("official-session", token)
    now = server.clock.now()
    mine = (official_sessions.c.election == server.election) & (official_sessions.c.token_hash == token_hash)
    with server.store.read() as connection:
        joined = official_sessions.join(
            officials,
            (officials.c.election == official_sessions.c.election) & (officials.c.name == official_sessions.c.name),
        )
        wanted = select(official_sessions, officials.c.role, officials.c.disabled).select_from(joined).where(mine)
        row = connection.execute(wanted).one_or_none()
    if row is None or row.disabled is not None or row.expires <= now or row.seen + IDLE_LIFE <= now:
        raise Problem(401, "official.session_over")
    if row.seen + SEEN_EVERY <= now:
        with server.store.write() as unit:
            unit.connection.execute(update(official_sessions).where(mine).values(seen=unit.now))
    return Official(row.name, Role(row.role))


def sign_out(unit: Unit, master: MasterKey, token: str) -> Official | None:
    """End a session; return whose it was."""
    mine = (official_sessions.c.election == unit.election) & (
        official_sessions.c.token_hash == master.hash("official-session", token)
    )
    name = unit.connection.execute(select(official_sessions.c.name).where(mine)).scalar_one_or_none()
    if name is None:
        return None
    unit.connection.execute(delete(official_sessions).where(mine))
    row = _row(unit.connection, unit.election, name)
    assert row is not None
    official = Official(name, Role(row.role))
    audit.record(unit, kind="official.sign_out", actor=official.actor, subject=name)
    return official


def end_sessions(unit: Unit, name: str) -> None:
    """End every session of an official."""
    theirs = (official_sessions.c.election == unit.election) & (official_sessions.c.name == name)
    unit.connection.execute(delete(official_sessions).where(theirs))


def unlock(unit: Unit, master: MasterKey, name: str, *, by: str) -> None:
    """Forget an official's wrong tries. Raises Problem 404 ``official.unknown``."""
    name = _existing(unit, name)
    _forget_tries(unit, master, name)
    audit.record(unit, kind="official.unlock", actor=by, subject=name)


def disable(unit: Unit, name: str, *, by: str) -> None:
    """Shut an official out at once; what they did stays. Raises Problem 404 ``official.unknown``."""
    name = _existing(unit, name)
    unit.connection.execute(update(officials).where(_is(unit.election, name)).values(disabled=unit.now))
    end_sessions(unit, name)
    audit.record(unit, kind="official.disable", actor=by, subject=name)


def change_password(server: Server, name: str, old: str, new: str, address: str = "") -> None:
    """Replace one's own password and end one's sessions.

    Raises:
        VoterCanFix: ``official.password_weak`` (params: least).
        Problem: 401 ``official.wrong``, 423 ``official.locked``.
    """
    if not PASSWORD_LEAST <= len(new) <= PASSWORD_MOST or name in new.lower():
        raise VoterCanFix("official.password_weak", least=PASSWORD_LEAST)
    place = _place(server.master, address)
    with server.store.write() as unit:
        locked = _count_try(unit, server.master, name, place)
        row = _row(unit.connection, unit.election, name)
    if locked is not None:
        raise locked
    if row is None or not _password_right(server, _unseal(server.master, name, "password", row.password_sealed), old):
        raise Problem(401, "official.wrong")
    sealed = _seal(server.master, name, "password", HASHER.hash(new))
    with server.store.write() as unit:
        unit.connection.execute(update(officials).where(_is(unit.election, name)).values(password_sealed=sealed))
        _forget_tries(unit, server.master, name, place)
        end_sessions(unit, name)
        audit.record(unit, kind="official.change_password", actor=f"official:{name}", subject=name)


def list_officials(connection: Connection, election: str) -> list[Mapping[str, object]]:
    """Return every official's name, role and state, by name."""
    wanted = select(officials.c.name, officials.c.role, officials.c.created, officials.c.disabled)
    rows = connection.execute(wanted.where(officials.c.election == election).order_by(officials.c.name))
    return [
        {"name": row.name, "role": row.role, "created": row.created.isoformat(), "disabled": row.disabled is not None}
        for row in rows
    ]


# ---------------------------------------------------------------- inside


def _count_try(unit: Unit, master: MasterKey, name: str, place: bytes) -> Exception | None:
    """Count one try of a name before it is judged; return what to raise when it is locked, here or everywhere."""
    mine = _of_name(unit.election, master, name)
    old = (official_failures.c.election == unit.election) & (official_failures.c.since <= unit.now - FORGIVEN_AFTER)
    unit.connection.execute(delete(official_failures).where(old))
    rows = {
        row.network_hash: row
        for row in unit.connection.execute(select(official_failures).where(mine).with_for_update())
        if row.network_hash in (place, EVERYWHERE)
    }
    until = max((row.locked_until for row in rows.values() if row.locked_until is not None), default=unit.now)
    if until > unit.now:
        return Problem(423, "official.locked", minutes=-(-int((until - unit.now).total_seconds()) // 60))
    for network, most, lock in ((place, WRONG_TRIES, LOCK), (EVERYWHERE, WRONG_IN_ALL, ALL_LOCK)):
        row = rows.get(network)
        failures = 1 if row is None or row.locked_until is not None else row.failures + 1
        # The last try is still judged: when it is wrong the lock is already there, when right it is lifted.
        values = {"failures": failures, "locked_until": unit.now + lock if failures >= most else None}
        if row is None:
            key = {"election": unit.election, "name_hash": _name_hash(master, name), "network_hash": network}
            unit.connection.execute(insert(official_failures).values(**key, **values, since=unit.now))
        else:
            one = mine & (official_failures.c.network_hash == network)
            unit.connection.execute(update(official_failures).where(one).values(**values))
    return None


def _forget_tries(unit: Unit, master: MasterKey, name: str, *places: bytes) -> None:
    """Forget the wrong tries of a name at some networks and over all, without `places` at every one."""
    mine = _of_name(unit.election, master, name)
    if places:
        mine &= official_failures.c.network_hash.in_([*places, EVERYWHERE])
    unit.connection.execute(delete(official_failures).where(mine))


def _of_name(election: str, master: MasterKey, name: str) -> ColumnElement[bool]:
    return (official_failures.c.election == election) & (official_failures.c.name_hash == _name_hash(master, name))


def _name_hash(master: MasterKey, name: str) -> bytes:
    return master.hash("official-name", name)


def _place(master: MasterKey, address: str) -> bytes:
    return master.hash("official-network", network_of(address))


def _open_session(unit: Unit, master: MasterKey, name: str, role: Role) -> OpenedSession:
    theirs = (official_sessions.c.election == unit.election) & (official_sessions.c.name == name)
    over = (official_sessions.c.expires <= unit.now) | (official_sessions.c.seen <= unit.now - IDLE_LIFE)
    unit.connection.execute(delete(official_sessions).where(theirs, over))
    open_ones = select(official_sessions.c.token_hash).where(theirs).order_by(official_sessions.c.created.desc())
    for token_hash in unit.connection.execute(open_ones).scalars().all()[MOST_SESSIONS - 1 :]:
        oldest = theirs & (official_sessions.c.token_hash == token_hash)
        unit.connection.execute(delete(official_sessions).where(oldest))
    token = secrets.token_urlsafe(32)
    expires = unit.now + SESSION_LIFE
    unit.connection.execute(
        insert(official_sessions).values(
            election=unit.election,
            token_hash=master.hash("official-session", token),
            name=name,
            created=unit.now,
            seen=unit.now,
            expires=expires,
        )
    )
    return OpenedSession(token, Official(name, role), expires)


def _take_step(unit: Unit, name: str, step: int) -> bool:
    """Use up a step of the authenticator; False when it, or a later one, was used before."""
    newer = update(officials).where(_is(unit.election, name), officials.c.totp_step < step)
    return unit.connection.execute(newer.values(totp_step=step)).rowcount == 1


def _matching_step(secret: str, totp: str, now: datetime) -> int | None:
    present = int(now.timestamp()) // STEP_SECONDS
    typed = totp.strip().replace(" ", "").encode()
    found = None
    for off in STEPS_OFF:
        expected = pyotp.TOTP(secret).at((present + off) * STEP_SECONDS).encode()
        if hmac.compare_digest(expected, typed) and found is None:
            found = present + off
    return found


def _password_right(server: Server, encoded: str, password: str) -> bool:
    if not server.hashing.acquire(timeout=HASH_WAIT):
        raise Problem(429, "server.busy", retry_after=5)
    try:
        return HASHER.verify(encoded, password)
    except argon2.exceptions.VerifyMismatchError:
        return False
    finally:
        server.hashing.release()


@cache
def _nobodys_hash() -> str:
    """A hash of nobody's password: an unknown name takes as long as a known one."""
    return HASHER.hash(secrets.token_hex(16))


def _random_password() -> str:
    """Return 20 letters and digits in fours: 100 bits, easily typed once."""
    letters = "".join(secrets.choice(CROCKFORD) for _ in range(20)).lower()
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def _existing(unit: Unit, name: str) -> str:
    name = _normal(name)
    if _row(unit.connection, unit.election, name) is None:
        raise Problem(404, "official.unknown")
    return name


def _row(connection: Connection, election: str, name: str):  # type: ignore[no-untyped-def]
    return connection.execute(select(officials).where(_is(election, name))).one_or_none()


def _is(election: str, name: str) -> ColumnElement[bool]:
    return (officials.c.election == election) & (officials.c.name == name)


def _normal(name: str) -> str:
    return name.strip().lower()[:64]


def _seal(master: MasterKey, name: str, what: str, value: str) -> bytes:
    return master.wrap(value.encode(), f"official-{what}:{name}")


def _unseal(master: MasterKey, name: str, what: str, sealed: bytes) -> str:
    return master.unwrap(sealed, f"official-{what}:{name}").decode()
