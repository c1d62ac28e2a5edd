"""Make-goods of one order leave one at a time: whose turn it is, and when it is the next one's."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.contract import Capabilities
from integrations.sentence import Text
from service.db.models import Kind, MakeGood
from service.db.outbox import claims
from service.db.remedies import remedy_queries
from service.db.transaction import Transaction
from service.domain.remedies.states import UNDER_WAY, MakeGoodState
from service.operations.remedies.make_goods import capabilities_of

ONE_AT_A_TIME = Text("Another make-good of this order is under way. This one follows it.")
IN_TURN = timedelta(seconds=2)
"""How long a make-good waits before it looks again whether it is its turn."""


def turn_of(session: Session, make_good: MakeGood, now: datetime) -> datetime:
    """When no other make-good of the order is under way: now, or when to look again."""
    turn = now
    for other in remedy_queries.make_goods_of(session, make_good.connection_id, make_good.order_id):
        if other is make_good or not other.open_attempts:
            continue
        if other.state in UNDER_WAY:
            turn = max(turn, now + IN_TURN)
        elif other.state is MakeGoodState.UNKNOWN:
            turn = max(turn, settles_at(other, capabilities_of(session, other), now))
    return turn


def settles_at(make_good: MakeGood, can: Capabilities, now: datetime) -> datetime:
    """When what was asked of the platform can no longer come true. Counted from when a call was
    given up, because it may have been sent at the last moment."""
    ended = max((attempt.ended_at or now for attempt in make_good.open_attempts), default=now)
    return ended + can.consistency_delay


def let_others_follow(session: Transaction, make_good: MakeGood, now: datetime) -> None:
    """Those of the same order that wait for their turn look again at once; found out at the end of
    the transaction, for all that ended in it."""
    order = make_good.connection_id, make_good.order_id
    session.later(_bring_forward).append((order, now))


def _bring_forward(session: Transaction, ended: list[tuple[tuple[int, str], datetime]]) -> None:
    waiting = remedy_queries.approved_of(session, {order for order, _ in ended})
    _, now = ended[-1]
    claims.bring_forward(session, Kind.MAKE_GOOD, waiting, now, note=ONE_AT_A_TIME)
