"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from integrations.contract import Buyer, EventKind, Order, OrderLine, ReviewEvent
from integrations.errors import Misconfigured, Permanent, Rejected
from integrations.json_input import digits
from integrations.money import Money
from integrations.remedies import VOUCHER
from integrations.sentence import Said
from integrations.text import from_html
from integrations.woocommerce.client import Client, Listing
from integrations.woocommerce.schemas import AS_STORED, EXACT, OrderIn, ReviewIn
from integrations.woocommerce.shop import ShopSettings, read_settings
from integrations.woocommerce.webhook import event_of

MOST_NAMED = 10
NOTHING_BOUGHT = frozenset(
    {"cancelled", "failed", "pending", "checkout-draft", "auto-draft", "trash"}
)
REFERENCE_META = "_makegood_reference"
"""Where a replacement order keeps the reference of its make-good."""


def candidates(client: Client, event: ReviewEvent) -> list[Order]:
    """Orders that the shop names for the review; where it names none, the buyer's with the
    product, newest first. Orders made by a resend are left out, and so are those that cannot be
    read; raises `Permanent` where nothing else is left."""
    order_ids = event.order_ids or _named_by_plugin(client, event)
    rows, problems = _named(client, order_ids)
    if not rows:
        rows, more = _searched(client, event)
        problems += more
    bought = [one for one in rows if not is_resend(one) and _placed_at(one)]
    if not bought:
        if problems:
            raise Rejected(problems[0])
        return []
    settings = read_settings(client)
    return [order_of(one, settings) for one in bought]


def _named(client: Client, order_ids: tuple[str, ...]) -> tuple[list[dict[str, Any]], list[Said]]:
    rows: list[dict[str, Any]] = []
    problems: list[Said] = []
    for order_id in order_ids[:MOST_NAMED]:
        try:
            row = _fetched(client, order_id)
        except Permanent as error:
            problems.append(error.text)
            continue
        if row is not None:
            rows.append(row)
    return rows, problems


def _named_by_plugin(client: Client, event: ReviewEvent) -> tuple[str, ...]:
    """What the companion plugin, where installed, says of one review; a list leaves it out."""
    if not digits(event.review_id):
        return ()
    try:
        data = client.get_or_none(f"products/reviews/{event.review_id}", ReviewIn, AS_STORED)
    except (Permanent, Misconfigured):
        return ()
    return event_of(EventKind.CHANGED, data).order_ids if data else ()


def _searched(client: Client, event: ReviewEvent) -> tuple[list[dict[str, Any]], list[Said]]:
    """Orders have no filter for an address: by customer, else by search, else by product."""
    product = {"product": event.product_id} if event.product_id else {}
    queries: list[tuple[dict[str, str], bool]] = []
    if digits(event.buyer.id):
        queries.append(({"customer": event.buyer.id, **product}, False))
    if event.buyer.email:
        queries.append(({"search": event.buyer.email}, True))
        queries += [(product, True)] if product else []
    problems: list[Said] = []
    for query, by_address in queries:
        listing = client.page("orders", OrderIn, {**query, **EXACT})
        problems += [row.problem for row in listing.unread]
        if kept := [one for one in listing.rows if _fits(one, event, by_address=by_address)]:
            return kept, problems
    return [], problems


def _fits(data: Mapping[str, Any], event: ReviewEvent, *, by_address: bool) -> bool:
    address = str(data["billing"].get("email") or "")
    placed = _placed_at(data)
    return (
        data["status"] not in NOTHING_BOUGHT
        and (not by_address or address.casefold() == event.buyer.email.casefold())
        and (event.written_at is None or placed is None or placed <= event.written_at)
        and (
            not event.product_id
            or any(str(line["product_id"]) == event.product_id for line in data["line_items"])
        )
    )


def is_resend(data: Mapping[str, Any]) -> bool:
    """True for a replacement order of ours, which is no purchase."""
    return any(one["key"] == REFERENCE_META for one in data["meta_data"])


def _fetched(client: Client, order_id: str) -> dict[str, Any] | None:
    if not digits(order_id):
        return None
    return client.get_or_none(f"orders/{order_id}", OrderIn, EXACT)


def fetch(client: Client, order_id: str) -> dict[str, Any]:
    """Loaded `OrderIn` as it is now; raises `Permanent` when there is none."""
    data = _fetched(client, order_id)
    if data is None:
        raise Rejected("the shop has no order of this number: choose another order")
    return data


