"""Count webhooks that were refused, by connection, hour and reason"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_deliveries",
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("hour", UtcTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name="fk_refused_deliveries_connection_id"
        ),
        sa.PrimaryKeyConstraint("connection_id", "hour", "reason", name="pk_refused_deliveries"),
    )
    op.create_index(
        "ix_delivery_connection_received", "delivery", ["connection_id", "received_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_connection_received", "delivery")
    op.drop_table("refused_deliveries")
