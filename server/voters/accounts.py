"""Voters' accounts: adopted from account packets, one per citizen (PP-07), their evidence sealed under their own key.

An account whose contact was never confirmed (made offline, D-05) is adopted all the same, marked so, and asked to
confirm. A second account of the same citizen is kept too: both are flagged, and an official decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import argon2
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from registration import account_profile
from registration.errors import VoterCanFix
from registration.model.contact import Contact
from registration.model.ids import AccountId
from registration.model.person import Severity, check_personal_data, normalise_personal_number
from registration.model.submission import AccountSubmission, decode, encode
from registration.ports.server import AccountProfile
from server import audit, notify
from server.context import Server
from server.sealing import MasterKey, seal, unseal
from server.store import Unit, shard_of
from server.store.schema import account_files, accounts, cases
from server.voters import codes
from server.voters.contacts import contact_hash, seal_contact, unseal_contact
from sync.config import ElectionConfig

DUPLICATE_PERSON = "duplicate_person"
CONTACT_TAKEN = "contact_taken"
PERSON_DOUBTFUL = "person_doubtful"
CONTACT_UNVERIFIED = "contact_unverified"
"""Flags of accounts and cases; words under ``review.flag.``."""

RESET_LIFE = timedelta(minutes=15)
"""How long after a code was typed a new password may follow it."""

_MOST_MEMORY_KIB, _MOST_TIME = 256 * 1024, 10


class NotAdopted(Exception):
    """The packet cannot become an account; `code` says why it is quarantined."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Account:
    """What others need of an account."""

    account_id: AccountId
    contact: Contact = field(repr=False)
    contact_verified: datetime | None
    language: str
    flags: tuple[str, ...]

    @property
    def all_flags(self) -> tuple[str, ...]:
        return self.flags if self.contact_verified else (*self.flags, CONTACT_UNVERIFIED)


def adopt(
    unit: Unit,
    server: Server,
    config: ElectionConfig,
    submission: AccountSubmission,
    *,
    kiosk_id: str,
    packet_id: str,
    received: datetime,
) -> None:
    """Make an account of a submission; doing it again with the same packet changes nothing.

    Raises:
        NotAdopted: ``packet.conflict`` (the id belongs to another packet's account), ``packet.content`` (its password
            hash is none we would compute).
    """
    master, blobs = server.master, server.blobs
    account_id = submission.account_id
    known = unit.connection.execute(select(accounts).where(_is(unit.election, account_id))).one_or_none()
    if known is not None:
        if (known.kiosk_id, known.packet_id) == (kiosk_id, packet_id):
            return
        raise NotAdopted("packet.conflict")
    _check_password_hash(submission.password_hash)
    who = contact_hash(master, submission.contact)
    person = master.hash("personal-number", normalise_personal_number(submission.person.personal_number))
    confirmed = codes.use_proof(unit, master, submission.contact_proof, submission.contact)
    flags = []
    if owner_of(unit.connection, unit.election, who) is not None:
        flags.append(CONTACT_TAKEN)
    if _flag_same_person(unit, person):
        flags.append(DUPLICATE_PERSON)
    findings = check_personal_data(submission.person, today=received.date(), election_day=config.election_day)
    if any(finding.severity is Severity.HARD for finding in findings):
        flags.append(PERSON_DOUBTFUL)
    key, wrapped = master.new_data_key(account_id)
    unit.connection.execute(
        insert(accounts).values(
            election=unit.election,
            shard=shard_of(account_id),
            account_id=account_id,
            contact_hash=who,
            contact_sealed=seal_contact(master, submission.contact, account_id),
            contact_verified=confirmed,
            person_hash=person,
            password_sealed=seal_password(master, submission.password_hash, account_id),
            data_key=wrapped,
            language=submission.language,
            flags=flags,
            kiosk_id=kiosk_id,
            packet_id=packet_id,
            received=received,
            created=unit.now,
        )
    )
    files = encode(submission)
    sealed = [seal(key, content, _place(account_id, name)) for name, content in files.items()]
    for (name, content), blob in zip(files.items(), blobs.put_all(sealed), strict=True):
        unit.connection.execute(
            insert(account_files).values(
                election=unit.election,
                shard=shard_of(account_id),
                account_id=account_id,
                name=name,
                blob=blob,
                size=len(content),
            )
        )
    if confirmed is None:
        notify.enqueue(
            unit,
            master,
            kind="confirm_contact",
            contact=submission.contact,
            language=submission.language,
            dedupe=f"confirm:{account_id}",
        )
    details = {"verified": confirmed is not None, "flags": flags}
    audit.record(unit, kind="account.adopt", actor=f"kiosk:{kiosk_id}", subject=account_id, details=details)


def get(connection: Connection, election: str, master: MasterKey, account_id: str) -> Account | None:
    """Return an account, None when there is none."""
    row = connection.execute(select(accounts).where(_is(election, account_id))).one_or_none()
    return None if row is None else account_of(row, master)


def account_of(row: Row[tuple[object, ...]], master: MasterKey) -> Account:
    return Account(
        AccountId(row.account_id),
        unseal_contact(master, row.contact_sealed, row.account_id),
        row.contact_verified,
        row.language,
        tuple(row.flags),
    )


def owner_of(
    connection: Connection, election: str, who: bytes, *, verified_only: bool = False
) -> Row[tuple[object, ...]] | None:
    """Return the row of the account a contact signs in to: a confirmed one before others, then the oldest."""
    wanted = select(accounts).where(accounts.c.election == election, accounts.c.contact_hash == who)
    if verified_only:
        wanted = wanted.where(accounts.c.contact_verified.is_not(None))
    rows = connection.execute(wanted).all()
    return min(rows, key=lambda row: (row.contact_verified is None, row.created), default=None)


