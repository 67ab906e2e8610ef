"""Delivery reports of notifications, and what was sent to each country in a day."""

import sqlalchemy as sa
from alembic import op

from server.store.metadata import Moment

revision = "people_0003"
down_revision = "people_0002"
branch_labels = None
depends_on = "review_0001"


def upgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.add_column(sa.Column("country", sa.String(length=8), nullable=False, server_default=""))
        table.add_column(sa.Column("report", sa.String(length=16), nullable=False, server_default=""))
        table.add_column(sa.Column("reported", Moment(), nullable=True))
    op.create_index(
        op.f("ix_notifications_election_transport_provider_id"),
        "notifications",
        ["election", "transport", "provider_id"],
        unique=False,
    )
    op.create_table(
        "notification_spend",
        sa.Column("election", sa.String(length=64), nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("election", "shard", "day", "country", name=op.f("pk_notification_spend")),
    )


def downgrade() -> None:
    op.drop_table("notification_spend")
    op.drop_index(op.f("ix_notifications_election_transport_provider_id"), table_name="notifications")
    with op.batch_alter_table("notifications") as table:
        for column in ("reported", "report", "country"):
            table.drop_column(column)
