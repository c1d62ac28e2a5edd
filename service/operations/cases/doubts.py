"""What speaks against an order, or against answering by itself: a person confirms before anything
is said to the buyer or goes by itself. It is the same whoever chose the order."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from integrations.contract import Order
from integrations.sentence import Said, Text
from service.db.models import Case, MakeGood, Review
from service.operations.cases.orders import lines_of, order_from_data

GRAVE = Text("This complaint speaks of health, injury or law. Write to the buyer yourself first.")
OTHER_SHOP = Text(
    "This order is at another connection than the review. Check it before you approve."
)
OTHER_BUYER = Text("This order is of another buyer than the review. Check it before you approve.")
OTHER_PRODUCT = Text("The reviewed product is not in this order. Check it before you approve.")
UNKNOWN_LINE = Text("The review does not say which product of this order it is about.")
MADE_GOOD_BEFORE = Text("This was made good before. Look at the buyer's other cases first.")


def about_order(session: Session, case: Case, order: Order, connection_id: int) -> list[Text]:
    """All that speaks against this order for this case; empty where nothing does."""
    review = case.review
    checks = [
        (OTHER_SHOP, connection_id != review.connection_id),
        (OTHER_BUYER, _other_buyer(review, order)),
        (OTHER_PRODUCT, _other_product(review, order)),
        (UNKNOWN_LINE, not review.product_id and len(order.lines) != 1),
        (MADE_GOOD_BEFORE, made_good_before(session, case)),
        (GRAVE, case.grave),
    ]
    return [text for text, holds in checks if holds]


def _other_buyer(review: Review, order: Order) -> bool:
    """Nothing that both name is the same. Platforms leave empty what a guest does not have."""
    pairs = (
        (review.buyer.get("id", ""), order.buyer.id),
        (review.buyer.get("email", "").strip().casefold(), order.buyer.email.strip().casefold()),
    )
    comparable = [(of_review, of_order) for of_review, of_order in pairs if of_review and of_order]
    return bool(comparable) and all(of_review != of_order for of_review, of_order in comparable)


def _other_product(review: Review, order: Order) -> bool:
    return bool(review.product_id) and review.product_id not in {
        line.product_id for line in order.lines
    }


def made_good_before(session: Session, case: Case) -> bool:
    """The review, its line of the order, or this product for this buyer was made good already, or
    is promised to be: under this review's id or another, in a case open or closed."""
    asked = {
        "case": case.id,
        "review": case.review_id,
        "connection": case.order_connection_id,
        "order": case.order_id,
        "shop": case.shop_id,
        "buyer": case.buyer_key,
        "product": case.review.product_id,
    }
    stored = session.scalars(_SAME_MATTER, asked).all()
    new = [
        make_good
        for make_good in session.new
        if isinstance(make_good, MakeGood) and make_good.case is not case
    ]
    return any(_same_matter(case, make_good) for make_good in [*stored, *new])


_OF_CASE = select(MakeGood.id).join(Case, Case.id == MakeGood.case_id)
_SAME_REVIEW = _OF_CASE.where(Case.review_id == bindparam("review"))
_SAME_ORDER = select(MakeGood.id).where(
    MakeGood.connection_id == bindparam("connection"), MakeGood.order_id == bindparam("order")
)
_SAME_BUYER = (
    _OF_CASE.join(Review, Review.id == Case.review_id)
    .where(Case.shop_id == bindparam("shop"), Case.buyer_key == bindparam("buyer"))
    .where(Case.buyer_key != "", Review.product_id == bindparam("product"))
)
_SAME_MATTER = (
    select(MakeGood)
    .where(MakeGood.id.in_(union(_SAME_REVIEW, _SAME_ORDER, _SAME_BUYER)))
    .where(MakeGood.case_id != bindparam("case"), MakeGood.state != "cancelled")
)


def _same_matter(case: Case, make_good: MakeGood) -> bool:
    earlier = make_good.case
    if earlier.review_id is not None and earlier.review_id == case.review_id:
        return True
    product = case.review.product_id
    buyer = case.shop_id, case.buyer_key, product
    if case.buyer_key and buyer == (
        earlier.shop_id,
        earlier.buyer_key,
        earlier.review.product_id,
    ):
        return True
    if (make_good.connection_id, make_good.order_id) != (case.order_connection_id, case.order_id):
        return False
    lines = {line.id for line in lines_of(order_from_data(case.order), product)}
    # Nobody knows which line, of this one or of the other: it may be the same.
    return not lines or not make_good.line_ids or bool(lines & set(make_good.line_ids))


def mark_grave(case: Case) -> None:
    """The buyer's words make the case one that a person has to take up first."""
    case.grave = True
    if str(GRAVE) not in str(case.doubt or ""):
        set_doubts(case, [GRAVE, *([case.doubt] if case.doubt else [])])


def set_doubts(case: Case, doubts: Sequence[Said]) -> None:
    """Keep what speaks against the case, for the seller to look at."""
    together: Said | None = None
    for doubt in reversed(doubts):
        together = (
            doubt if together is None else Text("%(first)s %(rest)s", first=doubt, rest=together)
        )
    case.doubt = together


def clear(case: Case) -> None:
    """A person has looked."""
    case.doubt = None
