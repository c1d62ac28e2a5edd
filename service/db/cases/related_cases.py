"""Finds cases that are of the same buyer, or say the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from service.db.cases import buyer_marks
from service.db.cases.search import matching_any
from service.db.models import Case

MOST = 100


def of_same_buyer(session: Session, case: Case, *, since: datetime) -> Sequence[Case]:
    """Other cases of the buyer opened since then, newest first, with their reviews; one statement."""
    return session.scalars(_others(case, since).where(buyer_marks.of_buyer(case.id))).all()


def with_words(
    session: Session, case: Case, texts: Sequence[str], *, since: datetime
) -> Sequence[Case]:
    """Other cases of the shop opened since then that hold all words of one of these texts."""
    by_words = matching_any(session, texts)
    if by_words is None:
        return []
    return session.scalars(_others(case, since).where(by_words)).all()


def _others(case: Case, since: datetime) -> Select[Case]:
    return (
        select(Case)
        .join(Case.review)
        # Few are looked for: SQLite would go through all of the shop since then to find them.
        .where(Case.id != case.id, Case.shop_id + 0 == case.shop_id, Case.opened_at >= since)
        .options(contains_eager(Case.review))
        .order_by(Case.id.desc())
        .limit(MOST)
    )
