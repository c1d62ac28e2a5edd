"""Let buyers say that it is solved in part, be asked once more, and owners decide what is not"""

from __future__ import annotations

from alembic import op

from service.db.migrations.constraints import allow_only

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STEPS = (
    "receipt",
    "offer",
    "offer_reminder",
    "confirmation",
    "resolution_check",
    "update_invitation",
)
ANSWERS = ("solved", "not_solved")
KINDS = (
    "take_up",
    "not_solved",
    "find_out",
    "refused",
    "carry_out",
    "finish",
    "message",
    "read_answer",
    "read_draft",
    "post_reply",
    "choose_order",
    "confirm",
    "decide",
    "mend_connection",
    "look_at_delivery",
)
WIDENED = (
    # table, column, name of the check, values of before, new ones
    ("message", "step", "step", STEPS, ("resolution_reminder",)),
    ("message", "answer", "answer", ANSWERS, ("partly",)),
    ("task", "kind", "task_kind", KINDS, ("owner_decides",)),
)
ACTED_ON = """
UPDATE message SET handled_at =
  (SELECT MIN(decision.decided_at) FROM decision
   WHERE decision.case_id = message.case_id AND decision.decided_at > message.sent_at)
WHERE answer IS NOT NULL
"""
BACK = (
    "UPDATE message SET handled_at = NULL WHERE answer IS NOT NULL",
    "UPDATE message SET answer = 'not_solved' WHERE answer = 'partly'",
    "DELETE FROM message_attempt WHERE message_id IN"
    " (SELECT id FROM message WHERE step = 'resolution_reminder')",
    "DELETE FROM outbox WHERE kind = 'send_message' AND ref_id IN"
    " (SELECT id FROM message WHERE step = 'resolution_reminder')",
    "UPDATE message SET answers_id = NULL WHERE answers_id IN"
    " (SELECT id FROM message WHERE step = 'resolution_reminder')",
    "DELETE FROM message WHERE step = 'resolution_reminder'",
    "UPDATE task SET kind = 'not_solved', urgency = 1 WHERE kind = 'owner_decides'",
)


def upgrade() -> None:
    for table, column, name, before, more in WIDENED:
        allow_only(table, name, column, *before, *more)
    op.execute(ACTED_ON)


def downgrade() -> None:
    for statement in BACK:
        op.execute(statement)
    for table, column, name, before, _ in WIDENED:
        allow_only(table, name, column, *before)
