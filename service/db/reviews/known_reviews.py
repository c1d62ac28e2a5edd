"""The reviews that a transaction takes in, with their cases: locked and read for a whole batch at
once, then found without asking again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import selectinload

from service.db.models import Case, Review
from service.db.transaction import Lock, Transaction
from service.domain.cases.states import CloseReason
from service.domain.reviews.versions import marks_of

_LOCK = text("SELECT pg_advisory_xact_lock(key) FROM unnest(:keys) AS key").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)


@dataclass(frozen=True, slots=True)
class Named:
    """A review that an event names, with what the event says of it."""

    connection_id: int
    platform_id: str
    product_id: str = ""
    buyer: Mapping[str, str] = field(default_factory=dict)
    is_withdrawn: bool = False


class _Known:
    """What one transaction knows."""

    def __init__(self) -> None:
        self.reviews: dict[tuple[int, str], Review | None] = {}
        self.open_cases: dict[Review, Case | None] = {}
        self.by_product: dict[str, dict[int, Case]] = {}
        self.opened: dict[str, list[Case]] = {}


def product_key(connection_id: int, product_id: str) -> str:
    """One product of one connection; '' where the product is unknown."""
    return f"{connection_id}:{product_id}" if product_id else ""


def know(session: Transaction, named: Sequence[Named], since: datetime | None = None) -> None:
    """Lock these reviews and their open cases, and the cases of the same buyer and product.

    On PostgreSQL reviews of one buyer and product are taken in one after the other until the commit,
    so that of two that arrive at once the second finds the case of the first; SQLite has one writer
    anyway.
    Cases of other reviews that were closed before `since` are left out; without it, all of them.
    """
    read = session.part(_Known)
    session.flush()
    about = [] if since is None else _completed(session, named)
    keys = sorted({key for key, marks in about if key and marks})
    marks = {mark for key, marks in about if key for mark in marks}
    same_product = []
    if keys and since is not None:
        _lock_purchases(session, [f"{key} {mark}" for key, marks in about if key for mark in marks])
        same_product = list(session.scalars(_SAME_PRODUCT, _asked(keys, marks, since)))
    _lock_reviews(session, read, named)
    _lock_cases(session, read, same_product)


def _completed(session: Transaction, named: Sequence[Named]) -> list[tuple[str, frozenset[str]]]:
    """Product and marks of the buyer of each review that stands, from what is stored where its event
    does not say them."""
    standing = [review for review in named if not review.is_withdrawn]
    vague = [review for review in standing if not (review.product_id and marks_of(review.buyer))]
    stored = {}
    if vague:
        rows = select(Review.connection_id, Review.platform_id, Review.product_id, Review.buyer)
        stored = {
            (row.connection_id, row.platform_id): row
            for row in session.execute(rows.where(_any_of(vague)))
        }
    completed = []
    for review in standing:
        row = stored.get((review.connection_id, review.platform_id))
        product_id = review.product_id or (row.product_id if row else "")
        buyer = {**(row.buyer if row else {}), **{k: v for k, v in review.buyer.items() if v}}
        key = product_key(review.connection_id, product_id)
        completed.append((key, frozenset(marks_of(buyer))))
    return completed


def _lock_purchases(session: Transaction, keys: Sequence[str]) -> None:
    """`keys`: a product, and one thing that its buyer is told apart by."""
    fresh = session.to_lock(Lock.PURCHASE, keys)
    if fresh and session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"keys": sorted(map(_number, fresh))})


def _number(key: str) -> int:
    """A lock's number for a key; two keys of one number only wait for each other."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True)


def _asked(keys: Collection[str], marks: Collection[str], since: datetime) -> dict[str, Any]:
    return {
        "keys": list(keys),
        "ids": [mark.removeprefix("id:") for mark in marks if mark.startswith("id:")],
        "addresses": [mark.removeprefix("mail:") for mark in marks if mark.startswith("mail:")],
        "since": since,
    }


def _each_of(name: str) -> BindParameter[str]:
    return bindparam(name, expanding=True)


_SAME_PRODUCT = (
    select(Case.id)
    .join(Case.review)
    .where(
        Case.product_key.in_(_each_of("keys")),
        or_(
            Case.closed_at.is_(None),
            and_(Case.close_reason == CloseReason.WITHDRAWN, Case.closed_at >= bindparam("since")),
        ),
        or_(
            Review.buyer["id"].as_string().in_(_each_of("ids")),
            func.lower(Review.buyer["email"].as_string()).in_(_each_of("addresses")),
        ),
    )
)
"""Cases of some products and buyers, open ones and those a buyer may have come back to."""


