"""A resend is a new order of the same lines for nothing, with the reference in its meta data.

A line is copied with what its buyer chose (the visible meta data), and with the lines a bundle
holds. What plugins keep hidden of a line belongs to the first order and is named, not copied.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from integrations.base import copies
from integrations.base.copies import CopiedLine
from integrations.contract import ActionRequest, ByHand, Done, done_unless
from integrations.errors import Rejected
from integrations.json_input import digits
from integrations.woocommerce import orders
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import EXACT, OrderIn

MOST_PAGES = 20
MARGIN = timedelta(days=2)
"""`after` is read by the shop's own clock, whatever its zone."""
BOOKKEEPING = frozenset(
    {"_reduced_stock", "_restock_refunded_items", "_refunded_item_id", "_cogs_value"}
)
"""Hidden meta data of WooCommerce itself, which tells of no choice."""
BUNDLE_KEY = "_cart_key"
"""The end of the name under which a bundle keeps its own key; its lines hold that key too."""


def act(client: Client, request: ActionRequest) -> Done | ByHand:
    """Make an order of the lines at zero, to the addresses of the first one."""
    order = orders.fetch(client, request.order.id)
    # wp-api-v3/orders.md
    listing = client.page("orders", OrderIn, _query(request))
    if resend := next((row for row in listing.rows if _ours(row, request)), None):
        return _result(resend, _chosen(order, request), already=True)
    lines = _chosen(order, request)
    if problem := copies.by_hand(list(map(_copied, lines))):
        return ByHand(problem)
    body = {
        "status": "processing",
        "customer_id": order["customer_id"],
        "currency": order["currency"],
        "payment_method": "",
        "set_paid": False,
        # An empty address of e-mail would be refused as none.
        "billing": {key: value for key, value in order["billing"].items() if value},
        "shipping": {key: value for key, value in order["shipping"].items() if value},
        "line_items": [_again(line) for line in lines],
        "shipping_lines": [
            {"method_id": row["method_id"], "method_title": row["method_title"], "total": "0.00"}
            for row in order["shipping_lines"][:1]
        ],
        "customer_note": f"Replacement for order {order['number'] or order['id']}",
        "meta_data": [{"key": orders.REFERENCE_META, "value": request.reference}],
    }
    resend = client.post("orders", OrderIn, body, EXACT)
    return _result(resend, lines, already=False)


def find(client: Client, request: ActionRequest) -> Done | ByHand | None:
    """The order with our reference among those since the first one; meta data cannot be searched.
    Raises `Permanent` where they are too many to look through."""
    query, mark = _query(request), request.reference
    # wp-api-v3/orders.md
    for order in client.walk("orders", OrderIn, query, most=MOST_PAGES, mark=mark):
        if _ours(order, request):
            lines = _chosen(orders.fetch(client, request.order.id), request)
            return _result(order, lines, already=True)
    return None


def _query(request: ActionRequest) -> dict[str, str]:
    """Orders among which the replacement must be: of the buyer, or of a guest's product."""
    query = {"after": f"{request.order.placed_at - MARGIN:%Y-%m-%dT%H:%M:%S}", **EXACT}
    products = [
        line.product_id for line in request.order.lines if line.id in request.remedy.line_ids
    ]
    if digits(request.order.buyer.id):
        query["customer"] = request.order.buyer.id
    elif products and products[0].strip("0"):
        query["product"] = products[0]
    return query


def _ours(data: Mapping[str, Any], request: ActionRequest) -> bool:
    return any(
        entry["key"] == orders.REFERENCE_META and entry["value"] == request.reference
        for entry in data["meta_data"]
    )


def _chosen(order: Mapping[str, Any], request: ActionRequest) -> list[Mapping[str, Any]]:
    """The lines to send again, each bundle with the lines that it holds, each line once."""
    lines: Sequence[Mapping[str, Any]] = order["line_items"]
    chosen = [line for line in lines if str(line["id"]) in request.remedy.line_ids]
    if not chosen:
        raise Rejected("the order has none of the lines to resend: propose something else")
    bundles = {value for line in chosen for key, value in _hidden(line) if key.endswith(BUNDLE_KEY)}
    inside = [
        line
        for line in lines
        if any(value in bundles and not key.endswith(BUNDLE_KEY) for key, value in _hidden(line))
    ]
    return chosen + [line for line in inside if line not in chosen]


def _hidden(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts of what plugins keep hidden of a line."""
    return [
        (entry["key"], entry["value"])
        for entry in line["meta_data"]
        if entry["key"].startswith("_") and isinstance(entry["value"], str) and entry["value"]
    ]


def _again(line: Mapping[str, Any]) -> dict[str, Any]:
    again = {
        "product_id": line["product_id"],
        "quantity": int(line["quantity"]),
        "subtotal": "0.00",
        "total": "0.00",
        "meta_data": [{"key": entry["key"], "value": entry["value"]} for entry in _visible(line)],
    }
    return {**again, "variation_id": line["variation_id"]} if line["variation_id"] else again


def _result(
    data: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, already: bool
) -> Done | ByHand:
    number = data["number"] or str(data["id"])
    copy = list(map(_copied, data["line_items"]))
    left = copies.left_to_compare(number, data["total"], copy, list(map(_copied, lines)))
    return done_unless(left, str(data["id"]), already=already)


def _copied(line: Mapping[str, Any]) -> CopiedLine:
    hidden = {entry["key"] for entry in line["meta_data"] if entry["key"].startswith("_")}
    return CopiedLine(
        str(line["product_id"] or ""),
        str(line["variation_id"] or ""),
        line["name"],
        line["quantity"],
        frozenset(
            (entry["key"], json.dumps(entry["value"], sort_keys=True)) for entry in _visible(line)
        ),
        frozenset(hidden - BOOKKEEPING),
    )


def _visible(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the buyer chose, as the order shows it."""
    return [
        entry for entry in line["meta_data"] if entry["key"] and not entry["key"].startswith("_")
    ]
