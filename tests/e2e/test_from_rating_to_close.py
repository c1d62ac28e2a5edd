"""Cases that a person has to look at, walked from the rating to their end by pages alone: somebody was
hurt, two orders fit, and many complain at once."""

from __future__ import annotations

import re

import pytest
import requests

from integrations.sandbox.ledger import leave_review
from service.domain.tasks.kinds import TaskGroup
from tests.e2e.test_survey import _answer, _tasks
from tests.operations.steps import ASKING, CHECK, INVITATION, message_of, sell_to, work_for
from tests.operations.test_triage import _unnamed_review
from tests.web.pages import text_of
from tests.world import Browser, World

EVERYTHING = {"IDR": {"each": 10**9, "shop_day": 10**12, "buyer_day": 10**12}}


def _page(world: World, browser: Browser) -> requests.Response:
    return browser.get(f"/cases/{world.case().reference}")


def _press(world: World, browser: Browser, verb: str, **fields: str) -> int:
    path = f"/cases/{world.case().reference}"
    return browser.press(path, f"{path}/{verb}", fields).status_code


def _said(world: World) -> list[str]:
    """What the buyer read, in its order."""
    return [row["text"] for row in world.ledger()["messages"]]


@pytest.mark.parametrize(
    "text",
    [
        "Kena pecahannya, tangan anak saya luka, ke rumah sakit",
        "Kabelnya nyetrum, hampir kebakaran",
    ],
    ids=["injury", "fire"],
)
def test_grave_complaint_goes_from_rating_to_close_through_a_person(
    world: World, text: str
) -> None:
    world.set_shop(asking=ASKING, automatic=EVERYTHING)
    browser = world.browser()

    order_id = world.rate(1, text)
    world.work()
    work_for(world, 48)

    assert (world.ledger()["made"], _said(world)) == ([], [])
    [(_, urgency, _)] = _tasks(world)
    assert urgency == TaskGroup.URGENT
    assert world.case().reference in browser.get("/").text

    proposal = str(world.case().proposals[-1].id)
    assert _press(world, browser, "confirm") == 200
    assert _press(world, browser, "approve", number="0", proposal=proposal) == 200
    world.work()
    assert len(world.ledger()["made"]) == 1
    work_for(world, 24 * 4)
    assert _answer(world, message_of(world, CHECK), "yes").status_code == 200
    work_for(world, 24 * 30)

    # Nobody who was hurt is asked about a review.
    sent = [message.step for message in world.case().messages if message.sent_at]
    assert CHECK in sent
    assert INVITATION not in sent
    world.rate(5, "Sudah diganti, terima kasih", order_id)
    world.work()
    assert (world.case().state, _tasks(world)) == ("closed", [])
    assert len(world.ledger()["made"]) == 1


def test_two_orders_that_fit_wait_for_a_person_who_chooses_one(world: World) -> None:
    world.set_shop(asking=ASKING, automatic=EVERYTHING)
    browser = world.browser()
    other, chosen = _unnamed_review(world)
    work_for(world, 48)

    shown = text_of(_page(world, browser))
    assert (world.ledger()["made"], _said(world)) == ([], [])
    assert f"SB-{other}" in shown
    assert f"SB-{chosen}" in shown

    assert _press(world, browser, "order", order_id=str(chosen)) == 200
    world.work()
    if not world.case().make_goods:
        proposal = str(world.case().proposals[-1].id)
        assert _press(world, browser, "approve", number="0", proposal=proposal) == 200
        world.work()

    [made] = world.ledger()["made"]
    assert str(made["order_id"]) == str(chosen)
    work_for(world, 24 * 4)
    assert _answer(world, message_of(world, CHECK), "yes").status_code == 200
    work_for(world, 24 * 14)
    assert message_of(world, INVITATION).state == "sent"
    leave_review(world.sandbox.ledger, chosen, 5, "Beres", world.clock.now())
    world.sandbox.sender.send_due()
    world.work()
    assert (world.case().state, len(world.ledger()["made"])) == ("closed", 1)


def test_flood_writes_drafts_that_a_person_lets_go_one_by_one(world: World) -> None:
    world.set_shop(answering={"first_answer": "automatic", "most_an_hour": 2})
    browser = world.browser()
    for number in range(5):
        world.rate(1, order_id=sell_to(world, email=f"buyer{number}@example.test"))
        world.work()
    by_itself = len(_said(world))
    world.clock.move(hours=2)
    world.work()

    waiting = [case for case in world.cases() if not any(m.sent_at for m in case.messages)]
    assert (by_itself, len(_said(world)), len(waiting)) == (2, 2, 3)
    held = waiting[0]
    assert all(case.reference in browser.get("/").text for case in waiting)
    path = f"/cases/{held.reference}"
    [release] = set(
        re.findall(rf'action="[^"]*({path}/messages/\d+/(?:release|send))"', browser.get(path).text)
    )
    assert browser.press(path, release).status_code == 200
    world.work()

    assert len(_said(world)) == 3
    sent = [case.id for case in world.cases() if any(m.sent_at for m in case.messages)]
    assert held.id in sent
    assert len(sent) == 3
