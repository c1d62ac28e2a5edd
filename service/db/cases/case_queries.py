"""Named reads of cases, and the locks under which they are changed. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from service.db.models import (
    Base,
    Case,
    History,
)
from service.db.transaction import Lock, Transaction
from service.domain.errors import NotFound


def lock_cases(
    session: Transaction, case_ids: Iterable[int], loads: Iterable[ExecutableOption] = ()
) -> None:
    """Lock cases, always in the same order, and read them at once with their reviews and what else
    is loaded; `case` then finds them without asking again."""
    ids = session.to_lock(Lock.CASE, case_ids)
    if ids:
        session.scalars(_cases_with(tuple(dict.fromkeys(loads))), {"ids": ids}).unique().all()


TASKS_FOLLOW_FROM = (
    selectinload(Case.make_goods),
    selectinload(Case.messages),
    # Hardly any case has one.
    joinedload(Case.calls),
)
"""What a case asks of people follows from these (service.operations.tasks.wanted)."""


@cache
def _cases_with(loads: tuple[ExecutableOption, ...]) -> Select[Case]:
    return (
        select(Case)
        .where(Case.id.in_(bindparam("ids", expanding=True)))
        .order_by(Case.id)
        .options(joinedload(Case.review, innerjoin=True), *loads)
        .with_for_update(of=Case, key_share=True)
    )


def cases_of(session: Session, table: type[Base], ids: Collection[int]) -> dict[int, int]:
    """The case that each of these rows of a table belongs to; none where the table has none."""
    if table is Case:
        return {case_id: case_id for case_id in ids}
    rows = _case_ids(table)
    return {} if rows is None else dict(session.execute(rows, {"ids": ids}).all())


@cache
def _case_ids(table: type[Base]) -> Select[int, int] | None:
    columns = table.__table__.columns
    if "case_id" not in columns:
        return None
    ids: BindParameter[int] = bindparam("ids", expanding=True)
    return select(columns["id"], columns["case_id"]).where(columns["id"].in_(ids))


def case(session: Session, case_id: int) -> Case:
    """A case by its id; raises `NotFound`."""
    return _existing(session.get(Case, case_id))


def locked_case(session: Transaction, case_id: int) -> Case:
    """A case by its id, locked for this transaction; raises `NotFound`."""
    if session.to_lock(Lock.CASE, [case_id]):
        row = select(Case).where(Case.id == case_id)
        return _existing(session.scalar(row.with_for_update(of=Case, key_share=True)))
    return _existing(session.get(Case, case_id))


def ids_of(session: Session, references: Sequence[str]) -> Sequence[int]:
    """The ids of cases; of what there is none of is left out."""
    return session.scalars(select(Case.id).where(Case.reference.in_(references))).all()


def case_by_reference(session: Session, reference: str) -> Case:
    """A case by its reference such as MG-7F3K2QX9; raises `NotFound`."""
    row = select(Case).where(Case.reference == reference.strip().upper())
    return _existing(session.scalar(row))


def _existing(case: Case | None) -> Case:
    if case is None:
        raise NotFound("there is no such case")
    return case


def newest_of_order(session: Session, connection_id: int, order_id: str) -> Case | None:
    """The newest case about an order of a connection, an open one before others."""
    rows = (
        select(Case)
        .where(Case.order_connection_id == connection_id, Case.order_id == order_id)
        .where(Case.erased_at.is_(None))
        .order_by(Case.closed_at.is_not(None), Case.id.desc())
    )
    return session.scalar(rows.limit(1))


def open_case(session: Transaction, review_id: int) -> Case | None:
    """The open case of a review, locked for this transaction."""
    rows = select(Case).where(Case.review_id == review_id, Case.closed_at.is_(None))
    case = session.scalar(rows.with_for_update(of=Case, key_share=True))
    if case is not None:
        session.to_lock(Lock.CASE, [case.id])
    return case


def counts_by_state(session: Session) -> dict[str, int]:
    """How many cases are in each state."""
    rows = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
    return {row[0]: row[1] for row in rows}


def last_line(session: Session) -> int:
    """The id of the newest line of history; 0 where there is none."""
    return session.scalar(select(func.max(History.id))) or 0


def lines_after(
    session: Session, history_id: int, *, without: Collection[int]
) -> Sequence[tuple[History, Case]]:
    """Lines of history that came after one, without some, each with its case and review."""
    rows = session.execute(
        select(History, Case)
        .join(Case, Case.id == History.case_id)
        .where(History.id > history_id, History.id.not_in(without))
        .options(joinedload(Case.review))
        .order_by(History.id)
    )
    return [(row.History, row.Case) for row in rows]


class _Opened(dict[tuple[int, datetime], int]):
    """How many cases of a shop were opened since a moment, as a transaction has counted them."""


def opened_since(session: Transaction, shop_id: int, since: datetime) -> int:
    """How many cases of a shop were opened since then; counted once in a transaction."""
    opened, asked = session.part(_Opened), (shop_id, since)
    if asked not in opened:
        opened[asked] = session.scalar(_OPENED_SINCE, {"shop": shop_id, "since": since}) or 0
    return opened[asked]


_OPENED_SINCE = select(func.count()).where(
    Case.shop_id == bindparam("shop"), Case.opened_at > bindparam("since")
)
