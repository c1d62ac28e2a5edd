"""Keep endpoints, and what programs are told of cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

OUTBOX = (
    "read_delivery",
    "find_order",
    "make_good",
    "send_message",
    "end_case",
    "end_offer",
    "end_hold",
    "look",
    "poll",
    "check",
)
TASKS = (
    "take_up",
    "not_solved",
    "owner_decides",
    "ask_owner",
    "find_out",
    "refused",
    "carry_out",
    "finish",
    "message",
    "read_answer",
    "read_draft",
    "post_reply",
    "choose_order",
    "confirm",
    "decide",
    "mend_connection",
    "look_at_delivery",
)
KINDS = (
    "case.opened",
    "case.decided",
    "case.made_good",
    "case.answered",
    "case.closed",
    "endpoint.test",
)
STATES = ("waiting", "sent", "failed", "dropped")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def upgrade() -> None:
    with op.batch_alter_table("lane") as batch:
        batch.alter_column("connection_id", existing_type=sa.Integer(), nullable=True)
    op.create_table(
        "endpoint",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("lane_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("overlap_until", UtcTime(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("removed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_endpoint_shop_id")),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_endpoint_lane_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
        sa.UniqueConstraint("lane_id", name=op.f("uq_endpoint_lane_id")),
    )
    op.create_index(op.f("ix_endpoint_shop_id"), "endpoint", ["shop_id"])
    op.create_table(
        "endpoint_event",
        sa.Column("id", BigId, nullable=False),
        sa.Column("endpoint_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", _one_of("event_kind", *KINDS), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", _one_of("event_state", *STATES), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoint.id"], name=op.f("fk_endpoint_event_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_event")),
        sa.UniqueConstraint("endpoint_id", "key", name="uq_endpoint_event_key"),
    )
    op.create_index("ix_endpoint_event_created_at", "endpoint_event", ["created_at"])
    allow_only("outbox", "kind", "kind", *OUTBOX, "send_event")
    allow_only("task", "task_kind", "kind", *TASKS, "mend_endpoint")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'mend_endpoint'")
    op.execute("DELETE FROM outbox WHERE kind = 'send_event'")
    allow_only("task", "task_kind", "kind", *TASKS)
    allow_only("outbox", "kind", "kind", *OUTBOX)
    op.drop_table("endpoint_event")
    op.drop_table("endpoint")
    op.execute("DELETE FROM lane WHERE connection_id IS NULL")
    with op.batch_alter_table("lane") as batch:
        batch.alter_column("connection_id", existing_type=sa.Integer(), nullable=False)
