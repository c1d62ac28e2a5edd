"""Keep with a case when its review and its rating changed last"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

COLUMNS = {"review_changed_at": "", "rating_changed_at": " AND old <> new"}


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        for name in COLUMNS:
            batch.add_column(sa.Column(name, UtcTime(), nullable=True))
    for name, which in COLUMNS.items():
        lines = f"FROM history WHERE case_id = cases.id AND what = 'review_changed'{which}"  # noqa: S608
        op.execute(f"UPDATE cases SET {name} = (SELECT max(at) {lines})")  # noqa: S608


def downgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        for name in COLUMNS:
            batch.drop_column(name)
