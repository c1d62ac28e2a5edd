"""Send reports by mail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0045"
down_revision = "0044"
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
    "send_notice",
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def upgrade() -> None:
    op.create_table(
        "report_subscription",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("kind", _one_of("period_kind", "day", "week", "month"), nullable=False),
        sa.Column("lane_id", BigId, nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("removed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_report_subscription_shop_id"),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name="fk_report_subscription_seller_id"
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name="fk_report_subscription_lane_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report_subscription"),
        sa.UniqueConstraint(
            "shop_id", "seller_id", "kind", name="uq_report_subscription_shop_id"
        ),
        sa.UniqueConstraint("lane_id", name="uq_report_subscription_lane_id"),
    )
    op.create_index("ix_report_subscription_seller_id", "report_subscription", ["seller_id"])
    op.create_index("ix_report_subscription_next_at", "report_subscription", ["next_at"])
    states = ("waiting", "sent", "unknown", "failed", "dropped")
    op.create_table(
        "report_mail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subscription_id", BigId, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("state", _one_of("report_mail_state", *states), nullable=False),
        sa.Column("tried_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["report_subscription.id"], name="fk_report_mail_subscription_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report_mail"),
        sa.UniqueConstraint(
            "subscription_id", "first_day", name="uq_report_mail_subscription_id"
        ),
    )
    op.create_index("ix_report_mail_created_at", "report_mail", ["created_at"])
    allow_only("outbox", "kind", "kind", *OUTBOX, "send_report")


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE kind = 'send_report'")
    allow_only("outbox", "kind", "kind", *OUTBOX)
    op.execute("CREATE TABLE lane_of_reports AS SELECT lane_id FROM report_subscription")
    op.drop_table("report_mail")
    op.drop_table("report_subscription")
    op.execute("DELETE FROM lane WHERE id IN (SELECT lane_id FROM lane_of_reports)")
    op.execute("DROP TABLE lane_of_reports")
