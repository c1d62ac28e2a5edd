"""A review's version may be a time in milliseconds, which 32 bits do not hold"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

MOST_32 = 2**31 - 1


def upgrade() -> None:
    _to(sa.BigInteger(), sa.Integer())


def downgrade() -> None:
    # A number that no longer fits is as good as none: what is read next outranks it.
    for table in ('review', 'review_version'):
        op.execute(sa.text(f'UPDATE {table} SET sequence = NULL WHERE sequence > {MOST_32}'))
    _to(sa.Integer(), sa.BigInteger())


def _to(new: sa.types.TypeEngine[int], old: sa.types.TypeEngine[int]) -> None:
    # SQLite's integers have 64 bits anyway.
    if op.get_bind().dialect.name != 'sqlite':
        for table in ('review', 'review_version'):
            op.alter_column(
                table, 'sequence', existing_type=old, type_=new, existing_nullable=True
            )
