"""Say within which automatic limit was decided as a sentence, not as a dictionary of a program"""

from __future__ import annotations

import ast
import json

from alembic import op
from sqlalchemy import text

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

SENTENCE = (
    "within the automatic limit of %(each)s for one, %(buyer_day)s a day for one buyer and"
    " %(shop_day)s a day in all"
)
AT_ONCE = 1000


def upgrade() -> None:
    connection, last = op.get_bind(), 0
    page = text(
        "SELECT decision.id, within_limit, min(make_good.currency) AS currency FROM decision"
        " JOIN make_good ON make_good.decision_id = decision.id"
        " WHERE decision.id > :last AND within_limit LIKE '{''%'"
        " GROUP BY decision.id, within_limit ORDER BY decision.id LIMIT :most"
    )
    change = text("UPDATE decision SET within_limit = :limit WHERE id = :id")
    while rows := connection.execute(page, {"last": last, "most": AT_ONCE}).all():
        connection.execute(
            change, [{"id": row.id, "limit": _sentence(row)} for row in rows]
        )
        last = rows[-1].id


def _sentence(row: object) -> str:
    limits = ast.literal_eval(row.within_limit)  # type: ignore[attr-defined]
    currency = row.currency  # type: ignore[attr-defined]
    values = {name: {"money": [minor, currency]} for name, minor in limits.items()}
    return json.dumps({"text": SENTENCE, "values": values}, ensure_ascii=False)


def downgrade() -> None:
    """The version before shows a limit nowhere."""
