"""Find the case of a buyer's older review of the same product"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PRODUCT_OF_CASE = """
UPDATE cases SET product_key = coalesce(
  (SELECT CAST(review.connection_id AS TEXT) || ':' || review.product_id FROM review
   WHERE review.id = cases.review_id AND review.product_id <> ''), '')
"""


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("product_key", sa.String(), nullable=False, server_default=""))
        batch.add_column(
            sa.Column("older_review_ids", sa.JSON(), nullable=False, server_default="[]")
        )
    op.execute(PRODUCT_OF_CASE)
    op.create_index("ix_cases_product", "cases", ["product_key"])


def downgrade() -> None:
    op.drop_index("ix_cases_product", "cases")
    with op.batch_alter_table("cases") as batch:
        for name in ("older_review_ids", "product_key"):
            batch.drop_column(name)
