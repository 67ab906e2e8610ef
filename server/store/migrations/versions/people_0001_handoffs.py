"""Hand-offs of files from voters' phones."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "people_0001"
down_revision = None
branch_labels = ("people",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handoffs",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("handoff_id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("received", Moment(), nullable=True),
        sa.Column("blob", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "handoff_id", name=op.f("pk_handoffs")),
    )
    for column in ("token_hash", "kiosk_id", "expires"):
        op.create_index(op.f(f"ix_handoffs_election_{column}"), "handoffs", ["election", column], unique=False)


def downgrade() -> None:
    op.drop_table("handoffs")
