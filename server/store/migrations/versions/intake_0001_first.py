"""Devices, keys, codes, accounts, packets and cases."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "intake_0001"
down_revision = None
branch_labels = ("intake",)
depends_on = None


def upgrade() -> None:

    op.create_table(
        "account_files",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "account_id", "name", name=op.f("pk_account_files")),
    )
    op.create_table(
        "accounts",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("contact_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_verified", Moment(), nullable=True),
        sa.Column("person_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("packet_id", sa.String(length=64), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "account_id", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_election_contact_hash"), "accounts", ["election", "contact_hash"], unique=False)
    op.create_index(op.f("ix_accounts_election_person_hash"), "accounts", ["election", "person_hash"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("alarm_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("packet_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("raised", Moment(), nullable=False),
        sa.Column("settled", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "alarm_id", name=op.f("pk_alarms")),
    )
    op.create_table(
        "case_events",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", "event_id", name=op.f("pk_case_events")),
    )
    op.create_table(
        "case_files",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", "revision", "name", name=op.f("pk_case_files")),
    )
    op.create_table(
        "case_versions",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("packet_id", sa.String(length=64), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", "revision", name=op.f("pk_case_versions")),
    )
    op.create_table(
        "cases",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("decided", Moment(), nullable=True),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=False),
        sa.Column("erased", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_election_account_id"), "cases", ["election", "account_id"], unique=False)
    op.create_index(op.f("ix_cases_election_reference"), "cases", ["election", "reference"], unique=False)
    op.create_index(
        op.f("ix_cases_election_state_due_received"), "cases", ["election", "state", "due", "received"], unique=False
    )
    op.create_table(
        "codes",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("code_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("contact_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("closed", Moment(), nullable=True),
        sa.Column("proof_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("proof_used", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "code_id", name=op.f("pk_codes")),
    )
    op.create_index(
        op.f("ix_codes_election_kiosk_id_created"), "codes", ["election", "kiosk_id", "created"], unique=False
    )
    op.create_index(
        op.f("ix_codes_election_shard_contact_hash_created"),
        "codes",
        ["election", "shard", "contact_hash", "created"],
        unique=False,
    )
    op.create_index(op.f("ix_codes_proof_hash"), "codes", ["proof_hash"], unique=False)
    op.create_index(op.f("ix_codes_ticket_hash"), "codes", ["ticket_hash"], unique=False)
    op.create_table(
        "enrolment_tokens",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("used", Moment(), nullable=True),
        sa.Column("kiosk_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("election", "token_hash", name=op.f("pk_enrolment_tokens")),
    )
    op.create_table(
        "kiosks",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("valid_from", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("revoked", Moment(), nullable=True),
        sa.Column("last_seen", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "kiosk_id", name=op.f("pk_kiosks")),
    )
    op.create_index(op.f("ix_kiosks_token_hash"), "kiosks", ["token_hash"], unique=False)
    op.create_table(
        "packets",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("packet_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("received", Moment(), nullable=False),
        sa.Column("receipt_body", sa.Text(), nullable=False),
        sa.Column("receipt_signature", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "kiosk_id", "packet_id", name=op.f("pk_packets")),
    )
    op.create_index(op.f("ix_packets_election_sha256"), "packets", ["election", "sha256"], unique=False)
    op.create_index(
        op.f("ix_packets_election_shard_kiosk_id_seq"),
        "packets",
        ["election", "shard", "kiosk_id", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_packets_election_state_next_try"), "packets", ["election", "state", "next_try"], unique=False
    )
    op.create_table(
        "server_keys",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=True),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("retired", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "key_id", name=op.f("pk_server_keys")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "contact_hash", "kiosk_id", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "signed_documents",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "kind", "version", name=op.f("pk_signed_documents")),
    )
    op.create_table(
        "uploads",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("packet_id", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("touched", Moment(), nullable=False),
        sa.Column("done", Moment(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "kiosk_id", "sha256", name=op.f("pk_uploads")),
    )
    op.create_table(
        "voter_sessions",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "token_hash", name=op.f("pk_voter_sessions")),
    )


def downgrade() -> None:

    op.drop_table("voter_sessions")
    op.drop_table("uploads")
    op.drop_table("signed_documents")
    op.drop_table("sign_in_failures")
    op.drop_table("server_keys")
    op.drop_index(op.f("ix_packets_election_state_next_try"), table_name="packets")
    op.drop_index(op.f("ix_packets_election_shard_kiosk_id_seq"), table_name="packets")
    op.drop_index(op.f("ix_packets_election_sha256"), table_name="packets")
    op.drop_table("packets")
    op.drop_index(op.f("ix_kiosks_token_hash"), table_name="kiosks")
    op.drop_table("kiosks")
    op.drop_table("enrolment_tokens")
    op.drop_index(op.f("ix_codes_ticket_hash"), table_name="codes")
    op.drop_index(op.f("ix_codes_proof_hash"), table_name="codes")
    op.drop_index(op.f("ix_codes_election_shard_contact_hash_created"), table_name="codes")
    op.drop_index(op.f("ix_codes_election_kiosk_id_created"), table_name="codes")
    op.drop_table("codes")
    op.drop_index(op.f("ix_cases_election_state_due_received"), table_name="cases")
    op.drop_index(op.f("ix_cases_election_reference"), table_name="cases")
    op.drop_index(op.f("ix_cases_election_account_id"), table_name="cases")
    op.drop_table("cases")
    op.drop_table("case_versions")
    op.drop_table("case_files")
    op.drop_table("case_events")
    op.drop_table("alarms")
    op.drop_index(op.f("ix_accounts_election_person_hash"), table_name="accounts")
    op.drop_index(op.f("ix_accounts_election_contact_hash"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_table("account_files")
