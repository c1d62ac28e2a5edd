"""Orders of the shop, and the returns their buyers open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from integrations.base.lists import Rows, pages
from integrations.base.orders import existing
from integrations.contract import Buyer, Order, OrderLine, OrderQuery, OrderStore
from integrations.errors import Permanent
from integrations.money import Money, least_step
from integrations.remedies import REFUND
from integrations.sentence import Text
from integrations.shopee.client import Connected
from integrations.shopee.schemas import OrdersIn, ReturnIn

FIELDS = (
    "buyer_user_id,buyer_username,item_list,total_amount,return_request_due_date,recipient_address"
    ",pickup_done_time,shipping_carrier,package_list"
)
WINDOW = timedelta(days=15)
"""The longest span of v2.returns.get_return_list."""
TOO_MANY = Text("the shop has too many returns to look through: look in Seller Centre")
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
        """v2.order.get_order_detail: loaded `OrderIn` as it is now, None where there is none."""
        query = {"order_sn_list": order_sn, "response_optional_fields": FIELDS}
        listed = self.client.get_or_none("/api/v2/order/get_order_detail", OrdersIn, query)
        rows = listed["order_list"] if listed else ()
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
            page = partial(self.returns_between, start, end)
            too_many = Permanent(TOO_MANY, outcome="not_done")
            for listed in pages(page, most=MOST_PAGES, too_many=too_many):
                if any(row.holds(mark) for row in listed.unread):
                    raise Permanent(listed.unread[0].problem, outcome="not_done")
                yield from listed.rows
            start = end

    def returns_between(self, start: datetime, end: datetime, number: int) -> Rows:
        """v2.returns.get_return_list: a page, counted from 0, of those opened in a span."""
        seconds = (str(int(moment.timestamp())) for moment in (start, end))
        span = dict(zip(("create_time_from", "create_time_to"), seconds, strict=True))
        query = {"page_no": str(number), "page_size": "100", **span}
        return self.client.page("/api/v2/returns/get_return_list", "return", ReturnIn, query)


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
            id=data["buyer_user_id"],
            name=data["buyer_username"],
            country=data["region"],
            address=data["recipient_address"],
        ),
        shipped_at=data["pickup_done_time"],
        tracking=tuple(
            _parcel(package, data["shipping_carrier"]) for package in data["package_list"]
        ),
        step=least_step(currency),
        unavailable=frozenset({REFUND}) if closed else frozenset(),
    )


def _parcel(package: Mapping[str, Any], carrier: str) -> str:
    """Shopee gives the number of a parcel by another call, and its own number of it here."""
    named = (package["shipping_carrier"] or carrier, package["package_number"])
    return " ".join(filter(None, named))


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
        variant_id=item["model_id"],
        picture=item["image_info"]["image_url"],
    )
