"""Let sellers belong to shops, each with a role and limits of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROLES = ("owner", "agent", "viewer")
SHOP = sa.table(
    "shop", sa.column("id"), sa.column("agent_limits", sa.JSON), sa.column("created_at")
)
SELLER = sa.table("seller", sa.column("id"), sa.column("role"))
MEMBERSHIP = sa.table(
    "membership",
    sa.column("shop_id"),
    sa.column("seller_id"),
    sa.column("role"),
    sa.column("limits", sa.JSON),
    sa.column("created_at"),
)


def upgrade() -> None:
    op.create_table(
        "membership",
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("seller_id", BigId, nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="seller_role", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_membership_shop_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name=op.f("fk_membership_seller_id")),
        sa.PrimaryKeyConstraint("shop_id", "seller_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_seller_id", "membership", ["seller_id"])
    _everybody_in_every_shop()
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("seller_id", BigId, nullable=True))
        batch.create_foreign_key(op.f("fk_decision_seller_id"), "seller", ["seller_id"], ["id"])
    op.execute(
        "UPDATE decision SET seller_id = CAST(substr(actor, 8) AS INTEGER) WHERE actor LIKE 'seller:%'"
    )
    op.create_index("ix_decision_seller", "decision", ["seller_id", "decided_at"])
    with op.batch_alter_table("shop") as batch:
        batch.drop_column("agent_limits")
    with op.batch_alter_table("seller") as batch:
        batch.drop_column("role")


def _everybody_in_every_shop() -> None:
    """Who signed in saw all shops, agents with the limits of the shop."""
    connection = op.get_bind()
    sellers = connection.execute(sa.select(SELLER.c.id, SELLER.c.role)).all()
    rows = []
    for shop in connection.execute(sa.select(SHOP)).all():
        limits = {
            currency: {"each": minor, "week": None} for currency, minor in shop.agent_limits.items()
        }
        rows += [
            {
                "shop_id": shop.id,
                "seller_id": seller_id,
                "role": role,
                "limits": limits if role == "agent" else {},
                "created_at": shop.created_at,
            }
            for seller_id, role in sellers
        ]
    if rows:
        connection.execute(MEMBERSHIP.insert(), rows)


def downgrade() -> None:
    with op.batch_alter_table("seller") as batch:
        batch.add_column(sa.Column("role", sa.String(), nullable=False, server_default="viewer"))
    with op.batch_alter_table("shop") as batch:
        batch.add_column(sa.Column("agent_limits", sa.JSON(), nullable=False, server_default="{}"))
    for role in reversed(ROLES):
        op.execute(
            f"UPDATE seller SET role = '{role}' WHERE id IN"
            f" (SELECT seller_id FROM membership WHERE role = '{role}')"
        )
    op.execute("UPDATE seller SET role = 'owner' WHERE NOT EXISTS (SELECT 1 FROM shop)")
    _least_limits()
    with op.batch_alter_table("seller") as batch:
        batch.alter_column("role", server_default=None)
    with op.batch_alter_table("shop") as batch:
        batch.alter_column("agent_limits", server_default=None)
    op.drop_index("ix_decision_seller", "decision")
    with op.batch_alter_table("decision") as batch:
        batch.drop_constraint(op.f("fk_decision_seller_id"), type_="foreignkey")
        batch.drop_column("seller_id")
    op.drop_table("membership")


def _least_limits() -> None:
    """One limit for all agents of a shop again: the smallest of theirs, in currencies all have."""
    connection = op.get_bind()
    agents = sa.select(MEMBERSHIP.c.shop_id, MEMBERSHIP.c.limits).where(
        MEMBERSHIP.c.role == "agent"
    )
    by_shop: dict[int, list[dict[str, dict[str, int]]]] = {}
    for shop_id, limits in connection.execute(agents):
        by_shop.setdefault(shop_id, []).append(limits)
    for shop_id, all_limits in by_shop.items():
        shared = set.intersection(*(set(limits) for limits in all_limits))
        least = {code: min(limits[code]["each"] for limits in all_limits) for code in shared}
        connection.execute(SHOP.update().where(SHOP.c.id == shop_id).values(agent_limits=least))
