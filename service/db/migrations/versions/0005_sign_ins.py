"""Sessions that end on the server, links used once, tries counted for all processes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in',
    sa.Column('id', BigId, nullable=False),
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('seller_id', BigId, nullable=False),
    sa.Column('session_version', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcTime(), nullable=False),
    sa.Column('created_at', UtcTime(), nullable=False),
    sa.ForeignKeyConstraint(['seller_id'], ['seller.id'], name=op.f('fk_sign_in_seller_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_sign_in_key_hash'))
    )
    op.create_index(op.f('ix_sign_in_seller_id'), 'sign_in', ['seller_id'])
    op.create_index(op.f('ix_sign_in_expires_at'), 'sign_in', ['expires_at'])
    op.create_table('attempted',
    sa.Column('id', BigId, nullable=False),
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('at', UtcTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempted'))
    )
    op.create_index('ix_attempted_key_hash_at', 'attempted', ['key_hash', 'at'])
    op.create_index(op.f('ix_attempted_at'), 'attempted', ['at'])
    # Processes of the version before go on meanwhile: they add sellers without this column.
    op.add_column('seller', sa.Column('links_used', sa.Integer(), nullable=False, server_default='0'))


def downgrade() -> None:
    with op.batch_alter_table('seller', schema=None) as batch_op:
        batch_op.drop_column('links_used')
    op.drop_table('attempted')
    op.drop_table('sign_in')
