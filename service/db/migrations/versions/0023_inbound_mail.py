"""Keep what buyers write once, ask for it to be read, and remember which way does not reach them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

CAME_IN = sa.text("external_id <> ''")
KINDS = (
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
    "read_draft",
    "mend_connection",
    "look_at_delivery",
)
ATTEMPTS = ("sending", "sent", "not_sent", "refused", "unknown")


def upgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("external_id", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("handled_at", UtcTime(), nullable=True))
    op.create_index(
        "uq_message_external_id",
        "message",
        ["external_id"],
        unique=True,
        sqlite_where=CAME_IN,
        postgresql_where=CAME_IN,
    )
    _only("task", "task_kind", "kind", *KINDS, "read_answer")
    _only("message_attempt", "attempt_state", "state", *ATTEMPTS, "bounced")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'read_answer'")
    op.execute("UPDATE message_attempt SET state = 'refused' WHERE state = 'bounced'")
    _only("message_attempt", "attempt_state", "state", *ATTEMPTS)
    _only("task", "task_kind", "kind", *KINDS)
    op.drop_index("uq_message_external_id", "message")
    with op.batch_alter_table("message") as batch:
        batch.drop_column("handled_at")
        batch.drop_column("external_id")


def _only(table: str, name: str, column: str, *values: str) -> None:
    """Let a column hold these values and no others."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({listed})")
