"""To whom reports go by mail, and the row of each that is due: one for a period and a person, whoever
runs the clock and however often."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import (
    Kind,
    Lane,
    Membership,
    NoticeChoices,
    ReportMail,
    ReportSubscription,
    Seller,
    Shop,
)
from service.db.outbox import claims
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound
from service.domain.reports.mails import next_report_at, reported
from service.domain.reports.periods import PeriodKind
from service.domain.staff.authority import Actor, Permission, seller_name
from service.operations.apart import apart
from service.operations.context import Context
from service.operations.staff.permits import permit

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Reader:
    """A person of a shop, and the reports that go to them with what the last of each came to."""

    shop: Shop
    seller: Seller
    subscriptions: Sequence[ReportSubscription]


def choose(
    context: Context, shop_id: int, seller_id: int, actor: Actor, kinds: Sequence[PeriodKind]
) -> None:
    """Let reports of these kinds, and no others, go to a person of a shop: to oneself, or as its owner
    to anybody there. Raises `NotFound`, `NotPermitted`."""
    now = context.clock.now()
    with context.database.transaction() as session:
        is_self = str(actor) == seller_name(seller_id)
        permit(session, actor, Permission.LOOK if is_self else Permission.MANAGE, shop_id)
        if seller_queries.membership(session, shop_id, seller_id) is None:
            raise NotFound("This seller does not belong to the shop.")
        kept = {row.kind: row for row in _of(session, shop_id, seller_id)}
        for kind in PeriodKind:
            row = kept.get(kind)
            if kind not in kinds:
                if row is not None and row.removed_at is None:
                    row.removed_at = now
            elif row is None:
                _subscribe(session, shop_id, seller_id, kind, now)
            elif row.removed_at is not None:
                row.removed_at, row.problem = None, None
                row.next_at = next_report_at(kind, zone_of(session, row), now)


def _of(session: Session, shop_id: int, seller_id: int) -> Sequence[ReportSubscription]:
    return session.scalars(
        select(ReportSubscription).where(
            ReportSubscription.shop_id == shop_id, ReportSubscription.seller_id == seller_id
        )
    ).all()


def _subscribe(
    session: Transaction, shop_id: int, seller_id: int, kind: PeriodKind, now: datetime
) -> None:
    lane = Lane(connection_id=None, outward=True, concurrency=1)
    session.add(lane)
    session.flush()
    row = ReportSubscription(
        shop_id=shop_id, seller_id=seller_id, kind=kind, lane_id=lane.id, created_at=now
    )
    row.next_at = next_report_at(kind, zone_of(session, row), now)
    session.add(row)


def zone_of(session: Session, row: ReportSubscription) -> str:
    """The reader's own zone, else that of the shop."""
    choices = session.get(NoticeChoices, row.seller_id)
    return choices.zone if choices is not None else session.get_one(Shop, row.shop_id).zone


def readers(context: Context, actor: Actor) -> list[Reader]:
    """Oneself in each shop, and everybody in shops of one's own."""
    owned = actor.shops(Permission.MANAGE)
    with context.database.reading() as session:
        members = (
            select(Shop, Seller)
            .join(Membership, Membership.shop_id == Shop.id)
            .join(Seller, Seller.id == Membership.seller_id)
            .where(Seller.active.is_(True))
            .where((Seller.id == actor.seller_id) | Shop.id.in_(owned))
            .order_by(Shop.id, Seller.id != actor.seller_id, Seller.id)
        )
        people = session.execute(members).all()
        subscriptions = subscriptions_of(session, {shop.id for shop, _ in people})
        return [
            Reader(shop, seller, subscriptions.get((shop.id, seller.id), ()))
            for shop, seller in people
        ]


def subscriptions_of(
    session: Session, shop_ids: Collection[int]
) -> Mapping[tuple[int, int], Sequence[ReportSubscription]]:
    """The subscriptions in these shops that were not ended, by shop and seller."""
    rows = select(ReportSubscription).where(
        ReportSubscription.shop_id.in_(shop_ids), ReportSubscription.removed_at.is_(None)
    )
    by_reader: dict[tuple[int, int], list[ReportSubscription]] = {}
    for row in session.scalars(rows.order_by(ReportSubscription.id)):
        by_reader.setdefault((row.shop_id, row.seller_id), []).append(row)
    return by_reader


def gather_reports(context: Context) -> bool:
    """Write the rows of the reports that are due; True when more are. After the clock has stood still
    the last period is reported, those before are on the page."""
    now = context.clock.now()
    due = (
        select(ReportSubscription)
        .where(ReportSubscription.next_at <= now, ReportSubscription.removed_at.is_(None))
        .order_by(ReportSubscription.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    with context.database.transaction() as session:
        rows = session.scalars(due).all()
        for row in rows:
            # One whose period cannot be told is looked at again tomorrow.
            row.next_at = now + timedelta(days=1)
            with apart("the report by mail of subscription", row.id):
                _write(session, row, now)
    return len(rows) == AT_ONCE


def _write(session: Transaction, row: ReportSubscription, now: datetime) -> None:
    zone = zone_of(session, row)
    row.next_at = next_report_at(row.kind, zone, now)
    first_day = reported(row.kind, zone, now).first
    same = select(ReportMail.id).where(
        ReportMail.subscription_id == row.id, ReportMail.first_day == first_day
    )
    if session.scalar(same) is None:
        mail = ReportMail(subscription_id=row.id, first_day=first_day, zone=zone, created_at=now)
        session.add(mail)
        claims.put(session, Kind.SEND_REPORT, mail, lane_id=row.lane_id, due_at=now, now=now)
