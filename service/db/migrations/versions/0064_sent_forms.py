"""Know a form that is sent once more, so that what it makes is made once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0064"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_form",
        sa.Column("id", BigId, nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("begun_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_sent_form_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_form")),
        sa.UniqueConstraint("seller_id", "key", name="uq_sent_form_seller_id_key"),
    )
    op.create_index("ix_sent_form_begun_at", "sent_form", ["begun_at"])


def downgrade() -> None:
    op.drop_table("sent_form")
