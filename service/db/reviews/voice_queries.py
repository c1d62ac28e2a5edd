"""Reviews as the public may see them: those chosen, and how many of each rating there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from service.db.models import Review, ReviewVersion, Shop
from service.domain.reviews.voices import LOWEST

_LATEST = (
    select(func.max(ReviewVersion.id)).where(ReviewVersion.review_id == Review.id).scalar_subquery()
)


def _positive(connection_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        Review.connection_id.in_(connection_ids),
        Review.withdrawn.is_(False),
        Review.rating >= LOWEST,
        Review.text != "",
    )


def chosen(session: Session, connection_ids: Collection[int], *, most: int) -> Sequence[Review]:
    """Positive reviews that were chosen as they now stand, newest first: one that was changed, lowered,
    withdrawn or emptied since is none of them."""
    rows = (
        select(Review)
        .where(*_positive(connection_ids), Review.voice_version_id == _LATEST)
        .options(selectinload(Review.versions), selectinload(Review.voice_name))
        .order_by(Review.id.desc())
    )
    return session.scalars(rows.limit(most)).all()


def positive(
    session: Session, connection_ids: Collection[int], *, before: int | None, most: int
) -> Sequence[Review]:
    """Positive reviews that may be chosen, newest first, those older than one of this id."""
    rows = select(Review).where(*_positive(connection_ids)).options(selectinload(Review.versions))
    if before is not None:
        rows = rows.where(Review.id < before)
    return session.scalars(rows.order_by(Review.id.desc()).limit(most)).all()


def counts(session: Session, connection_ids: Collection[int]) -> dict[int, int]:
    """How many reviews there are of each rating."""
    rows = (
        select(Review.rating, func.count())
        .where(Review.connection_id.in_(connection_ids), Review.withdrawn.is_(False))
        .where(Review.rating.is_not(None))
        .group_by(Review.rating)
    )
    return {rating: number for rating, number in session.execute(rows) if rating is not None}


def shop_of(session: Session, slug: str) -> Shop | None:
    """The shop of a public address."""
    return session.scalar(select(Shop).where(Shop.voices_slug == slug))
