"""Finds all cases of a buyer by what they are known by; each is one indexed statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from service.db.models import BuyerMark, Case, Message, SharedMark
from service.db.upserts import insert_into
from service.domain.cases.buyers import MOST_STEPS, NAME, is_of_many, joins, may_be_shared
from service.domain.messages.states import MessageState


def write(session: Session, shops: Mapping[int, int], marks: Mapping[int, Collection[str]]) -> None:
    """Let these cases, each of its shop, have these marks and no others; marks that have come to be of
    too many join nobody from now on."""
    rows = session.connection().execute(_OF_CASES, {"cases": list(marks)})
    stored = {(row.case_id, row.mark) for row in rows}
    wanted = {(case_id, mark) for case_id, listed in marks.items() for mark in listed}
    if gone := stored - wanted:
        session.execute(
            delete(BuyerMark).where(tuple_(BuyerMark.case_id, BuyerMark.mark).in_(gone))
        )
        _forget_shared(session, {(shops[case_id], mark) for case_id, mark in gone})
    if new := wanted - stored:
        session.connection().execute(
            _ADD,
            [
                {"case_id": case_id, "mark": mark, "shop_id": shops[case_id]}
                for case_id, mark in sorted(new)
            ],
        )
        changed = {case_id for case_id, _ in new}
        _note_shared(
            session, {(shops[case_id], mark) for case_id in changed for mark in marks[case_id]}
        )


_CASES: BindParameter[int] = bindparam("cases", expanding=True)
_OF_CASES = select(BuyerMark.case_id, BuyerMark.mark).where(BuyerMark.case_id.in_(_CASES))
_ADD = insert(BuyerMark.__table__)


def _note_shared(session: Session, marks: Collection[tuple[int, str]]) -> None:
    """Two transactions that add a mark at once may each miss the other's: the next that adds it does
    not."""
    looked_at = sorted((shop_id, mark) for shop_id, mark in marks if may_be_shared(mark))
    if not looked_at:
        return
    others: dict[tuple[int, str], set[str]] = defaultdict(set)
    for row in session.connection().execute(_beside_marks(), {"marks": looked_at}):
        others[row.shop_id, row.mark].add(row.other)
    found = [
        {"shop_id": shop_id, "mark": mark}
        for (shop_id, mark), listed in others.items()
        if is_of_many(mark, listed)
    ]
    if found:
        session.execute(insert_into(session, SharedMark).on_conflict_do_nothing(), found)


@cache
def _beside_marks() -> Select[int, str, str]:
    """Each of some marks that is not known to be of many, with the marks beside it in whatever case."""
    own, beside = aliased(BuyerMark), aliased(BuyerMark)
    marks: BindParameter[Any] = bindparam("marks", expanding=True)
    return (
        select(own.shop_id, own.mark, beside.mark.label("other"))
        .join(beside, beside.case_id == own.case_id)
        .where(tuple_(own.shop_id, own.mark).in_(marks), not_(_is_shared(own)))
        .distinct()
    )


def _forget_shared(session: Session, marks: Collection[tuple[int, str]]) -> None:
    """What no case has any more is kept nowhere."""
    still = exists().where(
        BuyerMark.shop_id == SharedMark.shop_id, BuyerMark.mark == SharedMark.mark
    )
    session.execute(
        delete(SharedMark)
        .where(tuple_(SharedMark.shop_id, SharedMark.mark).in_(marks), not_(still))
        .execution_options(synchronize_session=False)
    )


def _is_shared(row: Any) -> ColumnElement[bool]:
    return exists().where(SharedMark.shop_id == row.shop_id, SharedMark.mark == row.mark)


def _joins(row: Any) -> ColumnElement[bool]:
    """As `domain.cases.buyers.joins`, for a row that is of one buyer."""
    return and_(not_(row.mark.startswith(NAME)), not_(_is_shared(row)))


def shared_of(session: Session, shop_id: int, marks: Collection[str]) -> set[str]:
    """Those of these marks that are of too many buyers of the shop to be anybody's."""
    rows = select(SharedMark.mark).where(SharedMark.shop_id == shop_id, SharedMark.mark.in_(marks))
    return set(session.scalars(rows))


