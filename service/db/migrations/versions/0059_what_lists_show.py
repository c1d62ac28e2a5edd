"""Keep by when a case was promised to be looked at, and what was paid for its order"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

PAID = {
    "sqlite": ("json_extract(order_seen, '$.paid')", "json_extract(order_seen, '$.currency')"),
    "postgresql": ("(order_seen ->> 'paid')::bigint", "order_seen ->> 'currency'"),
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("look_by", UtcTime(), nullable=True))
    op.add_column("cases", sa.Column("paid_minor", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("cases") as batch:
        batch.add_column(
            sa.Column("paid_currency", sa.String(), nullable=False, server_default="")
        )
    paid, currency = PAID[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE cases SET paid_minor = {paid}, paid_currency = {currency}"  # noqa: S608
        f" WHERE {currency} IS NOT NULL"
    )
    op.create_index("ix_cases_paid", "cases", ["paid_currency", "paid_minor", "id"])


def downgrade() -> None:
    op.drop_index("ix_cases_paid", table_name="cases")
    with op.batch_alter_table("cases") as batch:
        for column in ("paid_currency", "paid_minor", "look_by"):
            batch.drop_column(column)
