"""How often something may be tried, counted in the database: exact for all threads and processes,
and before the answer is worked out, so that tries made at once count too."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.db.models import Attempted
from service.db.session import Database

COUNTED_FOR = timedelta(hours=1)
"""The longest time within which tries are counted; older ones are deleted."""


def attempt(database: Database, key: str, *, most: int, within: timedelta, now: datetime) -> bool:
    """Count one more try of `key`; False, and nothing counted, where `most` were made `within`."""
    key_hash = _hash(key)
    with database.reading() as session:
        if _recent(session, key_hash, now - within) >= most:
            # Whoever floods a closed door takes no lock from anybody.
            return False
    with database.transaction() as session:
        if not database.sqlite:
            lock = func.pg_advisory_xact_lock(func.hashtextextended(key_hash, 0))
            session.execute(select(lock))
        if _recent(session, key_hash, now - within) >= most:
            return False
        session.add(Attempted(key_hash=key_hash, at=now))
    return True


def forget(database: Database, key: str) -> None:
    """Tries of `key` count no longer."""
    with database.transaction() as session:
        session.execute(delete(Attempted).where(Attempted.key_hash == _hash(key)))


def _recent(session: Session, key_hash: str, since: datetime) -> int:
    by_this_key = (Attempted.key_hash == key_hash, Attempted.at > since)
    return session.scalar(select(func.count()).select_from(Attempted).where(*by_this_key)) or 0


def _hash(key: str) -> str:
    # Keys hold addresses of people and machines.
    return hashlib.sha256(key.encode()).hexdigest()
