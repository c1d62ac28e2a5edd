"""What is broken of one shop, its people and connections stops no job of the clock for another shop.

Each column of each row that is the first shop's is broken in turn, as its type lets it be: whatever a job
comes to read of it, the second shop is served as if nothing were the matter.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Enum,
    LargeBinary,
    String,
    Table,
    select,
    text,
    update,
)

from integrations.contract import Buyer, EventKind, ReviewEvent, Role
from integrations.remedies import VOUCHER, Remedy
from integrations.sandbox.seed import KETTLE, sell
from jobs.schedule import PERIODIC, run_due
from service.db.models import (
    Base,
    Case,
    Connection,
    Delivery,
    Lane,
    Membership,
    NoticeChoices,
    Shop,
)
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, CloseReason
from service.domain.notices.notices import Choices, NoticeKind, When
from service.domain.reports.periods import PeriodKind
from service.domain.reviews.delivery_states import DeliveryState
from service.domain.staff import authority
from service.domain.staff.authority import OPERATOR, SellerRole
from service.operations.context import Context
from service.operations.notices import addresses, report_mails
from service.operations.remedies import decisions
from service.operations.reviews.apply import apply_event
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from service.operations.staff import accounts
from service.wiring import wire
from tests.operations.vouchers import DAYS, WORTH
from tests.world import World

NONSENSE: dict[type[Any], Any] = {JSON: '{"wrong": 1}', String: "Nowhere/Else", LargeBinary: b"\0"}
"""What may stand in a column of a type. Columns of states are checked by the database."""
SERVED = {
    "vouchers": "SELECT count(*) FROM outbox JOIN connection ON connection.id = outbox.ref_id"
    " WHERE outbox.kind = 'look_at_vouchers' AND connection.shop_id = :shop",
    "notices": "SELECT count(DISTINCT notice_address.id) FROM notice"
    " JOIN notice_address ON notice_address.id = notice.address_id"
    " JOIN membership ON membership.seller_id = notice_address.seller_id"
    " WHERE membership.shop_id = :shop",
    "report mails": "SELECT count(*) FROM report_mail JOIN report_subscription"
    " ON report_subscription.id = report_mail.subscription_id WHERE shop_id = :shop",
    "reports": "SELECT count(*) FROM report_totals WHERE shop_id = :shop",
    "purge": "SELECT count(*) FROM delivery JOIN connection ON connection.id = connection_id"
    " WHERE connection.shop_id = :shop AND length(body) = 0",
    "purge buyers": "SELECT count(*) FROM cases WHERE shop_id = :shop AND erased_at IS NOT NULL",
}
"""How it is seen that a job has served a shop, by the job's name."""
OF_NO_SHOP = {"stale policies", "clock steps"}


def _reader(world: World, shop_id: int, name: str, when: When) -> None:
    shops = {shop_id: authority.Membership(SellerRole.OWNER, {})}
    actor = world.actor(accounts.add_seller(world.context, OPERATOR, f"{name}@toko.test", shops))
    addresses.add_address(world.context, actor, "Ponsel", "json://127.0.0.1:9/")
    kinds = dict.fromkeys(NoticeKind, when)
    chosen = Choices("Asia/Jakarta", kinds, quiet_from=time(0), quiet_to=time(0))
    addresses.choose(world.context, actor, chosen)
    report_mails.choose(world.context, shop_id, actor.id, actor, [PeriodKind.DAY])


def _complaint(world: World, connection_id: int, number: str, order_id: int) -> int:
    event = ReviewEvent(
        EventKind.ADDED,
        review_id=number,
        rating=1,
        text="Barang rusak",
        product_id=KETTLE[0],
        buyer=Buyer(id=f"b{order_id}"),
        order_ids=(str(order_id),),
    )
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, connection_id)
        apply_event(session, connection, event, now=world.clock.now())
    world.work()
    return world.cases()[-1].id


def _fill(world: World, connection_id: int, shop_id: int) -> None:
    """A voucher that was given, a case that waits, one that ended long ago, an old delivery, and two
    people who are told, at once and once a day."""
    given, waiting, ended = sell(world.sandbox.ledger, 3, world.clock.now())
    case_id = _complaint(world, connection_id, f"g{shop_id}", given)
    remedy = Remedy(VOUCHER, WORTH, (f"l{given}",), timedelta(days=DAYS))
    decisions.approve(world.context, case_id, world.actor(world.owner.id), changed=remedy)
    world.work()
    _complaint(world, connection_id, f"w{shop_id}", waiting)
    ended_id = _complaint(world, connection_id, f"e{shop_id}", ended)
    long_ago = world.clock.now() - timedelta(days=3000)
    with world.context.database.transaction() as session:
        case = session.get_one(Case, ended_id)
        case.state, case.close_reason = CaseState.CLOSED, CloseReason.FINISHED
        case.closed_at = case.review.seen_at = long_ago
        session.add(
            Delivery(
                connection_id=connection_id,
                key=f"old-{shop_id}",
                headers="{}",
                body=b"{}",
                received_at=world.clock.now() - world.context.keep_bodies - timedelta(days=1),
                state=DeliveryState.READ,
            )
        )
    for when in (When.AT_ONCE, When.DIGEST):
        _reader(world, shop_id, f"{when}-{shop_id}", when)


