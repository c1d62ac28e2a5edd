"""A kind of outbox work defined here alone: what the runner promises to whoever writes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from integrations.errors import Permanent, Temporary
from integrations.sentence import Said
from jobs import drain
from service.db.cases import case_queries
from service.db.models import Case, Kind, OutboxRow
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.operations.cases import history
from service.operations.outbox import failures, runner
from service.operations.outbox.call_out import CallOut
from service.operations.outbox.handler import Call, HeldRow, Steps, Work
from tests.operations.steps import change_handler, rated
from tests.world import World

PARCEL = Kind.END_CASE
"""The kind whose handler is replaced by the one of these tests."""


class Courier:
    """Fetches and brings parcels, and fails as told; what it does to cases stands in their history."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.errors: dict[str, Exception] = {}
        self.only: int | None = None
        """The one case of which something fails."""

    def carry_out(self, work: Work) -> Steps[None]:
        """Ask for a parcel, then bring it."""
        name = work.write(self.note, "asked")
        parcel = yield Call(self.call, "fetch", name)
        self.fail("between", work.claim.ref_id)
        name = work.write(self.note, f"brings {parcel}")
        try:
            receipt = yield Call(self.call, "bring", name, is_fact=True)
        except Permanent:
            work.write(self.note, "refused")
            raise
        work.write(self.settle, receipt)

    def call(self, what: str, case: str) -> str:
        """The other side."""
        self.calls.append(f"{what} {case}")
        self.fail(what, int(case))
        return f"{what}-{case}"

    def note(self, row: HeldRow, what: str) -> str:
        case = case_queries.locked_case(row.session, row.ref_id)
        history.note(row.session, case, what, at=row.now)
        self.fail(what, case.id)
        return str(case.id)

    def settle(self, row: HeldRow, receipt: str) -> None:
        self.note(row, f"brought {receipt}")
        self.fail("settle", row.ref_id)
        row.finish()

    def give_up(self, row: HeldRow, advice: Said) -> None:
        self.note(row, f"given up: {advice}")

    def fail(self, what: str, case_id: int) -> None:
        if what in self.errors and self.only in (None, case_id):
            raise self.errors[what]


@pytest.fixture
def courier(monkeypatch: pytest.MonkeyPatch) -> Courier:
    courier = Courier()
    change_handler(monkeypatch, PARCEL, carry_out=courier.carry_out, give_up=courier.give_up)
    return courier


def _order(world: World, number: int) -> list[int]:
    """So many cases, each with a parcel due; gives the cases."""
    for _ in range(number):
        rated(world)
    cases = [case.id for case in world.cases()]
    with world.context.database.transaction() as session:
        lane = shop_queries.lane(session, world.connection_id, outward=True)
        for case_id in cases:
            claims.put(session, PARCEL, case_id, lane_id=lane, due_at=world.clock.now())
    return cases


def _told(world: World, case_id: int) -> list[str]:
    (case,) = [case for case in world.cases() if case.id == case_id]
    lines = [line.what for line in case.history]
    return [line for line in lines if line.split()[0] in ("asked", "brings", "brought", "given")]


def _whole(case_id: int) -> list[str]:
    return ["asked", f"brings fetch-{case_id}", f"brought bring-{case_id}"]


def _row(world: World, case_id: int) -> OutboxRow:
    with world.context.database.reading() as session:
        rows = select(OutboxRow).where(OutboxRow.kind == PARCEL, OutboxRow.ref_id == case_id)
        return session.scalars(rows).one()


def _lives(world: World, minutes: int) -> None:
    for _ in range(minutes * 6):
        world.work()
        world.clock.move(seconds=10)


def test_steps_are_taken_from_top_to_bottom_with_calls_outside_of_transactions(
    world: World, courier: Courier
) -> None:
    first, second = _order(world, 2)

    world.work()

    assert [_told(world, case_id) for case_id in (first, second)] == [_whole(first), _whole(second)]
    assert sorted(courier.calls) == sorted(
        f"{what} {n}" for n in (first, second) for what in ("fetch", "bring")
    )
    assert _row(world, first).done_at == world.clock.now()


@pytest.mark.parametrize("step", ["asked", "fetch", "between", "bring", "settle"])
def test_fault_at_any_step_of_one_row_takes_no_other_with_it(
    world: World, courier: Courier, step: str
) -> None:
    broken, sound = _order(world, 2)
    courier.errors, courier.only = {step: KeyError("a bug")}, broken

    world.work()
    waiting = _row(world, broken)
    _lives(world, minutes=3)

    assert _told(world, sound) == _whole(sound)
    assert sum(call.endswith(f" {sound}") for call in courier.calls) == 2
    assert (waiting.done_at, waiting.tries, waiting.claim_token) == (None, 1, None)
    assert _row(world, broken).given_up
    assert _told(world, broken)[-1].startswith("given up: Tried 4 times")
    # What a failed write had written is undone with it.
    assert f"brought bring-{broken}" not in _told(world, broken)


def test_refused_work_is_given_up_beside_what_its_steps_wrote(
    world: World, courier: Courier
) -> None:
    (case_id,) = _order(world, 1)
    courier.errors = {"bring": Permanent("no room")}

    world.work()

    lines = [line.what for line in world.case().history]
    assert lines[-2:] == ["refused", "given up: no room"]
    assert _row(world, case_id).given_up


def test_stuck_work_is_seen_with_its_reason(world: World, courier: Courier) -> None:
    (case_id,) = _order(world, 1)
    courier.errors = {"fetch": Temporary("the courier sleeps")}

    _lives(world, minutes=5)

    assert _row(world, case_id).tries == 4
    browser = world.browser()
    assert "again by itself: the courier sleeps" in browser.get("/").text
    connection = browser.get(f"/connections/{world.connection_id}").text
    assert "1 × closing a case did not go through" in connection


