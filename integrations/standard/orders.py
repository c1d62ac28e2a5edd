"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from integrations.base.client import path_of
from integrations.base.loading import load
from integrations.contract import Order, OrderLine, OrderStore, ReviewEvent
from integrations.errors import Permanent, Rejected
from integrations.money import Money
from integrations.sentence import Said
from integrations.standard.client import Connected
from integrations.standard.schemas import OrderIn, OrdersIn
from integrations.standard.webhook import buyer_of

MOST_NAMED = 5
MOST_CANDIDATES = 50


class Orders(Connected, OrderStore):
    """GET /orders and GET /orders/{id}."""

    def orders_for(self, event: ReviewEvent) -> list[Order]:
        """Orders the shop named for the review; where it named none, those it finds. What cannot be
        read hides no other; raises `Permanent` where nothing else is left."""
        named, problem = self._named(event.order_ids[:MOST_NAMED])
        if named:
            return named
        # The address ends in the shop's access log only where nothing else names the buyer.
        asked = {
            "review_id": event.review_id,
            "product_id": event.product_id,
            "buyer_id": event.buyer.id,
            "buyer_email": "" if event.buyer.id else event.buyer.email,
        }
        query = {name: value for name, value in asked.items() if value}
        try:
            rows = self.client.get("/orders", OrdersIn, query)["orders"] if query else []
        except Permanent as error:
            # What is wrong with the order that was named says more than that no other can be found.
            raise Permanent(problem) if problem else error from error
        orders, other_problem = self._each_read(rows[:MOST_CANDIDATES])
        product = event.product_id
        fitting = [order for order in orders if not product or _holds(order, product)]
        if not fitting and (first_problem := problem or other_problem):
            raise Permanent(first_problem)
        return fitting

    def order(self, order_id: str) -> Order:
        data = self.client.get_or_none(path_of("orders", order_id), OrderIn)
        if data is None:
            raise Rejected("the shop has no order of this number: choose another order")
        return self._asked_for(order_id, data)

    def _named(self, order_ids: Sequence[str]) -> tuple[list[Order], Said | None]:
        """Those that can be read, and what is wrong with the first that cannot."""
        orders: list[Order] = []
        problem: Said | None = None
        for order_id in order_ids:
            try:
                data = self.client.get_or_none(path_of("orders", order_id), OrderIn)
                orders += [self._asked_for(order_id, data)] if data is not None else []
            except Permanent as error:
                problem = problem or error.text
        return orders, problem

    def _asked_for(self, asked: str, data: Mapping[str, Any]) -> Order:
        """The order that was asked for; raises `Rejected` where the shop gave another."""
        order = order_of(data, self.edit_links)
        if _plain(asked) not in (_plain(order.id), _plain(order.number)):
            raise Rejected(
                "the shop was asked for order %(asked)s and gave order %(given)s: correct the shop's program",
                asked=asked,
                given=order.number,
            )
        return order

    def _each_read(self, rows: Sequence[Any]) -> tuple[list[Order], Said | None]:
        """Those that can be read, and what is wrong with the first that cannot."""
        orders: list[Order] = []
        problem: Said | None = None
        for row in rows:
            try:
                data = load(OrderIn, row, "orders", "orders")
                orders.append(order_of(data, self.edit_links))
            except Permanent as error:
                problem = problem or error.text
        return orders, problem


def _plain(number: str) -> str:
    return number.strip("# ").casefold()


def _holds(order: Order, product_id: str) -> bool:
    return any(line.product_id == product_id for line in order.lines)


def order_of(data: Mapping[str, Any], edit_links: bool) -> Order:
    """Make the order of loaded `OrderIn`; raises `Permanent` when its currencies differ."""
    paid, left = money_of(data["paid"]), money_of(data["left"])
    lines = tuple(_line(line) for line in data["lines"])
    if len({amount.currency for amount in (paid, left, *(line.paid for line in lines))}) > 1:
        raise Rejected("the shop's order mixes currencies: state all amounts in one")
    return Order(
        id=data["id"],
        number=data["number"] or data["id"],
        placed_at=data["placed_at"].astimezone(UTC),
        status=data["status"] or "",
        paid=paid,
        # A shop that says more would have it paid back.
        left=left.capped(paid),
        lines=lines,
        buyer=buyer_of(data["buyer"]),
        edit_link=_web_address(data["edit_link"] or "") if edit_links else "",
    )


def money_of(data: Mapping[str, Any]) -> Money:
    """Make money of loaded `MoneyIn`."""
    return Money(data["minor"], data["currency"])


def _line(data: Mapping[str, Any]) -> OrderLine:
    quantity = data["quantity"]
    return OrderLine(
        id=data["id"],
        product_id=data["product_id"] or "",
        name=data["name"] or "",
        quantity=int(quantity) if quantity == quantity.to_integral_value() else quantity,
        paid=money_of(data["paid"]),
        variant_id=data["variant_id"] or "",
    )


def _web_address(link: str) -> str:
    """The link where it is one that may stand in a message; otherwise none."""
    try:
        parts = urlsplit(link) if link.isprintable() and " " not in link else None
    except ValueError:
        return ""
    return link if parts and parts.scheme in ("http", "https") and parts.netloc else ""
