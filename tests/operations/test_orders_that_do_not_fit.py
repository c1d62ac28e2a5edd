"""Orders that do not fit the review they were found for, by what the shop says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.contract import Buyer, Order, OrderQuery
from integrations.money import Money
from integrations.sandbox import Sandbox
from integrations.sandbox.ledger import add_line
from integrations.sandbox.seed import SCARF, sell
from service.operations.cases.order_choice import choose_order
from service.operations.remedies import decisions
from tests.operations.steps import refund, work_for
from tests.operations.test_doubts import EVERYTHING, nothing_happened, told_to
from tests.world import START, World


@pytest.fixture(autouse=True)
def _by_itself(world: World) -> None:
    """Whatever may go by itself does."""
    world.set_shop(automatic=EVERYTHING)


@pytest.mark.parametrize(
    ("order_changes", "review_changes", "said"),
    [
        ({"placed_at": START + timedelta(days=1)}, {}, "after the review"),
        ({"status": "Cancelled"}, {}, "Cancelled"),
        ({"status": "on-hold"}, {}, "on-hold"),
        ({"left": Money(20_000_000, "IDR")}, {}, "paid back"),
        ({"left": Money(0, "IDR")}, {}, "paid back"),
        ({"buyer": Buyer(name="Sari")}, {}, "who wrote it"),
        ({}, {"buyer": Buyer(name="Sari")}, "who wrote it"),
        (
            {"buyer": Buyer(id="Guest", email="else@example.test")},
            {"buyer": Buyer(id="guest", email="sari@example.test")},
            "another buyer",
        ),
    ],
)
def test_order_that_speaks_against_itself_is_for_a_person(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    order_changes: dict[str, Any],
    review_changes: dict[str, Any],
    said: str,
) -> None:
    number = str(sell(world.sandbox.ledger, 1, world.clock.now())[0])
    monkeypatch.setattr(
        Sandbox,
        "orders_for",
        lambda self, query: [replace(Sandbox.order(self, number), **order_changes)],
    )
    told_to(world, **review_changes)
    work_for(world, 48)

    assert said in str(world.case().doubt)
    assert nothing_happened(world)


def test_line_of_which_none_is_left_is_not_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = str(sell(world.sandbox.ledger, 1, world.clock.now())[0])

    def without_pieces(self: Sandbox, query: OrderQuery) -> list[Order]:
        order = Sandbox.order(self, number)
        return [replace(order, lines=tuple(replace(line, quantity=0) for line in order.lines))]

    monkeypatch.setattr(Sandbox, "orders_for", without_pieces)
    told_to(world)

    assert "not in this order" in str(world.case().doubt)
    assert nothing_happened(world)


def test_own_refund_of_an_order_is_no_doubt_about_its_next_complaint(world: World) -> None:
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    add_line(world.sandbox.ledger, order_id, SCARF)
    world.set_shop(automatic={})
    told_to(world, order_ids=(str(order_id),))
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))
    world.work()
    world.set_shop(automatic=EVERYTHING)
    told_to(world, order_ids=(str(order_id),), review_id="other-2", product_id=SCARF[0])

    assert world.cases()[-1].doubt is None


def test_order_named_twice_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = str(sell(world.sandbox.ledger, 1, world.clock.now())[0])
    monkeypatch.setattr(
        Sandbox, "orders_for", lambda self, query: [Sandbox.order(self, number)] * 2
    )
    told_to(world)

    assert (world.case().order_id, world.case().doubt) == (number, None)


@pytest.mark.parametrize(
    "typed", ["\u200eSB-{}\u202c", " ＃SB-{} ", "\ufeffSB-{}\u00a0", "ＳＢ-{}"]
)
def test_order_number_copied_from_elsewhere_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    number = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    monkeypatch.setattr(Sandbox, "orders_for", lambda self, query: [])
    told_to(world)

    choose_order(world.context, world.case().id, typed.format(number), actor=world.owner)

    assert world.case().order_id == str(number)
