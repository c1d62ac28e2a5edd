"""Keep beside each hand-over of a message which text it was made from and what policy said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("message_attempt") as batch:
        batch.add_column(sa.Column("wording", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("verdict", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("message_attempt") as batch:
        batch.drop_column("verdict")
        batch.drop_column("wording")
