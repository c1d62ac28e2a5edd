"""What becomes of a message: sent once, never again by itself after an unknown outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from integrations.sandbox import trouble
from service.db.messages import message_queries
from service.db.models import MessageAttempt
from service.domain.messages.kinds import Answer, Step
from service.domain.staff.authority import BUYER, OPERATOR
from service.operations.messages import answers, by_seller
from service.operations.shops import connections
from tests.integrations.email.post_office import PostOffice, opened
from tests.operations.steps import (
    ASKING,
    CHECK,
    INVITATION,
    help_again,
    helped,
    message_of,
    rated,
    set_connection,
    told,
    with_email,
    work_for,
)
from tests.world import World

RECEIPT = Step.RECEIPT


class Death(BaseException):
    """The process ends here."""


@pytest.fixture(name="office")
def _office() -> Iterator[PostOffice]:
    with opened(PostOffice()) as office:
        yield office


def _met(world: World, name: str) -> int:
    """A case whose messages at the sandbox meet this trouble."""
    order_id = world.rate(1)
    trouble.choose(world.sandbox.ledger, order_id, name)
    world.work()
    return order_id


def _die(world: World, when: str) -> None:
    """Kill the worker that sends a message, before or after the call."""

    def killed(method: str, url: str) -> None:
        if url.endswith("/api/messages"):
            world.context.http.before_call = world.context.http.after_call = lambda *_: None
            raise Death

    setattr(world.context.http, when, killed)


def test_message_of_unknown_outcome_waits_for_a_person(world: World) -> None:
    _met(world, "message_500")

    work_for(world, 48)

    assert (message_of(world, RECEIPT).state, len(told(world))) == ("unknown", 1)
    assert "not known" in str(message_of(world, RECEIPT).reason)


@pytest.mark.parametrize(("when", "arrived"), [("before_call", 0), ("after_call", 1)])
def test_message_is_not_repeated_when_the_process_died_over_it(
    world: World, when: str, arrived: int
) -> None:
    world.rate(1)
    _die(world, when)
    with suppress(Death):
        world.work()
    dying = message_of(world, RECEIPT).state

    work_for(world, 48)

    assert (dying, message_of(world, RECEIPT).state) == ("sending", "unknown")
    assert len(told(world)) == arrived


def test_seller_marks_an_unknown_message_as_sent(world: World) -> None:
    _met(world, "message_500")

    by_seller.mark_sent(world.context, message_of(world, RECEIPT).id, world.owner)
    work_for(world, 48)

    assert (message_of(world, RECEIPT).state, len(told(world))) == ("sent", 1)


def test_seller_sends_an_unknown_message_once_more(world: World) -> None:
    _met(world, "message_500")

    by_seller.send_now(world.context, message_of(world, RECEIPT).id, world.owner)
    work_for(world, 48)

    assert (message_of(world, RECEIPT).state, len(told(world))) == ("sent", 2)
    assert len({m["key"] for m in world.ledger()["messages"]}) == 2


def test_unknown_invitation_counts_as_made(world: World) -> None:
    world.set_shop(follow_ups={"resolution_reminder_hours": 0})
    order_id = helped(world)
    work_for(world, 24 * 4)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")
    work_for(world, 24 * 8)
    first = message_of(world, INVITATION).state
    answers.answer(
        world.context,
        message_of(world, CHECK).id,
        BUYER,
        answer=Answer.NOT_SOLVED,
        stars=None,
        comment="",
    )
    help_again(world, order_id)

    work_for(world, 24 * 12)

    assert (first, message_of(world, INVITATION, 2).state) == ("unknown", "stopped")
    assert "as often as" in str(message_of(world, INVITATION, 2).reason)


def test_message_is_tried_again_when_surely_not_sent(world: World) -> None:
    _met(world, "message_busy")

    work_for(world, 1)

    states = [message.outcome for message in _messages(world)]
    assert (states, len(told(world))) == (["not_sent", "not_sent", "sent"], 1)


def _messages(world: World) -> list[MessageAttempt]:
    with world.context.database.reading() as session:
        return list(message_queries.message(session, message_of(world, RECEIPT).id).attempts)


def test_next_channel_is_tried_when_one_refuses_for_good(world: World, office: PostOffice) -> None:
    with_email(world, office)
    _met(world, "message_refused")

    work_for(world, 1)

    assert (message_of(world, RECEIPT).state, told(world), len(office.taken)) == ("sent", [], 1)
    assert "not_sent" in [line.what for line in world.case().history]


def test_message_stops_with_a_reason_when_every_channel_refuses(
    world: World, office: PostOffice
) -> None:
    office.refuse_recipient = "550 no such box"
    with_email(world, office)
    _met(world, "message_refused")

    work_for(world, 1)

    assert (message_of(world, RECEIPT).state, len(office.taken)) == ("stopped", 0)


def test_only_the_channel_with_the_wrong_key_is_paused(world: World, office: PostOffice) -> None:
    office.refuse_sender = "550 not yours"
    mail = with_email(world, office)
    _met(world, "message_refused")

    work_for(world, 1)
    first = message_of(world, RECEIPT).state
    office.refuse_sender = ""
    connections.resume(world.context, mail, OPERATOR)
    world.work()

    assert world.connection().state == "working"
    assert (first, message_of(world, RECEIPT).state, len(office.taken)) == ("planned", "sent", 1)


def test_nothing_is_sent_when_the_worker_was_frozen_past_its_time(world: World) -> None:
    frozen = {"by": 0.0}
    clock = world.context.http.now

    def freeze(method: str, url: str) -> None:
        if url.endswith("/api/messages"):
            frozen["by"] = 100.0

    world.context.http.now = lambda: clock() + frozen["by"]
    world.context.http.before_call = freeze
    rated(world)

    assert (message_of(world, RECEIPT).state, told(world)) == ("planned", [])


def test_mail_carries_one_click_stop_and_both_parts(world: World, office: PostOffice) -> None:
    with_email(world, office)
    set_connection(world, roles=["reviews", "orders"])

    rated(world)

    (mail,) = office.taken
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith(f"<{world.url}/b/unsubscribe/")
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def test_invitation_goes_without_a_link_when_the_order_is_gone(world: World) -> None:
    helped(world)
    world.set_shop(asking=ASKING)
    work_for(world, 24 * 4)
    row = world.sandbox.ledger.row
    world.sandbox.ledger.row = lambda query, *values: (
        None if "OR number" in query else row(query, *values)
    )

    work_for(world, 24 * 8)

    assert message_of(world, INVITATION).state == "sent"
    assert "/sandbox/orders/" not in world.ledger()["messages"][-1]["text"]


def test_a_text_that_no_longer_passes_is_work_for_a_person_and_is_not_sent(world: World) -> None:
    world.set_shop(
        texts={"receipt": {"id": {"subject": "Halo", "text": "Tolong ubah ulasannya ya kak."}}}
    )

    rated(world)

    receipt = message_of(world, RECEIPT)
    assert (receipt.state, told(world)) == ("refused", [])
    assert "ubah ulasannya" in str(receipt.reason)
