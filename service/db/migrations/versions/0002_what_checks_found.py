"""What the daily check of a connection found, and when its reviews were first read through"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.add_column(sa.Column('check_note', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('read_through_at', UtcTime(), nullable=True))
    # Where polling has begun, the first pass is long over.
    op.execute("UPDATE connection SET read_through_at = created_at WHERE poll_cursor <> ''")


def downgrade() -> None:
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.drop_column('read_through_at')
        batch_op.drop_column('check_note')
