"""Processes are killed before and after every commit and every call; each promise holds."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import astuple
from itertools import combinations
from unittest import mock

import pytest

from integrations.sandbox import trouble
from tests.conftest import emptied_redis, schema
from tests.faults.matrix import (
    ALL,
    CHOSEN,
    FULL,
    PAIRWISE,
    SAMPLE,
    Stand,
    Variant,
    points_of,
)
from tests.faults.trial import LATE, Trial
from tests.faults.zygote import Zygote
from tests.world import World

FEWEST = {
    "withdrawn": 4,
    "raised": 4,
    "lowered": 10,
    "read": 10,
    "make-good": 8,
    "held": 10,
    "messages": 10,
    "not-solved": 8,
    "life": 40,
}
"""Points a flow has at the very least: a harness that no longer sees them must not pass."""


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    """One for all tests here."""
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def trial(
    request: pytest.FixtureRequest, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trial]:
    """The world of one stand, shared by its variants."""
    stand: Stand = request.param
    folder = tmp_path_factory.mktemp("stand")
    with ExitStack() as stack:
        url, redis_url = f"sqlite:///{folder / 'makegood.db'}", ""
        if stand.database == "postgres":
            url = stack.enter_context(schema())
        if stand.mode == "rq":
            redis_url = stack.enter_context(emptied_redis())
        stack.enter_context(mock.patch.object(trouble, "SLOW_SECONDS", LATE))
        # A line for each of many thousand requests would take more time than the requests.
        stack.enter_context(mock.patch.object(logging.getLogger("werkzeug"), "disabled", True))
        world = World(url, folder, redis_url=redis_url, adapter=stand.kind)
        stack.callback(world.close)
        yield Trial(stand, world, zygote, url, redis_url)


@pytest.mark.redis
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("trial", "variant"),
    # Several processes share the work by stands, so that each makes a stand once.
    [pytest.param(*each, marks=pytest.mark.xdist_group(str(each[0]))) for each in CHOSEN],
    ids=lambda each: str(each),
    indirect=["trial"],
    scope="module",
)
def test_promises_hold_whenever_a_process_dies(
    trial: Trial,
    variant: Variant,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    trial.begin(variant)

    counted = trial.try_point(0).points
    for point in points_of(counted, len(request.node.name)):
        trial.try_point(point)
    # A woken worker may take a turn more than in the run that counted: go on until one lives.
    further = counted + 1
    while FULL and trial.try_point(further).died:
        further += 1

    assert counted >= FEWEST[variant.flow]
    assert trial.died >= (FEWEST[variant.flow] if FULL else 1)
    counts = {"points": trial.died, **{f"({name})": n for name, n in trial.people.items()}}
    for name, number in counts.items():
        record_property(name, number)
    # Standard error is what a process that shares the work can speak through.
    told = f"{trial.died} points ({counted} counted), a person: {dict(trial.people) or 'never'}"
    print(f"\n{trial.stand} {variant}: {told}", file=sys.stderr)


def test_quick_run_takes_every_value() -> None:
    def values(pairs: tuple[tuple[Stand, Variant], ...]) -> set[str]:
        return {part for pair in pairs for each in pair for part in astuple(each)}

    assert values(SAMPLE) == values(ALL)


def test_every_pair_of_values_is_taken_together() -> None:
    def pairs(chosen: tuple[tuple[Stand, Variant], ...]) -> set[object]:
        lines = [(each.database, each.mode, each.kind, str(variant)) for each, variant in chosen]
        return {pair for line in lines for pair in combinations(enumerate(line), 2)}

    assert pairs(PAIRWISE) == pairs(ALL)
    assert set(PAIRWISE) < set(ALL)
