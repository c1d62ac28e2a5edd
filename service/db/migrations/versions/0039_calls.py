"""Keep calls by telephone, and when a task is due"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TASK_KINDS = (
    "take_up",
    "not_solved",
    "owner_decides",
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
    "ask_owner",
    "mend_connection",
    "mend_endpoint",
    "look_at_delivery",
)
STATES = ("open", "reached", "not_reached", "wrong_number", "dropped")


def upgrade() -> None:
    state = sa.Enum(
        *STATES, name="call_state", native_enum=False, length=32, create_constraint=True
    )
    op.create_table(
        "call",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("state", state, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_call_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_call_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_case_id"), "call", ["case_id"])
    op.add_column("task", sa.Column("due_at", UtcTime(), nullable=True))
    allow_only("task", "task_kind", "kind", *TASK_KINDS, "call")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'call'")
    allow_only("task", "task_kind", "kind", *TASK_KINDS)
    with op.batch_alter_table("task") as batch:
        batch.drop_column("due_at")
    op.drop_index(op.f("ix_call_case_id"), "call")
    op.drop_table("call")
