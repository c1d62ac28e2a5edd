"""Keep a row for whatever waits for a person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
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
)
OPEN = sa.text("state = 'open'")
DOUBTFUL = sa.text("doubt <> ''")
LEFT = sa.text("task <> ''")
INTO = (
    "INSERT INTO task (kind, state, urgency, shop_id, case_id, subject_id, text, amount_minor,"
    " currency, opened_at, ended_by) "
)
OF_CASES = f"""{INTO}
SELECT kind, 'open', urgency, shop_id, id, id, text, NULL, '', opened_at, '' FROM (
  SELECT id, shop_id, opened_at, CASE WHEN doubt <> '' THEN doubt ELSE advice END AS text,
    CASE WHEN doubt <> '' AND grave THEN 'take_up' WHEN state = 'awaiting_order' THEN 'choose_order'
         WHEN doubt <> '' THEN 'confirm' ELSE 'decide' END AS kind,
    CASE WHEN doubt <> '' AND grave THEN 0 WHEN state = 'awaiting_order' OR doubt <> '' THEN 3
         ELSE 4 END AS urgency
  FROM cases
  WHERE closed_at IS NULL AND (state IN ('awaiting_order', 'awaiting_approval') OR doubt <> '')
) AS waiting
"""
OF_MAKE_GOODS = f"""{INTO}
SELECT CASE
    WHEN state = 'done' THEN 'finish'
    WHEN EXISTS (SELECT 1 FROM attempt WHERE make_good_id = make_good.id
                 AND outcome IN ('open', 'unknown', 'seen')) THEN 'find_out'
    WHEN EXISTS (SELECT 1 FROM attempt WHERE make_good_id = make_good.id) THEN 'refused'
    ELSE 'carry_out' END,
  'open', 2, shop_id, case_id, id, task, amount_minor, currency, decided_at, ''
FROM make_good WHERE state = 'needs_attention' OR (state = 'done' AND task <> '')
"""
OF_MESSAGES = f"""{INTO}
SELECT 'message', 'open', 2, cases.shop_id, case_id, follow_up.id, reason, NULL, '', due_at, ''
FROM follow_up JOIN cases ON cases.id = follow_up.case_id WHERE follow_up.state = 'needs_attention'
"""


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", BigId, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="task_kind", native_enum=False, length=32, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "dropped",
                name="task_state",
                native_enum=False,
                length=32,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name=op.f("fk_task_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(
        "uq_task_open",
        "task",
        ["kind", "subject_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_task_open_urgency",
        "task",
        ["urgency", "opened_at", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_task_case_id", "task", ["case_id"])
    # The list of what waits is read from the tasks now.
    op.drop_index("ix_cases_doubtful", "cases")
    op.drop_index("ix_make_good_tasks", "make_good")
    for statement in (OF_CASES, OF_MAKE_GOODS, OF_MESSAGES):
        op.execute(statement)


def downgrade() -> None:
    op.create_index(
        "ix_cases_doubtful", "cases", ["id"], sqlite_where=DOUBTFUL, postgresql_where=DOUBTFUL
    )
    op.create_index(
        "ix_make_good_tasks", "make_good", ["case_id"], sqlite_where=LEFT, postgresql_where=LEFT
    )
    op.drop_table("task")
