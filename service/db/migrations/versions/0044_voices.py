"""Keep which reviews a shop shows on its own site, and at which address"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shop") as batch:
        batch.add_column(sa.Column("voices", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("voices_slug", sa.String(), nullable=True))
        batch.create_unique_constraint("uq_shop_voices_slug", ["voices_slug"])
    with op.batch_alter_table("shop") as batch:
        batch.alter_column("voices", server_default=None)
    with op.batch_alter_table("review") as batch:
        batch.add_column(sa.Column("voice_version_id", BigId, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review") as batch:
        batch.drop_column("voice_version_id")
    with op.batch_alter_table("shop") as batch:
        batch.drop_constraint("uq_shop_voices_slug", type_="unique")
        batch.drop_column("voices_slug")
        batch.drop_column("voices")
