"""Keep all that is said and heard in one table of messages, and each hand-over in another"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = (
    "draft",
    "planned",
    "sending",
    "sent",
    "stopped",
    "refused",
    "unknown",
    "received",
)
STEPS = ("receipt", "confirmation", "resolution_check", "update_invitation")
STUCK = sa.text("state IN ('refused', 'unknown')")
WAS_STUCK = sa.text("state = 'needs_attention'")

# The ids stay: links in messages that went out name them, and so do outbox and tasks.
MESSAGES = """
INSERT INTO message (id, case_id, author, state, step, round, make_good_id, subject, text, language,
  due_at, by_seller, reason, connection_id, sent_at)
SELECT id, case_id, 'rule', CASE
    WHEN state <> 'needs_attention' THEN state
    WHEN EXISTS (SELECT 1 FROM message_before AS earlier WHERE earlier.follow_up_id = follow_up.id
                 AND earlier.state IN ('unknown', 'sending')) THEN 'unknown'
    ELSE 'refused' END,
  step, round, make_good_id, '', '', '', due_at, by_seller, reason, connection_id, sent_at
FROM follow_up
"""
ANSWERS = """
INSERT INTO message (case_id, author, state, round, answers_id, subject, text, language, by_seller,
  reason, sent_at, answer, stars)
SELECT case_id, 'buyer', 'received', round, id, '', comment, '', :no, '', answered_at,
  CASE WHEN solved = :yes THEN 'solved' ELSE 'not_solved' END, stars
FROM follow_up WHERE answered_at IS NOT NULL ORDER BY answered_at, id
"""
ATTEMPTS = """
INSERT INTO message_attempt (id, message_id, connection_id, key, subject, text, language, state,
  vendor_id, started_at, ended_at)
SELECT id, follow_up_id, connection_id, key, subject, text, language, state, vendor_id, started_at,
  ended_at
FROM message_before
"""
FOLLOW_UPS = """
INSERT INTO follow_up (id, case_id, step, round, make_good_id, state, due_at, by_seller, reason,
  connection_id, sent_at, answered_at, solved, stars, comment)
SELECT message.id, message.case_id, message.step, message.round, message.make_good_id, CASE
    WHEN message.state IN ('refused', 'unknown', 'draft') THEN 'needs_attention'
    ELSE message.state END,
  COALESCE(message.due_at, message.sent_at, cases.opened_at), message.by_seller, message.reason,
  message.connection_id, message.sent_at, said.sent_at,
  CASE said.answer WHEN 'solved' THEN :yes WHEN 'not_solved' THEN :no END, said.stars,
  COALESCE(said.text, '')
FROM message JOIN cases ON cases.id = message.case_id
LEFT JOIN message AS said ON said.id = (
  SELECT MAX(answer.id) FROM message AS answer
  WHERE answer.answers_id = message.id AND answer.answer IS NOT NULL)
WHERE message.step IS NOT NULL
"""
MESSAGES_BEFORE = """
INSERT INTO message (id, follow_up_id, connection_id, key, subject, text, language, state, vendor_id,
  started_at, ended_at)
SELECT id, message_id, connection_id, key, subject, text, language, state, vendor_id, started_at,
  ended_at
FROM attempt_before WHERE message_id IN (SELECT id FROM follow_up)
"""


def upgrade() -> None:
    op.execute("CREATE TABLE message_before AS SELECT * FROM message")
    op.drop_table("message")
    _create_message()
    op.execute(MESSAGES)
    _count_on("message")
    _execute(ANSWERS)
    _create_attempt()
    op.execute(ATTEMPTS)
    _count_on("message_attempt")
    op.drop_table("message_before")
    op.drop_table("follow_up")
    op.execute("UPDATE outbox SET kind = 'send_message' WHERE kind = 'follow_up'")


def downgrade() -> None:
    op.execute("CREATE TABLE attempt_before AS SELECT * FROM message_attempt")
    op.drop_table("message_attempt")
    _create_follow_up()
    _execute(FOLLOW_UPS)
    _count_on("follow_up")
    op.drop_table("message")
    _create_message_before()
    op.execute(MESSAGES_BEFORE)
    _count_on("message")
    op.drop_table("attempt_before")
    op.execute("UPDATE outbox SET kind = 'follow_up' WHERE kind = 'send_message'")


def _execute(statement: str) -> None:
    """With the database's own true and false."""
    op.execute(
        sa.text(statement).bindparams(
            *(
                sa.bindparam(name, value, sa.Boolean(), literal_execute=True)
                for name, value in (("yes", True), ("no", False))
                if f":{name}" in statement
            )
        )
    )


def _count_on(table: str) -> None:
    """PostgreSQL numbers rows by a sequence that does not see ids which are written."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
            f" (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
        )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, length=32, create_constraint=True)


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column(
            "author", _choice("author", "rule", "seller", "buyer", "platform"), nullable=False
        ),
        sa.Column("state", _choice("message_state", *STATES), nullable=False),
        sa.Column("step", _choice("step", *STEPS), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("make_good_id", BigId, nullable=True),
        sa.Column("answers_id", BigId, nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("by_seller", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("connection_id", BigId, nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("answer", _choice("answer", "solved", "not_solved"), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_message_case_id")),
        sa.ForeignKeyConstraint(
            ["make_good_id"], ["make_good.id"], name=op.f("fk_message_make_good_id")
        ),
        sa.ForeignKeyConstraint(["answers_id"], ["message.id"], name=op.f("fk_message_answers_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_message_connection_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("case_id", "step", "round", name=op.f("uq_message_case_id")),
    )
    op.create_index(
        "ix_message_stuck", "message", ["case_id"], sqlite_where=STUCK, postgresql_where=STUCK
    )


def _create_attempt() -> None:
    states = ("sending", "sent", "not_sent", "refused", "unknown")
    op.create_table(
        "message_attempt",
        *_columns(
            "message_id", sa.Column("state", _choice("attempt_state", *states), nullable=False)
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_message_attempt_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_attempt_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_attempt")),
        sa.UniqueConstraint("key", name=op.f("uq_message_attempt_key")),
    )
    op.create_index("ix_message_attempt_message_id", "message_attempt", ["message_id"])


def _columns(about: str, state: sa.Column[str]) -> list[sa.Column[object]]:
    columns: list[sa.Column[object]] = [
        sa.Column("id", BigId, nullable=False),
        sa.Column(about, BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        state,  # type: ignore[list-item]
        sa.Column("vendor_id", sa.String(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
    ]
    return columns


def _create_follow_up() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", BigId, nullable=False),
        sa.Column("case_id", BigId, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("make_good_id", BigId, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("by_seller", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("connection_id", BigId, nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_follow_up_case_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_follow_up_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["make_good_id"], ["make_good.id"], name=op.f("fk_follow_up_make_good_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("case_id", "step", "round", name=op.f("uq_follow_up_case_id")),
    )
    op.create_index(
        "ix_follow_up_stuck",
        "follow_up",
        ["case_id"],
        sqlite_where=WAS_STUCK,
        postgresql_where=WAS_STUCK,
    )


def _create_message_before() -> None:
    op.create_table(
        "message",
        *_columns("follow_up_id", sa.Column("state", sa.String(), nullable=False)),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_message_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_message_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    op.create_index("ix_message_follow_up_id", "message", ["follow_up_id"])
