"""Orders as a case keeps them: plain data, without the buyer's secret edit link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.contract import Buyer, Order, OrderLine
from integrations.money import Money
from integrations.remedies import KINDS
from integrations.telephone import e164
from service.db.models import Case
from service.domain.cases.couriers import courier_of
from service.domain.reviews.versions import same_buyer


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """An order as its platform showed it, and when it was asked; None: before that was noted."""

    order: Order
    at: datetime | None


PLACE = ("country", "language", "zone", "region")


def order_to_data(order: Order, connection_id: int, seen_at: datetime) -> dict[str, Any]:
    """Plain data for a JSON column: the order as its connection showed it, at the earliest then."""
    return {
        "connection_id": connection_id,
        "seen_at": seen_at.isoformat(),
        "id": order.id,
        "number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "status": order.status,
        "currency": order.paid.currency,
        "paid": order.paid.amount_minor,
        "left": order.left.amount_minor,
        "step": order.step,
        "promised_by": _moment_text(order.promised_by),
        "delivered_at": _moment_text(order.delivered_at),
        "shipped_at": _moment_text(order.shipped_at),
        "completed_at": _moment_text(order.completed_at),
        "tracking": list(order.tracking),
        "unavailable": sorted(kind.name for kind in order.unavailable),
        "lines": [
            {
                "id": line.id,
                "product_id": line.product_id,
                "name": line.name,
                "quantity": str(line.quantity),
                "paid": line.paid.amount_minor,
                "variant_id": line.variant_id,
                "picture": line.picture,
            }
            for line in order.lines
        ],
        "buyer": _buyer_to_data(order.buyer),
    }


def keep_order(case: Case, order: Order, connection_id: int, seen_at: datetime) -> None:
    """Let a case know its order as its connection showed it, and who carried it."""
    case.order = order_to_data(order, connection_id, seen_at)
    case.courier = courier_of(order.tracking)


def _buyer_to_data(buyer: Buyer) -> dict[str, str]:
    return {
        "id": buyer.id,
        "name": buyer.name,
        "email": buyer.email,
        "country": buyer.country,
        "language": buyer.language,
        "zone": buyer.zone,
        "region": buyer.region,
        "phone": buyer.phone,
        "consents": buyer.consents,
        "address": buyer.address,
    }


def _moment_text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def order_from_data(data: dict[str, Any]) -> Order:
    """The order that `order_to_data` kept."""
    currency = data["currency"]
    lines = tuple(
        OrderLine(
            id=line["id"],
            product_id=line["product_id"],
            name=line["name"],
            quantity=Decimal(line["quantity"]),
            paid=Money(line["paid"], currency),
            variant_id=line["variant_id"],
            picture=line.get("picture", ""),
        )
        for line in data["lines"]
    )
    return Order(
        id=data["id"],
        number=data["number"],
        placed_at=datetime.fromisoformat(data["placed_at"]),
        status=data["status"],
        paid=Money(data["paid"], currency),
        left=Money(data["left"], currency),
        lines=lines,
        buyer=Buyer(**data["buyer"]),
        step=data.get("step", 1),
        promised_by=_moment(data.get("promised_by", "")),
        delivered_at=_moment(data.get("delivered_at", "")),
        shipped_at=_moment(data.get("shipped_at", "")),
        completed_at=_moment(data.get("completed_at", "")),
        tracking=tuple(data.get("tracking", ())),
        unavailable=frozenset(KINDS[name] for name in data.get("unavailable", ()) if name in KINDS),
    )


def seen_order(case: Case) -> SeenOrder:
    """The order of a case as the case keeps it."""
    return SeenOrder(order_from_data(case.order), _moment(case.order.get("seen_at", "")))


def buyer_of(case: Case) -> Buyer:
    """The buyer the order names, else the one the review names; everything may be unknown.

    Language and place, where the order does not say them, are those of the same buyer's review. The
    telephone number is as E.164 has it, read as people of their country write it; '' for none.
    """
    buyer = _named(case)
    number = e164(buyer.phone, buyer.country or case.shop.country)
    return buyer if number == buyer.phone else replace(buyer, phone=number)


def _named(case: Case) -> Buyer:
    order, review = case.order.get("buyer"), case.review.buyer
    if not order:
        return Buyer(**review)
    if order.get("email") and review.get("email") and not same_buyer(order, review):
        return Buyer(**order)
    stated = {name: value for name, value in order.items() if value}
    return Buyer(**{**{name: review.get(name, "") for name in PLACE}, **stated})


def known_at(case: Case, connection_id: int) -> tuple[Buyer, str]:
    """The buyer and the order's id ('' for none) as this connection knows them: ids of another
    platform name strangers here."""
    buyer, home = buyer_of(case), case.review.connection_id
    if case.order:
        home = case.order_connection_id or 0
    return (buyer, case.order_id) if home == connection_id else (replace(buyer, id=""), "")


def lines_of(order: Order, product_id: str) -> tuple[OrderLine, ...]:
    """The lines a review is about: those of its product, or the only one there is. Empty where
    nobody knows: it is never all of several."""
    same = tuple(line for line in order.lines if product_id and line.product_id == product_id)
    return same or (order.lines if len(order.lines) == 1 else ())
