"""Keep what each text to buyers said before"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

SHOP = sa.table(
    "shop",
    sa.column("id", BigId),
    sa.column("texts", sa.JSON),
    sa.column("created_at", UtcTime),
)
VERSION = sa.table(
    "text_version",
    sa.column("shop_id", BigId),
    sa.column("key", sa.String),
    sa.column("language", sa.String),
    sa.column("number", sa.Integer),
    sa.column("text", sa.JSON),
    sa.column("actor", sa.String),
    sa.column("created_at", UtcTime),
)


def upgrade() -> None:
    op.create_table(
        "text_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shop_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_text_version_shop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_text_version"),
        sa.UniqueConstraint(
            "shop_id", "key", "language", "number", name="uq_text_version_shop_id"
        ),
    )
    connection = op.get_bind()
    for shop_id, texts, created_at in connection.execute(sa.select(*SHOP.c)).all():
        for key, languages in texts.items():
            for language, text in languages.items():
                first = VERSION.insert().values(
                    shop_id=shop_id,
                    key=key,
                    language=language,
                    number=1,
                    text=text,
                    actor="makegood",
                    created_at=created_at,
                )
                connection.execute(first)


def downgrade() -> None:
    op.drop_table("text_version")
