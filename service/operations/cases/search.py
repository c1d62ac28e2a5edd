"""Keeps the words by which a case is found, and the marks of its buyer, in line with what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import asdict

from sqlalchemy.orm import Session

from service.db.cases import buyer_marks
from service.db.cases.search import forget_old_words, write_entries
from service.db.models import Case
from service.db.transaction import Lock, Transaction
from service.domain.cases.buyers import joins, mark_of_name, marks_of
from service.domain.search import words_of
from service.operations.cases.orders import buyer_of

IN_BUYER = ("name", "email", "phone", "id")


def case_changed(session: Transaction, case: Case) -> None:
    """Its buyer, order, product or words have changed: it is found by the new ones."""
    session.later(_write).append(case)
    session.part(_Marks).by_case.pop(case, None)


class _Marks:
    """The marks of buyers, as one transaction has worked them out."""

    def __init__(self) -> None:
        self.by_case: dict[Case, frozenset[str]] = {}
        self.found: dict[tuple[Case, frozenset[str]], tuple[set[int], set[str]]] = {}
        """What the database said of the others of a buyer with these marks, under the lock of the shop."""

    def of(self, case: Case) -> frozenset[str]:
        """Those of the buyer of this case."""
        if case not in self.by_case:
            self.by_case[case] = buyer_marks_of(case)
        return self.by_case[case]


def _write(session: Transaction, cases: list[Case]) -> None:
    write_entries(session, {case.id: " ".join(words_of(_texts(case))) for case in cases})
    shops = {case.id: case.shop_id for case in cases}
    marks = session.part(_Marks)
    buyer_marks.write(session, shops, {case.id: marks.of(case) for case in cases})
    if any(case.erased_at is not None for case in cases):
        forget_old_words(session)


def buyer_marks_of(case: Case) -> frozenset[str]:
    """All by which the buyer of a case is known, as its order and its review name them, and the name."""
    if case.erased_at is not None:
        return frozenset()
    country, home = case.shop.country, case.review.connection_id
    ordered = case.order.get("buyer") or {}
    if ordered:
        home = case.order_connection_id or 0
    buyer = buyer_of(case)
    named = (*marks_of(asdict(buyer), home, country), *mark_of_name(buyer.name))
    reviewed = marks_of(case.review.buyer, case.review.connection_id, country)
    return frozenset((*named, *marks_of(ordered, home, country), *reviewed))


def number_of_earlier_cases(session: Session, case: Case) -> int:
    """How many cases its buyer had before, by all they are known by, as their card counts them."""
    return sum(case_id < case.id for case_id in others_of_buyer(session, case))


def others_of_buyer(session: Session, case: Case) -> set[int]:
    """The ids of all other cases of its buyer, by all they are known by; those of this transaction, whose
    marks are written at its end, too."""
    if not isinstance(session, Transaction):
        return buyer_marks.other_cases_with(session, case, buyer_marks_of(case))[0]
    ids: set[int] = set()
    reached: set[str] = set()
    known = set(session.part(_Marks).of(case))
    while fresh := known - reached:
        found, leading = _found(session, case, frozenset(fresh))
        reached |= fresh | leading
        ids |= found
        for case_id, marks in _beside(session, case, reached).items():
            ids.add(case_id)
            known |= marks
    return ids


def _found(session: Transaction, case: Case, marks: frozenset[str]) -> tuple[set[int], set[str]]:
    """As the database says; once where nobody can give the buyer anything meanwhile."""
    kept = session.part(_Marks).found
    if (case, marks) in kept:
        return kept[case, marks]
    found = buyer_marks.other_cases_with(session, case, marks)
    if session.holds(Lock.SHOP, case.shop_id):
        kept[case, marks] = found
    return found


def _beside(session: Transaction, case: Case, known: Set[str]) -> dict[int, frozenset[str]]:
    """The marks of the cases of a buyer with these marks among those whose marks this transaction has
    yet to write, by the ids of the cases."""
    marks = session.part(_Marks)
    shared = {
        other: marks.of(other) & known
        for other in session.later(_write)
        if other.shop_id == case.shop_id and other is not case
    }
    joining = {mark for in_both in shared.values() for mark in in_both if joins(mark)}
    if joining:
        joining -= buyer_marks.shared_of(session, case.shop_id, joining)
    return {other.id: marks.of(other) for other, in_both in shared.items() if in_both & joining}


def _texts(case: Case) -> Iterator[str]:
    """What a person may look for, what is short and certain first: a long review is cut."""
    order, review = case.order, case.review
    yield case.reference
    yield order.get("number", "")
    yield case.order_id
    if case.erased_at is None:
        for buyer in (order.get("buyer", {}), review.buyer):
            yield from (buyer.get(name, "") for name in IN_BUYER)
    yield review.product_name
    yield from (line["name"] for line in order.get("lines", ()))
    yield review.platform_id
    if case.erased_at is None:
        yield review.text
