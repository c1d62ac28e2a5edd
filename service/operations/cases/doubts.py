"""What speaks against an order, or against answering by itself: a person confirms before anything
is said to the buyer or goes by itself. It is the same whoever chose the order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy.orm import Session

from integrations.contract import Order
from integrations.remedies import Spends
from integrations.sentence import N_, Said, Text, Value, Words
from service.db.models import Case, MakeGood, Review, Shop
from service.db.remedies import remedy_queries
from service.domain.cases.states import CaseState
from service.domain.complaints.praise import only_praises
from service.operations.cases import search
from service.operations.cases.orders import lines_of, order_from_data

GRAVE = Text("This complaint speaks of health, injury or law. Write to the buyer yourself first.")
OTHER_SHOP = Text(
    "This order is at another connection than the review. Check it before you approve."
)
OTHER_BUYER = Text("This order is of another buyer than the review. Check it before you approve.")
OTHER_PRODUCT = Text("The reviewed product is not in this order. Check it before you approve.")
UNKNOWN_BUYER = Text(
    "Neither the review nor the shop says that this order is of who wrote it. Check it before you"
    " approve."
)
LATER_ORDER = Text(
    "This order was placed after the review was written. Check it before you approve."
)
NOT_BOUGHT = N_("The shop says of this order: %(status)s. Check it before you approve.")
PAID_BACK = Text(
    "Less is left of this order than was paid, and not by a make-good: it may have been paid back in"
    " the shop. Look at the order before you approve."
)
NOT_BOUGHT_STATUSES = frozenset(
    {
        *("cancelled", "canceled", "in_cancel", "voided", "failed", "refunded", "trash"),
        *("pending", "on-hold", "unpaid", "draft", "checkout-draft", "auto-draft"),
    }
)
"""Words by which shops call an order that was not paid, or is no order any more."""
UNKNOWN_LINE = Text("The review does not say which product of this order it is about.")
RESTORED = N_(
    "This was restored from a backup of %(time)s, and nothing is known of what was done since: look"
    " at the platform first."
)
MADE_GOOD_BEFORE = Text("This was made good before. Look at the buyer's other cases first.")
PRAISE = Text(
    "The words of this review only praise, but its stars are few: most likely a slip of the finger."
    " Ask the buyer what happened before you approve."
)
_TOGETHER = N_("%(first)s %(rest)s")


def about_order(session: Session, case: Case, order: Order, connection_id: int) -> list[Text]:
    """All that speaks against this order for this case; empty where nothing does."""
    review = case.review
    shop = session.get_one(Shop, case.shop_id)
    checks = [
        (restored(shop), precedes_restoring(case, shop)),
        (OTHER_SHOP, connection_id != review.connection_id),
        (OTHER_BUYER, _other_buyer(review, order)),
        (UNKNOWN_BUYER, _is_anybodys(review, order)),
        (LATER_ORDER, review.written_at is not None and review.written_at < order.placed_at),
        (Text(NOT_BOUGHT, status=order.status), order.status.casefold() in NOT_BOUGHT_STATUSES),
        (PAID_BACK, _is_paid_back(session, order, connection_id)),
        (OTHER_PRODUCT, _other_product(review, order)),
        (UNKNOWN_LINE, not review.product_id and len(order.lines) != 1),
        (MADE_GOOD_BEFORE, made_good_before(session, case)),
        (PRAISE, _is_praise(case)),
        (GRAVE, case.grave),
    ]
    return [text for text, holds in checks if holds]


def precedes_restoring(case: Case, shop: Shop) -> bool:
    """A backup was restored since the review was written: it may have been answered after the
    backup, which knows nothing of that."""
    began = min(case.opened_at, case.review.written_at or case.opened_at)
    return shop.restored_at is not None and began < shop.restored_at


def restored(shop: Shop) -> Text:
    """What a person is told of a case that a backup brought back."""
    return Text(RESTORED, time=shop.backup_of or shop.created_at)


def _other_buyer(review: Review, order: Order) -> bool:
    """Nothing that both name is the same. Platforms leave empty what a guest does not have."""
    comparable = _comparable(review, order)
    return bool(comparable) and all(of_review != of_order for of_review, of_order in comparable)


def _is_anybodys(review: Review, order: Order) -> bool:
    """It was found by its product alone: nothing ties it to who wrote the review."""
    named = {number.strip("# ").casefold() for number in review.order_ids}
    is_named = not named.isdisjoint({order.id.casefold(), order.number.strip("# ").casefold()})
    return not (is_named or _comparable(review, order))


def _comparable(review: Review, order: Order) -> list[tuple[str, str]]:
    """What both name of their buyers."""
    pairs = (
        (review.buyer.get("id", ""), order.buyer.id),
        (review.buyer.get("email", "").strip().casefold(), order.buyer.email.strip().casefold()),
    )
    return [(of_review, of_order) for of_review, of_order in pairs if of_review and of_order]


def _is_paid_back(session: Session, order: Order, connection_id: int) -> bool:
    """More of the order is gone than its make-goods paid."""
    ours = sum(
        make_good.amount_minor or 0
        for make_good in remedy_queries.make_goods_of(session, connection_id, order.id)
        if make_good.remedy.kind.spends is Spends.MONEY
    )
    return order.paid.amount_minor - order.left.amount_minor > max(ours, order.step)


def _other_product(review: Review, order: Order) -> bool:
    return bool(review.product_id) and review.product_id not in {
        line.product_id for line in order.lines if line.quantity > 0
    }


def made_good_before(session: Session, case: Case) -> bool:
    """The review, its line of the order, or this product for this buyer was made good already, or
    is promised to be: under this review's id or another, in a case open or closed."""
    of_buyer = search.others_of_buyer(session, case)
    stored = remedy_queries.make_goods_about(session, case, of_buyer)
    new = [
        make_good
        for make_good in session.new
        if isinstance(make_good, MakeGood) and make_good.case is not case
    ]
    return any(_same_matter(case, make_good, of_buyer) for make_good in [*stored, *new])


