"""Answers to the writing calls of programs, kept so that a call made again is not carried out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from service.db.models import ApiAnswer
from service.db.session import Database
from service.db.upserts import insert_into

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=1)
"""A call that has no answer after this long died on its way: its key may be used again."""


def begin(
    database: Database, token_id: int, key: str, request_hash: str, *, reference: str, now: datetime
) -> ApiAnswer | None:
    """Take a key for a call that is to be carried out now. Where it is taken already, what is kept
    under it. Of calls made at once it is taken by one."""
    row = {
        "token_id": token_id,
        "key": key,
        "request_hash": request_hash,
        "reference": reference,
        "status": 0,
        "body": "",
        "begun_at": now,
    }
    died = and_(ApiAnswer.status == 0, ApiAnswer.begun_at <= now - LEASE)
    new = {name: value for name, value in row.items() if name not in ("token_id", "key")}
    with database.transaction() as session:
        taken = (
            insert_into(session, ApiAnswer)
            .values(row)
            .on_conflict_do_update(
                index_elements=["token_id", "key"],
                set_=new,
                where=or_(died, ApiAnswer.begun_at <= now - KEPT),
            )
            .returning(ApiAnswer.id)
        )
        if session.scalar(taken) is not None:
            return None
        return _kept(session, token_id, key)


def _kept(session: Session, token_id: int, key: str) -> ApiAnswer:
    return session.scalars(select(ApiAnswer).where(*_named(token_id, key))).one()


def keep(database: Database, token_id: int, key: str, status: int, body: str) -> None:
    """Keep the answer of a call that was carried out."""
    with database.transaction() as session:
        answer = update(ApiAnswer).where(*_named(token_id, key))
        session.execute(answer.values(status=status, body=body))


def release(database: Database, token_id: int, key: str) -> None:
    """Let the key be used again: the call was not carried out."""
    with database.transaction() as session:
        unanswered = delete(ApiAnswer).where(*_named(token_id, key), ApiAnswer.status == 0)
        session.execute(unanswered)


def _named(token_id: int, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ApiAnswer.token_id == token_id, ApiAnswer.key == key
