"""What erasing a buyer will empty, before it is done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from service.db.models import Case
from service.domain.errors import NotFound
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.privacy import erasure, traces
from service.operations.staff.permits import permit


@dataclass(frozen=True, slots=True)
class Preview:
    """Cases with what is read of them at a glance, and how many rows go with them."""

    cases: tuple[Case, ...]
    reviews: int
    deliveries: int

    @property
    def open_cases(self) -> int:
        """How many open cases it closes."""
        return sum(case.closed_at is None for case in self.cases)


def preview(context: Context, shop_id: int, who: str, actor: Actor) -> Preview:
    """Read what `erasure.erase_buyer` would empty. Raises as it does, and `NotFound` where nothing is
    kept about this buyer."""
    with context.database.reading() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        buyer = traces.of(session, who, shop_id, None)
        bodies = list(erasure.deliveries_about(session, buyer))
        for shop in sorted({*buyer.shops, *(body.shop_id for body in bodies)}):
            permit(session, actor, Permission.MANAGE, shop)
        rows = select(Case).where(Case.id.in_(buyer.cases)).order_by(Case.id)
        cases = session.scalars(rows.options(selectinload(Case.make_goods))).all()
        erasure.check_settled(cases)
    if not (cases or buyer.reviews or bodies):
        raise NotFound("Nothing is kept here about this buyer. Check what you typed.")
    return Preview(tuple(cases), len(buyer.reviews), len(bodies))
