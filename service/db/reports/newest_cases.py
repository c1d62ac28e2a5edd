"""The newest cases of a period, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Case
from service.db.reports.report_queries import FOR_A_TABLE, opened_in
from service.domain.reports.periods import Days

MOST = 10


def newest_cases(session: Session, shop_ids: Collection[int], days: Days) -> Sequence[Case]:
    """The MOST cases of these shops that were opened last on these days, the newest first, with what a table
    says of them. Each shop is asked by itself: the order of several is in no index."""
    opened = [
        row
        for shop_id in shop_ids
        for row in session.execute(
            select(Case.opened_at, Case.id)
            .where(opened_in([shop_id], days))
            .order_by(Case.opened_at.desc(), Case.id.desc())
            .limit(MOST)
        ).all()
    ]
    ids = [row.id for row in sorted(opened, reverse=True)[:MOST]]
    cases = session.scalars(
        select(Case)
        .where(Case.id.in_(ids))
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .options(*FOR_A_TABLE)
    )
    return cases.all()
