"""Work of any kind that is waiting for a retry: why, and until when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.sentence import Said
from service.db.models import Connection, Kind, Lane, OutboxRow

STUCK_TRIES = 4
"""Failures after which a person is told that it does not pass by itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work of one kind that waits for one connection."""

    connection: Connection
    kind: Kind
    number: int
    next_at: datetime
    tries: int
    """Tries of the row that failed most often."""
    note: Said | None
    """Why one of them was put off last."""

    @property
    def stuck(self) -> bool:
        """True when it has failed often."""
        return self.tries >= STUCK_TRIES


_PUT_OFF = (
    select(
        Connection,
        OutboxRow.kind,
        func.count(),
        func.min(OutboxRow.due_at),
        func.max(OutboxRow.tries),
        func.max(OutboxRow.note),
    )
    .join(Lane, Lane.connection_id == Connection.id)
    .join(OutboxRow, OutboxRow.lane_id == Lane.id)
    .where(OutboxRow.done_at.is_(None), OutboxRow.tries > 0)
    .group_by(Connection.id, OutboxRow.kind)
    .order_by(Connection.id, OutboxRow.kind)
)


def waiting_work(session: Session, shop_ids: Collection[int]) -> Sequence[Waiting]:
    """All of these shops that was put off because it failed, by connection and kind."""
    rows = session.execute(_PUT_OFF.where(Connection.shop_id.in_(shop_ids)))
    return [Waiting(*row) for row in rows]


def waiting_for(session: Session, connection_id: int) -> Sequence[Waiting]:
    """All that was put off for one connection, by kind."""
    return [
        Waiting(*row) for row in session.execute(_PUT_OFF.where(Connection.id == connection_id))
    ]


def stuck_work(session: Session, connection_ids: Collection[int]) -> dict[int, Waiting]:
    """What has failed often, the worst of each of these connections."""
    rows = session.execute(
        _PUT_OFF.where(Connection.id.in_(connection_ids), OutboxRow.tries >= STUCK_TRIES)
    )
    stuck: dict[int, Waiting] = {}
    for waiting in (Waiting(*row) for row in rows):
        worst = stuck.setdefault(waiting.connection.id, waiting)
        if waiting.tries > worst.tries:
            stuck[waiting.connection.id] = waiting
    return stuck
