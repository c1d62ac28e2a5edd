"""One drain over many lanes: slow, busy and broken shops hold up nobody but themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from integrations.contract import Role
from integrations.money import Money
from integrations.remedies import REFUND, Remedy
from integrations.sandbox import trouble
from jobs.drain import Drain
from service.db.models import Case, Connection, Delivery, Kind, Lane, OutboxRow
from service.db.transaction import Transaction
from service.domain.staff.authority import OPERATOR
from service.operations.outbox import runner
from service.operations.outbox.call_out import CallOut
from service.operations.outbox.failures import FAULT_TRIES, PAUSES
from service.operations.remedies import decisions
from service.operations.reviews import ingest
from service.operations.shops import connections
from service.operations.shops.connections import NewConnection
from testbed.processes import until
from tests.world import World


def _approved(world: World, number: int) -> list[int]:
    """So many make-goods that only wait for a worker; gives their orders."""
    orders = [world.rate(1) for _ in range(number)]
    world.work()
    for case, order_id in zip(world.cases(), orders, strict=True):
        refund = Remedy(REFUND, Money(1_000_000, "IDR"), (f"l{order_id}",))
        decisions.approve(world.context, case.id, world.owner, changed=refund)
    return orders


def _second_shop(world: World) -> int:
    """Another seller's shop, which reads the same reviews by polling; gives its id."""
    shop_id = connections.add_shop(
        world.context, world.owner, "Toko Lain", zone="Asia/Jakarta", country="ID"
    )
    values = {"base_url": f"{world.url}/sandbox", "api_key": "test-key"}
    connections.connect(
        world.context,
        shop_id,
        OPERATOR,
        NewConnection("sandbox", "Lain", list(Role), values),
    )
    return shop_id


def _states(world: World, shop_id: int) -> set[str]:
    with world.context.database.reading() as session:
        return set(session.scalars(select(Case.state).where(Case.shop_id == shop_id)))


@contextmanager
def _draining(world: World, threads: int) -> Iterator[threading.Event]:
    """A worker that looks again and again; gives its stop."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            if Drain(world.context, threads, stop).run() == 0:
                stop.wait(0.02)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("threads", [4, 8])
def test_slow_shop_does_not_hold_up_another(
    world: World, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    answer = threading.Event()
    _approved(world, 6)
    monkeypatch.setattr(trouble, "before", lambda *_: answer.wait(60) and None)
    other = _second_shop(world)

    with _draining(world, threads):
        try:
            until("the other shop's cases", lambda: _states(world, other) == {"awaiting_approval"})
            made_meanwhile = world.ledger()["made"]
        finally:
            answer.set()
        until("the slow shop's make-goods", lambda: len(world.ledger()["made"]) == 6)

    assert made_meanwhile == []


def test_magic_value_slow_answers_in_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "SLOW_SECONDS", 0.01)
    (order_id,) = _approved(world, 1)
    trouble.choose(world.sandbox.ledger, order_id, "slow")

    world.work()

    assert world.case().make_goods[0].state == "done"


def test_stopped_drain_begins_nothing_and_gives_back_what_it_claimed(world: World) -> None:
    _approved(world, 3)
    stop = threading.Event()
    stop.set()

    assert Drain(world.context, 4, stop).run() == 0

    with world.context.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.kind == "make_good")).all()
    assert {(row.claim_token, row.due_at, row.done_at) for row in rows} == {
        (None, world.clock.now(), None)
    }


def test_stop_between_a_claim_and_its_beginning_gives_back_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was claimed in the commit that settled other work is neither begun nor tried."""
    _approved(world, 3)
    _set_lanes(world, concurrency=1)
    stop, advance = threading.Event(), runner.advance

    def stopped_after(*given: Any) -> Iterator[CallOut]:
        calls = list(advance(*given))
        if len(world.ledger()["made"]) == 1:
            stop.set()
        yield from calls

    monkeypatch.setattr(runner, "advance", stopped_after)
    drain = Drain(world.context, 4, stop)
    drain.run()

    assert len(world.ledger()["made"]) == 1
    assert drain.done == 2
    with world.context.database.reading() as session:
        open_rows = select(OutboxRow).where(
            OutboxRow.kind == Kind.MAKE_GOOD, OutboxRow.done_at.is_(None)
        )
        rows = session.scalars(open_rows).all()
    assert [(row.claim_token, row.due_at, row.tries) for row in rows] == [
        (None, world.clock.now(), 0)
    ] * 2
    assert [len(case.make_goods[0].attempts) for case in world.cases()] == [1, 0, 0]


