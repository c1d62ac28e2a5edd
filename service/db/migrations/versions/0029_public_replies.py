"""Keep the public reply under a review"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = (
    "take_up",
    "not_solved",
    "find_out",
    "refused",
    "carry_out",
    "finish",
    "message",
    "read_answer",
    "read_draft",
    "choose_order",
    "confirm",
    "decide",
    "mend_connection",
    "look_at_delivery",
)
STATES = ("draft", "unknown", "posted", "refused")


def upgrade() -> None:
    state = sa.Enum(
        *STATES, name="reply_state", native_enum=False, length=32, create_constraint=True
    )
    op.create_table(
        "reply",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("vendor_id", sa.String(), nullable=False),
        sa.Column("posted_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reply_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("case_id", name=op.f("uq_reply_case_id")),
        sa.UniqueConstraint("key", name=op.f("uq_reply_key")),
    )
    _kinds(*KINDS, "post_reply")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'post_reply'")
    _kinds(*KINDS)
    op.drop_table("reply")


def _kinds(*values: str) -> None:
    """Let tasks be of these kinds and no others."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("task") as batch:
        batch.drop_constraint("task_kind", type_="check")
        batch.create_check_constraint("task_kind", f"kind IN ({listed})")
