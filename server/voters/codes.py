"""One-time codes: six digits to a phone or an address, and the proof that its owner typed them (PA-11 to PA-13).

A code is kept as a keyed hash, used once, valid for the configured time and number of tries, replaced by the next
one. Asking and answering are the same, in words and in time, whether the contact has an account or not.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from registration.errors import VoterCanFix
from registration.model.contact import Contact
from server import notify
from server.context import Server
from server.problems import Problem
from server.sealing import MasterKey
from server.store import Unit, shard_of
from server.store.schema import codes
from server.voters.contacts import contact_hash
from sync.config import CodeRules

PER_HOUR = 5
PER_DAY = 10
WRONG_PER_DAY = 20
PER_KIOSK_AND_HOUR = 120
PROOF_LIFE = timedelta(days=30)
"""An account packet may stay that long on a kiosk without a connection after its contact was confirmed."""


def ask(unit: Unit, server: Server, rules: CodeRules, contact: Contact, kiosk_id: str, language: str) -> str:
    """Send a fresh code and return its ticket; an older code of the contact is dead from now on.

    Raises:
        Problem: 429 ``code.too_many``.
    """
    master = server.master
    who = contact_hash(master, contact)
    _within_limits(unit, who, kiosk_id)
    mine = (codes.c.election == unit.election) & (codes.c.shard == shard_of(who)) & (codes.c.contact_hash == who)
    unit.connection.execute(update(codes).where(mine, codes.c.closed.is_(None)).values(closed=unit.now))
    code = f"{secrets.randbelow(10**rules.digits):0{rules.digits}d}"
    ticket = secrets.token_urlsafe(32)
    code_id = unit.new_id()
    unit.connection.execute(
        insert(codes).values(
            election=unit.election,
            shard=shard_of(who),
            code_id=code_id,
            ticket_hash=master.hash("code-ticket", ticket),
            contact_hash=who,
            kiosk_id=kiosk_id,
            code_hash=master.hash("code", f"{code_id}:{code}"),
            created=unit.now,
            expires=unit.now + timedelta(seconds=rules.expires_in),
            tries=0,
        )
    )
    places: dict[str, str | int] = {"code": code, "minutes": max(1, rules.expires_in // 60)}
    try:
        notify.enqueue(
            unit,
            server.master,
            kind="code",
            contact=contact,
            language=language,
            params=places,
            message_id=code_id,
            max_age=timedelta(seconds=rules.expires_in),
        )
    except VoterCanFix as error:  # the destination had its share over all accounts and kiosks
        raise Problem(429, error.code, retry_after=600) from None
    return ticket


def confirm(
    unit: Unit, master: MasterKey, rules: CodeRules, *, ticket: str, code: str, kiosk_id: str
) -> tuple[str, bytes] | VoterCanFix:
    """Try a code once; returns (proof token, contact hash), or what is wrong, which must be committed as well."""
    row = unit.connection.execute(
        select(codes)
        .where(codes.c.election == unit.election, codes.c.ticket_hash == master.hash("code-ticket", ticket))
        .with_for_update()
    ).one_or_none()
    if row is None or row.kiosk_id != kiosk_id or row.closed is not None:
        return VoterCanFix("code.used_up")
    if row.expires <= unit.now:
        return VoterCanFix("code.expired")
    tries = row.tries + 1
    right = hmac.compare_digest(row.code_hash, master.hash("code", f"{row.code_id}:{code.strip()}"))
    proof = secrets.token_urlsafe(32)
    change = {"tries": tries, "closed": unit.now if right or tries >= rules.tries else None}
    if right:
        change["proof_hash"] = master.hash("contact-proof", proof)
    unit.connection.execute(update(codes).where(_is(row)).values(**change))
    if right:
        return proof, row.contact_hash
    return VoterCanFix("code.wrong", left=rules.tries - tries) if tries < rules.tries else VoterCanFix("code.used_up")


def use_proof(unit: Unit, master: MasterKey, proof: str, contact: Contact) -> datetime | None:
    """Redeem a proof for `contact`, once; returns when the contact was confirmed, None when the proof is none."""
    if not proof:
        return None
    row = unit.connection.execute(
        select(codes)
        .where(codes.c.election == unit.election, codes.c.proof_hash == master.hash("contact-proof", proof))
        .with_for_update()
    ).one_or_none()
    if row is None or row.proof_used is not None or row.contact_hash != contact_hash(master, contact):
        return None
    if row.closed is None or row.closed + PROOF_LIFE <= unit.now:
        return None
    unit.connection.execute(update(codes).where(_is(row)).values(proof_used=unit.now))
    confirmed: datetime = row.closed
    return confirmed


def _within_limits(unit: Unit, who: bytes, kiosk_id: str) -> None:
    of_contact = (codes.c.shard == shard_of(who)) & (codes.c.contact_hash == who)
    hour, day = unit.now - timedelta(hours=1), unit.now - timedelta(days=1)
    last_hour, _ = _counts(unit.connection, unit.election, of_contact, hour)
    last_day, wrong = _counts(unit.connection, unit.election, of_contact, day)
    from_kiosk, _ = _counts(unit.connection, unit.election, codes.c.kiosk_id == kiosk_id, hour)
    if last_hour >= PER_HOUR or last_day >= PER_DAY or wrong >= WRONG_PER_DAY or from_kiosk >= PER_KIOSK_AND_HOUR:
        raise Problem(429, "code.too_many", retry_after=600)


def _counts(connection: Connection, election: str, which: ColumnElement[bool], since: datetime) -> tuple[int, int]:
    wanted = select(func.count(), func.coalesce(func.sum(codes.c.tries), 0)).where(
        codes.c.election == election,
        which,
        codes.c.created > since,
    )
    count, tries = connection.execute(wanted).one()
    return int(count), int(tries)


def _is(row: Row[tuple[Any, ...]]) -> ColumnElement[bool]:
    return and_(codes.c.election == row.election, codes.c.shard == row.shard, codes.c.code_id == row.code_id)
