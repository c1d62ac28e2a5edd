"""Keep who carried each order and whether its review could still be changed, and count reports anew

The cases of before get what their platforms ruled when this was written: one edit within thirty days at
Shopee, confirmed for the Philippines only; no limit in the sandbox.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.domain.cases.couriers import courier_of

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

STATES = ("yes", "assumed", "no")
LISTED = ", ".join(f"'{name}'" for name in STATES)
AT_ONCE = 500
ORDERS = sa.text(
    "SELECT id, order_seen FROM cases WHERE id > :after"
    " AND CAST(order_seen AS text) LIKE '%\"tracking\"%' ORDER BY id LIMIT :most"
)
CARRIED = sa.text("UPDATE cases SET courier = :courier WHERE id = :id")
REVIEWS_OF = (
    "SELECT review.id FROM review JOIN connection ON connection.id = review.connection_id"
    " JOIN shop ON shop.id = connection.shop_id WHERE connection.adapter"
)
CHANGED_BEFORE = (
    "(SELECT count(*) FROM review_version WHERE review_version.review_id = cases.review_id"
    " AND review_version.seen_at <= cases.opened_at) > 1"
)


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("courier", sa.String(), nullable=False, server_default=""))
        batch.add_column(
            sa.Column("editable", sa.String(32), nullable=False, server_default="assumed")
        )
        batch.create_check_constraint("editable", f"editable IN ({LISTED})")
    _name_couriers()
    _say_what_could_be_changed()
    _count_anew()


def downgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint("editable", type_="check")
        batch.drop_column("editable")
        batch.drop_column("courier")
    _count_anew()


def _name_couriers() -> None:
    bind, after = op.get_bind(), 0
    while rows := bind.execute(ORDERS, {"after": after, "most": AT_ONCE}).all():
        after = rows[-1].id
        named = [(row.id, courier_of(_read(row.order_seen)["tracking"])) for row in rows]
        carried = [{"id": case_id, "courier": courier} for case_id, courier in named if courier]
        if carried:
            bind.execute(CARRIED, carried)


def _read(column: Any) -> Any:
    return json.loads(column) if isinstance(column, str) else column


def _say_what_could_be_changed() -> None:
    """The last word has what the buyer did."""
    confirmed = f"{REVIEWS_OF} = 'shopee' AND {_region()} = 'PH' AND review.written_at IS NOT NULL"
    for value, of_these in (
        ("yes", f"review_id IN ({REVIEWS_OF} LIKE 'sandbox%')"),
        ("yes", f"review_id IN ({confirmed})"),
        ("no", f"review_id IN ({REVIEWS_OF} = 'shopee') AND ({_too_late()} OR {CHANGED_BEFORE})"),
        ("yes", "review_changed_at IS NOT NULL OR close_reason = 'recovered'"),
    ):
        op.execute(f"UPDATE cases SET editable = '{value}' WHERE {of_these}")


def _region() -> str:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    region = "json_extract(shop.asking, '$.region')" if is_sqlite else "shop.asking ->> 'region'"
    return f"upper({region})"


def _too_late() -> str:
    """More than thirty whole days lay between the review and its case."""
    if op.get_bind().dialect.name == "sqlite":
        written = "(SELECT julianday(written_at) FROM review WHERE review.id = cases.review_id)"
        return f"julianday(opened_at) - {written} >= 31"
    written = "(SELECT written_at FROM review WHERE review.id = cases.review_id)"
    return f"opened_at - {written} >= interval '31 days'"


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
