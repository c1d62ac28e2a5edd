"""Keeps the house small: old bodies and done rows go, stale policies are named."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, select, update

from integrations import registry
from service.db.models import Delivery, OutboxRow
from service.domain.policy import Policies, stale
from service.operations.context import Context

log = logging.getLogger(__name__)

KEEP_ROWS = timedelta(days=30)
AT_ONCE = 5000


def purge(context: Context) -> None:
    """Empty old delivery bodies and delete outbox rows done long ago, a bounded number a time."""
    now = context.clock.now()
    with context.database.transaction() as session:
        old = (
            select(Delivery.id)
            .where(Delivery.received_at < now - context.keep_bodies, Delivery.body != b"")
            .where(Delivery.state != "waiting")
            .limit(AT_ONCE)
        )
        session.execute(update(Delivery).where(Delivery.id.in_(old)).values(body=b"", headers="{}"))
        done = select(OutboxRow.id).where(OutboxRow.done_at < now - KEEP_ROWS).limit(AT_ONCE)
        session.execute(delete(OutboxRow).where(OutboxRow.id.in_(done)))


def list_stale_policies(context: Context) -> None:
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
