"""Orders behind a review: candidates read one by one, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from integrations.contract import OrderQuery
from integrations.errors import Permanent, Rejected
from integrations.sentence import Said, Text

Row = TypeVar("Row")
Candidate = TypeVar("Candidate")
NO_SUCH_ORDER = Text("the shop has no order of this number: choose another order")


def existing(order: Row | None) -> Row:
    """An order that was asked for; raises `Rejected` where there is none."""
    if order is None:
        raise Rejected(NO_SUCH_ORDER)
    return order


def the_only(rows: Sequence[Row], number: str) -> Row:
    """The order of the number that a person typed; raises `Rejected` where there is none or several."""
    if len(rows) > 1:
        raise Rejected(
            "the shop has several orders of the number %(number)s: choose by the buyer",
            number=number,
        )
    if not rows:
        raise Rejected(
            "the shop has no order of the number %(number)s: look at the number there",
            number=number,
        )
    return rows[0]


def each_read(
    rows: Iterable[Row], read: Callable[[Row], Candidate | None]
) -> tuple[list[Candidate], list[Said]]:
    """Those that can be read, and what is wrong with the others; what cannot be read hides no other.
    What reads as None is not there."""
    candidates: list[Candidate] = []
    problems: list[Said] = []
    for row in rows:
        try:
            candidate = read(row)
        except Permanent as error:
            problems.append(error.text)
            continue
        if candidate is not None:
            candidates.append(candidate)
    return candidates, problems


def fits(query: OrderQuery, placed_at: datetime | None, products: Collection[str]) -> bool:
    """Whether an order of these products can be the one: placed in time, with the product in it."""
    in_time = query.not_after is None or placed_at is None or placed_at <= query.not_after
    return in_time and (not query.product_id or query.product_id in products)
