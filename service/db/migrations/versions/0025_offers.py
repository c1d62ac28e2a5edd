"""Keep what a buyer may choose among"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MAKE_GOODS = (
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
CASES = (
    "opened",
    "awaiting_order",
    "awaiting_approval",
    "approved",
    "following_up",
    "declined",
    "closed",
)
STEPS = ("receipt", "confirmation", "resolution_check", "update_invitation")
OUTBOX_KINDS = (
    "read_delivery",
    "find_order",
    "make_good",
    "send_message",
    "end_case",
    "look",
    "poll",
    "check",
)
WIDENED = (
    # table, column, name of the check, values of before, new ones
    ("make_good", "state", "make_good_state", MAKE_GOODS, ("offered",)),
    ("cases", "state", "case_state", CASES, ("offered",)),
    ("message", "step", "step", STEPS, ("offer", "offer_reminder")),
    ("outbox", "kind", "kind", OUTBOX_KINDS, ("end_offer",)),
)
BACK = (
    "UPDATE make_good SET state = 'cancelled' WHERE state = 'offered'",
    "UPDATE cases SET state = 'awaiting_approval' WHERE state = 'offered'",
    "DELETE FROM message_attempt WHERE message_id IN"
    " (SELECT id FROM message WHERE step IN ('offer', 'offer_reminder'))",
    "DELETE FROM outbox WHERE kind = 'end_offer' OR (kind = 'send_message' AND ref_id IN"
    " (SELECT id FROM message WHERE step IN ('offer', 'offer_reminder')))",
    "DELETE FROM message WHERE step IN ('offer', 'offer_reminder')",
)


def upgrade() -> None:
    for table, column, name, before, more in WIDENED:
        allow_only(table, name, column, *before, *more)
    op.add_column("proposal", sa.Column("offer", sa.JSON(), nullable=True))
    op.create_table(
        "offer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("make_good_id", BigId, nullable=False),
        sa.Column(
            "state",
            _check("offer_state", "open", "picked", "expired", "withdrawn", "void"),
            nullable=False,
        ),
        sa.Column("without_pick", _check("without_pick", "first", "seller"), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_offer_case_id")),
        sa.ForeignKeyConstraint(
            ["make_good_id"], ["make_good.id"], name=op.f("fk_offer_make_good_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("make_good_id", name=op.f("uq_offer_make_good_id")),
    )
    op.create_index("ix_offer_case_id", "offer", ["case_id"])
    op.create_table(
        "offer_option",
        sa.Column("id", BigId, nullable=False),
        sa.Column("offer_id", BigId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("line_ids", sa.JSON(), nullable=False),
        sa.Column("expires_days", sa.Integer(), nullable=True),
        sa.Column("picked", sa.Boolean(), nullable=False),
        sa.Column("taken_off", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_option_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_option")),
        sa.UniqueConstraint("offer_id", "position", name=op.f("uq_offer_option_offer_id")),
    )


def downgrade() -> None:
    op.drop_table("offer_option")
    op.drop_table("offer")
    with op.batch_alter_table("proposal") as batch:
        batch.drop_column("offer")
    for statement in BACK:
        op.execute(statement)
    for table, column, name, before, _ in WIDENED:
        allow_only(table, name, column, *before)


def _check(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)
