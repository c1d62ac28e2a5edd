"""Find the cases of a period"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_shop_opened", "cases", ["shop_id", "opened_at"])


def downgrade() -> None:
    op.drop_index("ix_cases_shop_opened", "cases")
