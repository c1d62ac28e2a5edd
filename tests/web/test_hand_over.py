"""Who looks after a case: given, handed on, asked for, and shown wherever the case is."""

from __future__ import annotations

import pytest

from service.db.models import Case
from service.domain.errors import NotPermitted, WrongInput
from service.domain.staff.authority import Limit, SellerRole
from service.operations.cases.assign import hand_over
from tests.web.pages import text_of
from tests.world import World

LIMITS = {"IDR": Limit(500_000)}


def _cases(world: World) -> list[Case]:
    for words in ("yang pertama", "yang kedua"):
        world.rate(1, words)
    world.work()
    return world.cases()


def test_case_handed_over_stands_among_the_own(world: World) -> None:
    _first, second = _cases(world)
    agent = world.seller("dewi@example.test", SellerRole.AGENT, LIMITS)
    browser = world.browser(agent)

    world.browser().post(
        f"/cases/{second.reference}/hand-over", {"to": agent.id, "reason": "Kakak ini langganan"}
    )

    for address in ("/?mine=1", "/cases?mine=1"):
        page = text_of(browser.get(address))
        assert "yang kedua" in page
        assert "yang pertama" not in page
        assert "yang kedua" not in text_of(world.browser().get(address))
    assert "with dewi" in text_of(world.browser().get("/"))
    page = text_of(browser.get(f"/cases/{second.reference}"))
    assert "Handed over: dewi" in page
    assert "Kakak ini langganan" in page


def test_agent_asks_the_owner_and_gives_back(world: World) -> None:
    case, _ = _cases(world)
    agent = world.seller("dewi@example.test", SellerRole.AGENT, LIMITS)
    browser = world.browser(agent)

    browser.post(f"/cases/{case.reference}/hand-over", {"to": world.owner.id, "reason": "Boleh?"})
    assert "Boleh?" in text_of(world.browser().get(f"/cases/{case.reference}"))
    assert "yang pertama" in text_of(world.browser().get("/?mine=1"))

    browser.post(f"/cases/{case.reference}/hand-over", {"to": "", "reason": ""})
    assert "yang pertama" not in text_of(world.browser().get("/?mine=1"))
    assert "Handed over: whoever comes first" in text_of(browser.get(f"/cases/{case.reference}"))


def test_only_who_may_decide_gives_and_is_given(world: World) -> None:
    case, _ = _cases(world)
    viewer = world.seller("vina@example.test", SellerRole.VIEWER)

    with pytest.raises(NotPermitted):
        hand_over(world.context, case.id, viewer, world.owner.id)
    for stranger in (viewer.id, 10**6, -1):
        with pytest.raises(WrongInput):
            hand_over(world.context, case.id, world.owner, stranger)
    assert [row.assignee_id for row in world.cases()] == [None, None]


def test_refusal_keeps_what_was_typed(world: World) -> None:
    case, _ = _cases(world)

    answer = world.browser().post(
        f"/cases/{case.reference}/hand-over", {"to": 10**6, "reason": "tolong lihat"}
    )

    assert answer.status_code == 422
    assert "Choose somebody who may decide in this shop." in answer.text
    assert "tolong lihat" in answer.text


def test_same_again_is_written_once(world: World) -> None:
    case, _ = _cases(world)

    for _again in range(2):
        hand_over(world.context, case.id, world.owner, world.owner.id)

    told = [line.what for line in world.cases()[0].history]
    assert told.count("handed_over") == 1
