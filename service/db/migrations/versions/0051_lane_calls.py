"""Count the calls of each lane"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lane_calls",
        sa.Column("lane_id", BigId, nullable=False),
        sa.Column("hour", UtcTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_lane_calls_lane_id"),
        sa.PrimaryKeyConstraint("lane_id", "hour", "reason", name="pk_lane_calls"),
    )


def downgrade() -> None:
    op.drop_table("lane_calls")
