"""Know a form that is sent once more, and keep which buyers let a shop write to them again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("begun_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_sent_form_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("seller_id", "key", name="uq_sent_form_seller_id_key"),
    )
    op.create_index("ix_sent_form_begun_at", "sent_form", ["begun_at"])
    op.create_table(
        "allowed_again",
        sa.Column("id", BigId, nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_allowed_again_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowed_again")),
        sa.UniqueConstraint("address_hash", "shop_id", name=op.f("uq_allowed_again_address_hash")),
    )


def downgrade() -> None:
    op.drop_table("allowed_again")
    op.drop_table("sent_form")
