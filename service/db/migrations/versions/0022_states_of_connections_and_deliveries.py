"""Give connections and deliveries checked states, and tasks of their own"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CONNECTION_STATES = ("working", "faulty", "away", "paused", "disconnected")
DELIVERY_STATES = ("waiting", "read", "uninteresting", "needs_attention", "set_aside")
OUTBOX_KINDS = (
    "read_delivery",
    "find_order",
    "make_good",
    "send_message",
    "end_case",
    "look",
    "poll",
    "check",
)
TASK_KINDS = (
    "take_up",
    "not_solved",
    "find_out",
    "refused",
    "carry_out",
    "finish",
    "message",
    "choose_order",
    "confirm",
    "decide",
    "read_draft",
)
NEW_KINDS = ("mend_connection", "look_at_delivery")
STATE = """
UPDATE connection SET
  state = CASE WHEN CAST(roles AS TEXT) = '[]' THEN 'disconnected'
               WHEN paused_reason <> '' THEN 'paused'
               WHEN EXISTS (SELECT 1 FROM lane WHERE connection_id = connection.id AND away)
                    THEN 'away'
               WHEN COALESCE(check_note, '') <> '' THEN 'faulty' ELSE 'working' END,
  state_since = COALESCE(paused_at, resumed_at, created_at),
  problem = CASE WHEN paused_reason <> '' THEN paused_reason ELSE COALESCE(check_note, '') END
"""
TASKS = (
    "INSERT INTO task (kind, state, urgency, shop_id, connection_id, subject_id, text, currency,"
    " opened_at, ended_by) "
)
OF_CONNECTIONS = f"""{TASKS}
SELECT 'mend_connection', 'open', 2, shop_id, id, id, problem, '', state_since, ''
FROM connection WHERE state IN ('paused', 'faulty')
"""
OF_DELIVERIES = f"""{TASKS}
SELECT 'look_at_delivery', 'open', 6, connection.shop_id, connection.id, delivery.id, delivery.note,
  '', received_at, ''
FROM delivery JOIN connection ON connection.id = delivery.connection_id
WHERE delivery.state = 'needs_attention'
"""
BEFORE = """
UPDATE connection SET
  paused_reason = CASE WHEN state = 'paused' THEN problem ELSE '' END,
  paused_at = CASE WHEN state = 'paused' THEN state_since END,
  check_note = CASE WHEN state IN ('faulty', 'away') THEN problem ELSE NULL END
"""
LANES_BEFORE = """
UPDATE lane SET
  paused = outward AND EXISTS (SELECT 1 FROM connection
                               WHERE id = lane.connection_id AND state = 'paused'),
  away = outward AND EXISTS (SELECT 1 FROM connection
                             WHERE id = lane.connection_id AND state = 'away')
"""


def upgrade() -> None:
    with op.batch_alter_table("connection") as batch:
        batch.add_column(
            sa.Column("state", sa.String(32), nullable=False, server_default="working")
        )
        batch.add_column(sa.Column("state_since", UtcTime(), nullable=True))
        batch.add_column(sa.Column("problem", sa.String(), nullable=False, server_default=""))
    op.execute(STATE)
    with op.batch_alter_table("connection") as batch:
        batch.alter_column("state_since", nullable=False)
        batch.alter_column("state", server_default=None)
        batch.alter_column("problem", server_default=None)
        for name in ("check_note", "paused_reason", "paused_at", "resumed_at", "resumed_after"):
            batch.drop_column(name)
    _check("connection", "state", "connection_state", *CONNECTION_STATES)
    with op.batch_alter_table("lane") as batch:
        batch.drop_column("paused")
        batch.drop_column("away")
        batch.alter_column("paused_until", new_column_name="quiet_until")
    _check("delivery", "state", "delivery_state", *DELIVERY_STATES)
    _check("outbox", "kind", "kind", *OUTBOX_KINDS)
    with op.batch_alter_table("task") as batch:
        batch.add_column(sa.Column("connection_id", BigId, nullable=True))
        batch.create_foreign_key(
            op.f("fk_task_connection_id"), "connection", ["connection_id"], ["id"]
        )
        batch.alter_column("case_id", existing_type=BigId, nullable=True)
    _kinds_of_tasks(*TASK_KINDS, *NEW_KINDS)
    op.create_index("ix_task_connection_id", "task", ["connection_id"])
    op.execute(OF_CONNECTIONS)
    op.execute(OF_DELIVERIES)


def downgrade() -> None:
    op.drop_index("ix_task_connection_id", "task")
    op.execute("DELETE FROM task WHERE case_id IS NULL")
    _kinds_of_tasks(*TASK_KINDS)
    with op.batch_alter_table("task") as batch:
        batch.drop_constraint(op.f("fk_task_connection_id"), type_="foreignkey")
        batch.drop_column("connection_id")
        batch.alter_column("case_id", existing_type=BigId, nullable=False)
    _uncheck("outbox", "kind", "kind")
    _uncheck("delivery", "state", "delivery_state")
    with op.batch_alter_table("lane") as batch:
        batch.add_column(sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("away", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.alter_column("quiet_until", new_column_name="paused_until")
    op.execute(LANES_BEFORE)
    with op.batch_alter_table("connection") as batch:
        batch.add_column(sa.Column("check_note", sa.String(), nullable=True))
        for name in ("paused_reason", "resumed_after"):
            batch.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        for name in ("paused_at", "resumed_at"):
            batch.add_column(sa.Column(name, UtcTime(), nullable=True))
    op.execute(BEFORE)
    with op.batch_alter_table("connection") as batch:
        batch.drop_constraint("connection_state", type_="check")
        for name in ("state", "state_since", "problem"):
            batch.drop_column(name)


def _check(table: str, column: str, name: str, *values: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column, existing_type=sa.String(), type_=sa.String(32), nullable=False)
        batch.create_check_constraint(name, _one_of(column, values))


def _uncheck(table: str, column: str, name: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.alter_column(column, existing_type=sa.String(32), type_=sa.String(), nullable=False)


def _kinds_of_tasks(*kinds: str) -> None:
    with op.batch_alter_table("task") as batch:
        batch.drop_constraint("task_kind", type_="check")
        batch.create_check_constraint("task_kind", _one_of("kind", kinds))


def _one_of(column: str, values: Sequence[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
