"""Keep what reports are made of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

KINDS = ("day", "week", "month")


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="period_kind", native_enum=False, length=32, create_constraint=True)
    op.create_table(
        "report_totals",
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_report_totals_shop_id"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "first_day", name="pk_report_totals"),
    )
    op.create_table(
        "report_mark",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_report_mark_shop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report_mark"),
    )
    op.create_index("ix_report_mark_shop_at", "report_mark", ["shop_id", "at"])
    op.create_index("ix_review_shop_seen", "review", ["shop_id", "seen_at"])
    op.drop_index("ix_review_shop_id", "review")
    _mark_all()


def _mark_all() -> None:
    """Each day that has something is counted by the clock, the newest first. A day lies in two of
    another zone at most: its first and its last moment lie in both."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    edges = []
    for table, column in (("cases", "opened_at"), ("review", "seen_at")):
        cut = f"substr({column}, 1, 10)" if sqlite else f"date_trunc('day', {column})"
        edges += [
            f"SELECT shop_id, {edge}({column}) AS at FROM {table} GROUP BY shop_id, {cut}"
            for edge in ("min", "max")
        ]
    moments = " UNION ".join(edges)
    op.execute(
        f"INSERT INTO report_mark (shop_id, at)"
        f" SELECT shop_id, at FROM ({moments}) AS moments ORDER BY at DESC"
    )


def downgrade() -> None:
    op.create_index("ix_review_shop_id", "review", ["shop_id"])
    op.drop_index("ix_review_shop_seen", "review")
    op.drop_table("report_mark")
    op.drop_table("report_totals")
