"""A worker is killed before and after every commit and every call; another takes over."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from service.db.models import Case
from tests.faults.child import DIED
from tests.world import KEY, SECRET, START, World

ROOT = Path(__file__).resolve().parents[2]
EVERY = int(os.environ.get("FAULTS_EVERY", "4"))
"""Try each n-th point; FAULTS_EVERY=1 tries all."""
MOST_POINTS = 200
LIMITS = {"IDR": {"each": 10**9, "shop_day": 10**12, "buyer_day": 10**12}}
SOON = {"resolution_check_hours": 0, "update_invitation_hours": 0, "silent_hours": 1,
        "opens": "00:00", "closes": "23:59", "days": [0, 1, 2, 3, 4, 5, 6]}  # fmt: skip


def _die_at(world: World, url: str, point: int) -> bool:
    """True when the worker died; False when it had fewer points and finished."""
    env = {
        **os.environ, "MAKEGOOD_DATABASE_URL": url, "MAKEGOOD_SECRET_KEY": SECRET,
        "MAKEGOOD_ENCRYPTION_KEYS": KEY, "MAKEGOOD_PUBLIC_URL": world.url,
    }  # fmt: skip
    argv = [sys.executable, "-m", "tests.faults.child", str(point), world.clock.now().isoformat()]
    done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in (0, DIED), done.stderr
    return done.returncode == DIED


def _settle(world: World) -> None:
    """Another worker, after the lease; then once more for what was put off."""
    for _ in range(3):
        world.clock.move(seconds=61)
        world.work()


def _check(world: World, order_id: int, can_look: bool, point: int) -> None:
    made = [one for one in world.ledger()["made"] if one["order_id"] == order_id]
    told = Counter(
        one["key"] for one in world.ledger()["messages"] if int(one["order_id"]) == order_id
    )
    case: Case = next(one for one in world.cases() if one.order_id == str(order_id))
    (make_good,) = case.make_goods
    unsure = make_good.state == "needs_attention" and case.state == "needs_attention"
    assert len(made) == 1 or (unsure and not made), f"point {point}: {len(made)} made"
    assert make_good.state == "done" or (unsure and not can_look), f"point {point}"
    assert max(told.values(), default=0) <= 1, f"point {point}: a message went out twice"
    # Nothing stands still without a word: stopped and stuck messages say why.
    assert all(one.state in ("sent", "planned") or one.reason for one in case.follow_ups)
    whats = [one.what for one in case.history]
    assert whats.count("opened") == whats.count("approve") == 1, f"point {point}"


@pytest.mark.parametrize("kind", ["sandbox", "sandbox-nokey", "sandbox-nolookup", "sandbox-blind"])
def test_one_effect_whenever_the_worker_dies(kind: str, database_url: str, tmp_path: Path) -> None:
    world = World(database_url, tmp_path, adapter=kind)
    world.set_shop(automatic=LIMITS, follow_ups=SOON)
    world.work()
    can_look = kind != "sandbox-blind"
    points = 0
    for point in range(1 + points, MOST_POINTS, EVERY):
        world.clock.move(days=1)
        order_id = world.rate(1)
        died = _die_at(world, database_url, point)
        _settle(world)
        _check(world, order_id, can_look, point)
        if not died:
            break
        points += 1
    world.close()

    assert points >= 30 // EVERY
    assert world.clock.now() > START
    print(f"{kind}: {points} points tried")