def of_buyer(case_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """The condition that a case is of the same buyer: it shares a mark with this one, or with one that
    does."""
    pairs = same_buyer(lambda row: row.case_id == case_id).subquery()
    # One list of ids, which are looked up one by one; of an "or" PostgreSQL would try every case.
    return Case.id.in_(select(pairs.c.case_id).union(select(cast(case_id, BigInteger))))


def same_buyer(first: Any) -> Select[tuple[int, int]]:
    """Pairs of a first case, chosen by a condition on its marks, and each case of the same buyer
    (`first_id`, `case_id`)."""
    marks, own = _marks_of_buyer(first), aliased(BuyerMark)
    same = and_(own.shop_id == marks.c.shop_id, own.mark == marks.c.mark)
    return select(marks.c.first_id, own.case_id).join(own, same).distinct()


def other_cases_with(
    session: Session, case: Case, marks: Collection[str]
) -> tuple[set[int], set[str]]:
    """The ids of all other cases of the buyer of a case who has these marks, which may not be written
    yet, and all marks that lead to them. Most buyers have no other: that is looked up first, as their
    chain of marks is dear."""
    asked = {"shop": case.shop_id, "marks": sorted(filter(joins, marks)), "case": case.id}
    connection = session.connection()
    if not asked["marks"] or connection.scalar(_ANY_OTHER, asked) is None:
        return set(), set()
    rows = connection.execute(_with_marks(), asked).all()
    return {row.case_id for row in rows} - {case.id}, {row.mark for row in rows}


_ANY_OTHER = (
    select(BuyerMark.case_id)
    .where(BuyerMark.shop_id == bindparam("shop"))
    .where(BuyerMark.mark.in_(bindparam("marks", expanding=True)))
    .where(BuyerMark.case_id != bindparam("case"))
    .limit(1)
)


@cache
def _with_marks() -> Select[int, str]:
    """Each case of the buyer who has some marks, with each mark by which it is theirs."""
    asked: BindParameter[str] = bindparam("marks", expanding=True)
    marks = _marks_of_buyer(lambda row: and_(row.shop_id == bindparam("shop"), row.mark.in_(asked)))
    own = aliased(BuyerMark)
    same = and_(own.shop_id == marks.c.shop_id, own.mark == marks.c.mark)
    return select(own.case_id, own.mark).select_from(marks).join(own, same).distinct()


def _marks_of_buyer(first: Any) -> CTE:
    """All marks of the buyer of each first case: by steps from mark to mark, over cases that have both.
    A union keeps each once a step."""
    row, own, other = aliased(BuyerMark), aliased(BuyerMark), aliased(BuyerMark)
    chain = (
        select(row.case_id.label("first_id"), row.shop_id, row.mark, literal(0).label("steps"))
        .where(first(row), _joins(row))
        .cte(recursive=True)
    )
    next_marks = (
        select(chain.c.first_id, other.shop_id, other.mark, chain.c.steps + 1)
        .join(own, (own.shop_id == chain.c.shop_id) & (own.mark == chain.c.mark))
        .join(other, (other.case_id == own.case_id) & (other.mark != own.mark))
        .where(chain.c.steps < MOST_STEPS, _joins(other))
    )
    return chain.union(next_marks)


def newest_case(session: Session, shop_id: int, marks: Collection[str]) -> Case | None:
    """The newest case of a shop whose buyer has one of these marks, an open one before others. What is
    of many leads to nobody's case."""
    rows = (
        select(Case)
        .join(BuyerMark, BuyerMark.case_id == Case.id)
        .where(BuyerMark.shop_id == shop_id, BuyerMark.mark.in_(filter(joins, marks)))
        .where(not_(_is_shared(BuyerMark)), Case.erased_at.is_(None))
        .order_by(Case.closed_at.is_not(None), Case.id.desc())
        .limit(1)
    )
    return session.scalar(rows)


def written_at(session: Session, case: Case, connection_id: int) -> datetime | None:
    """When the buyer of a case last wrote by this connection, about whatever case."""
    rows = (
        select(func.max(Message.sent_at))
        .join(Case, Case.id == Message.case_id)
        .where(of_buyer(case.id), Message.connection_id == connection_id)
        .where(Message.state == MessageState.RECEIVED)
    )
    return session.scalar(rows)
