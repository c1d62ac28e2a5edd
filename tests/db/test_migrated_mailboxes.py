"""Mailboxes that were entered before are read by themselves."""

from __future__ import annotations

from alembic import command
from sqlalchemy import select

from service.db import migrations
from service.db.models import Connection, Kind, OutboxRow
from tests.integrations.email import mailbox_server, mails
from tests.integrations.email.mailbox_server import Box
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import with_email, with_mailbox
from tests.world import World

BEFORE = "0059"


def test_mailbox_of_before_is_read(world: World) -> None:
    box = Box({4: mails.plain()})
    with opened(PostOffice()) as office, mailbox_server.opened(box):
        with_email(world, office)
        read = with_mailbox(world, office, box)
        command.downgrade(migrations.config(world.context.database), BEFORE)
        migrations.migrate(world.context.database)
        # It is due by the time of the database.
        world.clock.move(days=36_500)

        world.work()

    with world.context.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == Kind.READ_MAILBOX)).all()
        cursor = session.get_one(Connection, read).poll_cursor
    assert [(row.ref_id, row.tries) for row in rows] == [(read, 0)]
    assert cursor.endswith(":7:4")
