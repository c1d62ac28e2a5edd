"""Let a shop say how complaints are answered at first, and ask for drafts to be read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
    "take_up",
    "not_solved",
    "find_out",
    "refused",
    "carry_out",
    "finish",
    "message",
    "choose_order",
    "confirm",
    "decide",
)


def upgrade() -> None:
    with op.batch_alter_table("shop") as batch:
        batch.add_column(sa.Column("answering", sa.JSON(), nullable=False, server_default="{}"))
    _kinds(*BEFORE, "read_draft")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'read_draft'")
    _kinds(*BEFORE)
    with op.batch_alter_table("shop") as batch:
        batch.drop_column("answering")


def _kinds(*kinds: str) -> None:
    """Let tasks be of these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("task") as batch:
        batch.drop_constraint("task_kind", type_="check")
        batch.create_check_constraint("task_kind", f"kind IN ({listed})")
