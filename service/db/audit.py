"""Writes the audit: one entry for each change of an audited row, whoever made it and however,
because it is taken from the transaction itself. Reads it for its page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import event, insert, inspect, or_, select
from sqlalchemy.orm import Session

from integrations.sentence import Said
from service.db.audited import AUDITED, Audited
from service.db.models import (
    Audit,
    Connection,
)
from service.db.transaction import Transaction
from service.domain.staff.authority import CLOCK, Actor, seller_name

LONGEST = 20_000
"""Letters that are kept of an old or a new value."""
Line = tuple[str, str]
"""A path inside a column ('' for all of it) and its value as text."""


def acting(session: Session, actor: Actor) -> None:
    """Name who makes the changes of this transaction; else Makegood itself did."""
    if isinstance(session, Transaction):
        session.actor = actor


def note(
    session: Transaction,
    what: str,
    *,
    shop_id: int | None = None,
    subject: str = "",
    about: str = "",
    new: str = "",
    detail: Said | None = None,
) -> None:
    """Add a line about what no audited row shows."""
    line = _line(session, what, shop_id=shop_id, subject=subject, about=about)
    _write(session, [{**line, "new": new, "detail": detail}])


def note_connection(
    session: Transaction, connection: Connection, what: str, part: str = ""
) -> None:
    """Add a line about a connection, or about `part` of it."""
    about = _about(AUDITED[Connection], connection, part)
    note(session, what, **about)


def _write(session: Transaction, lines: list[dict[str, Any]]) -> None:
    session.execute(insert(Audit.__table__), lines)


def _line(session: Transaction, what: str, **values: Any) -> dict[str, Any]:
    return {
        "at": session.now(),
        "actor": str(session.actor),
        "what": what,
        "old": "",
        "new": "",
        "detail": None,
        **values,
    }


@event.listens_for(Transaction, "after_flush")
def _capture(session: Transaction, _: object) -> None:
    """Take the changes that were just written into the audit."""
    lines = [
        *(line for row in session.new for line in _whole(session, row, "added")),
        *(line for row in session.dirty for line in _changed(session, row)),
        *(line for row in session.deleted for line in _whole(session, row, "removed")),
    ]
    if lines:
        _write(session, lines)


def _whole(session: Transaction, row: Any, how: str) -> Iterator[dict[str, Any]]:
    audited = AUDITED.get(type(row))
    if audited is not None:
        value = audited.added(row)
        values = {"new": value} if how == "added" else {"old": value}
        yield _line(session, f"{row.__tablename__}.{how}", **_about(audited, row, ""), **values)


def _changed(session: Transaction, row: Any) -> Iterator[dict[str, Any]]:
    audited = AUDITED.get(type(row))
    if audited is None:
        return
    for name, parts_of in audited.columns.items():
        history = inspect(row).attrs[name].history
        if not history.has_changes():
            continue
        what = f"{row.__tablename__}.{name}"
        if name in audited.secrets:
            if session.actor != CLOCK:
                yield _line(session, what, **_about(audited, row, ""))
            continue
        old = parts_of(history.deleted[0]) if history.deleted else {}
        new = parts_of(history.added[0]) if history.added else {}
        for path in sorted({*old, *new}):
            before, after = old.get(path, "")[:LONGEST], new.get(path, "")[:LONGEST]
            if before != after:
                about = _about(audited, row, path)
                yield _line(session, what, **about, old=before, new=after)


def _about(audited: Audited, row: Any, path: str) -> dict[str, Any]:
    return {
        "shop_id": audited.shop_id(row),
        "subject": audited.subject(row),
        "about": " ".join(filter(None, (audited.name(row), path))),
    }


def lines_of(
    session: Session,
    shop_ids: Collection[int],
    people: Collection[int],
    *,
    actor: str = "",
    before: int | None = None,
    most: int,
) -> Sequence[Audit]:
    """A page of the audit, newest first: what is of these shops, or of these people and no shop;
    `before` is the id of the last line shown."""
    subjects = [seller_name(seller_id) for seller_id in people]
    of_people = Audit.shop_id.is_(None) & Audit.subject.in_(subjects)
    lines = select(Audit).where(or_(Audit.shop_id.in_(shop_ids), of_people))
    if actor:
        lines = lines.where(Audit.actor == actor)
    if before is not None:
        lines = lines.where(Audit.id < before)
    return session.scalars(lines.order_by(Audit.id.desc()).limit(most)).all()
