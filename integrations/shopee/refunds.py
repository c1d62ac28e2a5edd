"""Refunds: there is no call by which a seller begins one. The buyer opens a return, which is then
granted, or answered with an offer of the approved amount. Until then the make-good waits for the buyer.

Reference: open.shopee.com, "Return & refund management" (v2.returns.*).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.base.orders import existing
from integrations.base.terms import AMOUNT, same_terms
from integrations.contract import ActionRequest, ActionResult, ByHand, Done, Pending, Refused
from integrations.errors import Permanent, Rejected
from integrations.json_input import digits
from integrations.money import Money
from integrations.sentence import N_, Text
from integrations.shopee.orders import Orders
from integrations.shopee.schemas import ReturnIn, ReturnMadeIn, SolutionsIn

LOOK_AGAIN = timedelta(hours=6)
"""Between looks, where no push comes."""
SETTLING = timedelta(minutes=2)
"""What was just granted may show only a moment later."""
OPEN_A_RETURN = N_(
    "The buyer has to open a return of %(amount)s for order %(number)s in Shopee, then it is granted."
    " Tell them how: My purchases, the order, Return/Refund."
)
OFFERED = N_("The buyer has to accept the refund of %(amount)s that Shopee offers them now.")
WITH_SHOPEE = Text("Shopee looks at the return itself and decides.")
ON_ITS_WAY = Text("The return is under way. Shopee refunds when it is through.")
UNDER_WAY = {"JUDGING": WITH_SHOPEE, "SELLER_DISPUTE": WITH_SHOPEE, "PROCESSING": ON_ITS_WAY}
"""Statuses of a return that wait for no answer of ours."""
GRANTED = Text("The return is granted. Shopee shows the refund in a moment.")
TOO_LATE = Text(
    "the buyer opened no return in time, and Shopee takes none any more: choose another make-good"
)
OTHER_AMOUNT = N_(
    "the buyer asks for %(asked)s in return %(return_sn)s, and Shopee offers no other amount: approve"
    " that amount instead, or answer it in Seller Centre"
)
BY_HAND = N_(
    "Answer return %(return_sn)s in Seller Centre: refund %(amount)s. Shopee does not let a program"
    " answer it as it stands."
)
CLOSED = N_(
    "return %(return_sn)s is closed in Shopee (%(status)s): look in Seller Centre whether it was"
    " refunded, then say what you saw"
)


def act(shop: Orders, request: ActionRequest) -> ActionResult:
    """The next step of a refund, whatever the last one was: what the return says counts."""
    opened = _opened(shop, request)
    if opened is None:
        return _wait(shop, request)
    settled = _settled(shop, request, opened)
    if isinstance(settled, Refused):
        raise Rejected(settled.text)
    return settled or _answer(shop, request, opened)


def find(shop: Orders, request: ActionRequest) -> Done | Pending | Refused | None:
    """None: it is not granted, so the next step may be taken."""
    opened = _opened(shop, request)
    outcome = None if opened is None else _settled(shop, request, opened)
    return replace(outcome, already=True) if isinstance(outcome, Done) else outcome


def _opened(shop: Orders, request: ActionRequest) -> dict[str, Any] | None:
    """The return this refund is about as it is now: the one that was seen before, else the newest of
    the order that was not taken back."""
    order = request.order
    rows = shop.returns_of(order.id, order.placed_at)
    seen = request.progress.get("return_sn")
    rows = [
        row for row in rows if row["status"] != "CANCELLED" and seen in (None, row["return_sn"])
    ]
    return rows[-1] if rows else None


def _wait(shop: Orders, request: ActionRequest) -> Pending:
    data = existing(shop.order_data(request.order.id))
    now, amount = shop.now(), request.remedy.money
    last = data["return_request_due_date"] or data["create_time"] + _usual_days(shop)
    if last <= now:
        raise Rejected(TOO_LATE)
    text = Text(OPEN_A_RETURN, amount=amount, number=request.order.number)
    return Pending(min(now + LOOK_AGAIN, last), {}, text, buyer_until=last)


def _usual_days(shop: Orders) -> timedelta:
    return timedelta(days=digits(shop.config.values.get("return_days", "")) or 30)


def _settled(
    shop: Orders, request: ActionRequest, opened: Mapping[str, Any]
) -> Done | Pending | Refused | None:
    """What is to be said of a return that waits for no answer of ours; None where it does."""
    status, return_sn = opened["status"], opened["return_sn"]
    if status in shop.refunded_at:
        return _refunded(request, opened)
    if status in UNDER_WAY:
        return _look_again(shop, return_sn, UNDER_WAY[status])
    if status != "REQUESTED":
        raise Permanent(Text(CLOSED, return_sn=return_sn, status=status), outcome="unknown")
    return None


def _refunded(request: ActionRequest, opened: Mapping[str, Any]) -> Done:
    refunded, return_sn = _asked(opened), opened["return_sn"]
    refund = Text("a refund of %(amount)s for return %(number)s", amount=refunded, number=return_sn)
    same_terms(refund, {AMOUNT: refunded == request.remedy.money})
    return Done(return_sn)


def _asked(opened: Mapping[str, Any]) -> Money:
    return Money.of(opened["refund_amount"], opened["currency"])


def _answer(shop: Orders, request: ActionRequest, opened: Mapping[str, Any]) -> ActionResult:
    """A return that the buyer asks for and nobody has answered: v2.returns.confirm, v2.returns.offer."""
    return_sn, approved = opened["return_sn"], request.remedy.money
    if request.progress.get("granted"):
        return _granted(shop, return_sn)
    detail = _detail(shop, return_sn)
    negotiation = detail["negotiation"] or {}
    offered = Text(OFFERED, amount=approved)
    if negotiation.get("negotiation_status") == "PENDING_BUYER_RESPOND":
        return _look_again(shop, return_sn, offered, negotiation["offer_due_date"])
    # `confirm` is for a refund of all that is asked for, with nothing sent back.
    if _asked(detail) == approved and not detail["needs_logistics"]:
        shop.client.post("/api/v2/returns/confirm", ReturnMadeIn, {"return_sn": return_sn})
        detail = _detail(shop, return_sn)
        is_refunded = detail["status"] in shop.refunded_at
        return _refunded(request, detail) if is_refunded else _granted(shop, return_sn)
    offer = _offer_for(shop, return_sn)
    if offer and offer["eligibility"] and _allows(offer, _asked(detail), approved):
        body = {
            "return_sn": return_sn,
            "proposed_solution": "REFUND",
            "proposed_adjusted_refund_amount": float(approved.amount),
        }
        shop.client.post("/api/v2/returns/offer", ReturnMadeIn, body)
        return _look_again(shop, return_sn, offered)
    if _asked(detail) != approved:
        raise Rejected(Text(OTHER_AMOUNT, asked=_asked(detail), return_sn=return_sn))
    return ByHand(Text(BY_HAND, return_sn=return_sn, amount=approved))


def _granted(shop: Orders, return_sn: str) -> Pending:
    return Pending(shop.now() + SETTLING, {"return_sn": return_sn, "granted": 1}, GRANTED)


def _detail(shop: Orders, return_sn: str) -> dict[str, Any]:
    """v2.returns.get_return_detail: the return as it is now."""
    path = "/api/v2/returns/get_return_detail"
    detail: dict[str, Any] = shop.client.get(path, ReturnIn, {"return_sn": return_sn})
    return detail


def _offer_for(shop: Orders, return_sn: str) -> Mapping[str, Any] | None:
    """v2.returns.get_available_solutions: what a refund alone may be."""
    path = "/api/v2/returns/get_available_solutions"
    solutions = shop.client.get(path, SolutionsIn, {"return_sn": return_sn})
    offer: Mapping[str, Any] | None = solutions["offer_refund"]
    return offer


def _allows(offer: Mapping[str, Any], asked: Money, approved: Money) -> bool:
    if not offer["refund_amount_adjustable"]:
        return asked == approved
    return bool(offer["min_refund_amount"] <= approved.amount <= offer["max_refund_amount"])


def _look_again(
    shop: Orders, return_sn: str, text: Text, buyer_until: datetime | None = None
) -> Pending:
    return Pending(shop.now() + LOOK_AGAIN, {"return_sn": return_sn}, text, buyer_until)
