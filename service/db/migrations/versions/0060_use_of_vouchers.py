"""Keep whether vouchers were used, and count reports anew

Of those that are still good their platforms are asked from now on; of others nobody knows.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import UtcTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

KINDS = (
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
    "send_report",
)
NEW = "look_at_vouchers"
USAGES = "'open', 'used', 'unused', 'unknown'"
CHECKS = {
    "voucher_usage": f"voucher_usage IN ({USAGES})",
    "voucher_given": "voucher_usage IS NULL OR done_at IS NOT NULL",
    "voucher_used": "coalesce(voucher_usage, '') = 'used' OR (used_at IS NULL AND used_order = ''"
    " AND saved_minor IS NULL)",
    "voucher_looked_at": "voucher_look_at IS NULL OR coalesce(voucher_usage, '') IN ('open', 'unknown')",
}
COLUMNS = (
    ("voucher_usage", sa.String(32)),
    ("voucher_look_at", UtcTime()),
    ("voucher_seen_at", UtcTime()),
    ("used_at", UtcTime()),
    ("saved_minor", sa.BigInteger()),
)
INDEX = "ix_make_good_voucher_look"


def upgrade() -> None:
    allow_only("outbox", "kind", "kind", *KINDS, NEW)
    with op.batch_alter_table("make_good") as batch:
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.add_column(sa.Column("used_order", sa.String(), nullable=False, server_default=""))
        for name, check in CHECKS.items():
            batch.create_check_constraint(name, check)
    looked_at = sa.text("voucher_look_at IS NOT NULL")
    op.create_index(
        INDEX,
        "make_good",
        ["voucher_look_at", "connection_id"],
        sqlite_where=looked_at,
        postgresql_where=looked_at,
    )
    good = "code <> '' AND (expires_at IS NULL OR expires_at > CURRENT_TIMESTAMP)"
    made_there = f"CASE WHEN {good} AND vendor_id <> '' THEN 'open' ELSE 'unknown' END"
    op.execute(
        f"UPDATE make_good SET voucher_usage = {made_there},"  # noqa: S608
        f" voucher_look_at = CASE WHEN {good} THEN done_at END"
        " WHERE action = 'voucher' AND done_at IS NOT NULL"
    )
    _count_anew()


def downgrade() -> None:
    op.execute(f"DELETE FROM outbox WHERE kind = '{NEW}'")
    allow_only("outbox", "kind", "kind", *KINDS)
    op.drop_index(INDEX, table_name="make_good")
    with op.batch_alter_table("make_good") as batch:
        for name in CHECKS:
            batch.drop_constraint(name, type_="check")
        for name, _kind in COLUMNS:
            batch.drop_column(name)
        batch.drop_column("used_order")
    _count_anew()


def _count_anew() -> None:
    """Each day that has something is counted by the clock, the newest first; reports are right
    meanwhile. A day lies in two of another zone at most: its first and its last moment lie in both."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    edges = []
    for table, column in (("cases", "opened_at"), ("review", "seen_at")):
        cut = f"substr({column}, 1, 10)" if sqlite else f"date_trunc('day', {column})"
        edges += [
            f"SELECT shop_id, {edge}({column}) AS at FROM {table} GROUP BY shop_id, {cut}"
            for edge in ("min", "max")
        ]
    moments = " UNION ".join(edges)
    op.execute("DELETE FROM report_totals")
    op.execute(
        f"INSERT INTO report_mark (shop_id, at)"
        f" SELECT shop_id, at FROM ({moments}) AS moments ORDER BY at DESC"
    )
