"""Orders of the shop, and the returns their buyers open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.base.client import NotThere
from integrations.base.lists import rows_in
from integrations.base.orders import existing
from integrations.contract import Buyer, Order, OrderLine, OrderQuery, OrderStore
from integrations.errors import Permanent
from integrations.money import Money, least_step
from integrations.remedies import REFUND
from integrations.shopee.client import Connected
from integrations.shopee.schemas import OrdersIn, ReturnIn, ReturnsIn

FIELDS = (
    "buyer_user_id,buyer_username,item_list,total_amount,return_request_due_date,recipient_address"
    ",pickup_done_time,shipping_carrier,package_list"
)
MASKED = "*"
"""With which Shopee hides name and address where a market wants that."""
RETURNS = "/api/v2/returns/get_return_list"
WINDOW = timedelta(days=15)
"""The longest span of v2.returns.get_return_list."""
MOST_WINDOWS = 10
MOST_PAGES = 10
NOTHING_BOUGHT = frozenset({"UNPAID", "CANCELLED", "IN_CANCEL"})


class Orders(Connected, OrderStore):
    """v2.order.get_order_detail: a review names its order, and sellers and buyers see the same number."""

    def orders_for(self, query: OrderQuery) -> list[Order]:
        rows = [self.order_data(order_sn) for order_sn in query.order_ids[:1]]
        return [self._order_of(data) for data in rows if data is not None]

    def order(self, order_id: str) -> Order:
        return self._order_of(existing(self.order_data(order_id)))

    def order_by_number(self, number: str) -> Order:
        return self.order(number.strip().lstrip("#").strip().upper())

    def _order_of(self, data: Mapping[str, Any]) -> Order:
        refunded = [
            row["refund_amount"]
            for row in self.returns_of(data["order_sn"], data["create_time"])
            if row["status"] in self.refunded_at
        ]
        return order_of(data, Money.of(sum(refunded), data["currency"]), self.now())

    def order_data(self, order_sn: str) -> dict[str, Any] | None:
        """Loaded `OrderIn` as it is now, None where there is none."""
        query = {"order_sn_list": order_sn, "response_optional_fields": FIELDS}
        try:
            data = self.client.get("/api/v2/order/get_order_detail", OrdersIn, query)
        except NotThere:
            return None
        rows = data["order_list"] or []
        return next((row for row in rows if row["order_sn"] == order_sn), None)

    @property
    def refunded_at(self) -> frozenset[str]:
        """Statuses of a return in which its refund is given."""
        named = self.config.values.get("refunded_at", "")
        return frozenset(name.strip().upper() for name in named.split(",") if name.strip())

    def returns_of(self, order_sn: str, since: datetime) -> list[dict[str, Any]]:
        """v2.returns.get_return_list: all returns of one order, the newest last. There is no filter
        for an order, so those of the shop since then are looked through."""
        rows = [row for row in self._returns(since, order_sn) if row["order_sn"] == order_sn]
        return sorted(rows, key=lambda row: (row["update_time"] or since, row["return_sn"]))

    def _returns(self, since: datetime, mark: str) -> Iterator[dict[str, Any]]:
        # Shopee's clock may be ahead of ours.
        until = self.now() + timedelta(minutes=5)
        start = max(since, until - WINDOW * MOST_WINDOWS)
        while start < until:
            end = min(start + WINDOW, until)
            yield from self._returns_between(start, end, mark)
            start = end

    def _returns_between(
        self, start: datetime, end: datetime, mark: str
    ) -> Iterator[dict[str, Any]]:
        span = {"create_time_from": _seconds(start), "create_time_to": _seconds(end)}
        for page in range(MOST_PAGES):
            query = {"page_no": str(page), "page_size": "100", **span}
            data = self.client.get(RETURNS, ReturnsIn, query)
            listed = rows_in(data["rows"] or [], ReturnIn, RETURNS)
            if any(mark in str(row.raw) for row in listed.unread):
                raise Permanent(listed.unread[0].problem, outcome="not_done")
            yield from listed.rows
            if not (data["more"] and data["rows"]):
                return
        raise Permanent(
            "the shop has too many returns to look through: look in Seller Centre",
            outcome="not_done",
        )


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def order_of(data: Mapping[str, Any], refunded: Money, now: datetime) -> Order:
    """The order of loaded `OrderIn`. A refund needs a return, which the buyer may open until a day
    that Shopee names once the order is completed."""
    currency = data["currency"]
    paid, due = Money.of(data["total_amount"], currency), data["return_request_due_date"]
    closed = data["order_status"] in NOTHING_BOUGHT or (due is not None and due <= now)
    left = Money(max(0, paid.amount_minor - refunded.amount_minor), currency)
    return Order(
        id=data["order_sn"],
        number=data["order_sn"],
        placed_at=data["create_time"],
        status=data["order_status"],
        paid=paid,
        left=left,
        lines=tuple(_line(item, currency) for item in data["item_list"]),
        buyer=Buyer(
            id=data["buyer_user_id"] or "",
            name=data["buyer_username"],
            country=data["region"] or "",
            address=_address(data["recipient_address"] or {}),
        ),
        shipped_at=data["pickup_done_time"],
        tracking=tuple(
            _parcel(package, data["shipping_carrier"]) for package in data["package_list"] or ()
        ),
        step=least_step(currency),
        unavailable=frozenset({REFUND}) if closed else frozenset(),
    )


def _address(recipient: Mapping[str, Any]) -> str:
    """As on an envelope; '' where Shopee hides a part of it."""
    whole = recipient.get("full_address") or ""
    if not whole or MASKED in whole:
        return ""
    place = " ".join(filter(None, (recipient.get("city"), recipient.get("zipcode"))))
    return "\n".join(filter(None, (whole, "" if place and place in whole else place)))


def _parcel(package: Mapping[str, Any], carrier: str) -> str:
    """Shopee gives the number of a parcel by another call, and its own number of it here."""
    return " ".join(
        filter(None, (package["shipping_carrier"] or carrier, package["package_number"]))
    )


def _line(item: Mapping[str, Any], currency: str) -> OrderLine:
    number = item["line_item_id"] or item["order_item_id"]
    quantity = item["model_quantity_purchased"]
    names = (item["item_name"], item["model_name"])
    return OrderLine(
        # The items of a bundle share the first number.
        id=":".join(part for part in (number, item["item_id"], item["model_id"]) if part),
        product_id=item["item_id"],
        name=", ".join(name for name in names if name),
        quantity=quantity,
        paid=Money.of(item["model_discounted_price"] * quantity, currency),
        variant_id=item["model_id"] or "",
        picture=(item["image_info"] or {}).get("image_url") or "",
    )
