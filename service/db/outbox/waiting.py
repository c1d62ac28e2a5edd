"""What waits because it did not go through: why, and until when. Of every kind of work."""

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
    """Of the row that failed most often."""
    note: Said | None
    """Why one of them was put off last."""

    @property
    def stuck(self) -> bool:
        """True when it has failed often."""
        return self.tries >= STUCK_TRIES


def waiting_work(session: Session, shop_ids: Collection[int]) -> Sequence[Waiting]:
    """All of these shops that was put off because it failed, by connection and kind."""
    rows = session.execute(
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
        .where(Connection.shop_id.in_(shop_ids))
        .group_by(Connection.id, OutboxRow.kind)
        .order_by(Connection.id, OutboxRow.kind)
    )
    return [Waiting(row[0], Kind(row[1]), row[2], row[3], row[4], row[5]) for row in rows]
