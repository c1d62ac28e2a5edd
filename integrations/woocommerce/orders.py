"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from urllib.parse import quote, urlencode

from integrations.contract import Buyer, EventKind, Order, OrderLine, ReviewEvent
from integrations.errors import Misconfigured, Permanent
from integrations.money import Money
from integrations.woocommerce.client import Client
from integrations.woocommerce.schemas import AS_STORED, OrderIn, ReviewIn
from integrations.woocommerce.webhook import event_of

MOST_NAMED = 10
NOTHING_BOUGHT = frozenset(
    {"cancelled", "failed", "pending", "checkout-draft", "auto-draft", "trash"}
)
REFERENCE_META = "_makegood_reference"
"""Where a replacement order keeps the reference of its make-good."""


def candidates(client: Client, event: ReviewEvent, slug: str) -> list[Order]:
    """Orders that the shop names for the review; where it names none, the buyer's with the
    product, newest first. Orders made by a resend are left out."""
    order_ids = event.order_ids or _named_by_plugin(client, event)
    named = [
        client.get_or_none(f"orders/{one}", OrderIn)
        for one in order_ids[:MOST_NAMED]
        if one.isdigit()
    ]
    found = [one for one in named if one is not None]
    if not found:
        found = _searched(client, event)
    return [order_of(client, one, slug) for one in found if not is_resend(one)]


def _named_by_plugin(client: Client, event: ReviewEvent) -> tuple[str, ...]:
    """What the companion plugin, where installed, says of one review; a list leaves it out."""
    if not event.review_id.isdigit():
        return ()
    try:
        data = client.get_or_none(f"products/reviews/{event.review_id}", ReviewIn, AS_STORED)
    except (Permanent, Misconfigured):
        return ()
    return event_of(EventKind.CHANGED, data).order_ids if data else ()


def _searched(client: Client, event: ReviewEvent) -> list[dict[str, Any]]:
    """Orders have no filter for an address: by customer, else by search, else by product."""
    product = {"product": event.product_id} if event.product_id else {}
    if event.buyer.id.isdigit():
        found, _ = client.page("orders", OrderIn, {"customer": event.buyer.id, **product})
        if kept := [one for one in found if _fits(one, event, by_address=False)]:
            return kept
    if not event.buyer.email:
        return []
    queries = [{"search": event.buyer.email}, product]
    for query in (one for one in queries if one):
        found, _ = client.page("orders", OrderIn, query)
        if kept := [one for one in found if _fits(one, event, by_address=True)]:
            return kept
    return []


def _fits(data: Mapping[str, Any], event: ReviewEvent, *, by_address: bool) -> bool:
    address = str(data["billing"].get("email") or "")
    placed = data["date_created_gmt"].replace(tzinfo=UTC)
    return (
        data["status"] not in NOTHING_BOUGHT
        and (not by_address or address.casefold() == event.buyer.email.casefold())
        and (event.written_at is None or placed <= event.written_at)
        and (
            not event.product_id
            or any(str(line["product_id"]) == event.product_id for line in data["line_items"])
        )
    )


def is_resend(data: Mapping[str, Any]) -> bool:
    """True for a replacement order of ours, which is no purchase."""
    return any(one["key"] == REFERENCE_META for one in data["meta_data"])


def fetch(client: Client, order_id: str) -> dict[str, Any]:
    """Loaded `OrderIn` as it is now; raises `Permanent` when there is none."""
    data = client.get_or_none(f"orders/{order_id}", OrderIn) if order_id.isdigit() else None
    if data is None:
        raise Permanent("the shop has no order of this number: choose another order")
    return data


def one_order(client: Client, order_id: str, slug: str) -> Order:
    """The order as it is now; raises `Permanent` when there is none."""
    return order_of(client, fetch(client, order_id), slug)


def order_of(client: Client, data: Mapping[str, Any], slug: str) -> Order:
    """Make the order of loaded `OrderIn`."""
    currency, billing = data["currency"], data["billing"]
    paid = Money.of(data["total"], currency)
    # Refunds are listed with negative totals.
    refunded = sum((abs(one["total"] or 0) for one in data["refunds"]), start=paid.amount * 0)
    left = Money.of(max(data["total"] - refunded, paid.amount * 0), currency)
    return Order(
        id=str(data["id"]),
        number=data["number"] or str(data["id"]),
        placed_at=data["date_created_gmt"].replace(tzinfo=UTC),
        status=data["status"] or "",
        paid=paid,
        left=left,
        lines=tuple(_line(one, currency) for one in data["line_items"]),
        buyer=Buyer(
            id=str(data["customer_id"] or ""),
            name=" ".join(
                str(billing.get(one) or "") for one in ("first_name", "last_name")
            ).strip(),
            email=str(billing.get("email") or "").strip(),
            country=str(billing.get("country") or "").upper(),
        ),
        edit_link=_edit_link(client.base, data, left, slug),
    )


def _line(data: Mapping[str, Any], currency: str) -> OrderLine:
    return OrderLine(
        id=str(data["id"]),
        product_id=str(data["product_id"]),
        name=data["name"] or "",
        quantity=max(data["quantity"], 1),
        paid=Money.of((data["total"] or 0) + (data["total_tax"] or 0), currency),
        variant_id=str(data["variation_id"] or ""),
    )


def _edit_link(base: str, data: Mapping[str, Any], left: Money, slug: str) -> str:
    """The review-order page opens for completed orders that are not wholly refunded
    (src/Internal/OrderReviews); anything else would be a link that leads nowhere."""
    if not slug or data["status"] != "completed" or not data["order_key"] or not left.amount_minor:
        return ""
    key = urlencode({"key": data["order_key"]})
    return f"{base}/{quote(slug)}/{data['id']}/?{key}"
