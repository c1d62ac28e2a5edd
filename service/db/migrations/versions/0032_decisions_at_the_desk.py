"""Hold what was approved for a while; notes, guidelines and saved filters of the desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

MAKE_GOODS = (
    "offered",
    "approved",
    "in_progress",
    "waiting_for_buyer",
    "by_hand",
    "unknown",
    "refused",
    "to_finish",
    "done",
    "cancelled",
)
OUTBOX_KINDS = (
    "read_delivery",
    "find_order",
    "make_good",
    "send_message",
    "end_case",
    "end_offer",
    "look",
    "poll",
    "check",
)
BACK = (
    # What is held has not begun: going back, it begins at once, as before there were holds.
    "UPDATE make_good SET state = 'refused' WHERE state = 'held'",
    "UPDATE cases SET state = 'awaiting_approval' WHERE state IN ('approved', 'offered') AND id IN"
    " (SELECT case_id FROM make_good WHERE state = 'refused') AND id NOT IN (SELECT case_id FROM"
    " make_good WHERE state IN ('offered', 'approved', 'in_progress', 'waiting_for_buyer',"
    " 'by_hand', 'unknown', 'to_finish'))",
    "UPDATE offer SET state = 'void' WHERE state = 'open' AND make_good_id IN"
    " (SELECT id FROM make_good WHERE state = 'refused')",
    "DELETE FROM outbox WHERE kind = 'end_hold'",
)
TASK_KINDS = (
    "take_up",
    "not_solved",
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
    "owner_decides",
    "mend_connection",
    "look_at_delivery",
)


def upgrade() -> None:
    allow_only("make_good", "make_good_state", "state", *MAKE_GOODS, "held")
    allow_only("outbox", "kind", "kind", *OUTBOX_KINDS, "end_hold")
    allow_only("task", "task_kind", "kind", *TASK_KINDS, "ask_owner")
    op.add_column("make_good", sa.Column("held_until", UtcTime(), nullable=True))
    op.add_column("decision", sa.Column("doubt", sa.String(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("asked_owner", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "shop", sa.Column("hold_seconds", sa.Integer(), nullable=False, server_default="20")
    )
    op.add_column("shop", sa.Column("guidelines", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "saved_filter",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_saved_filter_seller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("seller_id", "name", name=op.f("uq_saved_filter_seller_id")),
    )


def downgrade() -> None:
    op.drop_table("saved_filter")
    for statement in BACK:
        op.execute(statement)
    for table, column in (
        ("shop", "guidelines"),
        ("shop", "hold_seconds"),
        ("cases", "asked_owner"),
        ("decision", "doubt"),
        ("make_good", "held_until"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
    op.execute("DELETE FROM task WHERE kind = 'ask_owner'")
    allow_only("task", "task_kind", "kind", *TASK_KINDS)
    allow_only("outbox", "kind", "kind", *OUTBOX_KINDS)
    allow_only("make_good", "make_good_state", "state", *MAKE_GOODS)
