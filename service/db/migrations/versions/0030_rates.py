"""Count calls for an app, not for a connection"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

LANE = sa.table(
    "lane",
    sa.column("id", BigId),
    sa.column("connection_id", BigId),
    sa.column("rate_id", BigId),
    sa.column("per_minute", sa.Integer),
    sa.column("allowance", sa.Float),
    sa.column("allowance_at", UtcTime),
)
CONNECTION = sa.table("connection", sa.column("id", BigId), sa.column("created_at", UtcTime))
RATE = sa.table(
    "rate",
    sa.column("id", BigId),
    sa.column("name", sa.String),
    sa.column("per_minute", sa.Integer),
    sa.column("allowance", sa.Float),
    sa.column("allowance_at", UtcTime),
    sa.column("last_lane_id", BigId),
)
COUNTED = ("per_minute", "allowance", "allowance_at")


def upgrade() -> None:
    op.create_table(
        "rate",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("allowance", sa.Float(), nullable=False),
        sa.Column("allowance_at", UtcTime(), nullable=False),
        sa.Column("last_lane_id", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint("name", name=op.f("uq_rate_name")),
    )
    with op.batch_alter_table("lane") as batch:
        batch.add_column(sa.Column("rate_id", BigId, nullable=True))
        batch.create_foreign_key(op.f("fk_lane_rate_id"), "rate", ["rate_id"], ["id"])
        batch.create_index(op.f("ix_lane_rate_id"), ["rate_id"])
    name = sa.literal("connection:").concat(sa.cast(LANE.c.connection_id, sa.String))
    counted = LANE.c.per_minute.is_not(None)
    values = [LANE.c[column] for column in COUNTED]
    old = sa.select(name, *values, sa.literal(0)).where(counted)
    op.execute(RATE.insert().from_select(["name", *COUNTED, "last_lane_id"], old))
    own = sa.select(RATE.c.id).where(RATE.c.name == name).scalar_subquery()
    op.execute(LANE.update().where(counted).values(rate_id=own))
    with op.batch_alter_table("lane") as batch:
        for column in COUNTED:
            batch.drop_column(column)


def downgrade() -> None:
    with op.batch_alter_table("lane") as batch:
        batch.add_column(sa.Column("per_minute", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("allowance", sa.Float(), nullable=False, server_default="0"))
        batch.add_column(
            sa.Column(
                "allowance_at", UtcTime(), nullable=False, server_default="1970-01-01 00:00:00"
            )
        )
    # Where no calls are counted, that column held since when the lane was there.
    made = sa.select(CONNECTION.c.created_at).where(CONNECTION.c.id == LANE.c.connection_id)
    op.execute(LANE.update().values(allowance_at=made.scalar_subquery()))
    own = {
        name: sa.select(RATE.c[name]).where(RATE.c.id == LANE.c.rate_id).scalar_subquery()
        for name in COUNTED
    }
    op.execute(LANE.update().where(LANE.c.rate_id.is_not(None)).values(own))
    with op.batch_alter_table("lane") as batch:
        batch.alter_column("allowance", existing_type=sa.Float(), server_default=None)
        batch.alter_column("allowance_at", existing_type=UtcTime(), server_default=None)
        batch.drop_index(op.f("ix_lane_rate_id"))
        batch.drop_constraint(op.f("fk_lane_rate_id"), type_="foreignkey")
        batch.drop_column("rate_id")
    op.drop_table("rate")
