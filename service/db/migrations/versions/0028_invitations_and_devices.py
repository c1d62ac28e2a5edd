"""Let people join by a link, and tell sign-ins apart"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("shops", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name="fk_invitation_seller_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("key_hash", name="uq_invitation_key_hash"),
    )
    op.create_index("ix_invitation_seller_id", "invitation", ["seller_id"])
    with op.batch_alter_table("sign_in") as batch:
        batch.add_column(sa.Column("device", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("sign_in") as batch:
        batch.alter_column("device", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sign_in") as batch:
        batch.drop_column("device")
    op.drop_table("invitation")
