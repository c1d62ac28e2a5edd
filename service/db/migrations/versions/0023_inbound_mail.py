"""Keep what buyers write once, ask for it to be read, and remember which way does not reach them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
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
    allow_only("task", "task_kind", "kind", *KINDS, "read_answer")
    allow_only("message_attempt", "attempt_state", "state", *ATTEMPTS, "bounced")


def downgrade() -> None:
    op.execute("DELETE FROM task WHERE kind = 'read_answer'")
    op.execute("UPDATE message_attempt SET state = 'refused' WHERE state = 'bounced'")
    allow_only("message_attempt", "attempt_state", "state", *ATTEMPTS)
    allow_only("task", "task_kind", "kind", *KINDS)
    op.drop_index("uq_message_external_id", "message")
    with op.batch_alter_table("message") as batch:
        batch.drop_column("handled_at")
        batch.drop_column("external_id")
