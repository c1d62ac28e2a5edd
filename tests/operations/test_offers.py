"""The buyer chooses among remedies: once, in time, and never more than the order leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from integrations.contract import Order
from integrations.errors import Temporary
from integrations.money import Money
from integrations.remedies import REFUND
from integrations.sandbox import Sandbox
from service.db.models import Offer, Task
from service.domain.errors import WrongInput, WrongState
from service.domain.messages.kinds import Step
from service.domain.staff.authority import BUYER
from service.domain.tasks.kinds import TaskKind
from service.operations.messages import opt_out
from service.operations.remedies import decisions, offers
from tests.operations.steps import message_of, work_for
from tests.web.test_sessions import another_process, at_once
from tests.world import World

SET = [
    {"action": "refund", "percent": 40},
    {"action": "voucher", "percent": 50, "expires_days": 90},
    {"action": "resend"},
]
PAID = 25_900_000
RECEIPT, OFFER = Step.RECEIPT, Step.OFFER


def playbook(without_pick: str = "first", days: int = 7) -> dict[str, object]:
    rule = {
        "name": "Choice",
        "offer": {"days": days, "without_pick": without_pick},
        "remedies": SET,
    }
    return {"name": "Own", "rules": [rule]}


def proposed(world: World, without_pick: str = "first") -> int:
    """A case whose rule lets the buyer choose; gives the order."""
    world.set_shop(playbook=playbook(without_pick))
    order_id = world.rate(1)
    world.work()
    return order_id


def offered(world: World, without_pick: str = "first") -> Offer:
    """The owner lets the buyer choose."""
    proposed(world, without_pick)
    decisions.offer(world.context, world.case().id, world.owner)
    world.work()
    return the_offer(world)


def the_offer(world: World) -> Offer:
    with world.context.database.reading() as session:
        offer = session.scalars(select(Offer).order_by(Offer.id.desc())).first()
        assert offer is not None
        _ = (offer.options, offer.make_good)
        return offer


def refunded_elsewhere(world: World, order_id: int, minor: int) -> None:
    with world.sandbox.ledger.write() as connection:
        connection.execute(
            "INSERT INTO made (action, key, reference, order_id, amount_minor, currency, code,"
            " task, at) VALUES ('refund', '', 'by-hand', ?, ?, 'IDR', '', '', '')",
            (order_id, minor),
        )


def ours(world: World) -> list[str]:
    """What Makegood had the platform do."""
    return [row["action"] for row in world.ledger()["made"] if row["reference"] != "by-hand"]


def open_tasks(world: World) -> list[TaskKind]:
    with world.context.database.reading() as session:
        return list(session.scalars(select(Task.kind).where(Task.state == "open")))


def test_buyer_is_told_and_what_is_picked_is_carried_out_once(world: World) -> None:
    offer = offered(world)
    case = world.case()
    assert (case.state, case.make_goods[0].state, open_tasks(world)) == ("offered", "offered", [])
    assert ours(world) == []
    assert f"{world.url}/b/choose/" in world.ledger()["messages"][-1]["text"]

    assert offers.pick(world.context, offer.id, 1, BUYER)
    world.work()

    case = world.case()
    assert (case.state, case.make_goods[0].state) == ("following_up", "done")
    assert ours(world) == ["voucher"]
    made = case.make_goods[0]
    assert made.remedy.amount == Money(12_950_000, "IDR")
    assert made.expires_at == world.clock.now() + timedelta(days=90)
    assert the_offer(world).state == "picked"
    assert message_of(world, Step.OFFER_REMINDER).state == "stopped"
    assert message_of(world, Step.CONFIRMATION).state == "sent"


def test_second_pick_is_told_that_it_is_done(world: World) -> None:
    offer = offered(world)
    offers.pick(world.context, offer.id, 0, BUYER)

    for position in (0, 1):
        with pytest.raises(WrongState, match="arranged"):
            offers.pick(world.context, offer.id, position, BUYER)
    world.work()

    assert ours(world) == ["refund"]


@pytest.mark.parametrize(
    ("without_pick", "state", "made"),
    [("first", "following_up", ["refund"]), ("seller", "awaiting_approval", [])],
)
def test_no_pick_in_time_goes_as_the_rule_says(
    world: World, without_pick: str, state: str, made: list[str]
) -> None:
    offer = offered(world, without_pick)
    work_for(world, 24 * 6)
    assert (ours(world), message_of(world, Step.OFFER_REMINDER).state) == ([], "sent")

    work_for(world, 24 * 2)

    assert (world.case().state, ours(world)) == (state, made)
    with pytest.raises(WrongState):
        offers.pick(world.context, offer.id, 1, BUYER)
    if without_pick == "seller":
        assert open_tasks(world) == [TaskKind.DECIDE]
        assert "did not choose" in str(world.case().advice)


def test_pick_after_the_last_day_is_too_late_before_the_clock_has_come(world: World) -> None:
    offer = offered(world)
    world.clock.move(days=8)

    with pytest.raises(WrongState, match="over"):
        offers.pick(world.context, offer.id, 0, BUYER)
    assert ours(world) == []


def test_what_was_refunded_elsewhere_takes_options_off(world: World) -> None:
    order_id = proposed(world)
    decisions.offer(world.context, world.case().id, world.owner)
    refunded_elsewhere(world, order_id, PAID * 55 // 100)

    picked = offers.pick(world.context, the_offer(world).id, 1, BUYER)

    assert not picked
    assert [option.position for option in the_offer(world).possible] == [0]
    assert offers.pick(world.context, the_offer(world).id, 0, BUYER)
    world.work()
    assert ours(world) == ["refund"]


@pytest.mark.parametrize("noticed_by", ["buyer", "clock"])
def test_refund_made_elsewhere_ends_the_offer(world: World, noticed_by: str) -> None:
    order_id = proposed(world)
    decisions.offer(world.context, world.case().id, world.owner)
    refunded_elsewhere(world, order_id, PAID)

    if noticed_by == "buyer":
        assert not offers.pick(world.context, the_offer(world).id, 0, BUYER)
    else:
        work_for(world, 24 * 8)

    case = world.case()
    assert (the_offer(world).state, case.make_goods[0].state) == ("void", "cancelled")
    assert (case.state, ours(world)) == ("awaiting_approval", [])


def test_choice_is_taken_back_by_the_seller(world: World) -> None:
    offer = offered(world)

    offers.withdraw(world.context, offer.make_good_id, world.owner)

    assert (world.case().state, the_offer(world).state) == ("awaiting_approval", "withdrawn")
    with pytest.raises(WrongState, match="no longer"):
        offers.pick(world.context, offer.id, 0, BUYER)
    assert open_tasks(world) == [TaskKind.DECIDE]


def test_choice_stays_open_though_the_rating_was_raised(world: World) -> None:
    order_id = proposed(world)
    decisions.offer(world.context, world.case().id, world.owner)
    world.work()
    world.clock.move(minutes=5)
    world.rate(5, "baik", order_id)
    world.work()
    assert world.case().state == "closed"

    assert offers.pick(world.context, the_offer(world).id, 0, BUYER)
    world.work()

    assert (world.case().state, ours(world)) == ("closed", ["refund"])
    assert message_of(world, Step.CONFIRMATION).state == "sent"


def test_buyer_who_cannot_be_told_is_not_left_to_choose(world: World) -> None:
    proposed(world)
    opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)

    with pytest.raises(WrongState, match="cannot be written to"):
        decisions.offer(world.context, world.case().id, world.owner)


def test_buyer_who_wanted_silence_meanwhile_is_a_task(world: World) -> None:
    proposed(world)
    decisions.offer(world.context, world.case().id, world.owner)

    opt_out.opt_out(world.context, message_of(world, RECEIPT).id, BUYER)
    world.work()

    assert message_of(world, OFFER).state == "refused"
    assert open_tasks(world) == [TaskKind.MESSAGE]


@pytest.mark.parametrize("numbers", [[0], [0, 0], []])
def test_a_choice_has_two_remedies_that_differ(world: World, numbers: list[int]) -> None:
    proposed(world)

    with pytest.raises(WrongInput):
        decisions.offer(world.context, world.case().id, world.owner, numbers=numbers)
    assert world.case().make_goods == []


def test_platform_away_does_not_keep_the_buyer_from_picking(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offered(world)
    world.sandbox.ledger.change_setting("down", "1")
    monkeypatch.setattr(offers, "order_now", lambda context, offer_id: None)

    assert offers.pick(world.context, offer.id, 0, BUYER)

    assert the_offer(world).make_good.remedy.kind is REFUND


def test_choice_whose_platform_stays_away_goes_back_to_the_seller(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(world)

    def away(self: Sandbox, order_id: str) -> Order:
        raise Temporary("the shop is away", outcome="not_done")

    monkeypatch.setattr(Sandbox, "order", away)
    work_for(world, 24 * 9)

    assert (the_offer(world).state, world.case().state) == ("expired", "awaiting_approval")
    assert ours(world) == []


def test_what_the_platform_cannot_do_any_more_is_taken_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offered(world)
    order = Sandbox.order

    def without_refunds(self: Sandbox, order_id: str) -> Order:
        return replace(order(self, order_id), unavailable=frozenset({REFUND}))

    monkeypatch.setattr(Sandbox, "order", without_refunds)

    assert not offers.pick(world.context, offer.id, 0, BUYER)
    assert [option.position for option in the_offer(world).possible] == [1, 2]
    work_for(world, 24 * 8)
    assert ours(world) == ["voucher"]


def test_of_two_picks_made_at_once_one_counts(world: World) -> None:
    offer, other = offered(world), another_process(world)

    given = at_once(
        [
            partial(offers.pick, context, offer.id, position, BUYER)
            for position in (0, 1)
            for context in (world.context, other.context)
        ]
    )
    other.close()
    world.work()

    assert given.count(True) == 1
    assert all(each is True or isinstance(each, WrongState) for each in given)
    assert len(ours(world)) == 1
