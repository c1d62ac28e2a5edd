"""Read the mailboxes of e-mail connections without being told to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.migrations.constraints import allow_only

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

OUTBOX = (
    "read_delivery",
    "find_order",
    "make_good",
    "send_message",
    "end_case",
    "end_offer",
    "end_hold",
    "look",
    "poll",
    "check",
    "send_event",
    "send_notice",
    "send_report",
    "look_at_vouchers",
)
ENTERED = {
    "sqlite": "json_extract(connection.\"values\", '$.imap_host')",
    "postgresql": "connection.\"values\" ->> 'imap_host'",
}
NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgresql": "now()"}
HEARD = sa.text("author = 'buyer'")


def upgrade() -> None:
    allow_only("outbox", "kind", "kind", *OUTBOX, "read_mailbox")
    dialect = op.get_bind().dialect.name
    # A row that finds its connection to have no use for it ends by itself.
    op.execute(
        "INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)"  # noqa: S608
        f" SELECT 'read_mailbox', connection.id, '', lane.id, {NOW[dialect]}, 0, false, ''"
        " FROM connection JOIN lane ON lane.connection_id = connection.id AND lane.outward"
        " WHERE connection.adapter = 'email'"
        f" AND coalesce({ENTERED[dialect]}, '') <> ''"
    )
    op.create_index(
        "ix_message_heard",
        "message",
        ["connection_id", "sent_at"],
        sqlite_where=HEARD,
        postgresql_where=HEARD,
    )


def downgrade() -> None:
    op.drop_index("ix_message_heard", table_name="message")
    op.execute("DELETE FROM outbox WHERE kind = 'read_mailbox'")
    allow_only("outbox", "kind", "kind", *OUTBOX)
