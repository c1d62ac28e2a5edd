"""Keep tokens that end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("access_until", UtcTime(), nullable=False),
        sa.Column("refresh_until", UtcTime(), nullable=True),
        sa.Column("granted_until", UtcTime(), nullable=True),
        sa.Column("renewing_since", UtcTime(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_credential_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_credential")),
    )


def downgrade() -> None:
    op.drop_table("credential")
