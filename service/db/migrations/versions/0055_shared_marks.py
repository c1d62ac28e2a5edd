"""Join no buyers by an address or number that many share, and by none that is nobody's"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from integrations.telephone import e164
from service.db.types import BigId

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

AT_ONCE = 500
MOST_BUYERS = 5
IN_A_ROW = "01234567890123456789"
NOBODYS = re.compile(
    r"mail:(?:.*\s.*|[^.]*|.*@[^.]*"
    r"|.*[@.](?:invalid|localhost|local|example|example\.(?:com|net|org))"
    r"|(?:no|do-?not|donot)[-_.]?reply@.*)"
)
CASES = """
SELECT cases.id, cases.shop_id, cases.order_seen, review.buyer
FROM cases JOIN review ON review.id = cases.review_id
WHERE cases.id > :after AND cases.erased_at IS NULL ORDER BY cases.id LIMIT :most
"""
BESIDE = """
SELECT DISTINCT own.shop_id, own.mark, beside.mark
FROM buyer_mark AS own JOIN buyer_mark AS beside
  ON beside.case_id = own.case_id AND beside.mark <> own.mark
WHERE own.mark LIKE 'mail:%' OR own.mark LIKE 'phone:%'
"""
SOME_MARKS = "SELECT DISTINCT mark FROM buyer_mark WHERE mark LIKE 'mail:%' OR mark LIKE 'phone:%'"


def upgrade() -> None:
    shared = op.create_table(
        "shared_mark",
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_shared_mark_shop_id")),
        sa.PrimaryKeyConstraint("shop_id", "mark", name=op.f("pk_shared_mark")),
    )
    bind = op.get_bind()
    kept = sa.table("buyer_mark", sa.column("case_id"), sa.column("mark"), sa.column("shop_id"))
    for (mark,) in bind.execute(sa.text(SOME_MARKS)).all():
        if _is_nobodys(mark):
            bind.execute(sa.delete(kept).where(kept.c.mark == mark))
    after = 0
    while rows := bind.execute(sa.text(CASES), {"after": after, "most": AT_ONCE}).all():
        after = rows[-1][0]
        names = [
            {"case_id": row[0], "shop_id": row[1], "mark": mark} for row in rows for mark in _name(row)
        ]
        if names:
            bind.execute(sa.insert(kept), names)
    if found := list(_shared(bind)):
        bind.execute(sa.insert(shared), found)


def downgrade() -> None:
    op.execute("DELETE FROM buyer_mark WHERE mark LIKE 'name:%'")
    op.drop_table("shared_mark")


def _name(row: Any) -> Iterator[str]:
    of_order = (_read(row[2]) or {}).get("buyer") or {}
    named = of_order or _read(row[3]) or {}
    words = " ".join((named.get("name") or "").casefold().split())
    if words and "*" not in words:
        yield f"name:{words}"


def _is_nobodys(mark: str) -> bool:
    kind, _, value = mark.partition(":")
    if kind == "mail":
        return NOBODYS.fullmatch(mark) is not None
    digits = value.removeprefix("+")
    in_a_row = digits in IN_A_ROW or digits in IN_A_ROW[::-1]
    return not e164(value) and (len(set(digits)) < 3 or in_a_row)


def _shared(bind: Any) -> Iterator[dict[str, Any]]:
    numbers: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for shop_id, mark, beside in bind.execute(sa.text(BESIDE)):
        kind = beside.rpartition(":")[0] if beside.startswith("id:") else beside.partition(":")[0]
        numbers[shop_id, mark][kind] += 1
    for (shop_id, mark), by_kind in numbers.items():
        if max(by_kind.values()) > MOST_BUYERS:
            yield {"shop_id": shop_id, "mark": mark}


def _read(column: Any) -> Any:
    return json.loads(column) if isinstance(column, str) else column
