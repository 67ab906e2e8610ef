"""Certificates of kiosks."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "devices_0001"
down_revision = None
branch_labels = ("devices",)
depends_on = "intake_0001"


def upgrade() -> None:
    op.create_table(
        "kiosk_certificates",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.Column("issued", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "kiosk_id", "serial", name=op.f("pk_kiosk_certificates")),
    )
