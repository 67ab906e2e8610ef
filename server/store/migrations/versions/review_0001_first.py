"""The audit log, notifications, officials, proposals of decisions and identities of cases."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "review_0001"
down_revision = None
branch_labels = ("review",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("election", "size", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_events",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("entry", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("election", "place", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_election_subject"), "audit_events", ["election", "subject"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("election", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_nodes",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("election", "level", "place", name=op.f("pk_audit_nodes")),
    )
    op.create_index(
        op.f("ix_audit_nodes_election_completed_at"), "audit_nodes", ["election", "completed_at"], unique=False
    )
    op.create_table(
        "case_identities",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("same_as", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "same_as", "hash", "case_id", name=op.f("pk_case_identities")),
    )
    op.create_index(
        op.f("ix_case_identities_election_case_id"), "case_identities", ["election", "case_id"], unique=False
    )
    op.create_table(
        "case_proposals",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", name=op.f("pk_case_proposals")),
    )
    op.create_table(
        "notifications",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("dedupe", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("destination_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.Column("transport", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=100), nullable=False),
        sa.Column("problem", sa.String(length=120), nullable=False),
        sa.Column("settled", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "message_id", name=op.f("pk_notifications")),
    )
    op.create_index(
        op.f("ix_notifications_election_shard_dedupe"), "notifications", ["election", "shard", "dedupe"], unique=True
    )
    op.create_index(
        op.f("ix_notifications_election_shard_destination_hash_created"),
        "notifications",
        ["election", "shard", "destination_hash", "created"],
        unique=False,
    )
    op.create_index(
        op.f("ix_notifications_election_state_next_try"),
        "notifications",
        ["election", "state", "next_try"],
        unique=False,
    )
    op.create_table(
        "official_failures",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "name_hash", name=op.f("pk_official_failures")),
    )
    op.create_table(
        "official_sessions",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("seen", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "token_hash", name=op.f("pk_official_sessions")),
    )
    op.create_index(op.f("ix_official_sessions_election_name"), "official_sessions", ["election", "name"], unique=False)
    op.create_table(
        "officials",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("disabled", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "name", name=op.f("pk_officials")),
    )


def downgrade() -> None:
    op.drop_table("officials")
    op.drop_index(op.f("ix_official_sessions_election_name"), table_name="official_sessions")
    op.drop_table("official_sessions")
    op.drop_table("official_failures")
    op.drop_index(op.f("ix_notifications_election_state_next_try"), table_name="notifications")
    op.drop_index(op.f("ix_notifications_election_shard_destination_hash_created"), table_name="notifications")
    op.drop_index(op.f("ix_notifications_election_shard_dedupe"), table_name="notifications")
    op.drop_table("notifications")
    op.drop_table("case_proposals")
    op.drop_index(op.f("ix_case_identities_election_case_id"), table_name="case_identities")
    op.drop_table("case_identities")
    op.drop_index(op.f("ix_audit_nodes_election_completed_at"), table_name="audit_nodes")
    op.drop_table("audit_nodes")
    op.drop_table("audit_head")
    op.drop_index(op.f("ix_audit_events_election_subject"), table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_table("audit_checkpoints")
