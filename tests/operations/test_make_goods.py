"""A make-good is carried out once, or is shown: on every kind of platform, after every outcome."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import trouble
from service.db.models import Kind
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.domain.errors import OverLimit, WrongInput, WrongState
from service.domain.staff.authority import Limit, SellerRole
from service.operations.outbox import runner
from service.operations.outbox.call_out import make_call
from service.operations.remedies import decisions, make_goods
from tests.world import World

KINDS = ("sandbox", "sandbox-nokey", "sandbox-nolookup", "sandbox-blind")


@pytest.fixture(params=KINDS)
def kind_world(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> Iterator[World]:
    made = World(database_url, tmp_path, adapter=request.param)
    yield made
    made.close()


def _refund(world: World, order_id: int, minor: int = 1_000_000) -> Remedy:
    return Remedy(REFUND, Money(minor, "IDR"), (f"l{order_id}",))


def _approved(world: World, name: str = "") -> int:
    order_id = world.rate(1)
    world.work()
    trouble.choose(world.sandbox.ledger, order_id, name)
    decisions.approve(world.context, world.case().id, world.owner, changed=_refund(world, order_id))
    return order_id


def _work_for_hours(world: World, hours: int = 30) -> None:
    for _ in range(hours):
        world.work()
        world.clock.move(hours=1)


@pytest.mark.parametrize("name", ["", "temporary", "busy"])
def test_done_once_when_the_platform_says_so(kind_world: World, name: str) -> None:
    _approved(kind_world, name)

    _work_for_hours(kind_world, 4)

    # A 503 leaves the outcome open; where the platform cannot be asked, a person has to look.
    unsure = kind_world.connection().adapter == "sandbox-blind" and name == "temporary"
    assert len(kind_world.ledger()["made"]) == (0 if unsure else 1)
    assert kind_world.case().make_goods[0].state == ("unknown" if unsure else "done")


@pytest.mark.parametrize("name", ["acted_500", "acted_dropped"])
def test_done_once_when_the_outcome_was_hidden(kind_world: World, name: str) -> None:
    _approved(kind_world, name)

    _work_for_hours(kind_world, 4)

    make_good = kind_world.case().make_goods[0]
    blind = kind_world.connection().adapter == "sandbox-blind"
    assert len(kind_world.ledger()["made"]) == 1
    assert make_good.state == ("unknown" if blind else "done")


def test_refused_make_good_awaits_another_decision_and_says_why(world: World) -> None:
    _approved(world, "permanent")

    world.work()

    case = world.case()
    assert (case.state, case.make_goods[0].state) == ("awaiting_approval", "refused")
    assert "cannot be changed" in str(case.make_goods[0].todo)
    assert world.ledger()["made"] == []


def test_task_is_left_when_the_gateway_cannot_refund(world: World) -> None:
    _approved(world, "gateway")

    world.work()

    make_good = world.case().make_goods[0]
    assert (world.case().state, make_good.state) == ("approved", "to_finish")
    assert make_good.todo
    assert "update_invitation" not in [message.step for message in world.case().messages]


def test_seller_ends_a_task_by_hand(world: World) -> None:
    _approved(world, "gateway")
    world.work()

    make_goods.done_by_hand(world.context, world.case().make_goods[0].id, actor=world.owner)

    assert world.case().state == "following_up"


@pytest.mark.parametrize("kind_world", ["sandbox-blind"], indirect=True)
def test_blind_platform_waits_for_the_seller_to_look(kind_world: World) -> None:
    _approved(kind_world, "temporary")
    kind_world.work()
    make_good = kind_world.case().make_goods[0]
    with pytest.raises(WrongState):
        make_goods.try_again(
            kind_world.context, make_good.id, actor=kind_world.owner, surely_not_done=False
        )
    trouble.choose(kind_world.sandbox.ledger, int(kind_world.case().order_id), "")

    make_goods.try_again(
        kind_world.context, make_good.id, actor=kind_world.owner, surely_not_done=True
    )
    kind_world.work()

    assert len(kind_world.ledger()["made"]) == 1
    assert kind_world.case().make_goods[0].state == "done"


def test_two_sellers_approving_at_once_have_one_effect(world: World) -> None:
    order_id = world.rate(1)
    world.work()
    case_id, refused = world.case().id, []

    def approve() -> None:
        try:
            decisions.approve(world.context, case_id, world.owner, changed=_refund(world, order_id))
        except WrongState as error:
            refused.append(error)

    sellers = [threading.Thread(target=approve) for _ in range(4)]
    for seller in sellers:
        seller.start()
    for seller in sellers:
        seller.join()
    world.work()

    assert (len(refused), len(world.ledger()["made"])) == (3, 1)


def test_overtaken_worker_that_wakes_up_does_nothing(world: World) -> None:
    _approved(world)
    with world.context.database.transaction() as session:
        held = claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=9)
    mine = next(each for each in held if each.kind is Kind.MAKE_GOOD)
    world.clock.move(seconds=61)
    world.work()

    calls = list(runner.advance(world.context, [], [mine]))

    assert calls == []
    assert len(world.ledger()["made"]) == 1


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_what_came_of_a_call_waits_for_nobody_who_adds_up_money(world: World) -> None:
    """Whoever promises money of a shop locks it. What was carried out promises none."""
    _approved(world)
    with world.context.database.transaction() as session:
        held = claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=0)
    (out,) = runner.advance(world.context, [], held)
    answer: Future[Any] = Future()
    answer.set_result(make_call(world.context, out))
    out.answer = answer

    with world.context.database.transaction() as session:
        shop_queries.lock_shops(session, [world.shop_id])
        list(runner.advance(world.context, [out], []))

    assert world.case().make_goods[0].state == "done"


def test_approved_make_good_goes_out_though_the_rating_was_raised(world: World) -> None:
    order_id = _approved(world)

    world.rate(5, "baik", order_id)
    world.work()

    assert world.case().close_reason == "recovered"
    assert len(world.ledger()["made"]) == 1


def test_agent_is_stopped_above_the_limit(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": Limit(500_000)})
    order_id = world.rate(1)
    world.work()
    case_id = world.case().id

    with pytest.raises(OverLimit):
        decisions.approve(world.context, case_id, agent, changed=_refund(world, order_id))
    decisions.approve(world.context, case_id, agent, changed=_refund(world, order_id, 500_000))

    assert world.case().state == "approved"


def test_refund_above_what_is_left_is_refused(world: World) -> None:
    order_id = world.rate(1)
    world.work()

    with pytest.raises(WrongInput):
        decisions.approve(
            world.context, world.case().id, world.owner, changed=_refund(world, order_id, 10**12)
        )


def test_small_ones_go_by_themselves_up_to_the_daily_cap(world: World) -> None:
    most = {"each": 30_000_000, "shop_day": 30_000_000, "buyer_day": 30_000_000}
    world.set_shop(automatic={"IDR": most})
    for _ in range(2):
        world.rate(1)
        world.work()

    assert [case.state for case in world.cases()] == ["following_up", "awaiting_approval"]
    assert [case.decisions[0].actor for case in world.cases()[:1]] == ["limit"]
