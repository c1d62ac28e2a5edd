"""Named reads for operations, pages and programs. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.contract import Role
from service.db.models import (
    Attempt,
    Case,
    Connection,
    Delivery,
    FollowUp,
    Lane,
    MakeGood,
    OutboxRow,
    Proposal,
)
from service.domain.errors import NotFound

WAITING = ("awaiting_order", "awaiting_approval", "needs_attention", "made_good")
"""States in which a person has something to do."""


def lane(session: Session, connection_id: int, *, outward: bool) -> int:
    """The id of a connection's lane."""
    found = session.scalar(
        select(Lane.id).where(Lane.connection_id == connection_id, Lane.outward == outward)
    )
    if found is None:
        raise NotFound("this connection has no lane: connect the shop again")
    return found


def connections_for(session: Session, shop_id: int, role: Role) -> list[Connection]:
    """A shop's connections that play a role, in their order."""
    found = session.scalars(
        select(Connection).where(Connection.shop_id == shop_id).order_by(Connection.id)
    )
    return [one for one in found if role in one.roles]


def open_case(session: Session, review_id: int) -> Case | None:
    """The open case of a review, locked for this transaction."""
    return session.scalar(
        select(Case).where(Case.review_id == review_id, Case.closed_at.is_(None)).with_for_update()
    )


def case(session: Session, case_id: int, *, lock: bool = False) -> Case:
    """A case by its id; raises `NotFound`."""
    wanted = select(Case).where(Case.id == case_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("there is no such case")
    return found


def case_by_reference(session: Session, reference: str, *, lock: bool = False) -> Case:
    """A case by its reference such as MG-7F3K2QX9; raises `NotFound`."""
    wanted = select(Case).where(Case.reference == reference.strip().upper())
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("there is no such case")
    return found


def cases_waiting(session: Session, *, most: int = 50, after: int = 0) -> Sequence[Case]:
    """Cases a person has to look at, oldest first."""
    return session.scalars(
        select(Case)
        .where(Case.state.in_(WAITING))
        .order_by(Case.opened_at, Case.id)
        .offset(after)
        .limit(most)
    ).all()


def cases_in(
    session: Session, states: Sequence[str], *, most: int = 50, before: int | None = None
) -> Sequence[Case]:
    """Cases of these states (all when empty), newest first, before an id for the next page."""
    wanted = select(Case).order_by(Case.id.desc()).limit(most)
    if states:
        wanted = wanted.where(Case.state.in_(states))
    if before is not None:
        wanted = wanted.where(Case.id < before)
    return session.scalars(wanted).all()


def counts_by_state(session: Session) -> dict[str, int]:
    """How many cases are in each state."""
    rows = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
    return {row[0]: row[1] for row in rows}


def earlier_cases(session: Session, case: Case, *, most: int = 10) -> Sequence[Case]:
    """Other cases of the same buyer in the same shop, newest first."""
    if not case.buyer_key:
        return []
    return session.scalars(
        select(Case)
        .where(Case.shop_id == case.shop_id, Case.buyer_key == case.buyer_key, Case.id != case.id)
        .order_by(Case.id.desc())
        .limit(most)
    ).all()


def proposal(session: Session, case_id: int) -> Proposal | None:
    """The newest proposal of a case."""
    return session.scalar(
        select(Proposal).where(Proposal.case_id == case_id).order_by(Proposal.id.desc()).limit(1)
    )


def spent(
    session: Session, shop_id: int, currency: str, since: datetime, buyer_key: str | None = None
) -> int:
    """Minor units that went by themselves since then, for a shop or one of its buyers."""
    wanted = select(func.coalesce(func.sum(MakeGood.amount_minor), 0)).where(
        MakeGood.shop_id == shop_id,
        MakeGood.currency == currency,
        MakeGood.decided_at >= since,
        MakeGood.automatic.is_(True),
        MakeGood.state != "cancelled",
    )
    if buyer_key is not None:
        wanted = wanted.where(MakeGood.buyer_key == buyer_key)
    return int(session.scalar(wanted) or 0)


def open_attempts(session: Session, make_good_id: int) -> Sequence[Attempt]:
    """Attempts whose outcome is not known."""
    return session.scalars(
        select(Attempt)
        .where(Attempt.make_good_id == make_good_id, Attempt.outcome.in_(("open", "unknown")))
        .order_by(Attempt.id)
    ).all()


def row_for(session: Session, kind: str, ref_id: int) -> OutboxRow | None:
    """The newest outbox row about something."""
    return session.scalar(
        select(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.ref_id == ref_id)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )


def oldest_due(session: Session) -> datetime | None:
    """When the oldest open row is or was due; None when nothing is open."""
    firsts = [
        session.scalar(
            select(OutboxRow.due_at)
            .where(OutboxRow.lane_id == lane_id, OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.due_at)
            .limit(1)
        )
        for lane_id in session.scalars(select(Lane.id).where(Lane.paused.is_(False)))
    ]
    return min((one for one in firsts if one is not None), default=None)


def deliveries_needing_attention(
    session: Session, *, most: int = 50, before: int | None = None
) -> Sequence[Delivery]:
    """Deliveries that could not be read, newest first."""
    wanted = select(Delivery).where(Delivery.state == "needs_attention")
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    return session.scalars(wanted.order_by(Delivery.id.desc()).limit(most)).all()


def follow_up(session: Session, follow_up_id: int, *, lock: bool = False) -> FollowUp:
    """A follow-up by its id; raises `NotFound`."""
    wanted = select(FollowUp).where(FollowUp.id == follow_up_id)
    found = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound("there is no such message")
    return found


def paused_connections(session: Session) -> Sequence[Connection]:
    """Connections that wait for the seller to mend something."""
    return session.scalars(select(Connection).where(Connection.paused_reason != "")).all()
