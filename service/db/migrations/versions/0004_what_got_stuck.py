"""Find make-goods and messages that wait for a person without looking through all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

STUCK = sa.text("state = 'needs_attention'")


def upgrade() -> None:
    for table in ('make_good', 'follow_up'):
        op.create_index(
            f'ix_{table}_stuck', table, ['case_id'], sqlite_where=STUCK, postgresql_where=STUCK
        )


def downgrade() -> None:
    for table in ('make_good', 'follow_up'):
        op.drop_index(f'ix_{table}_stuck', table)