def _call_out(world: World, claim: Claim) -> CallOut:
    (out,) = runner.advance(world.context, [], [claim])
    return out


def _ends(out: CallOut) -> CallOut:
    answer: Future[Any] = Future()
    answer.set_result(out.call.function(*out.call.args))
    out.answer = answer
    return out


def _claimed(world: World) -> Claim:
    with world.context.database.transaction() as session:
        (claim,) = claims.claim(session, world.clock.now(), most=1, per_lane=1, inward=0)
    return claim


def test_overtaken_worker_goes_on_with_nothing_but_a_fact(world: World, courier: Courier) -> None:
    (case_id,) = _order(world, 1)
    out = _call_out(world, _claimed(world))
    world.clock.move(seconds=61)
    other = _claimed(world)
    nothing = list(runner.advance(world.context, [_ends(out)], []))
    (bring,) = runner.advance(world.context, [_ends(_call_out(world, other))], [])
    world.clock.move(seconds=61)
    third = _claimed(world)

    assert (nothing, list(runner.advance(world.context, [_ends(bring)], []))) == ([], [])
    # The fact is told, and the row is still in the third worker's hands.
    assert _told(world, case_id) == ["asked", "asked", *_whole(case_id)[1:]]
    assert (_row(world, case_id).claim_token, _row(world, case_id).done_at) == (third.token, None)


def test_steps_whose_commit_failed_are_taken_again_without_a_second_call(
    world: World, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away whenever the outcome of a call is to be written down."""
    (case_id,) = _order(world, 1)
    monkeypatch.setattr(drain, "AWAY_SECONDS", 0.0)
    outages = {1: 4, 2: 4}

    def fail() -> None:
        calls = len(courier.calls)
        if outages.get(calls, 0) > 0:
            outages[calls] -= 1
            raise OperationalError("COMMIT", {}, Exception("away"))

    monkeypatch.setattr(world.context.database, "before_commit", fail)
    world.work()

    assert outages == {1: 0, 2: 0}
    assert courier.calls == [f"fetch {case_id}", f"bring {case_id}"]
    assert _told(world, case_id) == _whole(case_id)


def test_batch_that_failed_is_taken_again_row_by_row_without_a_second_call(
    world: World, courier: Courier
) -> None:
    """One row's fault undoes the outcomes of the others' calls, which are written again."""
    numbers = _order(world, 3)
    outs = list(runner.advance(world.context, [], _all_claimed(world)))
    courier.errors, courier.only = {f"brings fetch-{numbers[1]}": KeyError("a bug")}, numbers[1]

    onward = list(runner.advance(world.context, [_ends(out) for out in outs], []))
    last = list(runner.advance(world.context, [_ends(out) for out in onward], []))

    assert (len(outs), len(onward), last) == (3, 2, [])
    assert [_told(world, number) for number in numbers] == [
        _whole(numbers[0]),
        ["asked"],
        _whole(numbers[2]),
    ]
    assert len(courier.calls) == 5


def _all_claimed(world: World) -> list[Claim]:
    with world.context.database.transaction() as session:
        return claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=0)


@pytest.mark.parametrize(
    "steps",
    [
        lambda row: row.session.get(Case, row.ref_id),
        lambda row: row.session,
    ],
)
def test_no_row_outlives_its_transaction(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: Callable[[HeldRow], object]
) -> None:
    (case_id,) = _order(world, 1)
    change_handler(monkeypatch, PARCEL, carry_out=lambda work: work.write(steps))

    world.work()

    assert _row(world, case_id).note == failures.unexpected(TypeError())


def test_what_is_claimed_in_a_commit_is_held_when_it_succeeds_only(
    world: World, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = _order(world, 2)
    held = [_claimed(world)]

    def claim_more(session: Transaction, calls: Sequence[CallOut]) -> list[Claim]:
        assert len(calls) <= 1
        return claims.claim(session, world.clock.now(), most=9, per_lane=9, inward=0)

    def fail() -> None:
        raise OperationalError("COMMIT", {}, Exception("away"))

    with monkeypatch.context() as away:
        away.setattr(world.context.database, "before_commit", fail)
        with pytest.raises(OperationalError):
            list(runner.advance(world.context, [], held, claim_more))
    first = [claim.ref_id for claim in held]
    (out,) = runner.advance(world.context, [], held, claim_more)

    assert (first, [claim.ref_id for claim in held]) == (numbers[:1], numbers[1:])
    assert out.work.claim.ref_id == numbers[0]


def test_what_has_ended_is_settled_however_much_waits_to_begin(
    world: World, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lane full of work that calls nobody leaves half of each commit to the outcomes of calls."""
    (called, *_) = numbers = _order(world, 3)
    settled: list[int] = []

    def settle(row: HeldRow) -> None:
        settled.append(row.ref_id)
        row.finish()

    def carry_out(work: Work) -> Steps[None]:
        if work.claim.ref_id == called:
            yield Call(courier.call, "fetch", str(called))
        work.write(settle)

    change_handler(monkeypatch, PARCEL, carry_out=carry_out)
    monkeypatch.setattr(drain, "FEW", 2)
    monkeypatch.setattr(drain, "MANY", 2)
    with world.context.database.transaction() as session:
        lane = shop_queries.lane(session, world.connection_id, outward=False)
        for step in range(20):
            for number in numbers[1:]:
                due_at = world.clock.now()
                claims.put(session, PARCEL, number, lane_id=lane, due_at=due_at, step=str(step))

    world.work()

    assert len(settled) == 43
    assert called in settled[:20]
