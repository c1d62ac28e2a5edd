"""Keep second factors and their recovery codes, and which shops want one of their owners"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_second_factor_seller_id")
        ),
        sa.PrimaryKeyConstraint("seller_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["seller.id"], name=op.f("fk_recovery_code_seller_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_seller_id"), "recovery_code", ["seller_id"])
    op.add_column(
        "shop",
        sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    with op.batch_alter_table("shop") as batch:
        batch.drop_column("second_factor")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
