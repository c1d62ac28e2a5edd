"""Refunds: money moves once, or a person looks at the payment provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from integrations.errors import Permanent, Temporary
from integrations.remedies import REFUND
from integrations.woocommerce import refunds
from tests.integrations.reading import left
from tests.integrations.woocommerce.samples import NOW, PretendShop, adapter, asked, order

UNSUPPORTED = "The payment gateway for this order does not support automatic refunds."


@pytest.fixture(name="shop")
def _shop() -> Iterator[PretendShop]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield PretendShop(wire)


def test_refund_carries_its_reference_and_never_restocks(shop: PretendShop) -> None:
    result = adapter().act(asked(REFUND))

    [made] = shop.refunds
    assert (made["amount"], made["reason"]) == ("9.95", "Makegood MG-7F3K2Q-1")
    assert (made["restocked"], made["refunded_payment"], left(result)) == (False, True, None)


def test_refund_is_only_recorded_and_a_task_when_the_gateway_cannot_refund(
    shop: PretendShop,
) -> None:
    shop.gateway_refunds = False

    result = adapter().act(asked(REFUND))

    assert "pay the buyer back by hand" in str(left(result))
    assert (shop.posts(), shop.paid) == (["orders/13/refunds"], [])


@pytest.mark.parametrize("method", ["", "gone"], ids=["no gateway", "a gateway since removed"])
def test_refund_is_only_recorded_when_there_is_no_gateway(shop: PretendShop, method: str) -> None:
    shop.orders[13] = order(13, payment_method=method)

    result = adapter().act(asked(REFUND))

    assert left(result)
    assert shop.paid == []


def test_refund_is_recorded_when_the_gateway_turns_out_to_refuse_it(shop: PretendShop) -> None:
    shop.gateway_says = UNSUPPORTED

    result = adapter().act(asked(REFUND))

    sent = [
        json.loads(request.body or "{}")["api_refund"]
        for request in shop.requests
        if request.method == "POST"
    ]
    assert sent == [True, False]
    assert (len(shop.refunds), left(result) is not None) == (1, True)


def test_person_looks_at_the_provider_when_the_gateway_failed_whatever_it_says(
    shop: PretendShop,
) -> None:
    shop.gateway_says = "Waktu habis."

    with pytest.raises(Permanent, match=r"provider may have paid.*Waktu habis") as caught:
        adapter().act(asked(REFUND))
    assert caught.value.outcome == "unknown"

    assert shop.posts() == ["orders/13/refunds"]


def test_outcome_stays_unknown_when_another_refund_took_what_was_left_meanwhile(
    shop: PretendShop,
) -> None:
    """What is left then says nothing of what the gateway did for this one."""

    def refunded_by_another(number: int) -> dict[str, Any]:
        kept = dict(shop.orders[number])
        if shop.posts():
            kept["refunds"] = [{"id": 1, "reason": "", "total": f"-{kept['total']}"}]
        return kept

    shop.gateway_says, shop.read_order = "Waktu habis.", refunded_by_another

    with pytest.raises(Permanent) as caught:
        adapter().act(asked(REFUND))

    assert caught.value.outcome == "unknown"


def test_refund_that_stands_is_found_when_the_shop_called_it_a_failure(shop: PretendShop) -> None:
    shop.gateway_says, shop.keeps_failed_refund = "Undefined index", True

    result = adapter().act(asked(REFUND))

    assert result.already
    assert (shop.posts(), shop.paid) == (["orders/13/refunds"], ["9.95"])


def test_outcome_stays_unknown_when_the_shop_cannot_be_looked_at_after_a_failure(
    shop: PretendShop,
) -> None:
    shop.gateway_says, shop.down_from = "Undefined index", 4

    with pytest.raises(Temporary) as caught:
        adapter().act(asked(REFUND))

    assert caught.value.outcome == "unknown"
    assert shop.posts() == ["orders/13/refunds"]


def test_nothing_was_done_when_the_shop_broke_before_the_refund_was_asked_for(
    shop: PretendShop,
) -> None:
    shop.down_from = 2

    with pytest.raises(Temporary) as caught:
        adapter().act(asked(REFUND))

    assert caught.value.outcome == "not_done"
    assert shop.posts() == []


def test_refund_asked_for_twice_is_made_once(shop: PretendShop) -> None:
    first = adapter().act(asked(REFUND))
    again = adapter().act(asked(REFUND))

    assert (again.vendor_id, again.already) == (first.vendor_id, True)
    assert shop.paid == ["9.95"]


def test_refund_is_surely_not_done_only_where_no_gateway_could_have_paid(
    shop: PretendShop,
) -> None:
    with pytest.raises(Permanent, match="MG-7F3K2Q-1"):
        adapter().find(asked(REFUND))
    shop.gateway_refunds = False

    assert adapter().find(asked(REFUND)) is None


def test_refund_is_refused_when_less_is_left(shop: PretendShop) -> None:
    adapter().act(asked(REFUND, 1000))

    with pytest.raises(Permanent, match=r"9\.90 EUR"):
        adapter().act(asked(REFUND, 1000, number=2))

    assert shop.paid == ["10.00"]


def test_refusal_is_for_good_when_the_shop_says_too_much_and_shows_enough(
    shop: PretendShop,
) -> None:
    shop.gateway_says = "Invalid refund amount."

    with pytest.raises(Permanent, match="Look at the refunds"):
        adapter().act(asked(REFUND))


def test_other_refund_taken_meanwhile_is_named_when_too_much_is_asked(shop: PretendShop) -> None:
    shop.orders[13]["total"] = "30.00"
    wanted = asked(REFUND, 2000)
    shop.gateway_says = "Invalid refund amount."
    real = shop.orders[13]
    calls = iter([real, {**real, "refunds": [{"id": 1, "reason": "x", "total": "-25.00"}]}])
    shop.read_order = lambda number: next(calls)

    with pytest.raises(Permanent, match=r"only 5\.00 EUR"):
        adapter().act(wanted)


def test_refund_that_waits_for_its_gateway_is_looked_at_again_later(shop: PretendShop) -> None:
    shop.gateway_waits, shop.break_after = True, {"refunds"}
    with pytest.raises(Temporary):
        adapter().act(asked(REFUND))

    with pytest.raises(Temporary, match="waits for its payment provider"):
        adapter().find(asked(REFUND))
    shop.refunds[0]["refunded_payment"] = True
    confirmed = adapter().find(asked(REFUND))

    assert confirmed is not None
    assert (left(confirmed), shop.posts()) == (None, ["orders/13/refunds"])


def test_refund_its_gateway_never_confirmed_is_a_task_after_its_time(shop: PretendShop) -> None:
    shop.gateway_waits, shop.refunded_at = True, NOW - refunds.SETTLES
    adapter().act(asked(REFUND))

    found = adapter().find(asked(REFUND))

    assert found is not None
    assert "no payment provider confirmed it" in str(left(found))
