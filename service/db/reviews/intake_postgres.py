"""How the intake stores deliveries in PostgreSQL."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg

from service.db.reviews.new_delivery import Gather, NewDelivery
from service.db.session import READ_ONLY, Database, without_prepared_behind_a_pooler

CONNECT_SECONDS = 5
LOCK_SECONDS = 3
"""Who waits longer for a lock of another connection is taken apart from the others."""

ROW = "(%s::bigint, %s::text, %s::text, %s::bytea, %s::timestamptz, %s::bigint)"
INSERT = """
WITH come (connection_id, key, headers, body, received_at, lane_id) AS (VALUES {rows}),
new AS (
  INSERT INTO delivery (connection_id, key, headers, body, received_at, state, note)
  SELECT connection_id, key, headers, body, received_at, 'waiting', '' FROM come
  ON CONFLICT DO NOTHING RETURNING id, connection_id, key, received_at
), due AS (
  INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)
  SELECT 'read_delivery', id, '', lane_id, received_at, 0, false, '' FROM new
  JOIN (SELECT DISTINCT ON (connection_id, key) connection_id, key, lane_id FROM come) AS lane
    USING (connection_id, key)
)
SELECT connection_id, key FROM new
"""


@cache
def _insert(number: int) -> bytes:
    """The statement for so many: each is prepared. Arrays would be one for all, but cost psycopg
    more than everything else."""
    return INSERT.format(rows=", ".join([ROW] * number)).encode()


class PostgresStore:
    """One statement for all, deliveries and outbox rows, committed by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._database.url.replace("postgresql+psycopg://", "postgresql://"),
            autocommit=True,
            prepare_threshold=1,
            connect_timeout=CONNECT_SECONDS,
        )
        without_prepared_behind_a_pooler(connection)
        connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        return connection

    def insert(self, gather: Gather) -> list[bool]:
        group = gather()
        statement, values = _insert(len(group)), [value for new in group for value in _row(new)]
        self._database.before_commit()
        try:
            inserted = self._connection.execute(statement, values).fetchall()
        except psycopg.Error as error:
            if not self._connection.closed and error.sqlstate != READ_ONLY:
                raise
            # The line is from before a restart or a failover. The key lets the same delivery be
            # stored once, so it is safe to try once more.
            self._connection.close()
            self._connection = self._connect()
            inserted = self._connection.execute(statement, values).fetchall()
        self._database.after_commit()
        fresh = set(inserted)
        # Of the same key twice in one group, the first is the new one.
        return [_taken(fresh, (new.connection_id, new.key)) for new in group]

    def takes_apart(self, error: Exception) -> bool:
        alone = isinstance(error, psycopg.errors.LockNotAvailable)
        return alone or not isinstance(error, psycopg.OperationalError)

    def close(self) -> None:
        self._connection.close()


def _row(new: NewDelivery) -> tuple[object, ...]:
    return (
        new.connection_id,
        new.key,
        new.headers,
        new.body,
        new.received_at,
        new.lane_id,
    )


def _taken(fresh: set[tuple[Any, ...]], name: tuple[int, str]) -> bool:
    if name not in fresh:
        return False
    fresh.remove(name)
    return True
