"""What is periodic, and which cases were emptied"""

from __future__ import annotations


import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('periodic',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('due_at', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_periodic'))
    )
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('erased_at', UtcTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('erased_at')
    op.drop_table('periodic')
