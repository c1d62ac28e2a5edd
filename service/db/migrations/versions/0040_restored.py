"""Remember that a shop came out of a backup"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shop", sa.Column("restored_at", UtcTime(), nullable=True))
    op.add_column("shop", sa.Column("backup_of", UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("shop") as table:
        table.drop_column("backup_of")
        table.drop_column("restored_at")
