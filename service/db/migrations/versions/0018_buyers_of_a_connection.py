"""Tell buyers of two connections of a shop apart: ids of one platform name strangers at another"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BY_ID = "WHERE buyer_key LIKE 'id:%' AND order_connection_id IS NOT NULL"
OF_CASE = (
    "UPDATE make_good SET buyer_key = (SELECT cases.buyer_key FROM cases WHERE cases.id ="
    " make_good.case_id) WHERE buyer_key LIKE 'id:%'"
)


def upgrade() -> None:
    # What platforms write for nobody is no buyer.
    op.execute("UPDATE cases SET buyer_key = '' WHERE buyer_key = 'id:0'")
    op.execute("UPDATE make_good SET buyer_key = '' WHERE buyer_key = 'id:0'")
    op.execute(
        "UPDATE cases SET buyer_key = 'id:' || CAST(order_connection_id AS TEXT) || ':' ||"
        f" substr(buyer_key, 4) {BY_ID}"
    )
    op.execute(OF_CASE)


def downgrade() -> None:
    op.execute(
        "UPDATE cases SET buyer_key = 'id:' || substr(buyer_key, 5 + length(CAST(order_connection_id"
        f" AS TEXT))) {BY_ID}"
    )
    op.execute(OF_CASE)
