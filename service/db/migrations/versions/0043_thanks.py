"""Keep how buyers are thanked, and what they like"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only
from service.db.types import BigId, UtcTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STEPS = (
    "receipt",
    "offer",
    "offer_reminder",
    "confirmation",
    "resolution_check",
    "resolution_reminder",
    "update_invitation",
)
GESTURES = ("card", "early_access", "voucher")
PROFILES = ("red", "yellow", "green", "purple")
OF_THANKS = "(SELECT id FROM message WHERE step = 'thanks')"
BACK = (
    f"DELETE FROM message_attempt WHERE message_id IN {OF_THANKS}",
    f"DELETE FROM outbox WHERE kind = 'send_message' AND ref_id IN {OF_THANKS}",
    f"UPDATE message SET answers_id = NULL WHERE answers_id IN {OF_THANKS}",
    f"DELETE FROM call WHERE message_id IN {OF_THANKS}",
    "DELETE FROM message WHERE step = 'thanks'",
)


def upgrade() -> None:
    allow_only("message", "step", "step", *STEPS, "thanks")
    with op.batch_alter_table("shop") as batch:
        batch.add_column(sa.Column("thanks", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("shop") as batch:
        batch.alter_column("thanks", server_default=None)
    with op.batch_alter_table("make_good") as batch:
        batch.add_column(
            sa.Column("is_thanks", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("make_good") as batch:
        batch.alter_column("is_thanks", server_default=None)
    _add_tables()


def _add_tables() -> None:
    profile = sa.Enum(
        *PROFILES, name="profile", native_enum=False, length=32, create_constraint=True
    )
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("profile", profile, nullable=True))
    gesture = sa.Enum(
        *GESTURES, name="gesture", native_enum=False, length=32, create_constraint=True
    )
    op.create_table(
        "thanks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("buyer_key", sa.String(), nullable=False),
        sa.Column("gesture", gesture, nullable=False),
        sa.Column("make_good_id", BigId, nullable=True),
        sa.Column("message_id", BigId, nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("given_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_thanks_case_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_thanks_shop_id")),
        sa.ForeignKeyConstraint(
            ["make_good_id"], ["make_good.id"], name=op.f("fk_thanks_make_good_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_thanks_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
    )
    op.create_index(op.f("ix_thanks_case_id"), "thanks", ["case_id"])
    op.create_index("ix_thanks_shop_buyer", "thanks", ["shop_id", "buyer_key"])


def downgrade() -> None:
    op.drop_table("thanks")
    for statement in BACK:
        op.execute(statement)
    allow_only("message", "step", "step", *STEPS)
    for table, column in (("cases", "profile"), ("make_good", "is_thanks"), ("shop", "thanks")):
        with op.batch_alter_table(table) as batch:
            if table == "cases":
                batch.drop_constraint("profile", type_="check")
            batch.drop_column(column)
