"""Refunds of an order. The reference goes into `reason`: it is stored before money moves, while
meta data is stored last and may be missing after a crash. Nothing is ever put back in stock.

WooCommerce writes the refund down, asks the gateway to pay, and deletes the refund again when that
or anything after it fails. So a refund that is not there proves that no money moved only where no
gateway was asked (wc_create_refund in includes/wc-order-functions.php). In all other cases a person
looks at the payment provider; nothing is paid a second time on a guess.

It is booked on the lines it is for, with their taxes, so that the shop's reports of products and of
taxes know of it. Quantities stay: the buyer keeps the item. Where a line is refunded, WooCommerce takes
the buyer's downloads of it away, whatever the amount: so what is downloaded is refunded without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from integrations.base.amounts import check_left, check_step, is_shown
from integrations.base.loading import Loaded
from integrations.base.terms import AMOUNT, same_terms
from integrations.contract import ActionRequest, ByHand, Done, done_unless
from integrations.errors import AdapterError, Misconfigured, Permanent, Rejected, Temporary
from integrations.money import Money
from integrations.sentence import N_, Text
from integrations.woocommerce import orders
from integrations.woocommerce.client import Client, RefundFailed
from integrations.woocommerce.schemas import EXACT, GatewayIn, RefundIn, StoredProductIn

TASK = N_(
    "The refund of %(amount)s is recorded in the shop, but no payment provider confirmed it. Look at"
    " the provider, pay the buyer back by hand if it has not, then mark this as done."
)
UNSEEN = N_(
    "The shop keeps no refund under %(reference)s, yet its payment provider may have paid: look there"
    " before anything else. If it has paid, mark this as done; if not, carry it out again.%(said)s"
)
UNDER_WAY = N_("the shop has begun the refund and waits for its payment provider")
SETTLES = timedelta(minutes=5)
"""How long a refund of the shop may wait for its gateway: confirmed or deleted after that."""
NO_GATEWAY = re.compile("does not support automatic refunds|gateway for this order does not exist")
TOO_MUCH = re.compile("Invalid refund amount")
"""Both are said before any gateway is asked, in the shop's language; these are the English ones."""
MOST_PAGES = 5
INVALID = "rest_invalid_param"
"""What is sent is not what WordPress takes; said before anything is done."""


def act(client: Client, request: ActionRequest) -> Done | ByHand:
    """Refund an amount; where the gateway cannot, record it and leave the payment to the seller.

    At most one call of this can move money: a second one only records.
    """
    order = client.order(request.order.id)
    by_gateway = _pays(client, order["payment_method"])
    if any(_names(request, row) for row in order["refunds"]) and (
        kept := _kept(client, request, by_gateway=by_gateway)
    ):
        return kept
    check_left(orders.left_of(order), request.remedy.money)
    check_step(request.remedy.money, request.order.step)
    try:
        lines = _lines(client, order, request)
        return _refund(client, request, lines, by_gateway=by_gateway)
    except RefundFailed as error:
        return _after_failure(client, request, error, by_gateway=by_gateway)


def find(client: Client, request: ActionRequest) -> Done | ByHand | None:
    """The refund whose reason names the reference; raises `Temporary` while the shop waits for its
    gateway, `Permanent` on another amount and where money may have moved although none is kept."""
    order = client.order(request.order.id)
    by_gateway = _pays(client, order["payment_method"])
    if kept := _kept(client, request, by_gateway=by_gateway):
        return kept
    if by_gateway:
        raise _unseen(request)
    return None


def _after_failure(
    client: Client, request: ActionRequest, error: RefundFailed, *, by_gateway: bool
) -> Done | ByHand:
    """What a refusal of the shop means: done all the same, too much, no gateway, or unknown."""
    try:
        if kept := _kept(client, request, by_gateway=by_gateway):
            return kept
        order = client.order(request.order.id)
    except (Temporary, Misconfigured) as unseen:
        raise error from unseen
    if TOO_MUCH.search(error.message):
        check_left(orders.left_of(order), request.remedy.money)
        raise Rejected(
            "%(said)s Look at the refunds of this order in the shop.", said=error.message
        )
    if not by_gateway:
        check_left(orders.left_of(order), request.remedy.money)
        raise error
    # Less may be left because of another refund: that says nothing of what the gateway did for this.
    if NO_GATEWAY.search(error.message):
        return _refund(client, request, [], by_gateway=False)
    raise _unseen(request, f" ({error.message})")