def _any_of(named: Sequence[Named]) -> ColumnElement[bool]:
    ids: dict[int, set[str]] = {}
    for review in named:
        ids.setdefault(review.connection_id, set()).add(review.platform_id)
    return or_(
        *(
            and_(
                Review.connection_id == connection_id, Review.platform_id.in_(sorted(platform_ids))
            )
            for connection_id, platform_ids in sorted(ids.items())
        )
    )


def _lock_reviews(session: Transaction, read: _Known, named: Sequence[Named]) -> None:
    """Also those that a case may fall back to when its own review is withdrawn."""
    keys = session.to_lock(
        Lock.REVIEW, [(review.connection_id, review.platform_id) for review in named]
    )
    read.reviews.update(dict.fromkeys(keys))
    if not keys:
        return
    conditions = [
        _any_of([review for review in named if (review.connection_id, review.platform_id) in keys])
    ]
    withdrawn = [review for review in named if review.is_withdrawn]
    if withdrawn:
        older = select(Case.older_review_ids).join(Case.review)
        rows = session.scalars(older.where(_any_of(withdrawn), Case.closed_at.is_(None)))
        conditions.append(Review.id.in_(sorted({number for numbers in rows for number in numbers})))
    reviews = session.scalars(
        select(Review)
        .where(or_(*conditions))
        .order_by(Review.connection_id, Review.platform_id)
        .options(selectinload(Review.versions))
        .with_for_update(of=Review, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    session.to_lock(Lock.REVIEW, [(review.connection_id, review.platform_id) for review in reviews])
    read.reviews.update({(review.connection_id, review.platform_id): review for review in reviews})


def _lock_cases(session: Transaction, read: _Known, others: Sequence[int]) -> None:
    """The open cases of the reviews, and these others, in one order."""
    reviews = {
        review.id: review
        for review in read.reviews.values()
        if review is not None and review not in read.open_cases
    }
    read.open_cases.update(dict.fromkeys(reviews.values()))
    conditions = []
    if reviews:
        conditions.append(and_(Case.review_id.in_(sorted(reviews)), Case.closed_at.is_(None)))
    if others:
        conditions.append(Case.id.in_(others))
    if not conditions:
        return
    cases = session.scalars(
        select(Case)
        .where(or_(*conditions))
        .order_by(Case.id)
        .options(selectinload(Case.review))
        .with_for_update(of=Case, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    session.to_lock(Lock.CASE, [case.id for case in cases])
    for case in cases:
        if case.review_id in reviews and case.closed_at is None:
            read.open_cases[reviews[case.review_id]] = case
        if case.id in others:
            read.by_product.setdefault(case.product_key, {})[case.id] = case


def review_of(session: Transaction, connection_id: int, platform_id: str) -> Review | None:
    """The review of that id at its platform, locked for this transaction."""
    reviews = session.part(_Known).reviews
    if (connection_id, platform_id) not in reviews:
        know(session, [Named(connection_id, platform_id)])
    return reviews[connection_id, platform_id]


def open_case_of(session: Transaction, review: Review) -> Case | None:
    """The open case of a review, locked for this transaction; also one opened in it."""
    case = session.part(_Known).open_cases[review]
    return case if case is not None and case.closed_at is None else None


def cases_about(session: Transaction, key: str) -> list[Case]:
    """The cases of a product that `know` found, locked, and those opened since, newest first."""
    read = session.part(_Known)
    stored = sorted(read.by_product.get(key, {}).values(), key=lambda case: case.id, reverse=True)
    return [*reversed(read.opened.get(key, [])), *stored]


def add_review(session: Transaction, review: Review) -> None:
    """Store a review that is new, and know it."""
    read = session.part(_Known)
    session.add(review)
    read.reviews[review.connection_id, review.platform_id] = review
    read.open_cases[review] = None


def add_case(session: Transaction, case: Case) -> None:
    """Store a case that is new, and know it."""
    read = session.part(_Known)
    session.add(case)
    read.open_cases[case.review] = case
    if case.product_key:
        read.opened.setdefault(case.product_key, []).append(case)


def change_review(session: Transaction, case: Case, review: Review) -> None:
    """Let a case be about another review."""
    read = session.part(_Known)
    read.open_cases[case.review] = None
    read.open_cases[review] = case
    case.review = review
