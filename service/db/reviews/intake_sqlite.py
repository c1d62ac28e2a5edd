"""How the intake stores deliveries in SQLite."""

from __future__ import annotations

import sqlite3
from datetime import UTC

from service.db.reviews.new_delivery import Gather, NewDelivery
from service.db.session import Database, prepare_sqlite


class SqliteStore:
    """Row by row in one transaction, ahead of those who wait for the lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = sqlite3.connect(database.path, timeout=20)
        try:
            prepare_sqlite(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def insert(self, gather: Gather) -> list[bool]:
        connection = self._connection
        try:
            with self._database.write_lock.ahead():
                group = gather()
                connection.execute("BEGIN IMMEDIATE")
                fresh = [_insert_sqlite(connection, new) for new in group]
                self._database.before_commit()
                connection.execute("COMMIT")
                self._database.after_commit()
        except Exception:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return fresh

    def takes_apart(self, error: Exception) -> bool:
        return not isinstance(error, sqlite3.OperationalError)

    def close(self) -> None:
        self._connection.close()


def _insert_sqlite(connection: sqlite3.Connection, new: NewDelivery) -> bool:
    at = new.received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    cursor = connection.execute(
        "INSERT INTO delivery (connection_id, key, headers, body, received_at, state, note)"
        " VALUES (?, ?, ?, ?, ?, 'waiting', '') ON CONFLICT DO NOTHING",
        (new.connection_id, new.key, new.headers, new.body, at),
    )
    if cursor.rowcount != 1:
        return False
    connection.execute(
        "INSERT INTO outbox (kind, ref_id, step, lane_id, due_at, tries, given_up, note)"
        " VALUES ('read_delivery', ?, '', ?, ?, 0, 0, '')",
        (cursor.lastrowid, new.lane_id, at),
    )
    return True
