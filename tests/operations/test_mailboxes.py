"""A mailbox is read: each new mail once, nothing lost when the line breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from service.domain.messages.states import Author
from service.operations.messages import mailboxes
from tests.integrations.email import mails
from tests.integrations.email.mailbox_server import PASSWORD, Box
from tests.integrations.email.mailbox_server import opened as box_opened
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import rated, set_connection, with_email
from tests.world import World


@pytest.fixture(name="box")
def _box(world: World) -> Iterator[Box]:
    """A mailbox with an answer, an absence note and a mail of a stranger; mail is the only channel."""
    with opened(PostOffice()) as office, box_opened(Box({})) as box:
        with_email(
            world,
            office,
            imap_host="127.0.0.1",
            imap_port=str(box.port),
            imap_username="care",
            imap_password=PASSWORD,
        )
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
    messages = world.case().messages
    return [message.text for message in messages if message.author is Author.BUYER]


def test_new_mails_are_taken_in_and_marked_as_read(world: World, box: Box) -> None:
    first = dict(mailboxes.fetch(world.context))
    second = dict(mailboxes.fetch(world.context))

    assert first == {"Mail": Counter(answer=1, automatic=1, stranger=1)}
    assert second == {"Mail": Counter()}
    assert box.seen == {3, 5, 8}
    assert _heard(world) == ["Sudah saya coba, masih bocor."]


def test_what_was_not_read_comes_again_when_the_line_broke(world: World, box: Box) -> None:
    box.drop_at = 5

    broken = dict(mailboxes.fetch(world.context))
    box.drop_at = 0
    whole = dict(mailboxes.fetch(world.context))

    assert broken == {"Mail": Counter(answer=1, failed=1)}
    assert whole == {"Mail": Counter(automatic=1, stranger=1)}
    assert len(_heard(world)) == 1


def test_mailbox_with_a_wrong_password_is_told_and_holds_up_nothing(world: World, box: Box) -> None:
    with opened(PostOffice()) as office:
        entries = {"imap_host": "127.0.0.1", "imap_port": str(box.port)}
        with_email(world, office, imap_username="x", imap_password="wrong", **entries)

        taken = [counts for _, counts in mailboxes.fetch(world.context)]

    assert taken == [Counter(answer=1, automatic=1, stranger=1), Counter(failed=1)]