def read_profile(connection: Connection, server: Server, account_id: str) -> Mapping[str, bytes]:
    """Return the account's evidence as the files of `registration.account_profile`.

    Raises:
        LookupError: there is no such account.
    """
    election = server.election
    row = connection.execute(select(accounts).where(_is(election, account_id))).one_or_none()
    if row is None:
        raise LookupError("account")
    key = server.master.data_key(row.data_key, account_id)
    kept = select(account_files.c.name, account_files.c.blob).where(
        account_files.c.election == election,
        account_files.c.shard == shard_of(account_id),
        account_files.c.account_id == account_id,
    )
    files = {
        name: unseal(key, server.blobs.get(blob), _place(account_id, name))
        for name, blob in connection.execute(kept).all()
    }
    submission = decode(files)
    assert isinstance(submission, AccountSubmission)
    return account_profile.encode(
        AccountProfile(
            account_id=submission.account_id,
            contact=submission.contact,
            birth_date=submission.person.birth_date,
            birth_place=submission.person.birth_place,
            personal_number=submission.person.personal_number,
            portrait=submission.portrait.photo,
            liveness=submission.portrait.liveness,
            contact_verified=row.contact_verified is not None,
        )
    )


def confirm_contact(unit: Unit, master: MasterKey, account_id: str, proof: str) -> bool:
    """Mark the contact of a signed-in voter's account as confirmed by a fresh proof; False: the proof is none."""
    account = get(unit.connection, unit.election, master, account_id)
    if account is None:
        return False
    confirmed = codes.use_proof(unit, master, proof, account.contact)
    if confirmed is None:
        return False
    mine = _is(unit.election, account_id)
    unit.connection.execute(update(accounts).where(mine).values(contact_verified=confirmed))
    audit.record(unit, kind="account.confirm_contact", actor=f"voter:{account_id}", subject=account_id)
    return True


def reset_password(unit: Unit, master: MasterKey, contact: Contact, proof: str, password_hash: str) -> str:
    """Replace the password of the account a contact belongs to; returns its id.

    The proof must be of a moment ago: one that waited in a packet is for opening an account, not for taking one over.
    An account whose contact was never confirmed has no proven owner, so a code cannot open it to anybody.

    Raises:
        VoterCanFix: ``contact.not_confirmed``, ``account.none``.
        NotAdopted: ``packet.content``, the hash is none we would compute.
    """
    _check_password_hash(password_hash)
    confirmed = codes.use_proof(unit, master, proof, contact)
    if confirmed is None or confirmed + RESET_LIFE <= unit.now:
        raise VoterCanFix("contact.not_confirmed")
    row = owner_of(unit.connection, unit.election, contact_hash(master, contact), verified_only=True)
    if row is None:
        raise VoterCanFix("account.none")
    account_id = str(row.account_id)
    sealed = seal_password(master, password_hash, account_id)
    unit.connection.execute(update(accounts).where(_is(unit.election, account_id)).values(password_sealed=sealed))
    notify.enqueue(
        unit,
        master,
        kind="password_changed",
        contact=contact,
        language=row.language,
        dedupe=f"password:{account_id}:{unit.now.isoformat()}",
    )
    audit.record(unit, kind="account.reset_password", actor=f"voter:{account_id}", subject=account_id)
    return account_id


def seal_password(master: MasterKey, encoded: str, account_id: str) -> bytes:
    """Seal an Argon2id hash: a stolen database alone gives nothing to guess against."""
    return master.wrap(encoded.encode(), f"password:{account_id}")


def unseal_password(master: MasterKey, sealed: bytes, account_id: str) -> str:
    return master.unwrap(sealed, f"password:{account_id}").decode()


def _check_password_hash(encoded: str) -> None:
    """A hash asking for gigabytes would let one packet stop the server at each sign-in."""
    try:
        cost = argon2.extract_parameters(encoded)
    except (argon2.exceptions.InvalidHash, ValueError):
        raise NotAdopted("packet.content") from None
    if cost.type is not argon2.Type.ID or cost.memory_cost > _MOST_MEMORY_KIB or cost.time_cost > _MOST_TIME:
        raise NotAdopted("packet.content")


def _flag_same_person(unit: Unit, person: bytes) -> bool:
    """Flag all accounts of a citizen, and their cases, when there is another one; tell whether there is."""
    same = select(accounts).where(accounts.c.election == unit.election, accounts.c.person_hash == person)
    others = unit.connection.execute(same).all()
    for other in others:
        if DUPLICATE_PERSON not in other.flags:
            flags = [*other.flags, DUPLICATE_PERSON]
            mine = _is(unit.election, other.account_id)
            unit.connection.execute(update(accounts).where(mine).values(flags=flags))
        theirs = (cases.c.election == unit.election) & (cases.c.account_id == other.account_id)
        for case in unit.connection.execute(select(cases).where(theirs)).all():
            if DUPLICATE_PERSON not in case.flags:
                one = theirs & (cases.c.shard == case.shard) & (cases.c.case_id == case.case_id)
                unit.connection.execute(update(cases).where(one).values(flags=[*case.flags, DUPLICATE_PERSON]))
    return bool(others)


def _is(election: str, account_id: str) -> ColumnElement[bool]:
    return (
        (accounts.c.election == election)
        & (accounts.c.shard == shard_of(account_id))
        & (accounts.c.account_id == account_id)
    )


def _place(account_id: str, name: str) -> str:
    return f"account-file:{account_id}/{name}"
