"""Find cases by their words"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId
from service.domain.search import words_of

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 1000

_FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "words, content='search_entry', content_rowid='case_id', tokenize='unicode61', prefix='2 3')",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_index(rowid, words) VALUES (new.case_id, new.words); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.case_id, old.words);"
    " INSERT INTO search_index(rowid, words) VALUES (new.case_id, new.words); END",
    "CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.case_id, old.words); END",
)


def upgrade() -> None:
    entries = op.create_table(
        "search_entry",
        sa.Column("case_id", BigId, nullable=False, autoincrement=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_search_entry_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_search_entry")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _FULL_TEXT:
            op.execute(statement)
    else:
        op.create_index(
            "ix_search_entry_words",
            "search_entry",
            [sa.text("array_to_tsvector(string_to_array(words, ' '))")],
            postgresql_using="gin",
        )
    _fill(entries)


def _fill(entries: sa.Table) -> None:
    connection, last = op.get_bind(), 0
    while rows := connection.execute(_CASES, {"after": last, "most": BATCH}).all():
        connection.execute(
            entries.insert(),
            [{"case_id": row.id, "words": " ".join(words_of(_texts(row)))} for row in rows],
        )
        last = rows[-1].id


_CASES = sa.text(
    "SELECT cases.id, reference, order_id, order_seen, product_name, text, platform_id, buyer"
    " FROM cases JOIN review ON review.id = cases.review_id"
    " WHERE cases.id > :after ORDER BY cases.id LIMIT :most"
).columns(order_seen=sa.JSON(), buyer=sa.JSON())


def _texts(row: Any) -> list[str]:
    buyers = (row.order_seen.get("buyer", {}), row.buyer)
    return [
        row.reference,
        *(buyer.get(name, "") for buyer in buyers for name in ("name", "email", "id")),
        row.order_seen.get("number", ""),
        row.order_id,
        row.product_name,
        *(line["name"] for line in row.order_seen.get("lines", [])),
        row.platform_id,
        row.text,
    ]


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entry")
