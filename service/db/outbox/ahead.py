"""Rows that a clock wrote which has stepped back since: they would be due in months or years, and what
recurs would stand still without a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update

from service.db.models import Kind, Lane, OutboxRow
from service.db.outbox.claims import LEASE
from service.db.transaction import Transaction

FURTHEST: Mapping[Kind, timedelta] = dict.fromkeys(
    (
        Kind.POLL,
        Kind.CHECK,
        Kind.READ_MAILBOX,
        Kind.LOOK,
        Kind.READ_DELIVERY,
        Kind.FIND_ORDER,
        Kind.END_HOLD,
    ),
    timedelta(days=2),
)
"""How far ahead a row of these kinds may be due, however often it was put off; of others nobody knows."""
LONGEST_LEASE = 10 * LEASE
LONGEST_QUIET = timedelta(hours=2)


def bring_near(session: Transaction, now: datetime) -> int:
    """Let rows be due now that lie further ahead than any of their kind is put, or than any claim
    lasts, and lanes go that are quiet for longer than platforms are given; gives how many rows."""
    too_far = or_(
        *(
            and_(OutboxRow.kind == kind, OutboxRow.due_at > now + furthest)
            for kind, furthest in FURTHEST.items()
        ),
        and_(OutboxRow.claim_token.is_not(None), OutboxRow.due_at > now + LONGEST_LEASE),
    )
    brought = session.scalars(
        update(OutboxRow)
        .where(OutboxRow.done_at.is_(None), too_far)
        .values(due_at=now)
        .returning(OutboxRow.id)
    ).all()
    session.execute(
        update(Lane).where(Lane.quiet_until > now + LONGEST_QUIET).values(quiet_until=None)
    )
    return len(brought)
