"""Named reads of notices and of those who want them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from service.db.models import (
    Case,
    Membership,
    Notice,
    NoticeAddress,
    NoticeChoices,
    Seller,
    Task,
)
from service.domain.notices.notices import NoticeState
from service.domain.tasks.states import TaskState


def addresses_of(session: Session, seller_ids: Collection[int]) -> Sequence[NoticeAddress]:
    """Where these people are told, of those who may sign in."""
    return session.scalars(
        select(NoticeAddress)
        .join(Seller, Seller.id == NoticeAddress.seller_id)
        .where(NoticeAddress.seller_id.in_(seller_ids), NoticeAddress.removed_at.is_(None))
        .where(Seller.active.is_(True))
        .order_by(NoticeAddress.id)
    ).all()


def members_of(session: Session, shop_ids: Collection[int]) -> list[tuple[int, int]]:
    """Shops and the people who belong to them."""
    rows = select(Membership.shop_id, Membership.seller_id)
    return [
        (row[0], row[1]) for row in session.execute(rows.where(Membership.shop_id.in_(shop_ids)))
    ]


def choices_of(session: Session, seller_ids: Collection[int]) -> dict[int, NoticeChoices]:
    """What these people have chosen."""
    rows = select(NoticeChoices).where(NoticeChoices.seller_id.in_(seller_ids))
    return {row.seller_id: row for row in session.scalars(rows)}


def _open_tasks() -> Select[Task]:
    return (
        select(Task)
        .where(Task.state == TaskState.OPEN)
        .options(
            joinedload(Task.case).joinedload(Case.review),
            joinedload(Task.connection),
            joinedload(Task.shop),
        )
        .order_by(Task.urgency, Task.opened_at, Task.id)
    )


def open_tasks(session: Session, task_ids: Collection[int]) -> Sequence[Task]:
    """Those of these tasks that still wait, the most pressing first."""
    return session.scalars(_open_tasks().where(Task.id.in_(task_ids))).all()


def open_tasks_in(session: Session, shop_ids: Collection[int], most: int) -> Sequence[Task]:
    """What waits in these shops, the most pressing first."""
    return session.scalars(_open_tasks().where(Task.shop_id.in_(shop_ids)).limit(most)).all()


def waiting_until(session: Session, address_id: int, due_at: datetime) -> Notice | None:
    """A notice that is held back until then, to which more may be added."""
    return session.scalar(
        select(Notice).where(
            Notice.address_id == address_id,
            Notice.state == NoticeState.WAITING,
            Notice.due_at == due_at,
            Notice.is_test.is_(False),
        )
    )
