"""A resend is a new order of the same lines for nothing, with the reference in its meta data.

A line is copied with what its buyer chose (the visible meta data), and with the lines a bundle
holds. What plugins keep hidden of a line belongs to the first order and is named, not copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from integrations.base import copies
from integrations.base.copies import CopiedLine
from integrations.base.loading import Loaded
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
    order = client.order(request.order.id)
    for row in client.orders(**_query(request)).rows:
        if request.reference in orders.references_of(row):
            return _result(row, _chosen(order, request), already=True)
    lines = _chosen(order, request)
    if problem := copies.by_hand(lines):
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
        "line_items": list(map(_again, lines)),
        "shipping_lines": [
            {"method_id": row["method_id"], "method_title": row["method_title"], "total": "0.00"}
            for row in order["shipping_lines"][:1]
        ],
        "customer_note": f"Replacement for order {order['number'] or order['id']}",
        "meta_data": [{"key": orders.REFERENCE_META, "value": request.reference}],
    }
    # wp-api-v3/orders.md
    resend = client.post("orders", OrderIn, body, EXACT)
    return _result(resend, lines, already=False)


def find(client: Client, request: ActionRequest) -> Done | ByHand | None:
    """The order with our reference among those since the first one; meta data cannot be searched.
    Raises `Permanent` where they are too many to look through."""
    query, mark = {**EXACT, **_query(request)}, request.reference
    # wp-api-v3/orders.md
    for order in client.walk("orders", OrderIn, query, most=MOST_PAGES, mark=mark):
        if request.reference in orders.references_of(order):
            lines = _chosen(client.order(request.order.id), request)
            return _result(order, lines, already=True)
    return None


def _query(request: ActionRequest) -> dict[str, str]:
    """Orders among which the replacement must be: of the buyer, or of a guest's product."""
    query = {"after": f"{request.order.placed_at - MARGIN:%Y-%m-%dT%H:%M:%S}"}
    lines = [line for line in request.order.lines if line.id in request.remedy.line_ids]
    if digits(request.order.buyer.id):
        query["customer"] = request.order.buyer.id
    elif lines and lines[0].product_id:
        query["product"] = lines[0].product_id
    return query


def _chosen(order: Loaded, request: ActionRequest) -> list[CopiedLine]:
    """The lines to send again, each bundle with the lines that it holds, each line once."""
    lines: Sequence[Loaded] = order["line_items"]
    chosen = [line for line in lines if str(line["id"]) in request.remedy.line_ids]
    if not chosen:
        raise Rejected("the order has none of the lines to resend: propose something else")
    bundles = {value for line in chosen for key, value in _hidden(line) if key.endswith(BUNDLE_KEY)}
    inside = [
        line
        for line in lines
        if any(value in bundles and not key.endswith(BUNDLE_KEY) for key, value in _hidden(line))
    ]
    return [_copied(line) for line in (*chosen, *(part for part in inside if part not in chosen))]


def _hidden(line: Loaded) -> list[tuple[str, str]]:
    """Names and texts of what plugins keep hidden of a line."""
    return [
        (entry["key"], entry["value"])
        for entry in line["meta_data"]
        if entry["key"].startswith("_") and isinstance(entry["value"], str) and entry["value"]
    ]


def _copied(line: Loaded) -> CopiedLine:
    kept = [(entry["key"], entry["value"]) for entry in line["meta_data"] if entry["key"]]
    return CopiedLine(
        str(line["product_id"] or ""),
        str(line["variation_id"] or ""),
        line["name"],
        line["quantity"],
        choices=[(key, value) for key, value in kept if not key.startswith("_")],
        hidden=frozenset(key for key, _ in kept if key.startswith("_")) - BOOKKEEPING,
    )


def _again(line: CopiedLine) -> dict[str, Any]:
    variation = {"variation_id": int(line.variant_id)} if line.variant_id else {}
    return {
        "product_id": int(line.product_id),
        **variation,
        "quantity": int(line.quantity),
        "subtotal": "0.00",
        "total": "0.00",
        "meta_data": [{"key": key, "value": value} for key, value in line.choices],
    }


def _result(data: Loaded, lines: Sequence[CopiedLine], *, already: bool) -> Done | ByHand:
    number = data["number"] or str(data["id"])
    copy = list(map(_copied, data["line_items"]))
    left = copies.left_to_compare(number, data["total"], copy, lines)
    return done_unless(left, str(data["id"]), already=already)