def _unseen(request: ActionRequest, words: str = "") -> Permanent:
    """Money may have moved, and nobody but the payment provider can tell."""
    return Permanent(Text(UNSEEN, reference=request.reference, said=words), outcome="unknown")


def _kept(client: Client, request: ActionRequest, *, by_gateway: bool) -> Done | ByHand | None:
    path, mark = f"orders/{request.order.id}/refunds", request.reference
    # wp-api-v3/order-refunds.md
    for refund in client.walk(path, RefundIn, EXACT, most=MOST_PAGES, mark=mark):
        if _names(request, refund):
            if by_gateway and not refund["refunded_payment"]:
                _wait_for_gateway(client, refund)
            return _result(request, refund, already=True)
    return None


def _wait_for_gateway(client: Client, refund: Loaded) -> None:
    """Raise `Temporary` while this refund may still be confirmed or deleted."""
    created = refund["date_created_gmt"]
    if created is not None and client.now() < created + SETTLES:
        raise Temporary(UNDER_WAY)


def _names(request: ActionRequest, refund: Loaded) -> bool:
    return request.reference in re.findall(r"[A-Za-z0-9-]+", refund["reason"])


def _pays(client: Client, gateway: str) -> bool:
    """Whether the shop would let the order's gateway pay; True where it cannot be known."""
    if not gateway:
        return False
    try:
        # wp-api-v3/payment-gateways.md
        settings = client.get_or_none(f"payment_gateways/{quote(gateway, safe='')}", GatewayIn)
    except (Permanent, Misconfigured):
        return True
    return settings is not None and (
        settings["method_supports"] is None or "refunds" in settings["method_supports"]
    )


def _lines(client: Client, order: Loaded, request: ActionRequest) -> list[dict[str, Any]]:
    """`line_items` of a refund of loaded `OrderIn`. Empty, so that the amount alone is booked, where
    the lines were paid less, where an earlier refund may be of them, and where they are downloaded."""
    remedy = request.remedy
    lines = [line for line in order["line_items"] if str(line["id"]) in remedy.line_ids]
    parts = [part["total"] for line in lines for part in (line, *line["taxes"])]
    paid = Money.of(sum(parts, Decimal(0)), remedy.money.currency)
    if order["refunds"] or paid < remedy.money or any(part < 0 for part in parts):
        return []
    if not paid.amount_minor or any(_is_downloaded(client, line) for line in lines):
        return []
    shares = iter(remedy.money.split(parts, request.order.step))
    return [_booked(line, shares) for line in lines]


def _booked(line: Loaded, shares: Iterator[Money]) -> dict[str, Any]:
    return {
        "id": line["id"],
        "quantity": 0,
        "refund_total": next(shares).text(),
        "refund_tax": [
            {"id": tax["id"], "refund_total": next(shares).text()} for tax in line["taxes"]
        ],
    }


def _is_downloaded(client: Client, line: Loaded) -> bool:
    """Whether the buyer gets files with it; True where the shop does not say."""
    if not line["product_id"]:
        return False
    path = f"products/{line['product_id']}"
    if line["variation_id"]:
        path += f"/variations/{line['variation_id']}"
    try:
        # wp-api-v3/products.md and wp-api-v3/product-variations.md
        return bool(client.get(path, StoredProductIn)["downloadable"])
    except AdapterError:
        return True


def _refund(
    client: Client, request: ActionRequest, lines: list[dict[str, Any]], *, by_gateway: bool
) -> Done | ByHand:
    body = {
        "amount": request.remedy.money.text(),
        "reason": f"Makegood {request.reference}",
        "api_refund": by_gateway,
        "api_restock": False,
        "meta_data": [{"key": orders.REFERENCE_META, "value": request.reference}],
    }
    path, by_line = f"orders/{request.order.id}/refunds", {**body, "line_items": lines}
    try:
        # wp-api-v3/order-refunds.md
        refund = client.post(path, RefundIn, by_line if lines else body, EXACT)
    except Rejected as error:
        if not lines or error.code != INVALID:
            raise
        refund = client.post(path, RefundIn, body, EXACT)
    return _result(request, refund, already=False)


def _result(request: ActionRequest, data: Loaded, *, already: bool) -> Done | ByHand:
    kept = Text(
        "a refund of %(amount)s %(currency)s under %(reference)s",
        amount=str(abs(data["amount"])),
        currency=request.remedy.money.currency,
        reference=request.reference,
    )
    same_terms(kept, {AMOUNT: is_shown(data["amount"], request.remedy.money)})
    left = None if data["refunded_payment"] else Text(TASK, amount=request.remedy.money)
    return done_unless(left, str(data["id"]), already=already)
