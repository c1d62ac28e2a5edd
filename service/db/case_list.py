"""The list of cases: filtered, searched and paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from service.db.models import Case, Review
from service.db.search import matching
from service.domain.cases.states import CaseState


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; what is empty does not narrow. `words` are as typed in the search box."""

    words: str = ""
    shop_id: int | None = None
    state: CaseState | None = None
    cause: str = ""
    stars: int | None = None


def list_cases(
    session: Session,
    wanted: CaseFilter,
    *,
    most: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> Sequence[Case]:
    """A page of cases with review and shop at hand, newest first, in one statement. `after` is the
    id of the last one shown before."""
    cases = (
        select(Case)
        .join(Case.review)
        .options(contains_eager(Case.review), joinedload(Case.shop))
        .order_by(Case.id if oldest_first else Case.id.desc())
        .limit(most)
    )
    if after is not None:
        cases = cases.where(Case.id > after if oldest_first else Case.id < after)
    return session.scalars(_narrowed(session, cases, wanted)).all()


def _narrowed(session: Session, cases: Select[Case], wanted: CaseFilter) -> Select[Case]:
    if wanted.words.strip():
        found = matching(session, wanted.words)
        cases = cases.where(false() if found is None else found)
    if wanted.shop_id is not None:
        cases = cases.where(Case.shop_id == wanted.shop_id)
    if wanted.state is not None:
        cases = cases.where(Case.state == wanted.state)
    if wanted.cause:
        cases = cases.where(Case.cause == wanted.cause)
    if wanted.stars is not None:
        cases = cases.where(Review.rating == wanted.stars)
    return cases
