"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_DOWN
from functools import partial
from typing import Any

from integrations.base.amounts import booked, step_of
from integrations.base.orders import each_read, existing, fits
from integrations.contract import Buyer, Order, OrderLine, OrderQuery, OrderStore
from integrations.errors import Misconfigured, Permanent, Rejected
from integrations.json_input import digits
from integrations.money import Money
from integrations.remedies import VOUCHER
from integrations.sentence import Said
from integrations.text import from_html
from integrations.woocommerce.client import Client, Connected
from integrations.woocommerce.schemas import AS_STORED, EXACT, OrderIn, ReviewIn
from integrations.woocommerce.shop import ShopSettings, read_settings
from integrations.woocommerce.tracking import parcels_of, parcels_sent_at

MOST_NAMED = 10
NOTHING_BOUGHT = frozenset(
    {"cancelled", "failed", "pending", "checkout-draft", "auto-draft", "trash"}
)
REFERENCE_META = "_makegood_reference"
"""Where a replacement order keeps the reference of its make-good."""


class Orders(Connected, OrderStore):
    """wp-api-v3/orders.md."""

    def orders_for(self, query: OrderQuery) -> list[Order]:
        """Orders that the shop names itself; where it names none, the buyer's with the
        product, newest first. Orders made by a resend are left out, and so are those that cannot be
        read; raises `Permanent` where nothing else is left."""
        client = self.client
        numbers = query.order_ids or _named_by_plugin(client, query)
        rows, problems = each_read(numbers[:MOST_NAMED], partial(_fetched, client))
        if not rows:
            rows, more = _searched(client, query)
            problems += more
        bought = [row for row in rows if not is_resend(row) and _placed_at(row)]
        if not bought and problems:
            raise Rejected(problems[0])
        settings = read_settings(client) if bought else ShopSettings()
        return [order_of(row, settings) for row in bought]

    def order(self, order_id: str) -> Order:
        return order_of(fetch(self.client, order_id), read_settings(self.client))

    def order_by_number(self, number: str) -> Order:
        """Plugins number orders apart from their ids, so an id counts only where it is the number
        too."""
        typed = number.strip().lstrip("#").strip()
        folded = typed.casefold()
        # wp-api-v3/orders.md
        listing = self.client.page("orders", OrderIn, {"search": typed, **EXACT})
        rows = {row["id"]: row for row in listing.rows if _number(row).casefold() == folded}
        by_id = None if rows else _fetched(self.client, typed)
        if by_id and _number(by_id).casefold() == folded:
            rows = {by_id["id"]: by_id}
        if len(rows) > 1:
            raise Rejected(
                "the shop has several orders of the number %(number)s: choose by the buyer",
                number=number,
            )
        if not rows:
            raise Rejected(
                "the shop has no order of the number %(number)s: look at the number there",
                number=number,
            )
        return order_of(next(iter(rows.values())), read_settings(self.client))


def _named_by_plugin(client: Client, wanted: OrderQuery) -> tuple[str, ...]:
    """What the companion plugin, where installed, says of one review; a list leaves it out."""
    if not digits(wanted.review_id):
        return ()
    try:
        # wp-api-v3/product-reviews.md
        data = client.get_or_none(f"products/reviews/{wanted.review_id}", ReviewIn, AS_STORED)
    except (Permanent, Misconfigured):
        return ()
    named = data and data["makegood"] and data["makegood"]["order_ids"]
    return tuple(str(order_id) for order_id in named or ())


def _searched(client: Client, wanted: OrderQuery) -> tuple[list[dict[str, Any]], list[Said]]:
    """Orders have no filter for an address: by customer, else by search, else by product."""
    product = {"product": wanted.product_id} if wanted.product_id else {}
    queries: list[tuple[dict[str, str], bool]] = []
    if digits(wanted.buyer.id):
        queries.append(({"customer": wanted.buyer.id, **product}, False))
    if wanted.buyer.email:
        queries.append(({"search": wanted.buyer.email}, True))
        queries += [(product, True)] if product else []
    problems: list[Said] = []
    for query, by_address in queries:
        # wp-api-v3/orders.md
        listing = client.page("orders", OrderIn, {**query, **EXACT})
        problems += [row.problem for row in listing.unread]
        if kept := [row for row in listing.rows if _fits(row, wanted, by_address=by_address)]:
            return kept, problems
    return [], problems


