"""Finds a buyer: all addresses and ids, and the rows that hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import Session

from service.db.models import Case, Connection, Review, Shop
from service.domain.errors import NotFound, WrongInput
from service.domain.reviews.versions import NO_ID, same_buyer

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(slots=True)
class Traces:
    """One buyer: addresses, ids, each of one connection, and the rows that hold them."""

    emails: set[str] = field(default_factory=set)
    ids: set[tuple[int, str]] = field(default_factory=set)
    cases: list[int] = field(default_factory=list)
    shops: set[int] = field(default_factory=set)
    reviews: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Id -> connection and the platform's id."""

    def holds(self, email: str, connection_id: int, buyer_id: str) -> bool:
        """Whether a buyer of this address, or of this id at this connection, is the one."""
        return email.strip().lower() in self.emails or (connection_id, buyer_id) in self.ids

    def learn(self, connection_id: int, buyer: dict[str, Any]) -> None:
        """What the buyer is called in a row that was found."""
        if buyer.get("email"):
            self.emails.add(buyer["email"].strip().lower())
        if buyer.get("id", "") not in NO_ID:
            self.ids.add((connection_id, buyer["id"]))


def of(session: Session, who: str, shop_id: int | None, connection_id: int | None) -> Traces:
    """The buyer named by address, or by the platform's id in a shop or at a connection. Raises
    `WrongInput` where an id may name several buyers, `NotFound`."""
    who = who.strip()
    address = ADDRESS.fullmatch(who)
    if who in NO_ID or not (address or shop_id is not None or connection_id is not None):
        raise WrongInput("Enter the buyer's address, or the buyer's id together with the shop.")
    if shop_id is not None and session.get(Shop, shop_id) is None:
        raise NotFound("There is no such shop.")
    if connection_id is not None and session.get(Connection, connection_id) is None:
        raise NotFound("There is no such connection.")
    traces = Traces()
    if address:
        traces.emails.add(who.lower())
    elif connection_id is not None:
        traces.ids.add((connection_id, who))
    else:
        traces.ids |= {(number, who) for number in _connections_of(session, who, shop_id)}
    _find(session, traces)
    return traces


def _connections_of(session: Session, buyer_id: str, shop_id: int | None) -> list[int]:
    """The connection of the shop whose buyer has this id; all of them where it is in no review and
    no order. Raises `WrongInput` where several know it."""
    of_review = select(Review.connection_id).where(
        Review.shop_id == shop_id, Review.buyer["id"].as_string() == buyer_id
    )
    of_order = select(Case.order_connection_id).where(
        Case.shop_id == shop_id, Case.order["buyer"]["id"].as_string() == buyer_id
    )
    connection_ids = sorted(
        number for number in session.scalars(union(of_review, of_order)) if number
    )
    if len(connection_ids) > 1:
        raise WrongInput(
            "Several connections of this shop have a buyer of this id. Name one: %(numbers)s",
            numbers=", ".join(map(str, connection_ids)),
        )
    everywhere = select(Connection.id).where(Connection.shop_id == shop_id)
    return connection_ids or list(session.scalars(everywhere))


def _find(session: Session, traces: Traces) -> None:
    """Rows that name the buyer, then those of the ids and addresses found in them."""
    for _ in range(2):
        named = _names(Review.buyer, Review.connection_id, traces)
        for review in session.scalars(select(Review).where(named)):
            traces.reviews[review.id] = (review.connection_id, review.platform_id)
            traces.shops.add(review.shop_id)
            traces.learn(review.connection_id, review.buyer)
        named = _names(Case.order["buyer"], Case.order_connection_id, traces)
        of_buyer = or_(named, Case.review_id.in_(list(traces.reviews)))
        for case in session.scalars(select(Case).where(of_buyer).order_by(Case.id)):
            if case.id not in traces.cases:
                traces.cases.append(case.id)
            review = case.review
            traces.reviews[review.id] = (review.connection_id, review.platform_id)
            traces.shops.add(case.shop_id)
            of_order = case.order.get("buyer", {})
            if not _is_strangers(of_order, review.buyer):
                traces.learn(case.order_connection_id or 0, of_order)


def _is_strangers(of_order: dict[str, Any], of_review: dict[str, Any]) -> bool:
    """The order was taken for the review's, and is another buyer's."""
    addressed = of_order.get("email") and of_review.get("email")
    return bool(addressed) and not same_buyer(of_order, of_review)


def _names(buyer: Any, connection: Any, traces: Traces) -> ColumnElement[bool]:
    """The JSON object `buyer`, whose id is of that connection, is this buyer's."""
    same: list[ColumnElement[bool]] = [func.lower(buyer["email"].as_string()).in_(traces.emails)]
    for connection_id, buyer_id in traces.ids:
        same.append(and_(connection == connection_id, buyer["id"].as_string() == buyer_id))
    return or_(*same)
