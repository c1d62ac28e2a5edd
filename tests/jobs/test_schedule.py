"""Periodic jobs run once when their time has come, however many processes look."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from jobs import schedule
from service.operations.context import Context
from tests.world import World


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Only one job, hourly; each run is noted."""
    runs: list[str] = []

    def job(context: Context) -> bool:
        runs.append(context.clock.now().isoformat())
        return False

    monkeypatch.setattr(schedule, "PERIODIC", (("job", timedelta(hours=1), job),))
    return runs


def test_job_runs_at_the_first_look_and_then_each_time_it_is_due(
    world: World, counted: list[str]
) -> None:
    for _ in range(150):
        schedule.run_due(world.context)
        world.clock.move(minutes=1)

    assert len(counted) == 3


def test_job_runs_once_when_many_processes_look_at_once(world: World, counted: list[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: schedule.run_due(world.context), range(16)))
    world.clock.move(hours=1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: schedule.run_due(world.context), range(16)))

    assert len(counted) == 2


def test_job_runs_once_when_two_saw_that_it_is_due_before_either_moved_the_time(
    world: World, counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.run_due(world.context)
    world.clock.move(hours=1)
    both, move = threading.Barrier(2), schedule._move

    def move_together(*args: Any) -> bool:
        # SQLite lets one writer in at a time: there the other never comes.
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return move(*args)

    monkeypatch.setattr(schedule, "_move", move_together)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: schedule.run_due(world.context), range(2)))

    assert len(counted) == 2


def test_job_that_fails_is_tried_again_soon_and_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    def broken(context: Context) -> bool:
        runs.append("broken")
        raise RuntimeError("the disk is full")

    def good(context: Context) -> bool:
        runs.append("good")
        return False

    hourly = timedelta(hours=1)
    monkeypatch.setattr(schedule, "PERIODIC", (("a", hourly, broken), ("b", hourly, good)))
    schedule.run_due(world.context)
    world.clock.move(minutes=1)
    schedule.run_due(world.context)

    assert runs == ["broken", "good", "broken"]


def test_job_that_left_something_goes_on_soon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [True, False, True]
    daily = timedelta(days=1)
    monkeypatch.setattr(schedule, "PERIODIC", (("a", daily, lambda _: left.pop(0)),))

    for _ in range(5):
        schedule.run_due(world.context)
        world.clock.move(minutes=1)

    assert left == [True]


def test_job_goes_on_when_the_clock_stepped_back(world: World, counted: list[str]) -> None:
    world.clock.move(days=30)
    schedule.run_due(world.context)
    world.clock.move(days=-30)

    ran = [schedule.run_due(world.context) for _ in range(2)]

    assert ran == [1, 0]


def test_real_jobs_run_when_nothing_is_there_yet(world: World) -> None:
    assert schedule.run_due(world.context) == len(schedule.PERIODIC)
    assert schedule.run_due(world.context) == 0