def _same_matter(case: Case, make_good: MakeGood, of_buyer: Collection[int]) -> bool:
    earlier = make_good.case
    if earlier.review_id is not None and earlier.review_id == case.review_id:
        return True
    product = case.review.product_id
    has_key = bool(case.buyer_key) and case.buyer_key == earlier.buyer_key
    is_of_buyer = earlier.id in of_buyer or (has_key and earlier.shop_id == case.shop_id)
    if is_of_buyer and product == earlier.review.product_id:
        return True
    if (make_good.connection_id, make_good.order_id) != (case.order_connection_id, case.order_id):
        return False
    lines = {line.id for line in lines_of(order_from_data(case.order), product)}
    # Nobody knows which line, of this one or of the other: it may be the same.
    return not lines or not make_good.line_ids or bool(lines & set(make_good.line_ids))


def _is_praise(case: Case) -> bool:
    """Nothing is said that could be made good, and no person has told what it is about."""
    return not case.cause_corrected and only_praises(case.review.text)


def look_at_new_words(case: Case) -> None:
    """The buyer rewrote a review on which nothing was decided yet: do its words only praise now? After
    a make-good praise is no slip."""
    if case.state != CaseState.AWAITING_APPROVAL or case.make_goods:
        return
    others = [doubt for doubt in _each(case.doubt) if doubt != PRAISE]
    set_doubts(case, [*others, *([PRAISE] if _is_praise(case) else [])])


def mark_grave(case: Case) -> None:
    """The buyer's words make the case one that a person has to take up first."""
    case.grave = True
    if str(GRAVE) not in str(case.doubt or ""):
        set_doubts(case, [GRAVE, *([case.doubt] if case.doubt else [])])


def set_doubts(case: Case, doubts: Sequence[Said]) -> None:
    """Keep what speaks against the case, for the seller to look at."""
    together: Said | None = None
    for doubt in reversed(doubts):
        together = doubt if together is None else Text(_TOGETHER, first=doubt, rest=together)
    case.doubt = together


def _each(together: Value | None) -> Iterator[Said]:
    """The doubts that `set_doubts` put together."""
    match together:
        case Text(id=said, values={"first": first, "rest": rest}) if said == _TOGETHER:
            yield from _each(first)
            yield from _each(rest)
        case Text() | Words():
            yield together


def clear(case: Case) -> None:
    """A person has looked."""
    case.doubt = None
