"""Let somebody look after a case"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

IS_ASSIGNED = sa.text("assignee_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("assignee_id", BigId, nullable=True))
        batch.create_foreign_key("fk_cases_assignee_id", "seller", ["assignee_id"], ["id"])
    op.create_index(
        "ix_cases_assignee_id",
        "cases",
        ["assignee_id", "id"],
        sqlite_where=IS_ASSIGNED,
        postgresql_where=IS_ASSIGNED,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_assignee_id", "cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint("fk_cases_assignee_id", type_="foreignkey")
        batch.drop_column("assignee_id")