def _fits(data: Mapping[str, Any], wanted: OrderQuery, *, by_address: bool) -> bool:
    address = str(data["billing"].get("email") or "")
    return (
        data["status"] not in NOTHING_BOUGHT
        and (not by_address or address.casefold() == wanted.buyer.email.casefold())
        and fits(wanted, _placed_at(data), {str(line["product_id"]) for line in data["line_items"]})
    )


def is_resend(data: Mapping[str, Any]) -> bool:
    """True for a replacement order of ours, which is no purchase."""
    return any(meta["key"] == REFERENCE_META for meta in data["meta_data"])


def _fetched(client: Client, order_id: str) -> dict[str, Any] | None:
    if not digits(order_id):
        return None
    # wp-api-v3/orders.md
    return client.get_or_none(f"orders/{order_id}", OrderIn, EXACT)


def fetch(client: Client, order_id: str) -> dict[str, Any]:
    """Loaded `OrderIn` as it is now; raises `Rejected` when there is none."""
    return existing(_fetched(client, order_id))


def _number(data: Mapping[str, Any]) -> str:
    return (data["number"] or str(data["id"])).strip().lstrip("#")


def _placed_at(data: Mapping[str, Any]) -> datetime | None:
    dates = (data["date_created_gmt"], data["date_paid_gmt"], data["date_modified_gmt"])
    first = next((date for date in dates if date), None)
    return _utc(first)


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)


def left_of(data: Mapping[str, Any]) -> Money:
    """What can still be refunded of loaded `OrderIn`: nothing where nothing was ever paid."""
    if data["status"] in NOTHING_BOUGHT and data["date_paid_gmt"] is None:
        return Money(0, data["currency"])
    # Refunds are listed with negative totals.
    refunded = sum(abs(refund["total"]) for refund in data["refunds"])
    left = max(data["total"] - refunded, data["total"] * 0)
    # A shop that keeps more decimals than are paid refunds no part above what it keeps.
    return Money.of(left, data["currency"], rounding=ROUND_DOWN)


def order_of(data: Mapping[str, Any], settings: ShopSettings) -> Order:
    """Make the order of loaded `OrderIn`; raises `Permanent` where it has no date."""
    currency, placed = data["currency"], _placed_at(data)
    if placed is None:
        raise Rejected(
            "order %(number)s has no date the shop can tell: choose another, or correct it in the shop",
            number=_number(data),
        )
    no_coupons = settings.coupons is False
    return Order(
        id=str(data["id"]),
        number=data["number"] or str(data["id"]),
        placed_at=placed,
        status=data["status"],
        paid=Money.of(data["total"], currency),
        left=left_of(data),
        lines=tuple(_line(line, currency, settings) for line in data["line_items"]),
        buyer=_buyer(data),
        completed_at=_utc(data["date_completed_gmt"]),
        shipped_at=parcels_sent_at(data),
        tracking=parcels_of(data),
        step=step_of(settings.decimals, currency),
        unavailable=frozenset({VOUCHER}) if no_coupons else frozenset(),
    )


def _buyer(data: Mapping[str, Any]) -> Buyer:
    billing = data["billing"]
    name = " ".join(str(billing.get(part) or "") for part in ("first_name", "last_name"))
    country = str(billing.get("country") or "").strip().upper()
    return Buyer(
        id=str(data["customer_id"] or ""),
        name=from_html(name)[:200],
        email=str(billing.get("email") or "").strip(),
        country=country if len(country) == 2 and country.isalpha() else "",
        region=str(billing.get("state") or "")[:100],
        phone=str(billing.get("phone") or "")[:40],
        address=_address(data["shipping"]) or _address(billing),
    )


def _address(place: Mapping[str, Any]) -> str:
    """As on an envelope; '' where there is no street."""
    names = ("company", "address_1", "address_2", "postcode", "city", "state", "country")
    parts = {name: from_html(str(place.get(name) or ""))[:200].strip() for name in names}
    if not parts["address_1"]:
        return ""
    town = " ".join(filter(None, (parts["postcode"], parts["city"])))
    lines = (parts["company"], parts["address_1"], parts["address_2"], town, parts["state"])
    return "\n".join(filter(None, (*lines, parts["country"])))


def _line(data: Mapping[str, Any], currency: str, settings: ShopSettings) -> OrderLine:
    return OrderLine(
        id=str(data["id"]),
        product_id=str(data["product_id"] or ""),
        name=from_html(data["name"]),
        quantity=data["quantity"],
        paid=Money.of(booked(data["total"] + data["total_tax"], settings.decimals), currency),
        variant_id=str(data["variation_id"] or ""),
        picture=str(data["image"].get("src") or ""),
    )
