"""The tables of devices, keys, codes, accounts, packets and cases, on the `metadata` that all parts share.

Sealed columns hold AES-256-GCM ciphertext (`server/sealing.py`); hash columns hold keyed hashes (HMAC-SHA-256), so
that a copy of the database tells nothing without the master key.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    literal_column,
)

from registration.model.case import CaseState
from server.store.metadata import Moment, metadata


def key_columns(*names: str, size: int = 64) -> list[Column[Any]]:
    """Return ``election, shard, *names``, the primary key of a spread table."""
    return [
        Column("election", String(64), primary_key=True),
        Column("shard", SmallInteger, primary_key=True, autoincrement=False),
        *(Column(name, String(size), primary_key=True) for name in names),
    ]


# ---------------------------------------------------------------- keys and signed documents

server_keys = Table(
    "server_keys",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("key_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # root, receipt, kiosk-authority, epoch, escrow
    Column("public", Text, nullable=False),
    Column("sealed_private", LargeBinary),  # NULL: kept offline
    Column("created", Moment, nullable=False),
    Column("retired", Moment),
)

signed_documents = Table(
    "signed_documents",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),  # keyset, config
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("created", Moment, nullable=False),
)

write_turns = Table(
    "write_turns",  # used on PostgreSQL only: see server/store/postgresql.py
    metadata,
    Column("election", String(64), primary_key=True),
)

# ---------------------------------------------------------------- devices

kiosks = Table(
    "kiosks",
    metadata,
    *key_columns("kiosk_id"),
    Column("name", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("token_hash", LargeBinary(32), nullable=False, index=True),
    Column("valid_from", Moment, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("revoked", Moment),
    Column("last_seen", Moment),
)

kiosk_certificates = Table(
    "kiosk_certificates",
    metadata,
    *key_columns("kiosk_id"),
    Column("serial", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),  # OpenSSH certificate
    Column("valid_until", Moment, nullable=False),
    Column("issued", Moment, nullable=False),
)

enrolment_tokens = Table(
    "enrolment_tokens",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used", Moment),
    Column("kiosk_id", String(64)),  # the kiosk it made
)

# ---------------------------------------------------------------- codes, accounts, sessions

codes = Table(
    "codes",
    metadata,
    *key_columns("code_id"),
    Column("ticket_hash", LargeBinary(32), nullable=False, index=True),
    Column("contact_hash", LargeBinary(32), nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("closed", Moment),  # used, or replaced by a newer one
    Column("proof_hash", LargeBinary(32), index=True),
    Column("proof_used", Moment),
    Index(None, "election", "shard", "contact_hash", "created"),
    Index(None, "election", "kiosk_id", "created"),
)

accounts = Table(
    "accounts",
    metadata,
    *key_columns("account_id"),
    Column("contact_hash", LargeBinary(32), nullable=False),
    Column("contact_sealed", LargeBinary, nullable=False),
    Column("contact_verified", Moment),
    Column("person_hash", LargeBinary(32), nullable=False),
    Column("password_sealed", LargeBinary, nullable=False),
    Column("data_key", LargeBinary, nullable=False),  # wrapped; without it content_sealed and the files are noise
    Column("language", String(8), nullable=False),
    Column("flags", JSON, nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("packet_id", String(64), nullable=False),
    Column("received", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Index(None, "election", "contact_hash"),
    Index(None, "election", "person_hash"),
)

account_files = Table(
    "account_files",
    metadata,
    *key_columns("account_id", "name", size=100),
    Column("blob", String(64), nullable=False),
    Column("size", Integer, nullable=False),
)

voter_sessions = Table(
    "voter_sessions",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("account_id", String(64), nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("election", String(64), primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("contact_hash", LargeBinary(32), primary_key=True),
    Column("kiosk_id", String(64), primary_key=True),  # "" counts over all kiosks
    Column("failures", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("locked_until", Moment),
)

# ---------------------------------------------------------------- packets

uploads = Table(
    "uploads",
    metadata,
    *key_columns("kiosk_id", "sha256"),
    Column("packet_id", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created", Moment, nullable=False),
    Column("touched", Moment, nullable=False),
    Column("done", Moment),
    Column("state", String(16), nullable=False),  # receiving, then what became of the packet
    Column("code", String(64), nullable=False),  # why it was refused or quarantined, "" otherwise
)

packets = Table(
    "packets",
    metadata,
    *key_columns("kiosk_id", "packet_id"),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("type", String(16), nullable=False),
    Column("subject", String(64), nullable=False),  # request or account id
    Column("revision", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("route", String(16), nullable=False),  # link or batch
    Column("state", String(16), nullable=False),  # stored, opened, quarantined
    Column("code", String(64), nullable=False),
    Column("received", Moment, nullable=False),
    Column("receipt_body", Text, nullable=False),
    Column("receipt_signature", Text, nullable=False),
    Column("blob", String(64)),
    Column("attempts", Integer, nullable=False),
    Column("next_try", Moment, nullable=False),
    Column("leased_until", Moment),
    Index(None, "election", "state", "next_try"),
    Index(None, "election", "sha256"),
    Index(None, "election", "shard", "kiosk_id", "seq"),
)

alarms = Table(
    "alarms",
    metadata,
    *key_columns("alarm_id"),
    Column("kind", String(32), nullable=False),  # other_digest, seq_reused, seq_gap, unsupported
    Column("kiosk_id", String(64), nullable=False),
    Column("packet_id", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("raised", Moment, nullable=False),
    Column("settled", Moment),
)

# ---------------------------------------------------------------- cases

WAITING = (CaseState.SUBMITTED, CaseState.COMPLETED, CaseState.IN_REVIEW)
"""States in which the five days run."""
is_waiting = literal_column("state").in_([literal_column(f"'{state}'") for state in WAITING])
"""Condition of `cases`: the five days run. Written out, so that a database sees that its partial indexes serve it."""
only_waiting: dict[str, Any] = {"sqlite_where": is_waiting, "postgresql_where": is_waiting}

cases = Table(
    "cases",
    metadata,
    *key_columns("case_id"),  # = the request's id; shard_of(case_id)
    Column("account_id", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("reference", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # counts every change: the optimistic lock
    Column("language", String(8), nullable=False),
    Column("received", Moment, nullable=False),  # of the latest version
    Column("due", Date, nullable=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("flags", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("comment_sealed", LargeBinary),
    Column("data_key", LargeBinary),  # wrapped; NULL after erasure
    Column("claimed_by", String(64)),
    Column("lease_until", Moment),
    Column("decided", Moment),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("erased", Moment),
    Index(None, "election", "account_id"),
    Index(None, "election", "reference"),
    # A page of the queue is read in order from one of these, whatever it is narrowed to.
    Index("ix_cases_queue_state", "election", "state", "due", "received", "case_id"),
    Index("ix_cases_queue_state_language", "election", "state", "language", "due", "received", "case_id"),
    Index("ix_cases_queue_waiting", "election", "due", "received", "case_id", **only_waiting),
    Index("ix_cases_queue_waiting_language", "election", "language", "due", "received", "case_id", **only_waiting),
)

case_counts = Table(
    "case_counts",  # how many cases there are, kept by server/casework/case_counts.py: nobody counts a million rows
    metadata,
    Column("election", String(64), primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("due", Date, primary_key=True),
    Column("number", Integer, nullable=False),
)

case_versions = Table(
    "case_versions",
    metadata,
    *key_columns("case_id"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("kiosk_id", String(64), nullable=False),
    Column("packet_id", String(64), nullable=False),
    Column("received", Moment, nullable=False),
    Column("language", String(8), nullable=False),
    Column("late", Boolean, nullable=False),
)

case_files = Table(
    "case_files",
    metadata,
    *key_columns("case_id"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), primary_key=True),
    Column("blob", String(64), nullable=False),
    Column("size", Integer, nullable=False),
)

case_events = Table(
    "case_events",
    metadata,
    *key_columns("case_id", "event_id"),
    Column("at", Moment, nullable=False),
    Column("action", String(16), nullable=False),
    Column("actor", String(16), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("source", String(16), nullable=False),  # "" for the first
    Column("target", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("comment_sealed", LargeBinary),
)
