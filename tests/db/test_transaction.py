"""A transaction knows what it has locked and what it still has to write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError

from service.db.cases import case_queries
from service.db.models import Kind, OutboxRow, Shop
from service.db.outbox import claims
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import LockMissing, Transaction, WrongLockOrder
from tests.db.conftest import Desk
from tests.operations.steps import rated
from tests.world import World


def test_what_comes_earlier_cannot_be_locked_after_what_comes_later(world: World) -> None:
    rated(world)
    case_id = world.case().id

    with world.context.database.transaction() as session:
        case_queries.locked_case(session, case_id)
        shop_queries.lock_shops(session, [world.shop_id])
        # What is locked already may be asked for at any time.
        assert case_queries.locked_case(session, case_id).shop_id == world.shop_id
    with world.context.database.transaction() as session:
        shop_queries.lock_shops(session, [world.shop_id])
        with pytest.raises(WrongLockOrder, match="CASE was to be locked after SHOP"):
            case_queries.locked_case(session, case_id)


def test_rows_of_the_outbox_are_locked_last(desk: Desk) -> None:
    desk.put(desk.lane())
    (claim,) = desk.claim()

    with desk.database.transaction() as session:
        claims.renew(session, [claim], desk.now())
        with pytest.raises(WrongLockOrder):
            shop_queries.lock_shops(session, [1])


def test_amounts_are_added_up_under_the_lock_of_their_shop_only(world: World) -> None:
    now = world.clock.now()
    with world.context.database.transaction() as session:
        shop_queries.lock_shops(session, [world.shop_id])
        yesterday = now - timedelta(days=1)
        assert remedy_queries.spent_on_buyers(session, world.shop_id, "IDR", yesterday) == {}
        with pytest.raises(LockMissing):
            remedy_queries.spent_on_buyers(session, world.shop_id + 1, "IDR", yesterday)


def test_what_is_written_at_the_end_may_ask_for_more(desk: Desk) -> None:
    lane, written = desk.lane(), []

    def again(session: Transaction, refs: list[Any]) -> None:
        written.extend(refs)
        claims.put(session, Kind.LOOK, 9, lane_id=lane, due_at=desk.now())

    with desk.database.transaction() as session:
        session.later(again).append("first")

    with desk.database.reading() as reading:
        assert reading.scalars(select(OutboxRow.ref_id)).all() == [9]
    assert written == ["first"]


def test_session_of_a_transaction_that_has_ended_is_of_no_use(world: World) -> None:
    with world.context.database.transaction() as session:
        session.get_one(Shop, world.shop_id)

    with pytest.raises(InvalidRequestError):
        session.get_one(Shop, world.shop_id)


def test_parts_end_with_their_transaction(desk: Desk) -> None:
    with desk.database.transaction() as session:
        first = session.part(dict)
        assert session.part(dict) is first
    with desk.database.transaction() as session:
        assert session.part(dict) is not first
