"""Orders, refunds on the buyer's return, and vouchers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.contract import ByHand, Done, GivenVoucher, Pending, VoucherUse
from integrations.errors import Permanent, Rejected, Temporary
from integrations.money import Money
from integrations.remedies import REFUND, VOUCHER
from tests.integrations.shopee.conftest import Trial

PAID = Money.of(150_000, "IDR")


def test_order_is_in_whole_rupiah_and_shows_what_is_left(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.returns[trial.shop.open_return(order_sn, 50_000.0)]["status"] = "ACCEPTED"
    trial.shop.returns[trial.shop.open_return(order_sn, 50_000.0)]["status"] = "CANCELLED"

    order = trial.adapter.order_by_number(f"#{order_sn.lower()} ")

    assert (order.paid, order.left, order.step) == (PAID, Money.of(100_000, "IDR"), 100)
    assert (order.buyer.id, order.buyer.name, order.buyer.country) == ("9193214", "sari", "ID")
    assert [(line.id, line.name, line.paid) for line in order.lines] == [
        ("2600144043:2600144043:0", "Teko", PAID)
    ]
    assert order.unavailable == frozenset()


def test_refund_is_not_proposed_when_no_return_can_be_opened(trial: Trial) -> None:
    late, cancelled = trial.shop.sell(days=-1), trial.shop.sell()
    trial.shop.orders[cancelled]["order_status"] = "CANCELLED"

    assert trial.adapter.order(late).unavailable == {REFUND}
    assert trial.adapter.order(cancelled).unavailable == {REFUND}


def test_unknown_order_is_refused(trial: Trial) -> None:
    with pytest.raises(Rejected, match="no order of this number"):
        trial.adapter.order("220810QSK8S7BX")


def test_refund_waits_for_the_buyers_return_until_the_platforms_last_day(trial: Trial) -> None:
    order_sn = trial.shop.sell(days=20)

    result = trial.adapter.act(trial.refund(order_sn))

    assert isinstance(result, Pending)
    assert result.buyer_until == trial.clock.now() + timedelta(days=20)
    assert result.until == trial.clock.now() + timedelta(hours=6)
    assert order_sn in str(result.text)
    assert trial.adapter.find(trial.refund(order_sn)) is None


def test_usual_days_count_where_the_platform_names_no_last_day(trial: Trial) -> None:
    trial.entries["return_days"] = "7"
    order_sn = trial.shop.sell(days=None)

    result = trial.adapter.act(trial.refund(order_sn))

    assert isinstance(result, Pending)
    assert result.buyer_until == trial.clock.now() + timedelta(days=4)


def test_return_of_the_approved_amount_is_granted_once(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    return_sn = trial.shop.open_return(order_sn)

    first = trial.adapter.act(trial.refund(order_sn))
    again = trial.adapter.act(trial.refund(order_sn, return_sn=return_sn))

    assert first == again == Done(return_sn)
    assert trial.adapter.find(trial.refund(order_sn)) == Done(return_sn, already=True)
    assert trial.shop.calls.count("/api/v2/returns/confirm") == 1


def test_grant_whose_answer_was_lost_is_found(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    return_sn = trial.shop.open_return(order_sn)
    trial.shop.break_after = {"/api/v2/returns/confirm"}

    with pytest.raises(Temporary) as raised:
        trial.adapter.act(trial.refund(order_sn))

    assert raised.value.outcome == "unknown"
    assert trial.adapter.find(trial.refund(order_sn)) == Done(return_sn, already=True)


@pytest.mark.parametrize("needs_logistics", [True, False])
def test_part_is_offered_and_waits_for_the_buyer_to_accept(
    trial: Trial, needs_logistics: bool
) -> None:
    order_sn = trial.shop.sell()
    return_sn = trial.shop.open_return(order_sn, needs_logistics=needs_logistics)
    offered = trial.adapter.act(trial.refund(order_sn, 60_000))
    waits = trial.adapter.act(trial.refund(order_sn, 60_000, return_sn=return_sn))
    trial.shop.accept_offer(return_sn)

    assert isinstance(offered, Pending)
    assert isinstance(waits, Pending)
    assert (offered.progress, waits.progress) == ({"return_sn": return_sn},) * 2
    assert waits.buyer_until == trial.clock.now() + timedelta(days=2)
    assert trial.adapter.act(trial.refund(order_sn, 60_000)) == Done(return_sn)
    assert trial.shop.calls.count("/api/v2/returns/offer") == 1


def test_less_than_was_approved_is_for_the_seller_to_decide_again(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.open_return(order_sn, 90_000.0)

    with pytest.raises(Rejected, match=r"90000\.00 IDR"):
        trial.adapter.act(trial.refund(order_sn))


def test_refund_of_another_amount_is_compared_by_a_person(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.returns[trial.shop.open_return(order_sn, 90_000.0)]["status"] = "ACCEPTED"

    with pytest.raises(Permanent, match="compare it there") as raised:
        trial.adapter.find(trial.refund(order_sn))

    assert raised.value.outcome == "unknown"


@pytest.mark.parametrize(
    ("status", "says"),
    [("JUDGING", "decides"), ("SELLER_DISPUTE", "decides"), ("PROCESSING", "under way")],
)
def test_return_that_is_under_way_is_looked_at_again(trial: Trial, status: str, says: str) -> None:
    order_sn = trial.shop.sell()
    trial.shop.returns[trial.shop.open_return(order_sn)]["status"] = status

    result = trial.adapter.act(trial.refund(order_sn))

    assert isinstance(result, Pending)
    assert (result.buyer_until, says in str(result.text)) == (None, True)


def test_closed_return_is_looked_at_by_a_person(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    trial.shop.returns[trial.shop.open_return(order_sn)]["status"] = "CLOSED"

    with pytest.raises(Permanent, match="Seller Centre"):
        trial.adapter.act(trial.refund(order_sn))


def test_return_taken_back_is_none_and_a_late_one_is_refused(trial: Trial) -> None:
    order_sn = trial.shop.sell(days=2)
    trial.shop.returns[trial.shop.open_return(order_sn)]["status"] = "CANCELLED"
    waiting = trial.adapter.act(trial.refund(order_sn))
    request = trial.refund(order_sn)
    trial.clock.move(days=3)
    trial.shop.tokens.access["access-1"] = trial.clock.now() + timedelta(hours=1)

    assert isinstance(waiting, Pending)
    with pytest.raises(Rejected, match="no return in time"):
        trial.adapter.act(request)


def test_offer_that_no_program_may_make_is_by_hand(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_sn = trial.shop.sell()
    return_sn = trial.shop.open_return(order_sn, needs_logistics=True)
    nothing = {"response": {"return_sn": return_sn, "offer_refund": {"eligibility": False}}}
    monkeypatch.setattr(trial.shop, "_returns_get_available_solutions", lambda request: nothing)

    result = trial.adapter.act(trial.refund(order_sn))

    assert isinstance(result, ByHand)
    assert return_sn in str(result.text)


def test_voucher_is_hidden_good_once_and_named_by_the_reference(trial: Trial) -> None:
    request = trial.asked(VOUCHER, trial.shop.sell(), 25_000)

    result = trial.adapter.act(request)

    [made] = trial.shop.vouchers
    assert (made["voucher_name"], made["usage_quantity"]) == ("MG-7F3K2Q-1", 1)
    assert (made["discount_amount"], made["display_channel_list"]) == (25_000.0, [])
    assert result == Done(str(made["voucher_id"]), code=made["voucher_code"])
    assert len(made["voucher_code"]) == len("TOKO") + 5


def test_use_of_a_voucher_is_asked_by_its_number(trial: Trial) -> None:
    made = trial.adapter.act(trial.asked(VOUCHER, trial.shop.sell(), 25_000))
    assert isinstance(made, Done)
    given = GivenVoucher(made.code, made.vendor_id, "k")
    assert trial.adapter.voucher_use(given) == VoucherUse(used=False)

    trial.shop.vouchers[0]["current_usage"] = 1

    assert trial.adapter.voucher_use(given) == VoucherUse(used=True)


def test_use_of_a_voucher_made_by_hand_or_not_counted_is_not_known(trial: Trial) -> None:
    made = trial.adapter.act(trial.asked(VOUCHER, trial.shop.sell(), 25_000))
    assert isinstance(made, Done)
    del trial.shop.vouchers[0]["current_usage"]
    calls = len(trial.shop.calls)

    assert trial.adapter.voucher_use(GivenVoucher(made.code, "", "k")) is None
    assert len(trial.shop.calls) == calls
    assert trial.adapter.voucher_use(GivenVoucher(made.code, made.vendor_id, "k")) is None


def test_voucher_whose_answer_was_lost_is_found_and_not_made_twice(trial: Trial) -> None:
    request = trial.asked(VOUCHER, trial.shop.sell(), 25_000)
    trial.shop.break_after = {"/api/v2/voucher/add_voucher"}

    with pytest.raises(Temporary) as raised:
        trial.adapter.act(request)
    found = trial.adapter.find(request)

    assert raised.value.outcome == "unknown"
    assert isinstance(found, Done)
    assert (found.already, found.code) == (True, trial.shop.vouchers[0]["voucher_code"])


def test_voucher_with_other_terms_is_compared_by_a_person(trial: Trial) -> None:
    request = trial.asked(VOUCHER, trial.shop.sell(), 25_000)
    trial.adapter.act(request)
    trial.shop.vouchers[0]["discount_amount"] = 20_000.0

    with pytest.raises(Permanent, match="another amount"):
        trial.adapter.find(request)


def test_vouchers_are_looked_through_page_by_page(trial: Trial) -> None:
    request = trial.asked(VOUCHER, trial.shop.sell(), 25_000)
    others = [
        {
            "voucher_id": number,
            "voucher_name": "x",
            "voucher_code": f"C{number}",
            "reward_type": 1,
            "usage_quantity": 9,
            "discount_amount": 1.0,
            "end_time": 1800000000,
        }
        for number in range(120)
    ]
    trial.shop.vouchers.extend(others)
    trial.adapter.act(request)

    assert isinstance(trial.adapter.find(request), Done)
    trial.shop.vouchers.pop()
    assert trial.adapter.find(request) is None
