"""Keep the order of channels, what was passed, what was delivered, and numbers that want no messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("shop") as batch:
        batch.add_column(sa.Column("ladders", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("message_attempt") as batch:
        batch.add_column(sa.Column("passed", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("delivered_at", UtcTime(), nullable=True))
        batch.add_column(sa.Column("read_at", UtcTime(), nullable=True))
        batch.create_index(op.f("ix_message_attempt_vendor_id"), ["vendor_id"])
    with op.batch_alter_table("do_not_contact") as batch:
        batch.add_column(sa.Column("kind", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("hint", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("listed_by", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("shop_id", BigId, nullable=True))
        batch.create_foreign_key(op.f("fk_do_not_contact_shop_id"), "shop", ["shop_id"], ["id"])
        batch.create_index(op.f("ix_do_not_contact_shop_id"), ["shop_id"])


def downgrade() -> None:
    with op.batch_alter_table("do_not_contact") as batch:
        batch.drop_index(op.f("ix_do_not_contact_shop_id"))
        batch.drop_constraint(op.f("fk_do_not_contact_shop_id"), type_="foreignkey")
        for column in ("shop_id", "listed_by", "hint", "kind"):
            batch.drop_column(column)
    with op.batch_alter_table("message_attempt") as batch:
        batch.drop_index(op.f("ix_message_attempt_vendor_id"))
        for column in ("read_at", "delivered_at", "passed"):
            batch.drop_column(column)
    with op.batch_alter_table("shop") as batch:
        batch.drop_column("ladders")
