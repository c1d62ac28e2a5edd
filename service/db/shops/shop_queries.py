"""Named reads of shops, their connections and lanes, and the lock of a shop. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from integrations.contract import Role
from service.db.models import (
    Connection,
    Lane,
    Shop,
)
from service.db.transaction import Lock, Transaction
from service.domain.errors import NotFound
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


def shops(session: Session, shop_ids: Collection[int]) -> Sequence[Shop]:
    """These shops, by name."""
    return session.scalars(_by_name(shop_ids)).all()


def shops_with_connections(session: Session, shop_ids: Collection[int]) -> Sequence[Shop]:
    """The same, with their connections at hand."""
    return session.scalars(_by_name(shop_ids).options(selectinload(Shop.connections))).all()


def _by_name(shop_ids: Collection[int]) -> Select[Shop]:
    return select(Shop).where(Shop.id.in_(shop_ids)).order_by(Shop.name, Shop.id)


def connections_for(session: Session, shop_id: int, role: Role) -> list[Connection]:
    """A shop's connections that play a role, in their order."""
    connections = session.get_one(Shop, shop_id).connections
    return [connection for connection in connections if role in connection.roles]


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


def connection(session: Session, connection_id: int) -> Connection:
    """A connection by its id; raises `NotFound`."""
    row = session.get(Connection, connection_id)
    if row is None:
        raise NotFound("There is no such connection.")
    return row


def connection_of_address(session: Session, public_id: str) -> Connection | None:
    """The connection whose webhook address ends so."""
    return session.scalar(select(Connection).where(Connection.public_id == public_id))


def connections_by_id(
    session: Session, connection_ids: Collection[int]
) -> Mapping[int, Connection]:
    """These connections."""
    rows = select(Connection).where(Connection.id.in_(connection_ids))
    return {connection.id: connection for connection in session.scalars(rows)}


def connections_in_trouble(session: Session, shop_ids: Collection[int]) -> Sequence[Connection]:
    """Connections of these shops that are faulty, away or paused."""
    return session.scalars(
        select(Connection)
        .where(Connection.shop_id.in_(shop_ids), Connection.state.in_(IN_TROUBLE))
        .order_by(Connection.id)
    ).all()
