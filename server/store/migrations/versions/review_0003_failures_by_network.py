"""Wrong tries of officials are counted for each network; what was counted before is forgotten, as after a day."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "review_0003"
down_revision = "review_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_anew(sa.Column("network_hash", sa.LargeBinary(length=32), nullable=False))


def downgrade() -> None:
    _make_anew()


def _make_anew(*more: sa.Column[bytes]) -> None:
    op.drop_table("official_failures")
    op.create_table(
        "official_failures",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        *more,
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("locked_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint(
            "election", "name_hash", *(column.name for column in more), name=op.f("pk_official_failures")
        ),
    )
