"""Two cases of one order: what one was promised counts for the other, and they go out in turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.money import Money
from integrations.remedies import REFUND, RESEND, VOUCHER, Remedy, RemedyKind
from integrations.sandbox import trouble
from integrations.sandbox.ledger import add_line, leave_review
from integrations.sandbox.seed import SCARF, sell
from integrations.sentence import Words
from jobs.drain import Drain
from service.db.models import Case
from service.db.shops import shop_queries
from service.domain.errors import WrongInput
from service.domain.staff.authority import OPERATOR
from service.operations.remedies import decisions, make_goods
from service.operations.shops import connections
from service.operations.shops.recovery import pause
from service.wiring import wire
from tests.operations.steps import KETTLE, sell_to, work_for
from tests.world import World

PAID = KETTLE[2] + SCARF[2]


@pytest.fixture(params=["sandbox", "sandbox-nokey", "sandbox-blind"])
def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[World]:
    made = World(database_url, tmp_path, adapter=request.param)
    yield made
    made.close()


def two_cases(world: World, order_id: int = 0) -> tuple[Case, Case]:
    """A buyer is content with neither of the two products of an order."""
    order_id = order_id or sell(world.sandbox.ledger, 1, world.clock.now())[0]
    line_id = add_line(world.sandbox.ledger, order_id, SCARF)
    for line in (0, line_id):
        leave_review(
            world.sandbox.ledger, order_id, 1, "Barang rusak", world.clock.now(), line_id=line
        )
    world.sandbox.sender.send_due()
    world.work()
    first, second = world.cases()[-2:]
    return first, second


def part(case: Case, percent: int, action: RemedyKind = REFUND) -> Remedy:
    """A share of the whole order for the case's line."""
    lines = tuple(
        line["id"] for line in case.order["lines"] if line["product_id"] == case.review.product_id
    )
    days = timedelta(days=30) if action is VOUCHER else None
    return Remedy(action, Money(PAID, "IDR").share(percent), lines, days)


def approve(world: World, case: Case, remedy: Remedy) -> None:
    decisions.approve(world.context, case.id, world.owner, changed=remedy)


def given(world: World) -> int:
    """Money that left for the order, whatever the shop still knows of it."""
    return sum(row["amount_minor"] for row in world.ledger()["made"] if row["action"] != "resend")


@pytest.mark.parametrize("action", [REFUND, VOUCHER])
def test_second_case_gets_what_the_first_has_left(world: World, action: RemedyKind) -> None:
    first, second = two_cases(world)
    approve(world, first, part(first, 80, action))

    with pytest.raises(WrongInput, match="promised already"):
        approve(world, second, part(second, 80))
    approve(world, second, part(second, 20))
    work_for(world, 2)

    assert given(world) == PAID
    assert [make_good.state for case in world.cases() for make_good in case.make_goods] == [
        "done",
        "done",
    ]


def test_what_was_done_is_counted_though_the_case_was_read_before(world: World) -> None:
    first, second = two_cases(world)
    approve(world, first, part(first, 80))
    work_for(world, 1)

    with pytest.raises(WrongInput, match="can still be refunded"):
        approve(world, second, part(second, 80))


def test_what_was_taken_back_is_free_again(world: World) -> None:
    first, second = two_cases(world)
    trouble.choose(world.sandbox.ledger, int(first.order_id), "permanent")
    approve(world, first, part(first, 80))
    world.work()
    make_goods.cancel(world.context, world.cases()[0].make_goods[0].id, actor=world.owner)
    trouble.choose(world.sandbox.ledger, int(first.order_id), "")

    approve(world, second, part(second, 80))
    work_for(world, 1)

    assert given(world) == Money(PAID, "IDR").share(80).amount_minor


def test_what_may_have_been_paid_is_counted(world: World) -> None:
    first, second = two_cases(world)
    trouble.choose(world.sandbox.ledger, int(first.order_id), "paid_then_failed")
    approve(world, first, part(first, 80))
    work_for(world, 1)

    with pytest.raises(WrongInput, match="promised already"):
        approve(world, second, part(second, 80))
    make_goods.done_by_hand(world.context, world.cases()[0].make_goods[0].id, actor=world.owner)
    with pytest.raises(WrongInput, match="promised already"):
        approve(world, second, part(second, 80))
    assert given(world) == Money(PAID, "IDR").share(80).amount_minor


def test_two_sellers_at_once_promise_no_more_than_there_is(world: World) -> None:
    first, second = two_cases(world)
    refused: list[str] = []

    def press(case: Case) -> None:
        try:
            approve(world, case, part(case, 80))
        except WrongInput as error:
            refused.append(error.message)

    pressing = [threading.Thread(target=press, args=(each,)) for each in (first, second)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    work_for(world, 1)

    assert len(refused) == 1
    assert given(world) == Money(PAID, "IDR").share(80).amount_minor


def _at_once(world: World) -> list[str]:
    """Two workers drain what waits; gives what the shop was doing at the same time for an order."""
    second = wire(world.wired.settings, clock=world.clock)
    inside: list[str] = []
    overlaps: list[str] = []
    serve = world._app

    def watched(environ: Any, start: Any) -> Any:
        path = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path != ("/sandbox/api/make-goods", "POST"):
            return serve(environ, start)
        if inside:
            overlaps.append("two at once")
        inside.append("one")
        try:
            return serve(environ, start)
        finally:
            inside.pop()

    world._app = watched
    drains = [Drain(each.context, 4, threading.Event()) for each in (world.wired, second)]
    working = [threading.Thread(target=drain.run) for drain in drains]
    for each in working:
        each.start()
    for each in working:
        each.join()
    second.close()
    return overlaps


def test_after_a_pause_they_leave_one_after_the_other(world: World) -> None:
    """The shop looks at what is left and books it later: two at once would both be paid."""
    world.sandbox.ledger.change_setting("careless_seconds", "0.4")
    first, second = two_cases(world)
    with world.context.database.transaction() as session:
        lane = shop_queries.lane(session, world.connection_id, outward=True)
        pause(session, lane, Words("the key is wrong"), now=world.clock.now())
    approve(world, first, part(first, 50))
    approve(world, second, part(second, 50))
    world.work()
    before = given(world)
    connections.resume(world.context, world.connection_id, OPERATOR)

    overlaps = _at_once(world)
    work_for(world, 1)

    assert (before, overlaps) == (0, [])
    assert given(world) == PAID


def test_resend_is_not_approved_beyond_what_is_left(world: World) -> None:
    first, second = two_cases(world)
    approve(world, first, part(first, 80))
    work_for(world, 1)

    with pytest.raises(WrongInput, match="left"):
        approve(world, second, part(second, 1, RESEND))
    assert [row["action"] for row in world.ledger()["made"]] == ["refund"]


def test_orders_of_two_buyers_do_not_wait_for_each_other(world: World) -> None:
    first, _ = two_cases(world)
    other = sell_to(world)
    world.rate(1, order_id=other)
    world.work()
    apart = world.cases()[-1]
    approve(world, first, part(first, 50))
    trouble.choose(world.sandbox.ledger, int(first.order_id), "temporary")
    decisions.approve(
        world.context,
        apart.id,
        world.owner,
        changed=Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{other}",)),
    )
    world.work()

    assert [make_good.state for make_good in world.cases()[-1].make_goods] == ["done"]
