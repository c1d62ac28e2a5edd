"""What the pages say and offer while an approval can be undone."""

from __future__ import annotations

from tests.operations.steps import rated
from tests.web.pages import text_of
from tests.world import World


def _approved(world: World) -> str:
    rated(world)
    world.set_shop(hold_seconds=20)
    address = f"/cases/{world.case().reference}"
    form = {"proposal": world.case().proposals[-1].id, "number": 0}
    answer = world.browser().post(f"{address}/approve", form)
    assert "Approved. Till 10:00:20 you can undo it." in text_of(answer)
    return address


def test_page_says_how_many_seconds_are_left_and_undoes(world: World) -> None:
    address, browser = _approved(world), world.browser()
    world.clock.move(seconds=7)
    assert "It begins at 10:00:20, in 13 seconds." in text_of(browser.get(address))

    undone = text_of(browser.post(f"{address}/undo", {}))
    world.clock.move(minutes=1)
    world.work()

    assert "Undone. The case waits for a decision again." in undone
    assert "Approve: Send again" in undone
    assert "Approval undone" in undone
    assert world.ledger()["made"] == []


def test_undo_that_comes_too_late_is_refused_in_words(world: World) -> None:
    address, browser = _approved(world), world.browser()
    world.clock.move(seconds=20)
    world.work()

    answer = browser.post(f"{address}/undo", {})

    assert answer.status_code == 409
    assert "It is too late to undo this" in text_of(answer)
    assert len(world.ledger()["made"]) == 1


def test_undo_comes_back_to_the_page_it_was_pressed_on_but_to_no_other_site(world: World) -> None:
    address, browser = _approved(world), world.browser()

    answer = browser.post(f"{address}/undo", {"next": "//elsewhere.example/"})

    assert answer.url == world.url + address


def test_owner_sets_the_hold_and_the_guidelines(world: World) -> None:
    browser = world.browser()

    refused = browser.post("/shops/1/deciding/hold", {"seconds": "soon"})
    saved = browser.post("/shops/1/deciding/hold", {"seconds": "45"})
    guided = browser.post("/shops/1/deciding/guidelines", {"damaged": "Photo first, then resend."})

    assert "from 0 to 600" in text_of(refused)
    assert refused.status_code == 422
    assert 'value="45"' in saved.text
    assert "Photo first, then resend." in guided.text
    assert "Seconds in which an approval can be undone" in text_of(browser.get("/audit"))
