"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN

from integrations.base.amounts import booked, step_of
from integrations.base.loading import Loaded
from integrations.base.orders import each_read, fits, the_only
from integrations.contract import Buyer, Order, OrderLine, OrderQuery, OrderStore
from integrations.errors import Misconfigured, Permanent, Rejected
from integrations.json_input import digits
from integrations.money import Money
from integrations.remedies import VOUCHER
from integrations.sentence import Said
from integrations.text import from_html
from integrations.woocommerce.client import Client, Connected
from integrations.woocommerce.tracking import parcels_of, parcels_sent_at

MOST_NAMED = 10
NOTHING_BOUGHT = frozenset(
    {"cancelled", "failed", "pending", "checkout-draft", "auto-draft", "trash"}
)
REFERENCE_META = "_makegood_reference"
"""Where a replacement order keeps the reference of its make-good."""


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """What the shop as a whole is set to: how many decimals it books, whether it takes coupons; None
    where it could not be read."""

    decimals: int | None = None
    coupons: bool | None = None


class Orders(Connected, OrderStore):
    """wp-api-v3/orders.md."""

    def orders_for(self, query: OrderQuery) -> list[Order]:
        """Orders that the shop names itself; where it names none, the buyer's with the
        product, newest first. Orders made by a resend are left out, and so are those that cannot be
        read; raises `Permanent` where nothing else is left."""
        numbers = query.order_ids or _named_by_plugin(self.client, query.review_id)
        rows, problems = each_read(numbers[:MOST_NAMED], self.client.order_or_none)
        if not rows:
            rows, more = _searched(self.client, query)
            problems += more
        bought = [row for row in rows if not references_of(row) and _placed_at(row)]
        if not bought and problems:
            raise Rejected(problems[0])
        return self._orders_of(bought)

    def order(self, order_id: str) -> Order:
        return self._orders_of([self.client.order(order_id)])[0]

    def order_by_number(self, number: str) -> Order:
        """Plugins number orders apart from their ids, so an id counts only where it is the number
        too."""
        typed = number.strip().lstrip("#").strip()
        listed = self.client.orders(search=typed).rows
        rows: dict[int, Loaded] = {row["id"]: row for row in listed if _is_numbered(row, typed)}
        by_id = None if rows else self.client.order_or_none(typed)
        if by_id and _is_numbered(by_id, typed):
            rows = {by_id["id"]: by_id}
        return self._orders_of([the_only(list(rows.values()), typed)])[0]

    def _orders_of(self, rows: Sequence[Loaded]) -> list[Order]:
        if not rows:
            return []
        decimals = digits(self.client.setting("price_num_decimals"))
        settings = ShopSettings(
            None if decimals is None else min(decimals, 8), self.client.takes_coupons()
        )
        return [order_of(row, settings) for row in rows]


def _named_by_plugin(client: Client, review_id: str) -> tuple[str, ...]:
    """What the companion plugin, where installed, says of one review; a list leaves it out."""
    try:
        review = client.review(review_id)
    except (Permanent, Misconfigured):
        return ()
    return tuple(map(str, review["order_ids"] if review else ()))


def _searched(client: Client, wanted: OrderQuery) -> tuple[list[Loaded], list[Said]]:
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
        listing = client.orders(**query)
        problems += [row.problem for row in listing.unread]
        kept: list[Loaded] = [
            row for row in listing.rows if _fits(row, wanted, by_address=by_address)
        ]
        if kept:
            return kept, problems
    return [], problems


def _fits(data: Loaded, wanted: OrderQuery, *, by_address: bool) -> bool:
    address = str(data["billing"].get("email") or "").strip()
    return (
        data["status"] not in NOTHING_BOUGHT
        and (not by_address or address.casefold() == wanted.buyer.email.casefold())
        and fits(wanted, _placed_at(data), {str(line["product_id"]) for line in data["line_items"]})
    )


def references_of(data: Loaded) -> list[object]:
    """The make-goods that loaded `OrderIn` is a replacement of; such an order is no purchase."""
    return [meta["value"] for meta in data["meta_data"] if meta["key"] == REFERENCE_META]


def _number(data: Loaded) -> str:
    return (data["number"] or str(data["id"])).strip().lstrip("#")


def _is_numbered(data: Loaded, typed: str) -> bool:
    return _number(data).casefold() == typed.casefold()


def _placed_at(data: Loaded) -> datetime | None:
    dates = (data["date_created_gmt"], data["date_paid_gmt"], data["date_modified_gmt"])
    return next(filter(None, dates), None)


def left_of(data: Loaded) -> Money:
    """What can still be refunded of loaded `OrderIn`: nothing where nothing was ever paid."""
    if data["status"] in NOTHING_BOUGHT and data["date_paid_gmt"] is None:
        return Money(0, data["currency"])
    # Refunds are listed with negative totals.
    refunded = sum(abs(refund["total"]) for refund in data["refunds"])
    left = max(data["total"] - refunded, data["total"] * 0)
    # A shop that keeps more decimals than are paid refunds no part above what it keeps.
    return Money.of(left, data["currency"], rounding=ROUND_DOWN)


def order_of(data: Loaded, settings: ShopSettings) -> Order:
    """Make the order of loaded `OrderIn`; raises `Permanent` where it has no date."""
    currency, placed = data["currency"], _placed_at(data)
    if placed is None:
        raise Rejected(
            "order %(number)s has no date the shop can tell: choose another, or correct it in the shop",
            number=_number(data),
        )
    return Order(
        id=str(data["id"]),
        number=data["number"] or str(data["id"]),
        placed_at=placed,
        status=data["status"],
        paid=Money.of(data["total"], currency),
        left=left_of(data),
        lines=tuple(_line(line, currency, settings) for line in data["line_items"]),
        buyer=_buyer(data),
        completed_at=data["date_completed_gmt"],
        shipped_at=parcels_sent_at(data),
        tracking=parcels_of(data),
        step=step_of(settings.decimals, currency),
        unavailable=frozenset({VOUCHER} if settings.coupons is False else ()),
    )


def _buyer(data: Loaded) -> Buyer:
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


def _address(place: Loaded) -> str:
    """As on an envelope; '' where there is no street."""
    names = ("company", "address_1", "address_2", "postcode", "city", "state", "country")
    parts = {name: from_html(str(place.get(name) or ""))[:200].strip() for name in names}
    if not parts["address_1"]:
        return ""
    town = " ".join(filter(None, (parts["postcode"], parts["city"])))
    lines = (parts["company"], parts["address_1"], parts["address_2"], town, parts["state"])
    return "\n".join(filter(None, (*lines, parts["country"])))


def _line(data: Loaded, currency: str, settings: ShopSettings) -> OrderLine:
    return OrderLine(
        id=str(data["id"]),
        product_id=str(data["product_id"] or ""),
        name=from_html(data["name"]),
        quantity=data["quantity"],
        paid=Money.of(booked(data["total"] + data["total_tax"], settings.decimals), currency),
        variant_id=str(data["variation_id"] or ""),
        picture=str(data["image"].get("src") or ""),
    )
