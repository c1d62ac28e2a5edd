"""Keep each playbook that was in effect, and the one that is being changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SHOP = sa.table(
    "shop",
    sa.column("id", BigId),
    sa.column("playbook", sa.JSON),
    sa.column("created_at", UtcTime),
)
VERSION = sa.table(
    "playbook_version",
    sa.column("shop_id", BigId),
    sa.column("number", sa.Integer),
    sa.column("playbook", sa.JSON),
    sa.column("actor", sa.String),
    sa.column("origin", sa.String),
    sa.column("created_at", UtcTime),
)


def upgrade() -> None:
    op.create_table(
        "playbook_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("playbook", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_playbook_version_shop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_playbook_version"),
        sa.UniqueConstraint("shop_id", "number", name="uq_playbook_version_shop_id"),
    )
    op.create_table(
        "playbook_draft",
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("playbook", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_playbook_draft_shop_id"),
        sa.PrimaryKeyConstraint("shop_id", name="pk_playbook_draft"),
    )
    connection = op.get_bind()
    for shop_id, playbook, created_at in connection.execute(sa.select(*SHOP.c)).all():
        if playbook:
            first = {"shop_id": shop_id, "number": 1, "playbook": playbook, "created_at": created_at}
            connection.execute(VERSION.insert().values(**first, actor="makegood", origin=""))


def downgrade() -> None:
    connection = op.get_bind()
    for shop_id, playbook, _ in connection.execute(sa.select(*SHOP.c)).all():
        if playbook:
            older = SHOP.update().where(SHOP.c.id == shop_id).values(playbook=_before(playbook))
            connection.execute(older)
    op.drop_table("playbook_draft")
    op.drop_table("playbook_version")


def _before(playbook: dict[str, object]) -> dict[str, object]:
    """Without notes, names in other languages and upper limits that were said to be none."""
    rules = playbook["rules"]
    assert isinstance(rules, list)
    older = []
    for rule in rules:
        name = rule["name"]["en"] if isinstance(rule["name"], dict) else rule["name"]
        remedies = [
            {key: value for key, value in remedy.items() if key != "uncapped"}
            for remedy in rule["remedies"]
        ]
        kept = {key: value for key, value in rule.items() if key != "note"}
        older.append({**kept, "name": name, "remedies": remedies})
    return {**{key: value for key, value in playbook.items() if key != "note"}, "rules": older}
