"""Keep the cause read from a review, and what sellers correct"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("cause_read", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(
            sa.Column("cause_corrected", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "cause_label",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("review_version_id", BigId, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("read", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_cause_label_case_id")),
        sa.ForeignKeyConstraint(
            ["review_version_id"],
            ["review_version.id"],
            name=op.f("fk_cause_label_review_version_id"),
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_cause_label_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cause_label")),
    )
    op.create_index("ix_cause_label_case_id", "cause_label", ["case_id"])


def downgrade() -> None:
    op.drop_table("cause_label")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("cause_corrected")
        batch.drop_column("cause_read")
