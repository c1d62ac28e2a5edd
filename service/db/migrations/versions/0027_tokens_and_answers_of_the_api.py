"""Give tokens scopes and an end, keep the answers of the API to calls with a key"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.types import BigId, UtcTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ALL = '["decide", "look"]'


def upgrade() -> None:
    with op.batch_alter_table("api_token") as batch:
        batch.add_column(sa.Column("scopes", sa.JSON(), nullable=False, server_default=ALL))
        batch.add_column(sa.Column("expires_at", UtcTime(), nullable=True))
        batch.add_column(sa.Column("used_at", UtcTime(), nullable=True))
    with op.batch_alter_table("api_token") as batch:
        batch.alter_column("scopes", server_default=None)
    op.create_table(
        "api_answer",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_id", BigId, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("begun_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name="fk_api_answer_token_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_api_answer"),
        sa.UniqueConstraint("token_id", "key", name="uq_api_answer_token_id_key"),
    )
    op.create_index("ix_api_answer_reference", "api_answer", ["reference"])
    op.create_index("ix_api_answer_begun_at", "api_answer", ["begun_at"])


def downgrade() -> None:
    op.drop_table("api_answer")
    # What is no longer good, or was good for less than all, must not become so.
    op.execute(
        "UPDATE api_token SET revoked_at = CURRENT_TIMESTAMP WHERE revoked_at IS NULL"
        " AND (expires_at IS NOT NULL OR CAST(scopes AS TEXT) <> '[\"decide\", \"look\"]')"
    )
    with op.batch_alter_table("api_token") as batch:
        batch.drop_column("used_at")
        batch.drop_column("expires_at")
        batch.drop_column("scopes")
