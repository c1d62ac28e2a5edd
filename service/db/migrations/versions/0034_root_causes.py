"""Keep where complaints come from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ROOT_CAUSES = (
    "supplier",
    "picking",
    "packing",
    "courier",
    "listing",
    "staff",
    "platform",
    "buyer",
    "other",
)
LISTED = ", ".join(f"'{name}'" for name in ROOT_CAUSES)


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("root_cause", sa.String(32), nullable=True))
        batch.create_check_constraint("root_cause", f"root_cause IN ({LISTED})")


def downgrade() -> None:
    op.execute("UPDATE cases SET close_reason = '' WHERE closed_at IS NULL")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint("root_cause", type_="check")
        batch.drop_column("root_cause")
