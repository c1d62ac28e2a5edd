"""Let a person post a public reply by hand, and let shops that answer reviews play that role"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

STATES = ("draft", "unknown", "posted", "refused")
TAKING = ("woocommerce", "standard")


def upgrade() -> None:
    _states(*STATES, "by_hand")
    _roles(add=True)


def downgrade() -> None:
    op.execute("UPDATE reply SET state = 'draft' WHERE state = 'by_hand'")
    _states(*STATES)
    _roles(add=False)


def _states(*values: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table("reply") as batch:
        batch.drop_constraint("reply_state", type_="check")
        batch.create_check_constraint("reply_state", f"state IN ({listed})")


def _roles(*, add: bool) -> None:
    """Whoever brings reviews from such a shop may answer them there."""
    rows = sa.table("connection", sa.column("id"), sa.column("adapter"), sa.column("roles"))
    bind = op.get_bind()
    stored = bind.execute(sa.select(rows).where(rows.c.adapter.in_(TAKING))).all()
    for connection_id, _, kept in stored:
        roles = json.loads(kept) if isinstance(kept, str) else list(kept)
        others = [role for role in roles if role != "replies"]
        changed = [*others, "replies"] if add and "reviews" in roles else others
        if changed != roles:
            bind.execute(
                sa.text("UPDATE connection SET roles = :roles WHERE id = :id"),
                {"roles": json.dumps(changed), "id": connection_id},
            )
