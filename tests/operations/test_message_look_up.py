"""A message of unknown outcome at a channel that can be asked: sent once, whatever broke."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.contract import SentMessage
from integrations.errors import Permanent, Temporary
from integrations.sandbox import trouble
from service.operations.messages import look_up
from tests.operations.steps import message_of, told, work_for
from tests.operations.test_sending import RECEIPT, Death, _die, _messages
from tests.world import World

Answer = Callable[[str, str], str | None]


class Channel:
    """What the channel says when it is asked for a message."""

    def __init__(self, world: World) -> None:
        self.asked: list[str] = []
        self.says: Answer = lambda order_id, mark: next(
            (
                str(message["id"])
                for message in world.ledger()["messages"]
                if mark in message["text"]
            ),
            None,
        )

    def find_message(self, adapter: object, sent: SentMessage) -> str | None:
        self.asked.append(sent.mark)
        return self.says(sent.order_id, sent.mark)


@pytest.fixture(name="channel")
def _channel(world: World, monkeypatch: pytest.MonkeyPatch) -> Channel:
    channel = Channel(world)
    kind = type(world.context.adapter(world.connection()))
    can = replace(kind.capabilities, look_up_message=True, consistency_delay=timedelta(minutes=30))
    monkeypatch.setattr(kind, "capabilities", can)
    monkeypatch.setattr(
        kind, "find_message", lambda self, *given: channel.find_message(self, *given)
    )
    return channel


def _states(world: World) -> list[str]:
    return [message.outcome for message in _messages(world)]


def test_message_is_found_when_only_its_answer_was_lost(world: World, channel: Channel) -> None:
    order_id = world.rate(1)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")

    work_for(world, 1)

    assert (message_of(world, RECEIPT).state, _states(world), len(told(world))) == (
        "sent",
        ["sent"],
        1,
    )
    [mark] = channel.asked
    assert f"{world.url}/b/" in mark


@pytest.mark.parametrize(("when", "tries"), [("before_call", 2), ("after_call", 1)])
def test_message_goes_out_once_when_the_process_died_over_it(
    world: World, channel: Channel, when: str, tries: int
) -> None:
    world.rate(1)
    _die(world, when)
    with suppress(Death):
        world.work()

    work_for(world, 2)

    assert message_of(world, RECEIPT).state == "sent"
    assert (len(_messages(world)), len(told(world))) == (tries, 1)


def test_message_is_not_sent_again_before_the_first_call_must_have_run_out(
    world: World, channel: Channel
) -> None:
    world.rate(1)
    _die(world, "before_call")
    with suppress(Death):
        world.work()

    world.clock.move(minutes=20)
    world.work()
    early = len(told(world))
    work_for(world, 1)

    assert (early, len(told(world)), message_of(world, RECEIPT).state) == (0, 1, "sent")


def test_channel_that_is_away_is_asked_again(world: World, channel: Channel) -> None:
    kept, answers = channel.says, iter([Temporary("away"), Temporary("away")])

    def says(order_id: str, mark: str) -> str | None:
        for error in answers:
            raise error
        return kept(order_id, mark)

    channel.says = says
    order_id = world.rate(1)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")

    work_for(world, 1)

    assert (message_of(world, RECEIPT).state, len(told(world)), len(channel.asked)) == (
        "sent",
        1,
        3,
    )


def test_person_decides_where_looking_cannot_tell(world: World, channel: Channel) -> None:
    def says(order_id: str, mark: str) -> str | None:
        raise Permanent("too many notes to look through")

    channel.says = says
    order_id = world.rate(1)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")

    work_for(world, 48)

    assert (message_of(world, RECEIPT).state, len(told(world))) == ("unknown", 1)
    assert "not known" in str(message_of(world, RECEIPT).reason)


def test_person_decides_where_the_text_has_no_link_to_look_for(
    world: World, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = world.rate(1)
    trouble.choose(world.sandbox.ledger, order_id, "message_500")
    monkeypatch.setattr(look_up, "_mark", lambda context, message: "")

    work_for(world, 48)

    assert channel.asked == []
    assert message_of(world, RECEIPT).state == "unknown"
