"""The whole walk: low rating, approval, refund once, answer, invitation, raised rating, closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.worker import Listener
from service import redis_wakeup
from tests.world import World

AT_ONCE = {
    "resolution_check_hours": 0,
    "update_invitation_hours": 0,
    "opens": "00:00",
    "closes": "23:59",
    "days": [0, 1, 2, 3, 4, 5, 6],
}
Work = Callable[[], object]


def _by_rq(world: World, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setattr("jobs.drain.wiring", lambda: world.wired)
    redis = world.wired.redis
    assert redis is not None

    def work() -> None:
        redis_wakeup.ask_for_drain(redis)
        Listener(redis).work(burst=True, logging_level="WARNING")

    return work


def _link(world: World, page: str) -> str:
    texts = " ".join(message["text"] for message in world.ledger()["messages"])
    found = re.search(rf"{world.url}(/b/{page}/\S+)", texts)
    assert found is not None
    return found.group(1)


def _walk(world: World, work: Work) -> None:
    world.set_shop(follow_ups=AT_ONCE, asking={"invitations": True, "lawful_basis": ["ID"]})
    browser = world.browser()
    order_id = world.rate(1)
    work()
    case = world.case()
    assert case.state == "awaiting_approval"
    assert case.reference in browser.get("/").text
    number = [remedy["action"] for remedy in case.proposals[-1].remedies].index("refund")

    approved = browser.post(f"/cases/{case.reference}/approve", {"number": number})

    assert approved.status_code == 200
    work()
    (made,) = world.ledger()["made"]
    assert (made["action"], made["reference"]) == ("refund", f"{case.reference}-1")
    answered = browser.post(_link(world, "answer"), {"solved": "yes", "stars": "5"})
    assert answered.status_code == 200
    work()
    invitation = next(
        message for message in world.case().messages if message.step == "update_invitation"
    )
    assert invitation.state == "sent"
    assert f"/sandbox/orders/{order_id}?key=" in world.ledger()["messages"][-1]["text"]
    world.rate(5, "Masalah selesai", order_id)
    work()
    closed = world.case()
    assert (closed.state, closed.close_reason) == ("closed", "recovered")
    assert len(world.ledger()["made"]) == 1


def test_case_recovers_when_run_embedded(world: World) -> None:
    _walk(world, world.work)


@pytest.mark.redis
def test_case_recovers_when_run_by_rq(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(database_url, tmp_path, redis_url=redis_url)

    _walk(world, _by_rq(world, monkeypatch))

    world.close()
