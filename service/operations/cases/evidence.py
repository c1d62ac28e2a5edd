"""Gathers what is known of a complaint: from its order, its review, and the shop's other cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import REFUND
from integrations.sentence import Said, Text, Words
from service.db.cases import related_cases
from service.db.models import Case, Connection
from service.domain.cases.buyers import joins
from service.domain.cases.evidence import (
    FEWEST_WORDS,
    LOOKS_BACK,
    Evidence,
    Facts,
    Sources,
    weigh,
)
from service.domain.search import words_of
from service.operations.cases.orders import order_from_data
from service.operations.cases.search import buyer_marks_of

_COMPARED_WORDS = 12
"""How many words of a review are used to search for others with the same text."""


def evidence_of(session: Session, case: Case, now: datetime) -> list[Evidence]:
    """What speaks for the complaint and against it; two statements for the other cases."""
    order = order_from_data(case.order) if case.order else None
    same_buyer, same_words = _others(session, case, now)
    facts = Facts(
        cause=case.cause,
        product_id=case.review.product_id,
        written_at=case.review.written_at,
        order=order,
        refunded=_refunded(case),
        photos=_number(case.review.photos),
        films=_number(case.review.films),
        same_buyer=same_buyer,
        same_words=same_words,
    )
    return weigh(facts, _sources(session, case))


def _number(addresses: list[str] | None) -> int | None:
    return None if addresses is None else len(addresses)


def _sources(session: Session, case: Case) -> Sources:
    review = session.get(Connection, case.review.connection_id)
    at_order = session.get(Connection, case.order_connection_id or 0)
    seen_at = case.order.get("seen_at")
    order: Said = Text("no order")
    if at_order is not None and seen_at:
        order = Text(
            "%(connection)s, order %(number)s as seen %(at)s",
            connection=Words(at_order.name),
            number=Words(case.order["number"]),
            at=datetime.fromisoformat(seen_at),
        )
    elif at_order is not None:
        order = Words(at_order.name)
    name = Words("" if review is None else review.name)
    return Sources(order, Text("%(connection)s, review", connection=name))


def _refunded(case: Case) -> Money | None:
    """What was paid back of the order when it was last seen, without what this case gave until then."""
    order, seen_at = case.order, case.order.get("seen_at")
    if not order or not seen_at:
        return None
    own = sum(
        make_good.amount_minor or 0
        for make_good in case.make_goods
        if make_good.kind == REFUND.name
        and make_good.done_at is not None
        and make_good.done_at <= datetime.fromisoformat(seen_at)
    )
    return Money(max(0, order["paid"] - order["left"] - own), order["currency"])


def _others(
    session: Session, case: Case, now: datetime
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """References of the buyer's other cases, and of those whose review has the same words."""
    marks, words = buyer_marks_of(case), words_of([case.review.text])
    compares = len(words) >= FEWEST_WORDS
    since = now - LOOKS_BACK
    same_buyer = tuple(
        other.reference for other in related_cases.of_same_buyer(session, case, since=since)
    )
    typed = [" ".join(words[:_COMPARED_WORDS])] if compares else []
    others = related_cases.with_words(session, case, typed, since=since)
    own_reviews = {case.review_id, *case.older_review_ids}
    same_words = tuple(
        other.reference
        for other in others
        if other.review_id not in own_reviews and words_of([other.review.text]) == words
    )
    return same_buyer if any(map(joins, marks)) else None, same_words if compares else None
