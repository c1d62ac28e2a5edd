"""Refunds of an order. The reference goes into `reason`: it is stored before money moves, while
meta data is stored last and may be missing after a crash. Nothing is ever put back in stock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.contract import ActionRequest, ActionResult
from integrations.errors import AdapterError, Permanent
from integrations.money import Money
from integrations.woocommerce import orders
from integrations.woocommerce.client import Client, RefundFailed
from integrations.woocommerce.schemas import GatewayIn, RefundIn

TASK = (
    "The refund of {amount} is recorded in the shop, but no payment provider confirmed it. Look at"
    " the provider, pay the buyer back by hand if it has not, then mark this as done."
)
NO_GATEWAY = re.compile("does not support automatic refunds|gateway for this order does not exist")


def act(client: Client, request: ActionRequest) -> ActionResult:
    """Refund an amount; where the gateway cannot, record it and leave the payment to the seller."""
    order = orders.fetch(client, request.order.id)
    _still_left(client, order, request)
    by_gateway = bool(order["payment_method"])
    try:
        return _refund(client, request, by_gateway=by_gateway)
    except RefundFailed as error:
        if found := find(client, request):
            return found
        _still_left(client, orders.fetch(client, request.order.id), request)
        if by_gateway and _cannot(client, order["payment_method"], error):
            return _refund(client, request, by_gateway=False)
        raise


def find(client: Client, request: ActionRequest) -> ActionResult | None:
    """The refund whose reason names the reference; raises `Permanent` on another amount."""
    path, number, more = f"orders/{request.order.id}/refunds", 1, True
    while more:
        found, more = client.page(path, RefundIn, {"page": str(number)})
        for one in found:
            if request.reference in re.findall(r"[A-Za-z0-9-]+", one["reason"] or ""):
                return _result(request, one, already=True)
        number += 1
    return None


def _refund(client: Client, request: ActionRequest, *, by_gateway: bool) -> ActionResult:
    body = {
        "amount": request.amount.text(),
        "reason": f"Makegood {request.reference}",
        "api_refund": by_gateway,
        "api_restock": False,
        "meta_data": [{"key": orders.REFERENCE_META, "value": request.reference}],
    }
    made = client.post(f"orders/{request.order.id}/refunds", RefundIn, body)
    return _result(request, made, already=False)


def _still_left(client: Client, order: Mapping[str, Any], request: ActionRequest) -> None:
    now = orders.order_of(client, order, "")
    if now.left.currency != request.amount.currency:
        raise Permanent(f"the order is in {now.left.currency}: propose the amount in it")
    if now.left < request.amount:
        raise Permanent(f"only {now.left} of this order can still be refunded: change the amount")


def _cannot(client: Client, gateway: str, error: RefundFailed) -> bool:
    """The message is in the shop's language, so the gateway itself is asked as well."""
    if NO_GATEWAY.search(error.message):
        return True
    try:
        supports = client.get(f"payment_gateways/{gateway}", GatewayIn)["method_supports"]
    except AdapterError:
        return False
    return supports is not None and "refunds" not in supports


def _result(request: ActionRequest, data: Mapping[str, Any], *, already: bool) -> ActionResult:
    amount = Money.of(abs(data["amount"]), request.amount.currency)
    if amount != request.amount:
        raise Permanent(
            f"the shop has a refund of {amount} under {request.reference}: compare it there"
        )
    task = "" if data["refunded_payment"] else TASK.format(amount=amount)
    return ActionResult(str(data["id"]), already=already, task=task)
