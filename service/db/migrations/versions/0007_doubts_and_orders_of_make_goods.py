"""Keep what speaks against an order, and which order a make-good is about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TASKS = sa.text("task <> ''")
DOUBTFUL = sa.text("doubt <> ''")
ORDER_OF_CASE = """
UPDATE make_good SET order_id =
  coalesce((SELECT order_id FROM cases WHERE cases.id = make_good.case_id), '')
"""
CONNECTION_OF_ORDER = """
UPDATE cases SET order_connection_id = coalesce(
  (SELECT min(connection_id) FROM make_good WHERE make_good.case_id = cases.id),
  (SELECT min(connection.id) FROM connection WHERE connection.shop_id = cases.shop_id
   AND CAST(connection.roles AS TEXT) LIKE '%orders%'))
WHERE order_id <> ''
"""
"""Until now all orders of a shop were those of its first connection with orders."""


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("doubt", sa.String(), nullable=False, server_default=""))
        batch.add_column(
            sa.Column("grave", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("order_connection_id", BigId, nullable=True))
        batch.create_foreign_key(
            op.f("fk_cases_order_connection_id"),
            "connection",
            ["order_connection_id"],
            ["id"],
        )
    with op.batch_alter_table("make_good") as batch:
        batch.add_column(sa.Column("order_id", sa.String(), nullable=False, server_default=""))
    op.execute(ORDER_OF_CASE)
    op.execute(CONNECTION_OF_ORDER)
    op.create_index("ix_make_good_order", "make_good", ["connection_id", "order_id"])
    op.create_index(
        "ix_make_good_tasks", "make_good", ["case_id"], sqlite_where=TASKS, postgresql_where=TASKS
    )
    op.create_index(
        "ix_cases_doubtful", "cases", ["id"], sqlite_where=DOUBTFUL, postgresql_where=DOUBTFUL
    )


def downgrade() -> None:
    op.drop_index("ix_cases_doubtful", "cases")
    op.drop_index("ix_make_good_tasks", "make_good")
    op.drop_index("ix_make_good_order", "make_good")
    with op.batch_alter_table("make_good") as batch:
        batch.drop_column("order_id")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint(op.f("fk_cases_order_connection_id"), type_="foreignkey")
        for name in ("order_connection_id", "grave", "doubt"):
            batch.drop_column(name)
