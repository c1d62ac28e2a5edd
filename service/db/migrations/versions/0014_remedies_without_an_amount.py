"""Keep remedies that have no amount"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("make_good") as batch:
        batch.alter_column("amount_minor", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    op.execute("UPDATE make_good SET amount_minor = 0 WHERE amount_minor IS NULL")
    with op.batch_alter_table("make_good") as batch:
        batch.alter_column("amount_minor", existing_type=sa.BigInteger(), nullable=False)
