"""Counts of cases, indexes that serve every page of the queue, and whose turn it is to write."""

import sqlalchemy as sa
from alembic import op

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = ("intake_0001", "review_0001")

WAITING = sa.text("state IN ('submitted', 'completed', 'in_review')")
ORDER = ("due", "received", "case_id")


def upgrade() -> None:
    op.create_table(
        "write_turns",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("election", name=op.f("pk_write_turns")),
    )
    op.create_table(
        "case_counts",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "state", "language", "due", name=op.f("pk_case_counts")),
    )
    op.execute(
        "INSERT INTO case_counts (election, state, language, due, number)"
        " SELECT election, state, language, due, count(*) FROM cases GROUP BY election, state, language, due"
    )
    op.drop_index(op.f("ix_cases_election_state_due_received"), table_name="cases")
    for name, columns, only in (
        ("state", ("state",), None),
        ("state_language", ("state", "language"), None),
        ("waiting", (), WAITING),
        ("waiting_language", ("language",), WAITING),
    ):
        op.create_index(
            f"ix_cases_queue_{name}",
            "cases",
            ["election", *columns, *ORDER],
            sqlite_where=only,
            postgresql_where=only,
        )


def downgrade() -> None:
    for name in ("waiting_language", "waiting", "state_language", "state"):
        op.drop_index(f"ix_cases_queue_{name}", table_name="cases")
    op.create_index(
        op.f("ix_cases_election_state_due_received"), "cases", ["election", "state", "due", "received"], unique=False
    )
    op.drop_table("case_counts")
    op.drop_table("write_turns")
