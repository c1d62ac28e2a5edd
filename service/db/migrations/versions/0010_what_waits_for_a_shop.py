"""Find work that waits for a shop; say when a connection went on by itself; check beside the lane"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

PUT_OFF = sa.text('done_at IS NULL AND tries > 0')


def upgrade() -> None:
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.add_column(sa.Column('resumed_at', UtcTime(), nullable=True))
        batch_op.add_column(
            sa.Column('resumed_after', sa.String(), server_default='', nullable=False)
        )
    with op.batch_alter_table('lane', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('away', sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.create_index(
        'ix_outbox_put_off', 'outbox', ['lane_id'], sqlite_where=PUT_OFF, postgresql_where=PUT_OFF
    )
    _move_checks(outward=False)


def downgrade() -> None:
    _move_checks(outward=True)
    op.drop_index('ix_outbox_put_off', 'outbox')
    with op.batch_alter_table('lane', schema=None) as batch_op:
        batch_op.drop_column('away')
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.drop_column('resumed_after')
        batch_op.drop_column('resumed_at')


def _move_checks(*, outward: bool) -> None:
    """A check in the lane that it is to let go on would wait there with the rest."""
    op.execute(
        sa.text(
            'UPDATE outbox SET lane_id = (SELECT lane.id FROM lane'
            ' WHERE lane.connection_id = outbox.ref_id AND lane.outward = :outward)'
            " WHERE kind = 'check'"
        ).bindparams(outward=outward)
    )
