"""A mailbox is read: each new mail once, nothing lost when the line breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from integrations.contract import Role
from integrations.imap import Mailbox
from service.db.models import Connection, Kind, OutboxRow
from service.domain.errors import LostClaim
from service.domain.messages.states import Author
from service.operations.messages import mailboxes
from service.operations.shops import connections, disconnect
from tests.integrations.email import mails
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.mailbox_server import opened as box_opened
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import rated, set_connection, with_mailbox
from tests.world import World


@pytest.fixture(name="box")
def _box(world: World) -> Iterator[Box]:
    """A mailbox with an answer, an absence note and a mail of a stranger; mail is the only channel."""
    with opened(PostOffice()) as office, box_opened(Box({})) as box:
        with_mailbox(world, office, box)
        set_connection(world, roles=["reviews", "orders"])
        rated(world)
        own = str(office.taken[-1]["Message-ID"]).strip("<>")
        box.mails = {
            3: mails.plain(refers=own),
            5: mails.absence_note().replace(mails.OURS.encode(), own.encode()),
            8: mails.plain(refers="", mail_id="stranger"),
        }
        yield box


def _heard(world: World) -> list[str]:
    return _heard_of(world, -1)


def _heard_of(world: World, place: int) -> list[str]:
    messages = world.cases()[place].messages
    return [message.text for message in messages if message.author is Author.BUYER]


def _next(world: World, *, minutes: int = 1) -> None:
    world.clock.move(minutes=minutes)
    world.work()


def _mail(world: World) -> Connection:
    with world.context.database.reading() as session:
        found = session.scalars(select(Connection).where(Connection.adapter == "email")).all()
        return found[-1]


def _rows(world: World) -> list[OutboxRow]:
    with world.context.database.reading() as session:
        of_kind = select(OutboxRow).where(OutboxRow.kind == Kind.READ_MAILBOX)
        return list(session.scalars(of_kind.order_by(OutboxRow.id)))


def _lines(world: World) -> list[str]:
    return [entry.what for entry in world.case().history if entry.what == "auto_replied"]


def test_new_mails_are_taken_in_by_themselves_and_nothing_is_changed(
    world: World, box: Box
) -> None:
    _next(world)
    _next(world)

    assert _heard(world) == ["Sudah saya coba, masih bocor."]
    assert len(_lines(world)) == 1
    assert (box.seen, box.changed) == (set(), [])
    [row] = _rows(world)
    assert row.due_at == world.clock.now() + mailboxes.READ_EVERY
    assert _mail(world).read_through_at == world.clock.now()


def test_what_a_person_has_read_first_is_taken_in_too(world: World, box: Box) -> None:
    _next(world)
    own = str(box.mails[3]).partition("In-Reply-To: <")[2].partition(">")[0]
    box.mails[9] = mails.plain("Sudah baik", refers=own, mail_id="later")
    box.seen.add(9)

    _next(world)

    assert _heard(world) == ["Sudah saya coba, masih bocor.", "Sudah baik"]


def test_mailbox_begins_with_what_is_unread(world: World, box: Box) -> None:
    """Numbers of another one say nothing of this."""
    box.validity, box.seen = 8, {3}

    _next(world)

    assert _heard(world) == []
    assert len(_lines(world)) == 1


def test_what_was_not_read_comes_again_when_the_line_broke(world: World, box: Box) -> None:
    box.drop_at = 5
    _next(world)
    heard, lines = _heard(world), _lines(world)
    box.drop_at = 0

    _next(world)

    assert (len(heard), lines) == (1, [])
    assert (len(_heard(world)), len(_lines(world))) == (1, 1)


def test_many_mails_come_by_pages(world: World, box: Box) -> None:
    stranger = mails.plain(refers="", mail_id="s")
    box.mails = {**dict.fromkeys(range(10, 60), stranger), 61: box.mails[3]}

    _next(world)

    assert len(_heard(world)) == 1
    assert _mail(world).poll_cursor.endswith(":7:61")


def test_mailbox_made_anew_is_read_without_saying_anything_twice(world: World, box: Box) -> None:
    _next(world)
    box.validity, box.mails = 8, {1: box.mails[3]}

    _next(world)

    assert len(_heard(world)) == 1
    assert _mail(world).poll_cursor.endswith(":8:1")


def test_worker_that_was_overtaken_takes_nothing_in(world: World, box: Box) -> None:
    """Another has read the same page and moved on."""
    connection, context = _mail(world), world.context
    entered = Mailbox.of(context.config(connection).values)
    assert entered is not None
    late = mailboxes._Reading(context, connection.id, entered, "")
    _next(world)

    with pytest.raises(LostClaim):
        mailboxes._visit(late)

    assert (len(_heard(world)), len(_lines(world))) == (1, 1)


def _enter(world: World, **entries: str) -> None:
    connection = _mail(world)
    connections.change_connection(
        world.context,
        connection.id,
        world.owner,
        name="Mail",
        values={**connection.values, **entries},
        threshold=3,
        roles=[Role(role) for role in connection.roles],
    )


def test_wrong_password_is_told_at_once_and_mails_go_on(world: World, box: Box) -> None:
    _enter(world, imap_password="wrong")
    _next(world)
    _next(world)

    connection = _mail(world)
    page = world.browser().get("/").text
    assert connection.state == "faulty"
    assert "app password" in str(connection.problem)
    assert "app password" in page
    rated(world)
    assert world.cases()[-1].messages[0].sent_at is not None

    _enter(world, imap_password=PASSWORD)
    world.work()
    world.work()

    assert (_mail(world).state, _mail(world).problem) == ("working", None)
    assert len(_heard_of(world, 0)) == 1


def test_mailbox_that_is_away_is_a_task_when_it_lasts(world: World, box: Box) -> None:
    box.refuses = "[UNAVAILABLE] come back"
    _enter(world, imap_password="wrong")
    world.work()
    page = world.browser().get("/").text
    for _ in range(12):
        _next(world, minutes=1)

    assert _mail(world).state == "working"
    assert "the mailbox broke" not in page
    assert "the mailbox broke" in world.browser().get("/").text


def test_mailbox_that_answers_does_not_say_that_mails_go(world: World, box: Box) -> None:
    """Else what waits to be sent would be tried, and given up, within minutes."""
    _enter(world, port="1")
    rated(world)
    for _ in range(20):
        _next(world)

    with world.context.database.reading() as session:
        of_kind = select(OutboxRow).where(OutboxRow.kind == Kind.SEND_MESSAGE)
        [row] = session.scalars(of_kind.where(OutboxRow.tries > 0)).all()
    assert _mail(world).state == "away"
    assert 3 <= row.tries <= 8


def test_mailbox_that_is_not_entered_any_more_is_not_read(world: World, box: Box) -> None:
    _enter(world, imap_host="")
    _next(world)
    ended = [row.done_at is not None for row in _rows(world)]
    port = str(box.port)
    _enter(world, imap_host="127.0.0.1", imap_port=port)
    world.work()

    assert ended == [True]
    assert [row.done_at for row in _rows(world)] == [None]
    assert len(_heard(world)) == 1


def test_disconnected_mailbox_is_not_read(world: World, box: Box) -> None:
    disconnect.disconnect(world.context, _mail(world).id, world.owner)
    _next(world)

    assert [row.done_at is not None for row in _rows(world)] == [True]
    assert _heard(world) == []
