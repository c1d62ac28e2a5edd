"""What speaks for and against a complaint, each with its source. It decides nothing:
a person looks. What nobody knows is said as such and speaks for neither side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from integrations.contract import Order
from integrations.money import Money
from integrations.sentence import Said, Text, Words

LOOKS_BACK = timedelta(days=180)
FEWEST_WORDS = 5
"""In a shorter review the same words under another prove nothing."""
MANY_CASES = 2
"""Other cases of a buyer from which on they speak against another complaint."""


class Bearing(StrEnum):
    """For whom something speaks."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"
    UNKNOWN = "unknown"


BEARINGS = {
    Bearing.FOR: Text("Speaks for the complaint"),
    Bearing.AGAINST: Text("Speaks against it"),
    Bearing.NEITHER: Text("Speaks for neither"),
    Bearing.UNKNOWN: Text("Not known"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that is known, or is not. `cases`: references of the cases it is about."""

    kind: str
    bearing: Bearing
    says: Text
    source: Said
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each thing is known from, in words."""

    order: Said
    review: Said
    cases: Said = field(
        default_factory=lambda: Text("cases of this shop, last %(days)s days", days=LOOKS_BACK.days)
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a complaint.

    `order`: as last seen; None until it is chosen. `refunded`: of it and not by this case. `photos`, `films`:
    how many stand with the review; None where the platform does not say. `same_buyer`, `same_words`:
    references of other cases; None where there is nothing to compare by.
    """

    cause: str
    product_id: str
    written_at: datetime | None
    order: Order | None
    refunded: Money | None
    photos: int | None
    films: int | None
    same_buyer: tuple[str, ...] | None
    same_words: tuple[str, ...] | None


def weigh(facts: Facts, sources: Sources) -> list[Evidence]:
    """What is known, in the order in which a person checks it."""
    order = facts.order
    if order is None:
        no_order = Text("The order is not known yet.")
        about_order = [Evidence("order", Bearing.UNKNOWN, no_order, sources.order)]
    else:
        about_order = [
            Evidence(kind, bearing, says, sources.order)
            for kind, bearing, says in _of_order(facts, order)
        ]
    return [
        *about_order,
        _photos(facts, sources),
        _buyer(facts, sources),
        _words(facts, sources),
    ]


def _of_order(facts: Facts, order: Order) -> Iterator[tuple[str, Bearing, Text]]:
    yield ("delivery", *_delivery(facts.cause, order))
    written, delivered = facts.written_at, order.delivered_at
    if written is not None and delivered is not None and written < delivered:
        says = Text("The review was written before the delivery.")
        yield "written", Bearing.FOR if facts.cause == "late" else Bearing.AGAINST, says
    yield from _on_its_way(facts, order)
    yield ("item", *_item(facts.product_id, order))
    if order.paid.amount_minor > 0:
        yield "paid", Bearing.FOR, Text("Paid: %(amount)s.", amount=order.paid)
    else:
        yield "paid", Bearing.NEITHER, Text("Nothing was paid for this order.")
    if facts.refunded is None:
        yield "refunds", Bearing.UNKNOWN, Text("It is not known what was refunded before.")
    elif facts.refunded.amount_minor > 0:
        says = Text("%(amount)s of this order was refunded before.", amount=facts.refunded)
        yield "refunds", Bearing.AGAINST, says
    else:
        yield "refunds", Bearing.NEITHER, Text("Nothing of this order was refunded before.")


def _delivery(cause: str, order: Order) -> tuple[Bearing, Text]:
    at, promised = order.delivered_at, order.promised_by
    if at is None:
        return Bearing.UNKNOWN, Text("The platform does not say when it was delivered.")
    if promised is None:
        says = Text("Delivered %(at)s; by when it was promised is not known.", at=at)
        return Bearing.UNKNOWN if cause == "late" else Bearing.NEITHER, says
    if at > promised:
        says = Text(
            "Delivered %(at)s, later than promised (%(promised)s).", at=at, promised=promised
        )
        return Bearing.FOR if cause == "late" else Bearing.NEITHER, says
    says = Text("Delivered %(at)s, as promised (%(promised)s).", at=at, promised=promised)
    return Bearing.AGAINST if cause == "late" else Bearing.NEITHER, says


def _on_its_way(facts: Facts, order: Order) -> Iterator[tuple[str, Bearing, Text]]:
    """What is known of the parcel beside its delivery."""
    if order.shipped_at is not None:
        is_late = order.promised_by is not None and order.shipped_at > order.promised_by
        bearing = Bearing.FOR if is_late and facts.cause == "late" else Bearing.NEITHER
        yield "shipped", bearing, Text("Sent %(at)s.", at=order.shipped_at)
    if order.delivered_at is None and order.completed_at is not None:
        says = Text("The order was completed %(at)s.", at=order.completed_at)
        yield "completed", Bearing.NEITHER, says
    if order.tracking:
        parcels = Words(", ".join(order.tracking))
        yield "tracking", Bearing.NEITHER, Text("Parcel: %(parcels)s.", parcels=parcels)


def _item(product_id: str, order: Order) -> tuple[Bearing, Text]:
    if not product_id:
        return Bearing.UNKNOWN, Text("The review does not say which product it is about.")
    same = [line for line in order.lines if line.product_id == product_id]
    if not same:
        return Bearing.AGAINST, Text("The reviewed product is not in this order.")
    items = ", ".join(
        f"{line.quantity} × {line.name}" + (f" [{line.variant_id}]" if line.variant_id else "")
        for line in same
    )
    return Bearing.FOR, Text("The reviewed product was ordered: %(items)s", items=Words(items))


def _photos(facts: Facts, sources: Sources) -> Evidence:
    if facts.films:
        says = Text(
            "Photos with the review: %(photos)s, films: %(films)s.",
            photos=facts.photos or 0,
            films=facts.films,
        )
        return Evidence("photos", Bearing.FOR, says, sources.review)
    if facts.photos is None:
        says = Text("The platform does not say whether there are photos.")
        return Evidence("photos", Bearing.UNKNOWN, says, sources.review)
    if not facts.photos:
        says = Text("No photos stand with the review.")
        return Evidence("photos", Bearing.NEITHER, says, sources.review)
    says = Text("Photos with the review: %(number)s.", number=facts.photos)
    return Evidence("photos", Bearing.FOR, says, sources.review)


def _buyer(facts: Facts, sources: Sources) -> Evidence:
    cases = facts.same_buyer
    if cases is None:
        says = Text("Nothing is known by which other cases of this buyer could be found.")
        return Evidence("buyer", Bearing.UNKNOWN, says, sources.cases)
    if not cases:
        says = Text("This buyer has no other case.")
        return Evidence("buyer", Bearing.FOR, says, sources.cases)
    says = Text("Other cases of this buyer: %(number)s.", number=len(cases))
    bearing = Bearing.AGAINST if len(cases) >= MANY_CASES else Bearing.NEITHER
    return Evidence("buyer", bearing, says, sources.cases, cases)


def _words(facts: Facts, sources: Sources) -> Evidence:
    cases = facts.same_words
    if cases is None:
        says = Text("The review has too few words to compare them.")
        return Evidence("words", Bearing.UNKNOWN, says, sources.cases)
    if not cases:
        says = Text("The same words stand under no other review.")
        return Evidence("words", Bearing.NEITHER, says, sources.cases)
    says = Text("The same words stand under another review.")
    return Evidence("words", Bearing.AGAINST, says, sources.cases, cases)


def by_bearing(evidence: Sequence[Evidence]) -> list[tuple[Text, list[Evidence]]]:
    """For a page: what speaks for it first; what there is nothing of is left out."""
    groups = [
        (title, [each for each in evidence if each.bearing is bearing])
        for bearing, title in BEARINGS.items()
    ]
    return [(title, members) for title, members in groups if members]
