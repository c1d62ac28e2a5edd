"""Rows that a clock wrote which has stepped back since: they would be due in months or years, and what
recurs would stand still without a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

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


def is_any_far(session: Session, now: datetime) -> bool:
    """Whether there is anything for `bring_near`. Reads all open rows, and keeps nobody from writing."""
    rows, lanes = select(OutboxRow.id).where(_is_far(now)), select(Lane.id).where(_is_quiet(now))
    return session.scalar(select(or_(rows.exists(), lanes.exists()))) or False


def bring_near(session: Transaction, now: datetime) -> int:
    """Let rows be due now that lie further ahead than any of their kind is put, or than any claim
    lasts, and lanes go that are quiet for longer than platforms are given; gives how many rows."""
    due_now = update(OutboxRow).where(_is_far(now)).values(due_at=now)
    brought = session.scalars(due_now.returning(OutboxRow.id)).all()
    session.execute(update(Lane).where(_is_quiet(now)).values(quiet_until=None))
    return len(brought)


def _is_far(now: datetime) -> ColumnElement[bool]:
    too_far = or_(
        *(
            and_(OutboxRow.kind == kind, OutboxRow.due_at > now + furthest)
            for kind, furthest in FURTHEST.items()
        ),
        and_(OutboxRow.claim_token.is_not(None), OutboxRow.due_at > now + LONGEST_LEASE),
    )
    return and_(OutboxRow.done_at.is_(None), too_far)


def _is_quiet(now: datetime) -> ColumnElement[bool]:
    return Lane.quiet_until > now + LONGEST_QUIET
