"""An order under the same proof as a make-good: two cases of one order, approved together or let go
together after a pause, in a process that dies at every point, at a shop that books without a lock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import select

from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import trouble
from integrations.sandbox.ledger import add_line, leave_review
from integrations.sandbox.seed import KETTLE, SCARF, sell
from integrations.sentence import Words
from service.db.models import Case, MakeGood
from service.db.outbox.claims import LEASE
from service.db.shops import shop_queries
from service.domain.errors import WrongInput, WrongState
from service.domain.staff.authority import OPERATOR
from service.operations.remedies import decisions, make_goods
from service.operations.shops import connections
from service.operations.shops.recovery import pause
from service.operations.staff import tokens
from tests.faults import promises
from tests.faults.flows import SOON
from tests.faults.line import Line
from tests.faults.matrix import FULL, points_of
from tests.faults.pair import errand_for
from tests.faults.trial import wait_for_backends
from tests.faults.zygote import Ending, Zygote
from tests.world import World

PAID = KETTLE[2] + SCARF[2]
SHARES = {"fit": (50, 50), "do not fit": (80, 80)}
WORK: list[list[Any]] = [["work"], ["move", 6], ["work"]]
FEWEST = 10


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(params=["sandbox", "sandbox-nokey", "sandbox-blind"] if FULL else ["sandbox-nokey"])
def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(logging.getLogger("werkzeug"), "disabled", True))
        made = World(database_url, tmp_path, adapter=request.param)
        stack.callback(made.close)
        made.set_shop(follow_ups=SOON)
        made.sandbox.ledger.change_setting("careless_seconds", "0.02")
        made.work()
        yield made


def _two_cases(world: World) -> list[Case]:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    line_id = add_line(world.sandbox.ledger, order_id, SCARF)
    for line in (0, line_id):
        leave_review(world.sandbox.ledger, order_id, 1, "Rusak", world.clock.now(), line_id=line)
    world.sandbox.sender.send_due()
    world.work()
    return world.cases()[-2:]


def _share(case: Case, percent: int) -> Remedy:
    lines = tuple(
        line["id"] for line in case.order["lines"] if line["product_id"] == case.review.product_id
    )
    return Remedy(REFUND, Money(PAID, "IDR").share(percent), lines)


def _steps(cases: list[Case], shares: tuple[int, int]) -> list[list[Any]]:
    """A program approves both, and the process carries them out."""
    pressed = []
    for case, percent in zip(cases, shares, strict=True):
        remedy = _share(case, percent)
        changed = {
            "action": "refund",
            "amount_minor": PAID * percent // 100,
            "currency": "IDR",
            "line_ids": list(remedy.line_ids),
        }
        pressed.append(["approve_case", case.reference, changed])
    return [*pressed, *WORK]


def _press(world: World, cases: list[Case], shares: tuple[int, int]) -> None:
    """The seller presses both, also what was pressed before."""
    for case, percent in zip(cases, shares, strict=True):
        with suppress(WrongInput, WrongState):
            decisions.approve(world.context, case.id, world.owner, changed=_share(case, percent))


def _made_for(world: World, order_id: int) -> list[MakeGood]:
    """The make-goods of one order: those of all that went before would take ever longer to read."""
    of_order = select(MakeGood).where(MakeGood.order_id == str(order_id)).order_by(MakeGood.id)
    with world.context.database.reading() as session:
        return list(session.scalars(of_order))


def _live_on(world: World, order_id: int) -> None:
    """Other workers go on, and the seller looks at the provider where only that helps."""
    for _ in range(12):
        world.clock.move(minutes=6)
        world.work()
        for made in _made_for(world, order_id):
            if made.state == "unknown":
                paid = [row for row in _books(world) if row["reference"] == made.reference]
                if paid:
                    make_goods.done_by_hand(world.context, made.id, actor=world.owner)
                else:
                    make_goods.try_again(
                        world.context, made.id, actor=world.owner, surely_not_done=True
                    )


def _books(world: World) -> list[dict[str, Any]]:
    """What the payment provider paid, whatever the shop remembers."""
    return list(world.ledger()["made"])


def _check(world: World, cases: list[Case], shares: tuple[int, int]) -> None:
    promises.nothing_is_held(world)
    order_id = int(cases[0].order_id)
    paid = [row for row in _books(world) if row["order_id"] == order_id]
    references = [row["reference"] for row in paid]
    goods = _made_for(world, order_id)

    assert sum(row["amount_minor"] for row in paid) <= PAID, "more was paid than the order"
    assert len(references) == len(set(references)), "one was paid twice"
    done = {made.reference for made in goods if made.state == "done"}
    assert set(references) == done, "the books differ"
    assert len(done) == (2 if sum(shares) <= 100 else 1), [made.state for made in goods]


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES)
@pytest.mark.parametrize("flow", ["together", "after a pause"])
@pytest.mark.parametrize("name", ["", "acted_500", "paid_then_failed"])
def test_order_is_never_overpaid_whenever_a_process_dies(
    world: World,
    zygote: Zygote,
    database_url: str,
    shares: tuple[int, int],
    flow: str,
    name: str,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> None:
    line, token = Line(world._server), tokens.add_token(world.context, world.owner, "orders")

    def life(point: int) -> Ending:
        cases = _two_cases(world)
        trouble.choose(world.sandbox.ledger, int(cases[0].order_id), name)
        steps = _steps(cases, shares)
        if flow == "after a pause":
            with world.context.database.transaction() as session:
                lane = shop_queries.lane(session, world.connection_id, outward=True)
                pause(session, lane, Words("the key is wrong"), now=world.clock.now())
            _press(world, cases, shares)
            connections.resume(world.context, world.connection_id, OPERATOR)
            steps = WORK
        errand = replace(errand_for(world, database_url, steps, point), token=token)
        ending = zygote.run(errand)
        line.wait_until_idle()
        if not database_url.startswith("sqlite"):
            wait_for_backends(database_url)
        world.clock.move(seconds=LEASE.total_seconds() + 1)
        world.work()
        _press(world, cases, shares)
        _live_on(world, int(cases[0].order_id))
        _check(world, cases, shares)
        return ending

    counted = life(0).points
    died = sum(life(point).died for point in points_of(counted, len(request.node.name)))

    assert counted >= FEWEST
    record_property("points", died)