def test_drain_goes_on_with_a_lane_in_which_a_poll_made_room(world: World) -> None:
    """A poll's answer has a commit of its own, which claims nothing."""
    _set_lanes(world, concurrency=1)
    _approved(world, 1)
    with world.context.database.transaction() as session:
        earlier = world.clock.now() - timedelta(minutes=1)
        polls = update(OutboxRow).where(OutboxRow.kind == Kind.POLL)
        session.execute(polls.values(due_at=earlier))

    Drain(world.context, 4, threading.Event()).run()

    assert world.case().make_goods[0].state == "done"


def _set_lanes(world: World, **values: object) -> None:
    with world.context.database.transaction() as session:
        session.execute(update(Lane).where(Lane.outward).values(**values))


def test_rows_of_a_busy_shop_wait_as_long_as_it_asked(world: World) -> None:
    orders = _approved(world, 2)
    trouble.choose(world.sandbox.ledger, orders[0], "busy")

    Drain(world.context, 1, threading.Event()).run()
    meanwhile = [case.make_goods[0].state for case in world.cases()]
    with world.context.database.reading() as session:
        until_when = session.scalars(select(Lane.quiet_until).where(Lane.outward)).one()
    world.clock.move(seconds=1)
    Drain(world.context, 1, threading.Event()).run()

    assert meanwhile == ["approved", "approved"]
    assert until_when == world.clock.now()
    assert world.cases()[1].make_goods[0].state == "done"


def test_broken_key_pauses_the_connection_until_it_is_mended(world: World) -> None:
    _approved(world, 2)
    values = {"base_url": f"{world.url}/sandbox", "api_key": "wrong"}
    connections.change_connection(
        world.context, world.connection_id, OPERATOR, name="Sandbox", values=values, threshold=3
    )

    for _ in range(5):
        world.work()
        world.clock.move(hours=1)
    paused = world.connection().problem
    page = world.browser().get("/").text
    values["api_key"] = "test-key"
    connections.change_connection(
        world.context, world.connection_id, OPERATOR, name="Sandbox", values=values, threshold=3
    )
    world.work()

    assert "refused the key" in str(paused)
    assert "Sandbox" in page
    assert world.connection().state == "working"
    assert [case.make_goods[0].state for case in world.cases()] == ["done", "done"]
    # Waiting for the seller is no failure of the row.
    with world.context.database.reading() as session:
        assert set(session.scalars(select(OutboxRow.tries))) == {0}


def test_paused_connection_holds_up_no_other(world: World) -> None:
    world.rate(1)
    world.work()
    with world.context.database.transaction() as session:
        session.execute(update(Connection).values(state="paused"))
    other = _second_shop(world)

    world.work()

    assert _states(world, other) == {"awaiting_approval"}


def test_delivery_that_cannot_be_taken_in_is_shown_after_the_last_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(ingest, "_settle", _fail)
        world.rate(1)
        for pause in (*PAUSES[:FAULT_TRIES], timedelta()):
            world.work()
            world.clock.move(seconds=pause.total_seconds())
    page = world.browser().get("/deliveries").text

    assert "Tried 4 times" in page


def test_one_delivery_that_breaks_takes_no_other_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle = ingest._settle

    def breaks(session: Transaction, read: Any, *rest: Any, **options: Any) -> None:
        if b"kaboom" in read.delivery.body:
            raise RuntimeError("broken")
        settle(session, read, *rest, **options)

    monkeypatch.setattr(ingest, "_settle", breaks)
    for text in ("rusak", "kaboom", "pecah"):
        world.rate(1, text)

    world.work()

    with world.context.database.reading() as session:
        states = session.scalars(select(Delivery.state).order_by(Delivery.id)).all()
    assert states == ["read", "waiting", "read"]


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("broken")
