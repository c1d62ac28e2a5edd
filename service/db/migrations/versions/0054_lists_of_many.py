"""Serve lists and counts of very many cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.drop_index("ix_cases_state_opened", "cases")
    op.create_index("ix_cases_state_id", "cases", ["state", "id"])
    op.create_index("ix_cases_shop_id", "cases", ["shop_id", "id"])
    op.create_index(
        "ix_task_open_shop",
        "task",
        ["shop_id", "urgency"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    op.drop_index("ix_task_open_shop", "task")
    op.drop_index("ix_cases_shop_id", "cases")
    op.drop_index("ix_cases_state_id", "cases")
    op.create_index("ix_cases_state_opened", "cases", ["state", "opened_at"])
