"""The append-only log of everything anybody did: an RFC 6962 Merkle tree over salted events.

An event is written in the transaction of the deed itself, so neither can exist without the other. Its leaf is
HMAC-SHA256(salt, canonical JSON): without the salt the leaf tells nothing, so an event's words can be erased later
while the tree stays whole. Events name people only by ids; no voter's data goes in.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    CursorResult,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    insert,
    literal,
    select,
    tuple_,
    union_all,
    update,
)

from registration.errors import StaffMustFix
from server.sealing import MasterKey
from server.store import Unit
from server.store.metadata import Moment, metadata
from server.store.schema import server_keys
from sync import canonical, merkle, receipt, sshsig
from sync.checkpoint import BadCheckpoint, Checkpoint, Signer, Verifier, verify

SALT_BYTES = 16
_STREAMED = {"yield_per": 1000}
LOG_KEY = "log"
"""Id of the checkpoint key among the server's keys."""

events = Table(
    "audit_events",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("details", Text),  # canonical JSON; NULL once erased
    Column("salt", LargeBinary(SALT_BYTES)),  # NULL once erased
    Column("entry", LargeBinary(32), nullable=False),
    Index(None, "election", "subject"),
)
nodes = Table(
    "audit_nodes",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("completed_at", BigInteger, nullable=False),  # size of the log that completed this subtree
    Column("hash", LargeBinary(32), nullable=False),
    Index(None, "election", "completed_at"),
)
head = Table(
    "audit_head",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
)
checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("note", Text, nullable=False),
)

# Said once: every deed of everybody goes through these.
_GROW = update(head).where(head.c.election == bindparam("here")).values(size=head.c.size + 1).returning(head.c.size)
_BEGIN = insert(head).returning(head.c.size)
_PEAKS = union_all(
    select(nodes.c.level, nodes.c.place, nodes.c.hash).where(
        nodes.c.election == bindparam("here"),
        tuple_(nodes.c.level, nodes.c.place).in_(bindparam("higher", expanding=True)),
    ),
    # The newest event, when it stands alone: leaves are not kept among the nodes.
    select(literal(0), events.c.place, events.c.entry).where(
        events.c.election == bindparam("here"), events.c.place == bindparam("last")
    ),
)


