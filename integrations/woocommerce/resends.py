"""A resend is a new order of the same lines for nothing, with the reference in its meta data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from integrations.contract import ActionRequest, ActionResult
from integrations.errors import Permanent
from integrations.woocommerce import orders
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import OrderIn

MOST_PAGES = 20
MARGIN = timedelta(days=2)
"""`after` is read by the shop's own clock, whatever its zone."""


def act(client: Client, request: ActionRequest) -> ActionResult:
    """Make an order of the lines at zero, to the addresses of the first one."""
    order = orders.fetch(client, request.order.id)
    lines = [_again(one) for one in order["line_items"] if str(one["id"]) in request.line_ids]
    if not lines:
        raise Permanent("the order has none of the lines to resend: propose something else")
    body = {
        "status": "processing",
        "customer_id": order["customer_id"],
        "currency": order["currency"],
        "payment_method": "",
        "set_paid": False,
        "billing": order["billing"],
        "shipping": order["shipping"],
        "line_items": lines,
        "shipping_lines": [
            {"method_id": one["method_id"], "method_title": one["method_title"], "total": "0.00"}
            for one in order["shipping_lines"][:1]
        ],
        "customer_note": f"Replacement for order {order['number'] or order['id']}",
        "meta_data": [{"key": orders.REFERENCE_META, "value": request.reference}],
    }
    return _result(client.post("orders", OrderIn, body), already=False)


def find(client: Client, request: ActionRequest) -> ActionResult | None:
    """The order with our reference among those since the first one; meta data cannot be searched."""
    products = [one.product_id for one in request.order.lines if one.id in request.line_ids]
    query = {"after": f"{request.order.placed_at - MARGIN:%Y-%m-%dT%H:%M:%S}"}
    if request.order.buyer.id.isdigit():
        query["customer"] = request.order.buyer.id
    elif products:
        query["product"] = products[0]
    for number in range(1, MOST_PAGES + 1):
        found, more = client.page("orders", OrderIn, {**query, "page": str(number)})
        for one in found:
            if any(
                meta["key"] == orders.REFERENCE_META and meta["value"] == request.reference
                for meta in one["meta_data"]
            ):
                return _result(one, already=True)
        if not more:
            return None
    raise Permanent(
        "the shop has too many orders to look through: search there for a replacement order of"
        f" order {request.order.number}, then mark this as done or try again"
    )


def _again(line: Mapping[str, Any]) -> dict[str, Any]:
    again = {
        "product_id": line["product_id"], "quantity": line["quantity"],
        "subtotal": "0.00", "total": "0.00",
    }  # fmt: skip
    return {**again, "variation_id": line["variation_id"]} if line["variation_id"] else again


def _result(data: Mapping[str, Any], *, already: bool) -> ActionResult:
    task = ""
    if data["total"]:
        task = (
            f"The replacement order {data['number'] or data['id']} has a total of {data['total']}:"
            " set it to zero in the shop, then mark this as done."
        )
    return ActionResult(str(data["id"]), already=already, task=task)
