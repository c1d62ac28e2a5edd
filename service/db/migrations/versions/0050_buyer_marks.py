"""Keep by what each case's buyer is known, so that all cases of a buyer are found at any size"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from integrations.telephone import e164
from service.db.types import BigId

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

NO_ID = ("", "0")
AT_ONCE = 500
FEWEST_DIGITS = 6
CASES = """
SELECT cases.id, cases.shop_id, cases.order_seen, cases.order_connection_id, review.buyer,
       review.connection_id, shop.country
FROM cases JOIN review ON review.id = cases.review_id JOIN shop ON shop.id = cases.shop_id
WHERE cases.id > :after AND cases.erased_at IS NULL ORDER BY cases.id LIMIT :most
"""


def upgrade() -> None:
    table = op.create_table(
        "buyer_mark",
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_buyer_mark_case_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_buyer_mark_shop_id")),
        sa.PrimaryKeyConstraint("case_id", "mark", name=op.f("pk_buyer_mark")),
    )
    op.create_index("ix_buyer_mark_shop_mark", "buyer_mark", ["shop_id", "mark"])
    op.create_index("ix_cases_order", "cases", ["order_connection_id", "order_id"])
    after, bind = 0, op.get_bind()
    while rows := bind.execute(sa.text(CASES), {"after": after, "most": AT_ONCE}).all():
        after = rows[-1][0]
        marks = [
            {"case_id": row[0], "shop_id": row[1], "mark": mark}
            for row in rows
            for mark in sorted(set(_marks(row)))
        ]
        if marks:
            bind.execute(sa.insert(table), marks)


def downgrade() -> None:
    op.drop_index("ix_cases_order", "cases")
    op.drop_table("buyer_mark")


def _marks(row: Any) -> Iterator[str]:
    _, _, order, order_connection_id, buyer, connection_id, country = row
    of_order = (_read(order) or {}).get("buyer") or {}
    for named, at in ((of_order, order_connection_id), (_read(buyer) or {}, connection_id)):
        email = (named.get("email") or "").strip().casefold()
        typed = named.get("phone") or ""
        digits = re.sub(r"\D", "", typed)
        number = e164(typed, named.get("country") or country or "")
        if not number and len(digits) >= FEWEST_DIGITS:
            number = f"+{digits}"
        if "@" in email:
            yield f"mail:{email}"
        if number:
            yield f"phone:{number}"
        if at and (named.get("id") or "") not in NO_ID:
            yield f"id:{at}:{named['id']}"


def _read(column: Any) -> Any:
    return json.loads(column) if isinstance(column, str) else column
