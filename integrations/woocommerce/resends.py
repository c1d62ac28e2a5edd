"""A resend is a new order of the same lines for nothing, with the reference in its meta data.

A line is copied with what its buyer chose (the visible meta data), and with the lines a bundle
holds. What plugins keep hidden of a line belongs to the first order and is named, not copied.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from integrations.contract import ActionRequest, ByHand, Done, done_unless
from integrations.errors import Rejected
from integrations.json_input import digits
from integrations.sentence import Text
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
    if problem := _by_hand(lines):
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


def _by_hand(lines: Iterable[Mapping[str, Any]]) -> Text | None:
    """Why the API does not take these lines, None where it does: parts of one, lines of no product."""
    for line in lines:
        if line["quantity"] != line["quantity"].to_integral_value() or line["quantity"] <= 0:
            return Text(
                "The shop's API takes whole quantities only, and %(name)s was bought %(quantity)s"
                " times. Make the replacement order by hand.",
                name=line["name"],
                quantity=f"{line['quantity']:f}",
            )
        if not line["product_id"]:
            return Text(
                "%(name)s is no product of the shop any more. Send it by hand.", name=line["name"]
            )
    return None


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
    lacking, hidden = ", ".join(_missing(data, lines)), ", ".join(_not_copied(lines))
    number = data["number"] or str(data["id"])
    left = None
    if data["total"] or lacking or hidden:
        left = Text(
            "Compare the replacement order %(number)s with the first one in the shop, then mark this"
            " as done. To be paid: %(total)s; lacking: %(lacking)s; kept by plugins and not copied:"
            " %(hidden)s.",
            number=number,
            total=f"{data['total'].normalize():f}",
            lacking=lacking or "-",
            hidden=hidden or "-",
        )
    return done_unless(left, str(data["id"]), already=already)


def _missing(data: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was chosen and is not in the order that was made: a line, or a choice of one."""
    quantities = Counter[tuple[int, int]]()
    for line in data["line_items"]:
        quantities[line["product_id"], line["variation_id"]] += int(line["quantity"])
    choices = {choice for line in data["line_items"] for choice in _choices(line)}
    names = []
    for line in lines:
        product = (line["product_id"], line["variation_id"])
        if quantities[product] < line["quantity"]:
            names.append(line["name"])
        quantities[product] -= int(line["quantity"])
        names += [f"{key} of {line['name']}" for key, value in _choices(line) - choices]
    return names


def _choices(line: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(entry["key"], json.dumps(entry["value"], sort_keys=True)) for entry in _visible(line)}


def _visible(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the buyer chose, as the order shows it."""
    return [
        entry for entry in line["meta_data"] if entry["key"] and not entry["key"].startswith("_")
    ]


def _not_copied(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    keys = {
        entry["key"]
        for line in lines
        for entry in line["meta_data"]
        if entry["key"].startswith("_") and entry["key"] not in BOOKKEEPING
    }
    return sorted(keys)
