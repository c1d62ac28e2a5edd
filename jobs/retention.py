"""Retention: old bodies, done rows and buyer data are deleted, stale policies are named.

What is to go is looked for outside the write lock; each write is short.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from integrations import registry
from service.db.api_answers import KEPT
from service.db.models import ApiAnswer, Attempted, Delivery, OutboxRow, SignIn
from service.db.staff.attempts import COUNTED_FOR
from service.db.transaction import Transaction
from service.domain.messages.policy import Policies, stale
from service.domain.staff.authority import CLOCK
from service.operations.context import Context
from service.operations.privacy import erasure
from service.operations.reviews import delivery_bodies

log = logging.getLogger(__name__)

KEEP_ROWS = timedelta(days=30)
AT_ONCE = 500
BATCHES = 20
"""Batches of one run; what is left is done a minute later."""


def purge(context: Context) -> bool:
    """Empty old delivery bodies, delete outbox rows done long ago, sign-ins, tries and answers to
    programs that count no longer; True when more is left."""
    now = context.clock.now()
    old = (
        select(Delivery.id)
        .where(Delivery.received_at < now - context.keep_bodies, Delivery.body != b"")
        .where(Delivery.state != "waiting")
    )
    done = select(OutboxRow.id).where(OutboxRow.done_at < now - KEEP_ROWS)
    left = _in_batches(context, old, Delivery.id, delivery_bodies.empty)
    left = _in_batches(context, done, OutboxRow.id, _delete) or left
    ended = select(SignIn.id).where(SignIn.expires_at <= now)
    left = _in_batches(context, ended, SignIn.id, _delete_sign_ins) or left
    answered = select(ApiAnswer.id).where(ApiAnswer.begun_at <= now - KEPT)
    left = _in_batches(context, answered, ApiAnswer.id, _delete_answers) or left
    counted = select(Attempted.id).where(Attempted.at <= now - COUNTED_FOR)
    return _in_batches(context, counted, Attempted.id, _delete_attempts) or left


def _delete_sign_ins(session: Transaction, ids: list[int]) -> None:
    session.execute(delete(SignIn).where(SignIn.id.in_(ids)))


def _delete_answers(session: Transaction, ids: list[int]) -> None:
    session.execute(delete(ApiAnswer).where(ApiAnswer.id.in_(ids)))


def _delete_attempts(session: Transaction, ids: list[int]) -> None:
    session.execute(delete(Attempted).where(Attempted.id.in_(ids)))


def _delete(session: Transaction, ids: list[int]) -> None:
    # Put again meanwhile, a row is open and stays.
    session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.done_at.is_not(None)))


def _in_batches(
    context: Context,
    rows: Select[int],
    key: InstrumentedAttribute[int],
    change: Callable[[Transaction, list[int]], None],
) -> bool:
    """Change the rows with these ids, batch after batch; True when more is left."""
    after = 0
    for _ in range(BATCHES):
        with context.database.reading() as session:
            batch = rows.where(key > after).order_by(key).limit(AT_ONCE)
            ids = list(session.scalars(batch))
        if ids:
            with context.database.transaction() as session:
                change(session, ids)
            after = ids[-1]
        if len(ids) < AT_ONCE:
            return False
    return True


def purge_buyers(context: Context) -> bool:
    """Remove the buyers of cases and reviews that ended long ago; True when more is left."""
    return all(erasure.purge_ended(context, CLOCK) for _ in range(BATCHES))


def list_stale_policies(context: Context) -> bool:
    """Log which policy entries were checked too long ago to rely on."""
    today = context.clock.now().date()
    for name in registry.names():
        for entry in stale(Policies.load(registry.policy(name)).entries, today):
            log.warning(
                "policy %s of %s was last checked %s",
                ", ".join(entry.names),
                name,
                entry.checked_on,
            )
    return False
