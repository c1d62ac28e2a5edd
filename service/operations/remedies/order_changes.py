"""A platform says that an order changed, or a return of it: what waits for that goes on at once, and
asks the platform itself. What was pushed is believed in nothing else."""

from __future__ import annotations

from datetime import datetime

from service.db.models import Connection, Kind
from service.db.outbox import claims
from service.db.remedies import remedy_queries
from service.db.transaction import Transaction
from service.domain.remedies.states import MakeGoodState
from service.domain.reviews.outcomes import EventOutcome

WAITING = (MakeGoodState.IN_PROGRESS, MakeGoodState.WAITING_FOR_BUYER)


def follow(
    session: Transaction, connection: Connection, order_id: str, now: datetime
) -> EventOutcome:
    """Look now after the make-goods of this order that are under way, and at what its buyer may
    choose; gives what came of it."""
    make_goods = remedy_queries.make_goods_of(session, connection.id, order_id)
    waiting = [make_good.id for make_good in make_goods if make_good.state in WAITING]
    offers = [
        make_good.offer.id
        for make_good in make_goods
        if make_good.state is MakeGoodState.OFFERED and make_good.offer is not None
    ]
    claims.bring_forward(session, Kind.MAKE_GOOD, waiting, now)
    claims.bring_forward(session, Kind.END_OFFER, offers, now)
    return EventOutcome.LOOKING if waiting or offers else EventOutcome.NOTHING
