"""A migrated database with a shop, and lanes made as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.db.models import Connection, Kind, Lane, OutboxRow, Rate, Shop
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.session import Database
from service.domain.shops.connection_states import ConnectionState
from tests.migrated import database_at, migrate_for_test
from tests.world import FakeClock


@dataclass
class Desk:
    """The outbox with nothing around it."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    rows: int = 0

    def now(self) -> datetime:
        return self.clock.now()

    def lane(
        self,
        *,
        outward: bool = True,
        concurrency: int = 100,
        state: ConnectionState = ConnectionState.WORKING,
        per_minute: int | None = None,
        app: str = "",
        **values: object,
    ) -> int:
        """A connection's lane; gives its id. `per_minute`: calls of the connection, or of its app."""
        with self.database.transaction() as session:
            number = len(session.scalars(select(Connection.id)).all())
            connection = Connection(
                public_id=f"c{number}",
                shop_id=1,
                adapter="sandbox",
                name="",
                roles=[],
                secrets=b"",
                cases_from=self.now(),
                state=state,
                state_since=self.now(),
                created_at=self.now(),
            )
            session.add(connection)
            session.flush()
            lane = Lane(
                connection_id=connection.id,
                outward=outward,
                concurrency=concurrency,
                rate=self._rate(session, app or f"c{number}", per_minute) if per_minute else None,
                **values,
            )
            session.add(lane)
            session.flush()
            return lane.id

    def _rate(self, session: Session, name: str, per_minute: int) -> Rate:
        known = session.scalar(select(Rate).where(Rate.name == name))
        return known or Rate(
            name=name,
            per_minute=per_minute,
            allowance=float(per_minute),
            allowance_at=self.now(),
        )

    def put(self, lane_id: int, number: int = 1, *, minutes: float = 0) -> list[int]:
        """So many rows, due now or in some minutes; gives their ids."""
        first, self.rows = self.rows + 1, self.rows + number
        due = FakeClock(self.now())
        due.move(minutes=minutes)
        with self.database.transaction() as session:
            session.execute(
                insert(OutboxRow),
                [
                    {
                        "kind": Kind.MAKE_GOOD,
                        "ref_id": first + at,
                        "step": "",
                        "tries": 0,
                        "lane_id": lane_id,
                        "due_at": due.now(),
                        "given_up": False,
                        "note": "",
                    }
                    for at in range(number)
                ],
            )
        return list(range(first, first + number))

    def claim(
        self, *, most: int = 10, per_lane: int = 10, inward: int = 10, after: int = 0
    ) -> list[Claim]:
        """What one worker claims that served the lane `after` last."""
        room = {"most": most, "per_lane": per_lane, "inward": inward, "after": after}
        with self.database.transaction() as session:
            return claims.claim(session, self.now(), skip=(), **room)

    def row(self, ref_id: int) -> OutboxRow:
        with self.database.reading() as session:
            return session.scalars(select(OutboxRow).where(OutboxRow.ref_id == ref_id)).one()


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """Without any table yet."""
    made = database_at(empty_database_url)
    yield made
    made.close()


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """With tables and a shop."""
    database = database_at(database_url)
    migrate_for_test(database)
    made = Desk(database)
    with database.transaction() as session:
        session.add(Shop(name="Toko", zone="Asia/Jakarta", created_at=made.now()))
    yield made
    database.close()
