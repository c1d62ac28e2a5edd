"""Give make-goods states of their own, checked by the database"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from service.db.types import UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STUCK = sa.text("state = 'needs_attention'")
MADE_IN_PART = "UPDATE make_good SET state = 'to_finish' WHERE state = 'done' AND task <> ''"
SPLIT = """
UPDATE make_good SET state = CASE
    WHEN EXISTS (SELECT 1 FROM attempt WHERE make_good_id = make_good.id
                 AND outcome IN ('open', 'unknown', 'seen')) THEN 'unknown'
    WHEN EXISTS (SELECT 1 FROM attempt WHERE make_good_id = make_good.id) THEN 'refused'
    WHEN task LIKE '%mark it as done here%' OR task = '' THEN 'by_hand'
    ELSE 'refused' END
WHERE state = 'needs_attention'
"""
"""Nothing was tried of what is done by hand, nor of what was refused because too little was left."""
NO_NOTE = "UPDATE make_good SET task = '' WHERE state IN ('by_hand', 'approved', 'done', 'cancelled')"
"""What to do by hand is worked out from the remedy now."""
CARRIED_OUT = "UPDATE cases SET state = 'approved' WHERE state = 'made_good'"
DECIDED = """
UPDATE cases SET state = CASE
    WHEN EXISTS (SELECT 1 FROM make_good WHERE case_id = cases.id
                 AND state IN ('approved', 'unknown', 'by_hand', 'to_finish')) THEN 'approved'
    ELSE 'awaiting_approval' END
WHERE state = 'needs_attention'
"""
BY_HAND_LAST = "UPDATE task SET urgency = 5 WHERE kind IN ('carry_out', 'finish')"

STUCK_AGAIN = """
UPDATE cases SET state = 'needs_attention'
WHERE state IN ('approved', 'awaiting_approval') AND EXISTS (
  SELECT 1 FROM make_good WHERE case_id = cases.id AND state IN ('unknown', 'refused', 'by_hand'))
"""
LEFT_AGAIN = """
UPDATE cases SET state = 'made_good'
WHERE state = 'approved' AND EXISTS (
  SELECT 1 FROM make_good WHERE case_id = cases.id AND state = 'to_finish')
"""
TEXT_AGAIN = """
UPDATE make_good SET task = coalesce((SELECT max(text) FROM task
  WHERE task.subject_id = make_good.id AND task.state = 'open'
  AND task.kind IN ('find_out', 'refused', 'carry_out', 'finish')), task)
"""
JOINED = """
UPDATE make_good SET state = CASE
    WHEN state IN ('unknown', 'refused', 'by_hand') THEN 'needs_attention'
    WHEN state = 'to_finish' THEN 'done'
    ELSE 'approved' END
WHERE state NOT IN ('approved', 'done', 'cancelled')
"""
SEEN = "UPDATE attempt SET outcome = 'seen' WHERE outcome = 'taken_up'"
STUCK_FIRST = "UPDATE task SET urgency = 2 WHERE kind IN ('carry_out', 'finish')"

STATES = {
    ("make_good", "state"): sa.Enum(
        "approved",
        "in_progress",
        "waiting_for_buyer",
        "by_hand",
        "unknown",
        "refused",
        "to_finish",
        "done",
        "cancelled",
        name="make_good_state",
        native_enum=False,
        length=32,
        create_constraint=True,
    ),
    ("attempt", "outcome"): sa.Enum(
        "open",
        "done",
        "found",
        "not_done",
        "unknown",
        "seen",
        "taken_up",
        "refused",
        name="attempt_outcome",
        native_enum=False,
        length=32,
        create_constraint=True,
    ),
    ("decision", "kind"): sa.Enum(
        "approve",
        "decline",
        name="decision_kind",
        native_enum=False,
        length=32,
        create_constraint=True,
    ),
    ("cases", "state"): sa.Enum(
        "opened",
        "awaiting_order",
        "awaiting_approval",
        "approved",
        "following_up",
        "declined",
        "closed",
        name="case_state",
        native_enum=False,
        length=32,
        create_constraint=True,
    ),
}


def upgrade() -> None:
    for statement in (MADE_IN_PART, SPLIT, NO_NOTE, CARRIED_OUT, DECIDED, BY_HAND_LAST):
        op.execute(statement)
    _keep_only_why()
    op.drop_index("ix_make_good_stuck", "make_good")
    with op.batch_alter_table("make_good") as batch:
        batch.alter_column("task", new_column_name="note")
        batch.add_column(sa.Column("waits_until", UtcTime(), nullable=True))
        batch.add_column(sa.Column("progress", sa.JSON(), nullable=False, server_default="{}"))
    for (table, column), states in STATES.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=sa.String(), existing_nullable=False, type_=states
            )


def _keep_only_why() -> None:
    """Of “it is not known whether … (why)” only the reason stays, which the sentence is made from."""
    connection = op.get_bind()
    unknown = sa.text("SELECT id, task FROM make_good WHERE state = 'unknown' AND task <> ''")
    keep = sa.text("UPDATE make_good SET task = :why WHERE id = :id")
    for row in connection.execute(unknown).all():
        connection.execute(keep, {"id": row.id, "why": _why(row.task)})


def _why(task: str) -> str:
    try:
        said: Any = json.loads(task)
    except ValueError:
        return task
    why = said.get("values", {}).get("why") if isinstance(said, dict) else None
    return task if why is None else json.dumps(why, ensure_ascii=False)


def downgrade() -> None:
    for (table, column), states in STATES.items():
        with op.batch_alter_table(table) as batch:
            batch.alter_column(
                column, existing_type=states, existing_nullable=False, type_=sa.String()
            )
    with op.batch_alter_table("make_good") as batch:
        batch.drop_column("progress")
        batch.drop_column("waits_until")
        batch.alter_column("note", new_column_name="task")
    for statement in (STUCK_AGAIN, LEFT_AGAIN, TEXT_AGAIN, JOINED, SEEN, STUCK_FIRST):
        op.execute(statement)
    op.create_index(
        "ix_make_good_stuck", "make_good", ["case_id"], sqlite_where=STUCK, postgresql_where=STUCK
    )
