"""Tell people of what waits for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0038"
down_revision = "0037"
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
    "send_event",
)
STATES = ("waiting", "sent", "failed", "dropped")
UNNOTICED = sa.text("state = 'open' AND noticed_at IS NULL")


def upgrade() -> None:
    state = sa.Enum(
        *STATES, name="notice_state", native_enum=False, length=32, create_constraint=True
    )
    op.create_table(
        "notice_choices",
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("told_when", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("digest_at", sa.Time(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("urgent_anyway", sa.Boolean(), nullable=False),
        sa.Column("next_digest_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_notice_choices_seller_id")
        ),
        sa.PrimaryKeyConstraint("seller_id", name=op.f("pk_notice_choices")),
    )
    op.create_index(
        op.f("ix_notice_choices_next_digest_at"), "notice_choices", ["next_digest_at"]
    )
    op.create_table(
        "notice_address",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("lane_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_mail", sa.Boolean(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("removed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_notice_address_seller_id")
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_notice_address_lane_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_address")),
        sa.UniqueConstraint("lane_id", name=op.f("uq_notice_address_lane_id")),
    )
    op.create_index(op.f("ix_notice_address_seller_id"), "notice_address", ["seller_id"])
    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("address_id", BigId, nullable=False),
        sa.Column("task_ids", sa.JSON(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["notice_address.id"], name=op.f("fk_notice_address_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_address_id", "notice", ["address_id", "state"])
    op.create_index(op.f("ix_notice_created_at"), "notice", ["created_at"])
    op.add_column("task", sa.Column("noticed_at", UtcTime(), nullable=True))
    # What waits already is told to nobody as new.
    op.execute("UPDATE task SET noticed_at = opened_at")
    op.create_index(
        "ix_task_unnoticed",
        "task",
        ["id"],
        sqlite_where=UNNOTICED,
        postgresql_where=UNNOTICED,
    )
    allow_only("outbox", "kind", "kind", *OUTBOX, "send_notice")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'send_notice'")
    allow_only("outbox", "kind", "kind", *OUTBOX)
    op.drop_index("ix_task_unnoticed", "task")
    with op.batch_alter_table("task") as batch:
        batch.drop_column("noticed_at")
    op.execute(
        "CREATE TABLE lane_of_notices AS SELECT lane_id FROM notice_address"
    )
    op.drop_table("notice")
    op.drop_table("notice_address")
    op.drop_table("notice_choices")
    op.execute("DELETE FROM outbox WHERE lane_id IN (SELECT lane_id FROM lane_of_notices)")
    op.execute("DELETE FROM lane WHERE id IN (SELECT lane_id FROM lane_of_notices)")
    op.execute("DROP TABLE lane_of_notices")
