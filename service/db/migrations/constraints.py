"""What several schema changes do to the checks of a table."""

from __future__ import annotations

from alembic import op


def allow_only(table: str, name: str, column: str, *values: str) -> None:
    """Let a column hold these values and no others: its check of this name is put anew."""
    listed = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({listed})")
