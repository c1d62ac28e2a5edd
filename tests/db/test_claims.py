"""Claims of the outbox: fair, bounded, fenced, and never shared, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from integrations.sentence import Text
from service.db.models import Kind, Lane
from service.db.outbox import claims
from service.db.outbox.claims import LEASE, Claim
from service.db.session import Database
from service.db.transaction import Transaction
from service.domain.errors import LostClaim
from service.domain.shops.connection_states import ConnectionState
from tests.db.conftest import Desk

Write = Callable[[Transaction, Claim, Desk], None]


def _set(desk: Desk, lane_id: int, **values: object) -> None:
    with desk.database.transaction() as session:
        session.execute(update(Lane).where(Lane.id == lane_id).values(**values))


def _refs(held: list[Claim]) -> list[int]:
    return sorted(each.ref_id for each in held)


def test_row_is_claimed_once_until_its_lease_ends(desk: Desk) -> None:
    desk.put(desk.lane())

    (first,) = desk.claim()
    again = desk.claim()
    desk.clock.move(seconds=LEASE.total_seconds() - 1)
    still = desk.claim()
    desk.clock.move(seconds=1)
    (second,) = desk.claim()

    assert (again, still) == ([], [])
    assert (first.id, first.tries) == (second.id, 0)
    assert first.token != second.token


def test_row_is_not_claimed_before_it_is_due(desk: Desk) -> None:
    desk.put(desk.lane(), minutes=5)

    early = desk.claim()
    desk.clock.move(minutes=5)

    assert (early, len(desk.claim())) == ([], 1)


def test_lane_full_of_due_rows_does_not_hold_up_another(desk: Desk) -> None:
    crowded = desk.lane()
    desk.put(crowded, 10_000)
    desk.clock.move(seconds=1)
    (late,) = desk.put(desk.lane())

    held = desk.claim(most=8, per_lane=4)

    assert late in _refs(held)
    assert len(held) == 5


def _finish(desk: Desk, held: list[Claim]) -> None:
    with desk.database.transaction() as session:
        for claim in held:
            claims.finish(session, claim, desk.now())


def test_lane_left_out_of_one_batch_leads_the_next(desk: Desk) -> None:
    lanes = [desk.lane() for _ in range(4)]
    for lane in lanes:
        desk.put(lane, 3)
        desk.clock.move(seconds=1)

    first = [claim.lane_id for claim in desk.claim(most=2, per_lane=1)]
    second = [claim.lane_id for claim in desk.claim(most=2, per_lane=1)]

    assert (first, second) == (lanes[:2], lanes[2:])


@pytest.mark.parametrize("outward", [True, False])
@pytest.mark.parametrize("number", [2, 5, 30])
def test_lanes_that_are_done_at_once_are_served_in_turn(
    desk: Desk, outward: bool, number: int
) -> None:
    """Whatever is due longer elsewhere: each has its turn before one has had many."""
    lanes = [desk.lane(outward=outward) for _ in range(number)]
    for lane in lanes:
        desk.put(lane, 6 * number)
        desk.clock.move(seconds=1)

    served: list[int] = []
    after = 0
    while len(served) < 5 * number:
        with desk.database.transaction() as session:
            held = claims.claim(session, desk.now(), most=4, per_lane=4, inward=4, after=after)
        _finish(desk, held)
        after = held[-1].lane_id
        served += [claim.lane_id for claim in held]

    assert set(served) == set(lanes)


@pytest.mark.parametrize("outward", [True, False])
def test_one_lane_takes_no_more_than_its_share_of_a_batch(desk: Desk, outward: bool) -> None:
    crowded = desk.lane(outward=outward)
    desk.put(crowded, 1000)
    others = [desk.lane(outward=outward) for _ in range(3)]
    for lane in others:
        desk.put(lane, 20)

    shares = [claim.lane_id for claim in desk.claim(most=48, per_lane=16, inward=48)]

    assert {lane: shares.count(lane) for lane in [crowded, *others]} == dict.fromkeys(
        [crowded, *others], 12
    )


def test_slow_lane_is_skipped_when_asked(desk: Desk) -> None:
    slow, quick = desk.lane(), desk.lane()
    desk.put(slow)
    (wanted,) = desk.put(quick)

    with desk.database.transaction() as session:
        held = claims.claim(session, desk.now(), most=9, per_lane=9, inward=9, skip=[slow])

    assert _refs(held) == [wanted]


def test_lane_has_no_more_in_hand_than_its_concurrency(desk: Desk) -> None:
    desk.put(desk.lane(concurrency=3), 9)

    first = desk.claim()
    none = desk.claim()
    with desk.database.transaction() as session:
        claims.finish(session, first[0], desk.now())

    assert (len(first), none, len(desk.claim())) == (3, [], 1)


def test_dead_workers_rows_do_not_count_as_in_hand(desk: Desk) -> None:
    desk.put(desk.lane(concurrency=2), 4)
    desk.claim()

    desk.clock.move(seconds=LEASE.total_seconds())

    assert len(desk.claim()) == 2


def test_lane_waits_as_long_as_the_platform_asked(desk: Desk) -> None:
    lane = desk.lane()
    desk.put(lane)
    _set(desk, lane, quiet_until=desk.now() + timedelta(minutes=2))

    held_back = desk.claim()
    desk.clock.move(minutes=2)

    assert (held_back, len(desk.claim())) == ([], 1)


def test_paused_lane_is_not_claimed_and_holds_up_nobody(desk: Desk) -> None:
    paused = desk.lane(state=ConnectionState.PAUSED)
    desk.put(paused, 50)
    (wanted,) = desk.put(desk.lane())

    assert _refs(desk.claim()) == [wanted]


def test_inward_rows_have_a_bound_of_their_own(desk: Desk) -> None:
    inward = desk.lane(outward=False)
    desk.put(inward, 20)
    desk.put(desk.lane(), 20)

    held = desk.claim(most=3, per_lane=3, inward=7)

    assert [each.lane_id == inward for each in held].count(True) == 7
    assert len(held) == 10


WRITES: dict[str, Write] = {
    "finish": lambda session, held, desk: claims.finish(session, held, desk.now()),
    "give up": lambda session, held, desk: claims.give_up(session, held, desk.now(), Text("gone")),
    "put off": lambda session, held, desk: claims.postpone(session, held, desk.now()),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=list(WRITES))
def test_worker_that_lost_its_claim_changes_nothing(desk: Desk, write: Write) -> None:
    (ref,) = desk.put(desk.lane())
    (lost,) = desk.claim()
    desk.clock.move(minutes=2)
    desk.claim()
    before = desk.row(ref)

    with pytest.raises(LostClaim), desk.database.transaction() as session:
        write(session, lost, desk)

    after = desk.row(ref)
    assert (after.claim_token, after.due_at, after.done_at) == (
        before.claim_token,
        before.due_at,
        None,
    )


def test_lost_claim_is_neither_renewed_nor_given_back(desk: Desk) -> None:
    (first, second) = desk.put(desk.lane(), 2)
    held = desk.claim()
    with desk.database.transaction() as session:
        claims.postpone(session, held[0], desk.now())
    (taken,) = [each for each in desk.claim() if each.ref_id == first]

    with desk.database.transaction() as session:
        ours = claims.renew(session, held, desk.now())
        claims.release(session, held, desk.now())

    assert ours == {each.id for each in held if each.ref_id == second}
    assert (desk.row(first).claim_token, desk.row(second).claim_token) == (taken.token, None)


def test_renewed_claim_lasts_another_lease(desk: Desk) -> None:
    desk.put(desk.lane())
    held = desk.claim()
    desk.clock.move(seconds=50)

    with desk.database.transaction() as session:
        claims.renew(session, held, desk.now())
    desk.clock.move(seconds=50)

    assert desk.claim() == []


def test_putting_again_starts_anew_and_fences_who_had_it(desk: Desk) -> None:
    lane = desk.lane()
    (ref,) = desk.put(lane)
    (held,) = desk.claim()
    with desk.database.transaction() as session:
        claims.postpone(session, held, desk.now(), note=Text("busy"))
    (held,) = desk.claim()

    with desk.database.transaction() as session:
        claims.put(session, Kind.MAKE_GOOD, ref, lane_id=lane, due_at=desk.now())
    with pytest.raises(LostClaim), desk.database.transaction() as session:
        claims.finish(session, held, desk.now())

    (again,) = desk.claim()
    assert (held.tries, again.tries, desk.row(ref).note) == (1, 0, None)


def test_row_given_up_comes_back_when_put_again(desk: Desk) -> None:
    lane = desk.lane()
    (ref,) = desk.put(lane)
    (held,) = desk.claim()
    with desk.database.transaction() as session:
        claims.give_up(session, held, desk.now(), Text("look in the shop"))
    shown = desk.row(ref)

    with desk.database.transaction() as session:
        claims.put(session, Kind.MAKE_GOOD, ref, lane_id=lane, due_at=desk.now())

    assert (shown.given_up, shown.note) == (True, Text("look in the shop"))
    assert (desk.row(ref).given_up, len(desk.claim())) == (False, 1)


@pytest.mark.parametrize(
    ("seconds", "woken"), [(0, True), (60, False)], ids=["due now", "due later"]
)
def test_workers_are_woken_after_the_commit_when_work_is_due(
    desk: Desk, seconds: int, woken: bool
) -> None:
    lane, rung = desk.lane(), threading.Event()
    desk.database.wake = rung.set

    with desk.database.transaction() as session:
        due = desk.now() + timedelta(seconds=seconds)
        claims.put(session, Kind.MAKE_GOOD, 7, lane_id=lane, due_at=due, now=desk.now())
        before = rung.is_set()

    assert (before, rung.is_set()) == (False, woken)


def test_clock_that_steps_back_gives_no_row_to_two(desk: Desk) -> None:
    desk.put(desk.lane(), 2)
    (held, _) = desk.claim()

    desk.clock.move(hours=-1)
    taken = desk.claim()
    with desk.database.transaction() as session:
        claims.finish(session, held, desk.now())
    desk.clock.move(hours=1, seconds=LEASE.total_seconds())

    assert (taken, len(desk.claim())) == ([], 1)


def test_processes_that_claim_at_once_never_share_a_row(desk: Desk) -> None:
    lanes = [desk.lane(concurrency=10_000), desk.lane(outward=False)]
    for lane in lanes:
        desk.put(lane, 300)
    others = [Database(desk.database.url) for _ in range(4)]

    def work(database: Database) -> list[int]:
        found: list[int] = []
        while True:
            with database.transaction() as session:
                held = claims.claim(session, desk.now(), most=7, per_lane=7, inward=7)
            if not held:
                return found
            found += [each.id for each in held]

    with ThreadPoolExecutor(4) as pool:
        claimed = [each for found in pool.map(work, others) for each in found]
    for other in others:
        other.close()

    assert len(claimed) == len(set(claimed)) == 600


def test_concurrency_is_kept_when_many_claim_at_once(desk: Desk) -> None:
    desk.put(desk.lane(concurrency=5), 100)
    others = [Database(desk.database.url) for _ in range(4)]

    def once(database: Database) -> int:
        with database.transaction() as session:
            return len(claims.claim(session, desk.now(), most=9, per_lane=9, inward=9))

    with ThreadPoolExecutor(4) as pool:
        claimed = sum(pool.map(once, others))
    for other in others:
        other.close()

    assert claimed == 5


@pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_claim_beside_held_rows_passes_over_a_lane_that_another_has_locked(desk: Desk) -> None:
    """Else two workers that settle could wait for each other in a circle."""
    busy, free, inward = desk.lane(), desk.lane(), desk.lane(outward=False)
    desk.put(free)
    held = desk.claim()
    for lane in (busy, free, inward):
        desk.put(lane)
    other = Database(desk.database.url)

    with other.transaction() as claiming:
        claiming.scalars(select(Lane).where(Lane.id == busy).with_for_update()).all()
        with desk.database.transaction() as session:
            claims.renew(session, held, desk.now())
            beside = claims.claim(session, desk.now(), most=9, per_lane=9, inward=9)
    other.close()

    assert {each.lane_id for each in beside} == {free, inward}
    assert [each.lane_id for each in desk.claim()] == [busy]
