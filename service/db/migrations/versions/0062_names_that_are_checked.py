"""Check why cases were closed and what entries of the do-not-contact list name, and call what is known
of a hand-over its outcome

What none of the names says was written by nobody: it becomes none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

NAMES = (
    # table, column, its check, what it may hold
    (
        "cases",
        "close_reason",
        "close_reason",
        ("recovered", "withdrawn", "finished", "declined", "by_seller"),
    ),
    ("do_not_contact", "kind", "mark_kind", ("email", "telephone", "buyer")),
)
OUTCOMES = "'sending', 'sent', 'not_sent', 'refused', 'unknown', 'bounced'"


def upgrade() -> None:
    for table, column, check, names in NAMES:
        allowed = f"{column} IN ({', '.join(repr(name) for name in names)})"
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=sa.String(), nullable=True, server_default=None
            )
        op.execute(f"UPDATE {table} SET {column} = NULL WHERE NOT {allowed}")  # noqa: S608
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.String(), type_=sa.String(32))
            batch.create_check_constraint(check, allowed)
    _rename("attempt_state", "state", "hand_over_outcome", "outcome")


def downgrade() -> None:
    _rename("hand_over_outcome", "outcome", "attempt_state", "state")
    for table, column, check, _names in NAMES:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(check, type_="check")
        op.execute(f"UPDATE {table} SET {column} = '' WHERE {column} IS NULL")  # noqa: S608
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=sa.String(32), type_=sa.String(), nullable=False
            )


def _rename(old_check: str, old: str, new_check: str, new: str) -> None:
    """Call the column of hand-overs, and its check, otherwise."""
    with op.batch_alter_table("message_attempt") as batch:
        batch.drop_constraint(old_check, type_="check")
        batch.alter_column(old, new_column_name=new, existing_type=sa.String(32))
    with op.batch_alter_table("message_attempt") as batch:
        batch.create_check_constraint(new_check, f"{new} IN ({OUTCOMES})")