@pytest.fixture(name="two")
def _two(world: World) -> tuple[int, int]:
    """The shops, of which the first is to break; all jobs have something to do for both."""
    second = connections.add_shop(
        world.context, world.owner, "Toko Dua", zone="Asia/Jakarta", country="ID", language="id"
    )
    world.begin_at_once()
    values = {"base_url": f"{world.url}/sandbox", "api_key": "test-key"}
    new = NewConnection("sandbox", "Sandbox", list(Role), values)
    connection_id = connections.connect(world.context, second, OPERATOR, new)
    _fill(world, world.connection_id, world.shop_id)
    _fill(world, connection_id, second)
    world.clock.move(days=2)
    return world.shop_id, second


def _served(context: Context, shop_id: int) -> dict[str, int]:
    with context.database.reading() as session:
        return {
            name: session.scalar(text(asked), {"shop": shop_id}) for name, asked in SERVED.items()
        }


def _without_lanes(session: Transaction, connection_id: int) -> None:
    session.execute(
        update(Lane).where(Lane.connection_id == connection_id).values(connection_id=None)
    )


def test_every_job_is_tried(world: World, two: tuple[int, int]) -> None:
    assert SERVED.keys() | OF_NO_SHOP == {name for name, _, _ in PERIODIC}

    run_due(world.context)

    for shop_id in two:
        assert all(_served(world.context, shop_id).values()), _served(world.context, shop_id)


def test_shop_without_a_zone_and_lanes_holds_up_no_other(
    world: World, two: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = two
    with world.context.database.transaction() as session:
        _without_lanes(session, world.connection_id)
        session.execute(update(Shop.__table__).values(zone="Nowhere").where(Shop.id == broken))
        session.execute(update(NoticeChoices).values(zone="Nowhere").where(_is_of(broken)))

    run_due(world.context)

    assert all(_served(world.context, other).values()), _served(world.context, other)
    assert not _served(world.context, broken)["vouchers"]
    assert "is left out: the others go on" in caplog.text
    with world.context.database.reading() as session:
        # Not lost: it is counted once its shop can be.
        assert session.scalar(text("SELECT count(*) FROM report_mark"))


def _is_of(shop_id: int) -> ColumnElement[bool]:
    members = select(Membership.seller_id).where(Membership.shop_id == shop_id)
    return NoticeChoices.seller_id.in_(members)


def _broken(column: Column[Any]) -> Iterator[Any]:
    """What a column may hold that nobody expects."""
    if column.primary_key or isinstance(column.type, Enum):
        return
    if column.nullable:
        yield None
    if not column.foreign_keys:
        yield from (value for kind, value in NONSENSE.items() if isinstance(column.type, kind))


def _rows_of(table: Table, shop_id: int) -> str:
    """Which rows of a table are a shop's; '' where none can be told from the table itself."""
    sellers = f"SELECT seller_id FROM membership WHERE shop_id = {shop_id} AND seller_id > 1"
    connected = f"SELECT id FROM connection WHERE shop_id = {shop_id}"
    cases = f"SELECT id FROM cases WHERE shop_id = {shop_id}"
    if table.name in ("shop", "seller"):
        return f"id IN ({shop_id if table.name == 'shop' else sellers})"
    owners = {"shop_id": str(shop_id), "connection_id": connected, "case_id": cases}
    owners["seller_id"] = sellers
    return next((f"{by} IN ({ids})" for by, ids in owners.items() if by in table.c), "")


# Each column is broken in a copy of the file.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_column_of_a_shop_stops_the_jobs_of_another(
    world: World, two: tuple[int, int], tmp_path: Path
) -> None:
    whole, copy = tmp_path / "whole.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(str(world.context.database.engine.url.database))) as connection:
        connection.execute(f"VACUUM INTO '{whole}'")
    shutil.copy(whole, copy)
    healthy, stopped, tried = _after_jobs(world, copy, two[1]), {}, 0
    for table in Base.metadata.sorted_tables:
        rows = _rows_of(table, two[0])
        for column in table.c if rows else ():
            for value in _broken(column):
                shutil.copy(whole, copy)
                change = f'UPDATE "{table.name}" SET "{column.name}" = ? WHERE {rows}'
                if _break(copy, change, value):
                    tried += 1
                    served = _after_jobs(world, copy, two[1])
                    if served != healthy:
                        stopped[f"{table.name}.{column.name} = {value!r}"] = served

    assert tried > 100
    assert stopped == {}


def _break(copy: Path, statement: str, value: Any) -> bool:
    """Whether there was such a row, and the database let it be."""
    with closing(sqlite3.connect(copy)) as connection, connection:
        try:
            return connection.execute(statement, (value,)).rowcount > 0
        except sqlite3.IntegrityError:
            return False


def _after_jobs(world: World, copy: Path, shop_id: int) -> dict[str, int]:
    settings = replace(world.wired.settings, database_url=f"sqlite:///{copy}")
    with closing(wire(settings, clock=world.clock)) as wired:
        run_due(wired.context)
        return _served(wired.context, shop_id)
