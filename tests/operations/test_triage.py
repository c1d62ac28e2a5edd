"""CheckResult the order of a review: one is taken, several are listed, a person may name another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integrations.sandbox.ledger import add_order, leave_review
from service.domain.errors import NotFound, WrongInput, WrongState
from service.operations.cases.order_choice import choose_order
from service.operations.remedies import decisions
from tests.operations.steps import KETTLE, rated, refund, sell_to
from tests.world import World

SCARF = ("scarf", "Batik scarf", 14500000, "IDR")
EVERYTHING = {"IDR": {"each": 10**9, "shop_day": 10**10, "buyer_day": 10**10}}


def _also_bought(world: World, buyer_id: int, product: tuple[str, str, int, str] = KETTLE) -> int:
    with world.sandbox.ledger.write() as connection:
        return add_order(connection, buyer_id, product, world.clock.now())


def _unnamed_review(world: World) -> list[int]:
    """A review that names no order, of a buyer who bought the product twice."""
    first = sell_to(world)
    second = _also_bought(world, 1)
    _hide_order_of_review(world)
    leave_review(world.sandbox.ledger, first, 1, "rusak", world.clock.now())
    world.sandbox.sender.send_due()
    world.work()
    return [second, first]


def _hide_order_of_review(world: World) -> None:
    """The shop does not say which order a review belongs to."""
    rows: Callable[..., list[object]] = world.sandbox.ledger.rows

    def hidden(query: str, *values: object) -> list[object]:
        return [] if "JOIN review" in query else rows(query, *values)

    world.sandbox.ledger.rows = hidden


def test_only_candidate_is_taken(world: World) -> None:
    order_id = rated(world)

    assert (world.case().state, world.case().order_id) == ("awaiting_approval", str(order_id))


def test_several_candidates_are_listed_and_none_is_guessed(world: World) -> None:
    world.set_shop(automatic=EVERYTHING)
    orders = _unnamed_review(world)

    case = world.case()

    assert (case.state, case.order_id, case.make_goods) == ("awaiting_order", "", [])
    assert [int(candidate["id"]) for candidate in case.candidates] == orders
    assert world.ledger()["messages"] == []


def test_chosen_candidate_goes_on_to_a_proposal(world: World) -> None:
    _, chosen = _unnamed_review(world)

    choose_order(world.context, world.case().id, str(chosen), actor=world.owner)

    case = world.case()
    assert (case.state, case.order_id, case.candidates) == ("awaiting_approval", str(chosen), [])
    assert case.advice is None
    found = next(line for line in case.history if line.what == "order_found")
    assert found.actor == "seller:1"


def test_seller_types_the_number_when_no_order_fits(world: World) -> None:
    order_id = sell_to(world)
    _hide_order_of_review(world)
    leave_review(world.sandbox.ledger, order_id, 1, "rusak", world.clock.now())
    with world.sandbox.ledger.write() as connection:
        connection.execute("UPDATE orders SET product_id = 'old' WHERE id = ?", (order_id,))
    world.sandbox.sender.send_due()
    world.work()
    before = world.case().state

    choose_order(world.context, world.case().id, f" #SB-{order_id} ", actor=world.owner)

    assert (before, world.case().state) == ("awaiting_order", "awaiting_approval")


@pytest.mark.parametrize("typed", ["", "  ", "SB-999"])
def test_wrong_number_changes_nothing(world: World, typed: str) -> None:
    _unnamed_review(world)

    with pytest.raises((WrongInput, NotFound)):
        choose_order(world.context, world.case().id, typed, actor=world.owner)

    assert world.case().state == "awaiting_order"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda world: sell_to(world, name="Lain", email="lain@example.test"), "another buyer"),
        (lambda world: _also_bought(world, 1, SCARF), "not in this order"),
    ],
    ids=["another buyer", "another product"],
)
def test_doubtful_order_warns_and_waits_for_a_person(
    world: World, other: Callable[[World], int], said: str
) -> None:
    _unnamed_review(world)
    world.set_shop(automatic=EVERYTHING)

    order_id = other(world)
    choose_order(world.context, world.case().id, str(order_id), actor=world.owner)

    assert (world.case().state, said in str(world.case().doubt)) == ("awaiting_approval", True)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id, 1000))
    assert (world.case().state, world.case().doubt) == ("approved", None)


def test_order_stays_once_a_make_good_was_decided(world: World) -> None:
    order_id = rated(world)
    other = _also_bought(world, 1)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()

    with pytest.raises(WrongState):
        choose_order(world.context, world.case().id, str(other), actor=world.owner)
    assert world.case().order_id == str(order_id)


def test_platform_away_asks_the_seller_after_the_last_try(world: World) -> None:
    world.rate(1)
    world.sandbox.ledger.rows = lambda *_: 1 / 0

    for _ in range(40):
        world.clock.move(hours=1)
        world.work()

    assert (world.case().state, "Enter the order number" in str(world.case().advice)) == (
        "awaiting_order",
        True,
    )
