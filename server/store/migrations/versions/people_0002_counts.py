"""Counts for the statistics, and questions to the civil register."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "people_0002"
down_revision = "people_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("measure", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "dimension", "value", "measure", name=op.f("pk_tallies")),
    )
    op.create_table(
        "case_facets",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", name=op.f("pk_case_facets")),
    )
    op.create_table(
        "register_checks",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("leased_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("election", "shard", "case_id", name=op.f("pk_register_checks")),
    )
    op.create_index(
        op.f("ix_register_checks_election_state_next_try"),
        "register_checks",
        ["election", "state", "next_try"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("register_checks")
    op.drop_table("case_facets")
    op.drop_table("tallies")
