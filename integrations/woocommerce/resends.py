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
    found, _ = client.page("orders", OrderIn, _query(request))
    if made := next((one for one in found if _ours(one, request)), None):
        return _result(made, already=True)
    lines = [_again(one) for one in order["line_items"] if str(one["id"]) in request.line_ids]
    if not lines:
        raise Permanent("the order has none of the lines to resend: propose something else")
    body = {
        "status": "processing",
        "customer_id": order["customer_id"],
        "currency": order["currency"],
        "payment_method": "",
        "set_paid": False,
        # An empty address of e-mail would be refused as none.
        "billing": {key: value for key, value in order["billing"].items() if value},
        "shipping": {key: value for key, value in order["shipping"].items() if value},
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
    """The order with our reference among those since the first one; meta data cannot be searched.
    Raises `Permanent` where they are too many to look through."""
    for one in client.walk("orders", OrderIn, _query(request), most=MOST_PAGES):
        if _ours(one, request):
            return _result(one, already=True)
    return None


def _query(request: ActionRequest) -> dict[str, str]:
    """Orders among which the replacement must be: of the buyer, or of a guest's product."""
    query = {"after": f"{request.order.placed_at - MARGIN:%Y-%m-%dT%H:%M:%S}"}
    products = [one.product_id for one in request.order.lines if one.id in request.line_ids]
    if request.order.buyer.id.isdigit():
        query["customer"] = request.order.buyer.id
    elif products and products[0].strip("0"):
        query["product"] = products[0]
    return query


def _ours(data: Mapping[str, Any], request: ActionRequest) -> bool:
    return any(
        one["key"] == orders.REFERENCE_META and one["value"] == request.reference
        for one in data["meta_data"]
    )


def _again(line: Mapping[str, Any]) -> dict[str, Any]:
    again = {
        "product_id": line["product_id"],
        "quantity": line["quantity"],
        "subtotal": "0.00",
        "total": "0.00",
    }
    return {**again, "variation_id": line["variation_id"]} if line["variation_id"] else again


def _result(data: Mapping[str, Any], *, already: bool) -> ActionResult:
    task = ""
    if data["total"]:
        task = (
            f"The replacement order {data['number'] or data['id']} has a total of {data['total']}:"
            " set it to zero in the shop, then mark this as done."
        )
    return ActionResult(str(data["id"]), already=already, task=task)
