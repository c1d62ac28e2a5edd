"""Named reads for operations, pages and programs. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from integrations.contract import Role
from service.db.models import (
    Base,
    Case,
    Connection,
    Delivery,
    Lane,
    MakeGood,
    Message,
    OutboxRow,
    Proposal,
    Shop,
)
from service.db.transaction import Lock, Transaction
from service.domain.errors import NotFound
from service.domain.remedies.states import MakeGoodState
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.shops.connection_states import ConnectionState

IN_TROUBLE = (ConnectionState.FAULTY, ConnectionState.AWAY, ConnectionState.PAUSED)


def lane(session: Session, connection_id: int, *, outward: bool) -> int:
    """The id of a connection's lane; raises `NotFound`."""
    lanes = session.get_one(Connection, connection_id).lanes
    for row in lanes:
        if row.outward == outward:
            return row.id
    raise NotFound("this connection has no lane: connect the shop again")


def shop(session: Session, shop_id: int) -> Shop:
    """A shop by its id."""
    return session.get_one(Shop, shop_id)


def connections_for(session: Session, shop_id: int, role: Role) -> list[Connection]:
    """A shop's connections that play a role, in their order."""
    connections = session.get_one(Shop, shop_id).connections
    return [connection for connection in connections if role in connection.roles]


def lock_cases(
    session: Transaction, case_ids: Iterable[int], loads: Iterable[ExecutableOption] = ()
) -> None:
    """Lock cases, always in the same order, and read them at once with their reviews and what else
    is loaded; `case` then finds them without asking again."""
    ids = session.to_lock(Lock.CASE, case_ids)
    if ids:
        session.scalars(_cases_with(tuple(dict.fromkeys(loads))), {"ids": ids}).all()


@cache
def _cases_with(loads: tuple[ExecutableOption, ...]) -> Select[Case]:
    return (
        select(Case)
        .where(Case.id.in_(bindparam("ids", expanding=True)))
        .order_by(Case.id)
        .options(joinedload(Case.review, innerjoin=True), *loads)
        .with_for_update(of=Case, key_share=True)
    )


def lock_shops(session: Transaction, shop_ids: Iterable[int]) -> None:
    """Lock shops, always in the same order and after their cases: what is added up about money
    between two transactions is added up under this lock. SQLite has one writer and needs none."""
    ids = session.to_lock(Lock.SHOP, shop_ids)
    if ids and session.get_bind().dialect.name != "sqlite":
        rows = select(Shop.id).where(Shop.id.in_(ids)).order_by(Shop.id)
        session.execute(rows.with_for_update(key_share=True))


def read_places(session: Session, lane_ids: Collection[int]) -> None:
    """Read the shops of these lanes with all their connections and lanes, which are then at hand."""
    session.scalars(_PLACES, {"lanes": list(lane_ids)}).unique().all()


_PLACES = (
    select(Shop)
    .where(
        Shop.id.in_(
            select(Connection.shop_id)
            .join(Lane, Lane.connection_id == Connection.id)
            .where(Lane.id.in_(bindparam("lanes", expanding=True)))
        )
    )
    .options(joinedload(Shop.connections).joinedload(Connection.lanes))
)


def cases_of(session: Session, table: type[Base], ids: Collection[int]) -> dict[int, int]:
    """The case that each of these rows of a table belongs to; none where the table has none."""
    if table is Case:
        return {case_id: case_id for case_id in ids}
    columns = table.__table__.columns
    if "case_id" not in columns:
        return {}
    rows = select(columns["id"], columns["case_id"]).where(columns["id"].in_(ids))
    return {row.id: row.case_id for row in session.execute(rows)}


def case(session: Session, case_id: int) -> Case:
    """A case by its id; raises `NotFound`."""
    return _existing(session.get(Case, case_id))


def locked_case(session: Transaction, case_id: int) -> Case:
    """A case by its id, locked for this transaction; raises `NotFound`."""
    if session.to_lock(Lock.CASE, [case_id]):
        row = select(Case).where(Case.id == case_id)
        return _existing(session.scalar(row.with_for_update(key_share=True)))
    return _existing(session.get(Case, case_id))


def case_by_reference(session: Session, reference: str) -> Case:
    """A case by its reference such as MG-7F3K2QX9; raises `NotFound`."""
    row = select(Case).where(Case.reference == reference.strip().upper())
    return _existing(session.scalar(row))


def _existing(case: Case | None) -> Case:
    if case is None:
        raise NotFound("there is no such case")
    return case


def open_case(session: Transaction, review_id: int) -> Case | None:
    """The open case of a review, locked for this transaction."""
    rows = select(Case).where(Case.review_id == review_id, Case.closed_at.is_(None))
    case = session.scalar(rows.with_for_update(key_share=True))
    if case is not None:
        session.to_lock(Lock.CASE, [case.id])
    return case


def connection(session: Session, connection_id: int) -> Connection:
    """A connection by its id; raises `NotFound`."""
    row = session.get(Connection, connection_id)
    if row is None:
        raise NotFound("There is no such connection.")
    return row


def connection_of(session: Session, delivery_id: int) -> Connection:
    """The connection a delivery came by; raises `NotFound`."""
    row = session.scalar(
        select(Connection)
        .join(Delivery, Delivery.connection_id == Connection.id)
        .where(Delivery.id == delivery_id)
    )
    if row is None:
        raise NotFound("There is no such delivery.")
    return row


