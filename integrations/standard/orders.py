"""Orders of the shop: the candidates of a review, and one order as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.base.client import path_of
from integrations.base.loading import load
from integrations.base.orders import NO_SUCH_ORDER, each_read, fits
from integrations.contract import Order, OrderLine, OrderQuery, OrderStore
from integrations.errors import Permanent, Rejected
from integrations.money import Money
from integrations.standard.client import Connected
from integrations.standard.schemas import OrderIn, OrdersIn
from integrations.standard.webhook import buyer_of
from integrations.text import is_web_link

MOST_NAMED = 5
MOST_CANDIDATES = 50


class Orders(Connected, OrderStore):
    """GET /orders and GET /orders/{id}."""

    def orders_for(self, query: OrderQuery) -> list[Order]:
        """Orders the shop named itself; where it named none, those it finds. What cannot be
        read hides no other; raises `Permanent` where nothing else is left."""
        named, problems = each_read(query.order_ids[:MOST_NAMED], self._fetched)
        if named:
            return named
        # The address ends in the shop's access log only where nothing else names the buyer.
        asked = {
            "review_id": query.review_id,
            "product_id": query.product_id,
            "buyer_id": query.buyer.id,
            "buyer_email": "" if query.buyer.id else query.buyer.email,
        }
        filters = {name: value for name, value in asked.items() if value}
        try:
            rows = self.client.get("/orders", OrdersIn, filters)["orders"] if filters else []
        except Permanent as error:
            # What is wrong with the order that was named says more than that no other can be found.
            raise Permanent(problems[0]) if problems else error from error
        orders, more = each_read(rows[:MOST_CANDIDATES], self._listed)
        fitting = [
            order
            for order in orders
            if fits(query, None, {line.product_id for line in order.lines})
        ]
        if not fitting and (problems := problems + more):
            raise Permanent(problems[0])
        return fitting

    def order(self, order_id: str) -> Order:
        order = self._fetched(order_id)
        if order is None:
            raise Rejected(NO_SUCH_ORDER)
        return order

    def _fetched(self, order_id: str) -> Order | None:
        data = self.client.get_or_none(path_of("orders", order_id), OrderIn)
        return None if data is None else self._asked_for(order_id, data)

    def _listed(self, row: Any) -> Order:
        return order_of(load(OrderIn, row, "orders", "orders"), self.edit_links)

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


def _plain(number: str) -> str:
    return number.strip("# ").casefold()


def order_of(data: Mapping[str, Any], edit_links: bool) -> Order:
    """Make the order of loaded `OrderIn`; raises `Permanent` when its currencies differ."""
    paid, left = money_of(data["paid"]), money_of(data["left"])
    lines = tuple(_line(line) for line in data["lines"])
    if len({amount.currency for amount in (paid, left, *(line.paid for line in lines))}) > 1:
        raise Rejected("the shop's order mixes currencies: state all amounts in one")
    link = data["edit_link"] or ""
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
        promised_by=_utc(data["promised_by"]),
        delivered_at=_utc(data["delivered_at"]),
        shipped_at=_utc(data["shipped_at"]),
        completed_at=_utc(data["completed_at"]),
        tracking=tuple(filter(None, data["tracking"] or ())),
        edit_link=link if edit_links and is_web_link(link) else "",
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(UTC)


def money_of(data: Mapping[str, Any]) -> Money:
    """Make money of loaded `MoneyIn`."""
    return Money(data["minor"], data["currency"])


def _line(data: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        id=data["id"],
        product_id=data["product_id"] or "",
        name=data["name"] or "",
        quantity=data["quantity"],
        paid=money_of(data["paid"]),
        variant_id=data["variant_id"] or "",
        picture=data["picture"] or "",
    )