def one_order(client: Client, order_id: str) -> Order:
    """The order as it is now; raises `Permanent` when there is none."""
    return _complete(client, fetch(client, order_id))


def order_by_number(client: Client, number: str) -> Order:
    """The order that is shown under this number. Plugins number orders apart from their ids, so an
    id counts only where it is the number too. Raises `Permanent` for none and for several."""
    typed = number.strip().lstrip("#").strip()
    wanted = typed.casefold()
    listing: Listing = client.page("orders", OrderIn, {"search": typed, **EXACT})
    found = {one["id"]: one for one in listing.rows if _number(one).casefold() == wanted}
    if not found and (one := _fetched(client, typed)) and _number(one).casefold() == wanted:
        found = {one["id"]: one}
    if len(found) > 1:
        raise Rejected(
            "the shop has several orders of the number %(number)s: choose by the buyer",
            number=number,
        )
    if not found:
        raise Rejected(
            "the shop has no order of the number %(number)s: look at the number there",
            number=number,
        )
    return _complete(client, next(iter(found.values())))


def _complete(client: Client, data: Mapping[str, Any]) -> Order:
    return order_of(data, read_settings(client))


def _number(data: Mapping[str, Any]) -> str:
    return (data["number"] or str(data["id"])).strip().lstrip("#")


def _placed_at(data: Mapping[str, Any]) -> datetime | None:
    dates = (data["date_created_gmt"], data["date_paid_gmt"], data["date_modified_gmt"])
    known = next((one for one in dates if one), None)
    return known and known.replace(tzinfo=UTC)


def left_of(data: Mapping[str, Any]) -> Money:
    """What can still be refunded of loaded `OrderIn`."""
    # Refunds are listed with negative totals.
    refunded = sum(abs(one["total"]) for one in data["refunds"])
    return Money.of(max(data["total"] - refunded, data["total"] * 0), data["currency"])


def order_of(data: Mapping[str, Any], settings: ShopSettings) -> Order:
    """Make the order of loaded `OrderIn`; raises `Permanent` where it has no date."""
    currency, placed = data["currency"], _placed_at(data)
    if placed is None:
        raise Rejected(
            "order %(number)s has no date the shop can tell: choose another, or mend it in the shop",
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
        lines=tuple(_line(one, currency, settings) for one in data["line_items"]),
        buyer=_buyer(data),
        step=settings.step(currency),
        unavailable=frozenset({VOUCHER}) if no_coupons else frozenset(),
    )


def _buyer(data: Mapping[str, Any]) -> Buyer:
    billing = data["billing"]
    name = " ".join(str(billing.get(one) or "") for one in ("first_name", "last_name"))
    country = str(billing.get("country") or "").strip().upper()
    return Buyer(
        id=str(data["customer_id"] or ""),
        name=from_html(name)[:200],
        email=str(billing.get("email") or "").strip(),
        country=country if len(country) == 2 and country.isalpha() else "",
        region=str(billing.get("state") or "")[:100],
    )


def _line(data: Mapping[str, Any], currency: str, settings: ShopSettings) -> OrderLine:
    quantity = data["quantity"]
    whole = quantity == quantity.to_integral_value()
    return OrderLine(
        id=str(data["id"]),
        product_id=str(data["product_id"] or ""),
        name=from_html(data["name"]),
        quantity=int(quantity) if whole else quantity.normalize(),
        paid=Money.of(settings.booked(data["total"] + data["total_tax"]), currency),
        variant_id=str(data["variation_id"] or ""),
    )


def edit_link(client: Client, order_id: str, review_id: str, slug: str) -> str:
    """The review-order page (src/Internal/OrderReviews of WooCommerce) opens for completed orders
    that are not wholly refunded. It changes a review only where it was written there, for this
    order and address; any other would get a second one beside it."""
    if not slug or not digits(review_id):
        return ""
    review = client.get_or_none(f"products/reviews/{review_id}", ReviewIn, AS_STORED)
    tied = review and review["makegood"] and str(review["makegood"]["tied_order_id"])
    if not review or tied != order_id:
        return ""
    data = fetch(client, order_id)
    address = str(data["billing"].get("email") or "").casefold()
    opens = data["status"] == "completed" and data["order_key"] and left_of(data).amount_minor
    if not opens or not address or address != review["reviewer_email"].casefold():
        return ""
    key = urlencode({"key": data["order_key"]})
    return f"{client.base}/{quote(slug)}/{data['id']}/?{key}"
