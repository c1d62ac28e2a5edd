"""Planning of messages: a fault in it undoes nothing of what was done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.db.models import Message
from service.domain.messages.templates import TextKey, default_text
from service.operations.messages import by_seller, planning
from tests.operations.steps import help_again, rated, sell_to, told
from tests.world import World

BROKEN: list[dict[str, Any]] = [
    {"opens": "25:00"},
    {"days": []},
    {"confirmation_hours": "soon"},
    {"unheard_of": 1},
]


@pytest.mark.parametrize("settings", BROKEN, ids=lambda each: next(iter(each)))
def test_a_make_good_stays_done_when_its_messages_cannot_be_planned(
    world: World, settings: dict[str, Any]
) -> None:
    order_id = rated(world)
    world.set_shop(follow_ups=settings)

    help_again(world, order_id)

    case = world.case()
    assert case.state == "following_up"
    assert [make_good.state for make_good in case.make_goods] == ["done"]
    assert len(world.ledger()["made"]) == 1
    stuck = [message for message in case.messages if message.state == "refused"]
    assert [(each.step, each.reason) for each in stuck] == [("confirmation", planning.NOT_PLANNED)]


def test_the_message_goes_out_when_the_settings_are_mended(world: World) -> None:
    order_id = rated(world)
    world.set_shop(follow_ups={"opens": "25:00"})
    help_again(world, order_id)
    world.set_shop(follow_ups={})
    with world.context.database.reading() as session:
        stuck = session.scalar(select(Message).where(Message.state == "refused"))
    assert stuck is not None

    by_seller.send_now(world.context, stuck.id, world.owner)
    world.work()

    assert any("Pengembalian dana" in subject for subject in told(world))


def test_an_order_stays_found_when_the_first_answer_cannot_be_planned(world: World) -> None:
    world.set_shop(follow_ups={"opens": "25:00"})

    rated(world)

    assert world.case().state == "awaiting_approval"


def test_a_window_that_the_clocks_skip_holds_nothing_up(world: World) -> None:
    order_id = sell_to(world, country="DE", zone="Europe/Berlin", language="en")
    world.set_shop(follow_ups={"opens": "02:15", "closes": "02:45", "days": [6]})
    world.clock.move(days=(timedelta(days=123)).days)
    world.rate(1, "broken", order_id)
    world.work()

    help_again(world, order_id)

    assert [make_good.state for make_good in world.case().make_goods] == ["done"]
    assert {message.state for message in world.case().messages} == {"planned"}


@pytest.mark.parametrize("shop", ["id", "en"])
def test_a_buyer_whose_language_is_missing_is_written_to_in_the_shops(
    world: World, shop: str
) -> None:
    world.set_shop(language=shop)
    order_id = sell_to(world, language="de")

    world.rate(1, "kaputt", order_id)
    world.work()

    assert told(world) == [default_text(TextKey.RECEIPT, shop).subject]


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [("Asia/Jakarta", 11, 11), ("", 11, 25), ("", 10, 10), ("Asia/Jayapura", 11, 23)],
)
def test_messages_wait_for_hours_that_fit_wherever_the_buyer_lives(
    world: World, zone: str, hour: int, due: int
) -> None:
    """At 18:30 in Jakarta it is 20:30 in Jayapura; there the next day begins two hours earlier."""
    order_id = sell_to(world, zone=zone, country="ID")
    day = world.clock.now().replace(hour=0, minute=0)
    world.clock.move(hours=hour + 0.5 - 3)

    world.rate(1, "rusak", order_id)
    world.work()

    (receipt,) = world.case().messages
    expected = day + timedelta(hours=due, minutes=30 if due < 24 and due != 23 else 0)
    assert (receipt.due_at, receipt.state) == (
        expected,
        "sent" if due == hour else "planned",
    )
