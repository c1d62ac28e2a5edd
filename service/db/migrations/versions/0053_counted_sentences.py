"""Keep the form for one of sentences that count"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

COUNTED = {
    "history": ("%(count)s orders", "%(count)s order"),
    "audit": ("%(cases)s cases in all shops", "%(cases)s case in all shops"),
}
"""The sentences that were kept without it, by their table."""


def upgrade() -> None:
    for table, (many, one) in COUNTED.items():
        _replace(table, _start(many), _start(many, one))


def downgrade() -> None:
    for table, (many, one) in COUNTED.items():
        _replace(table, _start(many, one), _start(many))


def _start(many: str, one: str = "") -> str:
    """How such a sentence begins as it is kept (service.db.types.TextColumn)."""
    kept = {"text": many, "one": one} if one else {"text": many}
    return json.dumps(kept).removesuffix("}") + ', "values"'


def _replace(table: str, old: str, new: str) -> None:
    rows = sa.table(table, sa.column("detail", sa.String))
    begins = rows.c.detail.startswith(old, autoescape=True)
    op.execute(rows.update().where(begins).values(detail=sa.func.replace(rows.c.detail, old, new)))