def cases_in(
    session: Session,
    shop_ids: Collection[int],
    states: Sequence[str],
    *,
    most: int = 50,
    before: int | None = None,
) -> Sequence[Case]:
    """Cases of these shops and states (all when empty), newest first, before an id for the next
    page."""
    rows = select(Case).where(Case.shop_id.in_(shop_ids)).order_by(Case.id.desc()).limit(most)
    if states:
        rows = rows.where(Case.state.in_(states))
    if before is not None:
        rows = rows.where(Case.id < before)
    return session.scalars(rows).all()


def counts_by_state(session: Session) -> dict[str, int]:
    """How many cases are in each state."""
    rows = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
    return {row[0]: row[1] for row in rows}


def opened_since(session: Session, shop_id: int, since: datetime) -> int:
    """How many cases of a shop were opened since then."""
    opened = select(func.count()).where(Case.shop_id == shop_id, Case.opened_at > since)
    return session.scalar(opened) or 0


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
    session: Transaction, shop_id: int, currency: str, since: datetime, buyer_key: str | None = None
) -> int:
    """Minor units that went by themselves since then, for a shop or one of its buyers; under the lock
    of the shop."""
    session.require(Lock.SHOP, shop_id)
    total = select(func.coalesce(func.sum(MakeGood.amount_minor), 0)).where(
        MakeGood.shop_id == shop_id,
        MakeGood.currency == currency,
        MakeGood.decided_at >= since,
        MakeGood.automatic.is_(True),
        MakeGood.state != "cancelled",
    )
    if buyer_key is not None:
        total = total.where(MakeGood.buyer_key == buyer_key)
    return int(session.scalar(total) or 0)


class _OfOrders:
    """The make-goods of orders, as a transaction that holds the lock of their shops knows them."""

    def __init__(self) -> None:
        self.by_order: dict[tuple[int, str], list[MakeGood]] = {}


def make_goods_of(session: Session, connection_id: int, order_id: str) -> list[MakeGood]:
    """The make-goods of an order that were not taken back, of all its cases, oldest first; also
    those that are new in this transaction. Read once under the lock of their shop, which lets nobody
    else add one."""
    asked = {"connection": connection_id, "order": order_id}
    shop_id = session.get_one(Connection, connection_id).shop_id
    if not (isinstance(session, Transaction) and session.holds(Lock.SHOP, shop_id)):
        return list(session.scalars(_OF_ORDER, asked))
    by_order = session.part(_OfOrders).by_order
    if (connection_id, order_id) not in by_order:
        by_order[connection_id, order_id] = list(session.scalars(_OF_ORDER, asked))
    of_order = by_order[connection_id, order_id]
    return [make_good for make_good in of_order if make_good.state != MakeGoodState.CANCELLED]


def add_make_good(session: Transaction, make_good: MakeGood) -> None:
    """Store a make-good that is new; `make_goods_of` gives it from here on."""
    session.require(Lock.SHOP, make_good.shop_id)
    make_goods_of(session, make_good.connection_id, make_good.order_id)
    of_order = session.part(_OfOrders).by_order
    of_order[make_good.connection_id, make_good.order_id].append(make_good)
    session.add(make_good)


_OF_ORDER = (
    select(MakeGood)
    .where(
        MakeGood.connection_id == bindparam("connection"), MakeGood.order_id == bindparam("order")
    )
    .where(MakeGood.state != "cancelled")
    .order_by(MakeGood.id)
)


def row_for(session: Session, kind: str, ref_id: int) -> OutboxRow | None:
    """The newest outbox row about something."""
    return session.scalar(
        select(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.ref_id == ref_id)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )


def deliveries_needing_attention(
    session: Session, shop_ids: Collection[int], *, most: int = 50, before: int | None = None
) -> Sequence[Delivery]:
    """Deliveries to these shops that could not be read, newest first."""
    rows = (
        select(Delivery)
        .join(Connection, Connection.id == Delivery.connection_id)
        .where(Delivery.state == DeliveryState.NEEDS_ATTENTION, Connection.shop_id.in_(shop_ids))
    )
    if before is not None:
        rows = rows.where(Delivery.id < before)
    return session.scalars(rows.order_by(Delivery.id.desc()).limit(most)).all()


def message(session: Session, message_id: int) -> Message:
    """A message by its id; raises `NotFound`."""
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound("there is no such message")
    return message


def locked_message(session: Transaction, message_id: int) -> Message:
    """A message by its id, its case locked; raises `NotFound`."""
    loaded = session.loaded(Message, message_id)
    of_message = select(Message.case_id).where(Message.id == message_id)
    case_id = session.scalar(of_message) if loaded is None else loaded.case_id
    # What belongs to a case is changed only by who holds the case.
    locked_case(session, case_id or 0)
    return message(session, message_id)


def connections_in_trouble(session: Session, shop_ids: Collection[int]) -> Sequence[Connection]:
    """Connections of these shops that are faulty, away or paused."""
    return session.scalars(
        select(Connection)
        .where(Connection.shop_id.in_(shop_ids), Connection.state.in_(IN_TROUBLE))
        .order_by(Connection.id)
    ).all()