@dataclass(frozen=True, slots=True)
class Logged:
    """Where an event stands: its place from 0, the log's size and root just after it, and its 32-byte entry."""

    place: int
    size: int
    root: bytes = field(repr=False)
    entry: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify_log` found: the whole log holds."""

    size: int
    root: bytes
    erased: int
    checkpoints: int
    """How many checkpoints agree with the log."""


def record(unit: Unit, *, kind: str, actor: str, subject: str = "", details: Mapping[str, Any] | None = None) -> Logged:
    """Append an event in the caller's unit of work. Writers wait for one another on the head row.

    Args:
        unit: the transaction of the deed itself.
        kind: what happened, e.g. ``case.approve``.
        actor: who, e.g. ``official:arta``, ``kiosk:...``, ``system``.
        subject: id of what it happened to.
        details: JSON values; never a voter's data.
    """
    connection, election = unit.connection, unit.election
    size = connection.execute(_GROW, {"here": election}).scalar_one_or_none()
    if size is None:
        size = connection.execute(_BEGIN, {"election": election, "size": 1}).scalar_one()
    place = size - 1
    words = canonical.dump(dict(details or {}))
    salt = secrets.token_bytes(SALT_BYTES)
    entry = _entry(salt, unit.now, kind, actor, subject, words)
    event = {
        "election": election,
        "place": place,
        "at": unit.now,
        "kind": kind,
        "actor": actor,
        "subject": subject,
        "details": words,
        "salt": salt,
        "entry": entry,
    }
    connection.execute(insert(events), event)
    kept = _peaks(connection, election, place)
    kept[0, place] = merkle.leaf_hash(entry)
    made = []
    for level, node_place, value in merkle.completed(place, kept[0, place], lambda *at: kept[at]):
        kept[level, node_place] = value
        node = {"election": election, "level": level, "place": node_place, "completed_at": size, "hash": value}
        made.append(node)
    if made:
        connection.execute(insert(nodes), made)
    return Logged(place, size, merkle.root(size, lambda *at: kept[at]), entry)


def size_and_root(connection: Connection, election: str) -> tuple[int, bytes]:
    """Return how many events there are and the root over them."""
    size = connection.execute(select(head.c.size).where(head.c.election == election)).scalar_one_or_none() or 0
    kept = _peaks(connection, election, size)
    return size, merkle.root(size, lambda *at: kept[at])


def inclusion(connection: Connection, election: str, place: int, size: int) -> list[bytes]:
    """Return the proof that event `place` is in the log of `size` events (RFC 6962 section 2.1.1)."""
    return merkle.inclusion_proof(place, size, _stored(connection, election))


def consistency(connection: Connection, election: str, old: int, new: int) -> list[bytes]:
    """Return the proof that the log of `new` events begins with the log of `old` ones (section 2.1.2)."""
    return merkle.consistency_proof(old, new, _stored(connection, election))


def evidence(unit: Unit, logged: Logged) -> dict[str, Any]:
    """Return what a receipt carries, to be checked offline with `evidence_holds`: hex strings and numbers."""
    # What proves the newest event is the subtrees that were whole before it.
    kept = _peaks(unit.connection, unit.election, logged.place)
    proof = merkle.inclusion_proof(logged.place, logged.size, lambda *at: kept[at])
    return {
        "log_index": logged.place,
        "log_size": logged.size,
        "log_root": logged.root.hex(),
        "log_entry": logged.entry.hex(),
        "log_proof": [step.hex() for step in proof],
    }


def evidence_holds(told: Mapping[str, Any]) -> bool:
    """Tell whether a receipt's log members prove that its entry is in the log with its root."""
    try:
        proof = [bytes.fromhex(step) for step in told["log_proof"]]
        return merkle.includes(
            bytes.fromhex(told["log_entry"]),
            int(told["log_index"]),
            int(told["log_size"]),
            proof,
            bytes.fromhex(told["log_root"]),
        )
    except (KeyError, TypeError, ValueError):
        return False


def erase(unit: Unit, place: int) -> None:
    """Forget an event's details and salt for ever; its leaf, and so every proof, stays."""
    one = update(events).where(events.c.election == unit.election, events.c.place == place)
    unit.connection.execute(one.values(details=None, salt=None))


def ensure_signer(unit: Unit, master: MasterKey) -> Signer:
    """Return the log's signing key, made on first use and kept wrapped by the master key."""
    name = f"per-server/{unit.election}"
    wanted = select(server_keys.c.sealed_private).where(
        server_keys.c.election == unit.election, server_keys.c.key_id == LOG_KEY
    )
    sealed = unit.connection.execute(wanted).scalar_one_or_none()
    if sealed is not None:
        return Signer(name, Ed25519PrivateKey.from_private_bytes(master.unwrap(sealed, name)))
    key = Ed25519PrivateKey.generate()
    signer = Signer(name, key)
    unit.connection.execute(
        insert(server_keys).values(
            election=unit.election,
            key_id=LOG_KEY,
            kind="log",
            public=signer.verifier.line,
            sealed_private=master.wrap(key.private_bytes_raw(), name),
            created=unit.now,
        )
    )
    return signer


def log_key(connection: Connection, election: str) -> Verifier:
    """Return the public half of the log's signing key, which `ensure_signer` made."""
    wanted = select(server_keys.c.public).where(server_keys.c.election == election, server_keys.c.key_id == LOG_KEY)
    return Verifier.parse(connection.execute(wanted).scalar_one())


def sign_checkpoint(unit: Unit, signer: Signer) -> str:
    """Return a signed checkpoint of the log as it is, and keep it; the same size is signed once only."""
    size, root = size_and_root(unit.connection, unit.election)
    kept = select(checkpoints.c.note).where(checkpoints.c.election == unit.election, checkpoints.c.size == size)
    note = unit.connection.execute(kept).scalar_one_or_none()
    if note is None:
        note = signer.sign(size, root)
        unit.connection.execute(insert(checkpoints).values(election=unit.election, size=size, at=unit.now, note=note))
    return note


@dataclass(frozen=True, slots=True)
class SignedAt:
    """The size of the last checkpoint and when it was signed."""

    size: int
    at: datetime


def unsigned(connection: Connection, election: str) -> tuple[int, SignedAt | None]:
    """Return the log's size and its last checkpoint's."""
    last = select(checkpoints.c.size, checkpoints.c.at).where(checkpoints.c.election == election)
    row = connection.execute(last.order_by(checkpoints.c.size.desc()).limit(1)).one_or_none()
    size = connection.execute(select(head.c.size).where(head.c.election == election)).scalar_one_or_none() or 0
    return size, None if row is None else SignedAt(row.size, row.at)


def newest_checkpoint(connection: Connection, election: str) -> str:
    """Return the last signed checkpoint, "" when none was signed yet."""
    kept = select(checkpoints.c.note).where(checkpoints.c.election == election)
    return connection.execute(kept.order_by(checkpoints.c.size.desc()).limit(1)).scalar_one_or_none() or ""


def receipt_checkpoint(connection: Connection, election: str, document: object) -> Checkpoint:
    """Return what a receipt tells of the log: a checkpoint signed by one of the receipt keys this server ever had.

    Raises:
        StaffMustFix: ``audit.checkpoint_forged``.
    """
    wanted = select(server_keys.c.public).where(server_keys.c.election == election, server_keys.c.kind == "receipt")
    for line in connection.execute(wanted).scalars():
        try:
            told = receipt.read(document, sshsig.parse_public_line(line)).log
            if evidence_holds(told):
                return Checkpoint(f"per-server/{election}", int(told["log_size"]), bytes.fromhex(told["log_root"]))
        except (receipt.ReceiptRefused, KeyError, ValueError):
            continue
    raise StaffMustFix("audit.checkpoint_forged")


def verify_log(
    connection: Connection,
    election: str,
    verifier: Verifier,
    witnessed: Sequence[str] = (),
    receipts: Sequence[Checkpoint] = (),
) -> Report:
    """Read the whole log and hold it against itself, its own checkpoints and those that others kept.

    Args:
        connection: to read from.
        verifier: of the checkpoints.
        witnessed: checkpoints from kiosks, sticks or observers (the text of signed notes).
        receipts: what receipts kept elsewhere tell (`receipt_checkpoint`).

    Raises:
        StaffMustFix: ``audit.checkpoint_forged`` (a witnessed one nobody of ours signed), ``audit.altered`` (params:
            place, from 1), ``audit.missing`` (params: place), ``audit.proofs_damaged`` (params: place) or
            ``audit.checkpoint_differs`` (params: size).
    """
    kept = select(checkpoints.c.note).where(checkpoints.c.election == election)
    own = connection.execute(kept).scalars().all()
    signed = [_checkpoint(note, verifier) for note in (*own, *witnessed)]
    expected = sorted((*signed, *receipts), key=lambda checkpoint: checkpoint.size)
    pending = iter(expected)
    due = next(pending, None)
    frontier: list[bytes] = []
    size = erased = 0
    while due is not None and due.size == 0:
        due = _settle(due, merkle.EMPTY_ROOT, pending)
    with _event_rows(connection, election) as event_rows, _node_rows(connection, election) as node_rows:
        stored_nodes = ((row.level, row.place, bytes(row.hash)) for row in node_rows)
        for row in event_rows:
            if row.place != size:
                raise StaffMustFix("audit.missing", place=size + 1)
            if row.salt is None:
                erased += 1
            elif _entry(row.salt, row.at, row.kind, row.actor, row.subject, row.details or "") != row.entry:
                raise StaffMustFix("audit.altered", place=size + 1)
            value, level, place = merkle.leaf_hash(row.entry), 0, size
            while place & 1:
                value, level, place = merkle.node_hash(frontier.pop(), value), level + 1, place >> 1
                if next(stored_nodes, None) != (level, place, value):
                    raise StaffMustFix("audit.proofs_damaged", place=size + 1)
            frontier.append(value)
            size += 1
            while due is not None and due.size == size:
                due = _settle(due, _peak_root(frontier), pending)
    if due is not None or size != size_and_root(connection, election)[0]:
        raise StaffMustFix("audit.missing", place=size + 1)
    return Report(size, _peak_root(frontier), erased, len(expected))


def _settle(due: Checkpoint, root: bytes, pending: Iterator[Checkpoint]) -> Checkpoint | None:
    if due.root != root:
        raise StaffMustFix("audit.checkpoint_differs", size=due.size)
    return next(pending, None)


def _checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    try:
        return verify(note, verifier)
    except BadCheckpoint:
        raise StaffMustFix("audit.checkpoint_forged") from None


def _peak_root(frontier: Sequence[bytes]) -> bytes:
    """Join the full subtrees of a log, the largest first, from the right."""
    if not frontier:
        return merkle.EMPTY_ROOT
    value = frontier[-1]
    for peak in reversed(frontier[:-1]):
        value = merkle.node_hash(peak, value)
    return value


def _entry(salt: bytes, at: datetime, kind: str, actor: str, subject: str, details: str) -> bytes:
    body = {
        "v": 1,
        "at": at.astimezone(UTC).isoformat(),
        "kind": kind,
        "actor": actor,
        "subject": subject,
        "details": details,
    }
    return hmac.digest(salt, canonical.dump(body).encode(), "sha256")


def _peaks(connection: Connection, election: str, size: int) -> dict[tuple[int, int], bytes]:
    """Return the full subtrees that make up the log of `size` events, (level, place) -> hash, with one read."""
    higher = [(level, place) for level, place in merkle.peaks(size) if level]
    rows = connection.execute(_PEAKS, {"here": election, "higher": higher, "last": size - 1 if size & 1 else -1})
    return {(row.level, row.place): bytes(row.hash) if row.level else merkle.leaf_hash(bytes(row.hash)) for row in rows}


def _stored(connection: Connection, election: str) -> merkle.Nodes:
    def read(level: int, place: int) -> bytes:
        if level == 0:
            leaf = select(events.c.entry).where(events.c.election == election, events.c.place == place)
            return merkle.leaf_hash(connection.execute(leaf).scalar_one())
        node = select(nodes.c.hash).where(nodes.c.election == election, nodes.c.level == level, nodes.c.place == place)
        return bytes(connection.execute(node).scalar_one())

    return read


def _event_rows(connection: Connection, election: str) -> CursorResult[Any]:
    rows = select(events).where(events.c.election == election).order_by(events.c.place)
    return connection.execute(rows, execution_options=_STREAMED)


def _node_rows(connection: Connection, election: str) -> CursorResult[Any]:
    rows = select(nodes.c.level, nodes.c.place, nodes.c.hash).where(nodes.c.election == election)
    ordered = rows.order_by(nodes.c.completed_at, nodes.c.level)
    return connection.execute(ordered, execution_options=_STREAMED)
