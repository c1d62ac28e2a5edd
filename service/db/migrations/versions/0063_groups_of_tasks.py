"""Check the groups of the waiting page that tasks are in

A number that names no group was written by nobody: it becomes the last group's.
"""

from __future__ import annotations

from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ALLOWED = "urgency IN (0, 1, 2, 3, 4, 5, 6)"


def upgrade() -> None:
    op.execute(f"UPDATE task SET urgency = 6 WHERE NOT {ALLOWED}")  # noqa: S608
    with op.batch_alter_table("task") as batch:
        batch.create_check_constraint("task_group", ALLOWED)


def downgrade() -> None:
    with op.batch_alter_table("task") as batch:
        batch.drop_constraint("task_group", type_="check")
