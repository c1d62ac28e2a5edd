"""A mail is taken in once, at whatever point the process that reads the mailbox dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from service.db.models import Connection
from service.db.outbox.claims import LEASE
from service.domain.messages.states import Author
from tests.faults import promises
from tests.faults.line import Line
from tests.faults.matrix import points_of
from tests.faults.pair import errand_for
from tests.faults.trial import wait_for_backends
from tests.faults.zygote import Ending, Zygote
from tests.integrations.email import mailbox_server, mails
from tests.integrations.email.mailbox_server import Box
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import rated, set_connection, with_mailbox
from tests.world import World

FEWEST = 10


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as served:
        yield served


@pytest.fixture(name="box")
def _box(world: World, office: PostOffice) -> Iterator[Box]:
    """A mailbox that is read; mail is the only channel."""
    with mailbox_server.opened(Box({})) as box:
        with_mailbox(world, office, box)
        set_connection(world, roles=["reviews", "orders"])
        yield box


def _arrive(world: World, box: Box, office: PostOffice) -> None:
    """Two answers, an absence note and mails of strangers, about a case of their own."""
    rated(world)
    own = str(office.taken[-1]["Message-ID"]).strip("<>")
    first = max(box.mails, default=0) + 1
    stranger = mails.plain(refers="", mail_id=f"s{first}")
    note = mails.absence_note().replace(mails.OURS.encode(), own.encode())
    arrived = [
        stranger,
        mails.plain("Masih bocor.", refers=own, mail_id=f"a{first}"),
        note,
        mails.plain("Sudah saya coba lagi.", refers=own, mail_id=f"b{first}"),
        stranger,
    ]
    box.mails |= dict(enumerate(arrived, first))


def _check(world: World, box: Box) -> None:
    case = world.cases()[-1]
    heard = [message.text for message in case.messages if message.author is Author.BUYER]
    told = [entry.what for entry in case.history]
    with world.context.database.reading() as session:
        cursor = session.scalars(
            select(Connection.poll_cursor).where(Connection.adapter == "email")
        ).one()

    promises.nothing_is_held(world)
    assert heard == ["Masih bocor.", "Sudah saya coba lagi."]
    assert (told.count("received"), told.count("auto_replied")) == (2, 1)
    assert cursor.endswith(f":{max(box.mails)}")
    assert box.changed == []


def test_mail_is_taken_in_once_whenever_a_process_dies(
    world: World,
    zygote: Zygote,
    box: Box,
    office: PostOffice,
    database_url: str,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> None:
    line = Line(world._server)

    def life(point: int) -> Ending:
        _arrive(world, box, office)
        world.clock.move(minutes=1)
        ending = zygote.run(errand_for(world, database_url, [["work"]], point))
        line.wait_until_idle()
        if not database_url.startswith("sqlite"):
            wait_for_backends(database_url)
        world.clock.move(seconds=LEASE.total_seconds() + 1)
        world.work()
        _check(world, box)
        return ending

    counted = life(0).points
    died = sum(life(point).died for point in points_of(counted, len(request.node.name)))

    assert counted >= FEWEST
    assert died
    record_property("points", died)
