"""Show a name with a quote where its buyer agreed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_name",
        sa.Column("review_id", BigId, nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agreed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_voice_name_review_id")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_voice_name")),
    )


def downgrade() -> None:
    op.drop_table("voice_name")
