"""Forms of the desk that were sent, kept for a while so that what one makes is not made twice: by a page
that is loaded again, a browser's way back, or a second press while the first is at work."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from service.db.models import SentForm
from service.db.session import Database
from service.db.upserts import insert_into

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=2)
"""A press without an end after this long died on its way: the form may be sent again. Testing a
connection takes less."""


def begin(database: Database, seller_id: int, key: str, now: datetime) -> SentForm | None:
    """Take a form's key for what is to be made now. Where it is taken already, what is kept under it:
    without an address where the first press is at work. Of presses at once it is taken by one."""
    row = {"seller_id": seller_id, "key": key, "made_at": "", "begun_at": now}
    died = and_(SentForm.made_at == "", SentForm.begun_at <= now - LEASE)
    with database.transaction() as session:
        taken = (
            insert_into(session, SentForm)
            .values(row)
            .on_conflict_do_update(
                index_elements=["seller_id", "key"],
                set_={"made_at": "", "begun_at": now},
                where=or_(died, SentForm.begun_at <= now - KEPT),
            )
            .returning(SentForm.id)
        )
        if session.scalar(taken) is not None:
            return None
        return session.scalars(select(SentForm).where(*_named(seller_id, key))).one()


def keep(database: Database, seller_id: int, key: str, made_at: str) -> None:
    """Keep under which address is what was made."""
    with database.transaction() as session:
        session.execute(update(SentForm).where(*_named(seller_id, key)).values(made_at=made_at))


def release(database: Database, seller_id: int, key: str) -> None:
    """Let the form be sent again: nothing was made."""
    with database.transaction() as session:
        session.execute(delete(SentForm).where(*_named(seller_id, key), SentForm.made_at == ""))


def _named(seller_id: int, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SentForm.seller_id == seller_id, SentForm.key == key
