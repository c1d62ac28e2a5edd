"""Calls a minute: of a lane, of an app, paid for at once and afterwards, on both databases."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from alembic import command
from sqlalchemy import text

from service.db import migrations
from service.db.outbox import claims, rates
from service.db.session import Database
from tests.db.conftest import Desk

BEFORE = "0029"


def test_lane_starts_no_more_a_minute_than_its_pace(desk: Desk) -> None:
    lane = desk.lane(per_minute=6)
    desk.put(lane, 30)

    started = [len(desk.claim())]
    for _ in range(6):
        desk.clock.move(seconds=10)
        started.append(len(desk.claim()))
    desk.clock.move(hours=1)
    started.append(len(desk.claim()))

    assert started == [6, 1, 1, 1, 1, 1, 1, 6]


def test_lanes_of_one_app_start_no_more_a_minute_together(desk: Desk) -> None:
    lanes = [desk.lane(per_minute=6, app="app"), desk.lane(per_minute=6, app="app")]
    for lane in lanes:
        desk.put(lane, 30)
    desk.put(desk.lane(per_minute=6), 30)

    first = Counter(each.lane_id in lanes for each in desk.claim(most=30))
    desk.clock.move(seconds=20)
    later = Counter(each.lane_id in lanes for each in desk.claim(most=30))

    assert (first, later) == (Counter({True: 6, False: 6}), Counter({True: 2, False: 2}))


def test_lanes_of_one_app_take_turns_however_much_waits_in_one(desk: Desk) -> None:
    lanes = [desk.lane(per_minute=6, app="app"), desk.lane(per_minute=6, app="app")]
    desk.put(lanes[0], 60)
    busy = desk.lane()
    desk.clock.move(seconds=1)
    desk.put(lanes[1], 60)
    desk.put(busy, 60)
    desk.claim()
    started: Counter[int] = Counter()
    for step in range(8):
        desk.clock.move(seconds=10)
        # Whether it goes on after the lane of another app or looks anew.
        rows = desk.claim(after=busy if step % 2 else 0)
        started.update(row.lane_id for row in rows if row.lane_id in lanes)

    assert started == {lanes[0]: 4, lanes[1]: 4}


def test_row_that_costs_more_than_a_bucket_holds_is_paid_for_in_time(desk: Desk) -> None:
    lane = desk.lane(per_minute=6)
    desk.put(lane, 2)
    with desk.database.transaction() as session:
        claimed = claims.claim(session, desk.now(), most=1, per_lane=1, inward=0)
        claims.finish(session, claimed[0], desk.now())
        rates.pay(session, [(lane, 600.0)])

    desk.clock.move(minutes=99)
    before = len(desk.claim())
    desk.clock.move(minutes=1)

    assert (before, len(desk.claim())) == (0, 1)


def test_call_that_was_not_made_is_given_back(desk: Desk) -> None:
    lane = desk.lane(per_minute=6)
    desk.put(lane, 30)
    desk.claim()
    with desk.database.transaction() as session:
        rates.pay(session, [(lane, -2.0)])
    given_back = len(desk.claim())
    desk.clock.move(hours=1)
    with desk.database.transaction() as session:
        rates.pay(session, [(lane, -2.0)])

    assert (given_back, len(desk.claim())) == (2, 6)


def test_calls_beyond_the_first_are_paid_for_afterwards(desk: Desk) -> None:
    lane, other = desk.lane(per_minute=6, app="app"), desk.lane(per_minute=6, app="app")
    unlimited = desk.lane()
    desk.put(lane, 1)
    desk.claim()
    with desk.database.transaction() as session:
        rates.pay(session, [(lane, 4.0), (unlimited, 5.0), (lane, 5.0)])
    desk.put(other, 30)

    started = []
    for _ in range(6):
        started.append(len(desk.claim()))
        desk.clock.move(seconds=10)

    # Six a minute, and four of them were owed.
    assert started == [0, 0, 0, 0, 0, 1]


def test_workers_at_once_start_no_more_of_an_app_than_its_pace(desk: Desk) -> None:
    for _ in range(4):
        desk.put(desk.lane(per_minute=8, app="app"), 20)
    others = [Database(desk.database.url) for _ in range(4)]

    def work(database: Database) -> int:
        with database.transaction() as session:
            return len(claims.claim(session, desk.now(), most=100, per_lane=50, inward=0))

    with ThreadPoolExecutor(4) as pool:
        started = sum(pool.map(work, others))
    for database in others:
        database.close()

    assert started == 8


def test_pace_stays_bounded_when_the_clock_steps_back(desk: Desk) -> None:
    desk.put(desk.lane(per_minute=2), 9)
    desk.claim()

    # The rows were due before the step; only the pace holds them.
    desk.clock.move(seconds=120)
    desk.clock.move(seconds=-60)

    assert len(desk.claim()) == 2
    assert desk.claim() == []


def test_lanes_keep_what_they_may_call_up_and_down(desk: Desk) -> None:
    for _ in range(2):
        desk.lane(per_minute=6, app="app")
    desk.lane(per_minute=120)
    desk.lane()
    desk.put(1, 2)
    desk.claim()
    counted = text("SELECT id, per_minute, allowance FROM lane ORDER BY id")
    shared = text(
        "SELECT lane.id, per_minute, allowance FROM lane LEFT JOIN rate ON rate.id = rate_id"
        " ORDER BY lane.id"
    )

    command.downgrade(migrations.config(desk.database), BEFORE)
    with desk.database.reading() as session:
        down = [tuple(row) for row in session.execute(counted)]
    migrations.migrate(desk.database)
    with desk.database.reading() as session:
        up = [tuple(row) for row in session.execute(shared)]

    assert down == [(1, 6, 4.0), (2, 6, 4.0), (3, 120, 120.0), (4, None, 0.0)]
    assert up == [(1, 6, 4.0), (2, 6, 4.0), (3, 120, 120.0), (4, None, None)]
