"""The waiting list: what a person has to do, oldest first, and what stands still."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from integrations.sentence import Text
from service.db.models import Connection, MakeGood, Message
from service.db.tasks import task_queries
from service.domain.shops.connection_states import ConnectionMove
from service.domain.staff.authority import Limit, SellerRole
from service.operations.cases import history
from service.operations.shops import connections
from service.operations.shops.states import move
from tests.operations.steps import sell_to
from tests.web.pages import text_of
from tests.world import World

LATE = "no worker seems to be running"


def test_oldest_case_comes_first(world: World) -> None:
    world.rate(1, "yang pertama")
    world.work()
    world.clock.move(hours=1)
    world.rate(2, "yang kedua")
    world.work()

    page = text_of(world.browser().get("/"))

    assert page.index("yang pertama") < page.index("yang kedua")


def test_more_than_anybody_reads_is_not_counted_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        world.rate(1, "It is broken", sell_to(world))
    world.work()
    browser = world.browser()
    all_counted = browser.get("/").text
    monkeypatch.setattr(task_queries, "MOST_COUNTED", 2)
    counted_on = browser.get("/").text

    for page, number in ((all_counted, "3"), (counted_on, "2+")):
        assert f'<span class="count">{number}</span>' in page
        assert f'<span class="small">{number}</span></h2>' in page
        assert f"<title>({number}) Waiting" in page


def test_list_says_so_when_no_worker_runs(world: World) -> None:
    world.rate(1)
    on_time = text_of(world.browser().get("/"))

    world.clock.move(minutes=6)

    assert LATE not in on_time
    assert LATE in text_of(world.browser().get("/"))


def test_list_says_nothing_of_workers_when_work_is_done(world: World) -> None:
    world.rate(1)
    world.work()
    world.clock.move(minutes=6)
    world.work()

    assert LATE not in text_of(world.browser().get("/"))


def _followed_up(world: World) -> str:
    """A case whose make-good is done: nothing waits for a person."""
    world.rate(1, "Barang pecah")
    world.work()
    reference = world.case().reference
    world.browser().post(f"/cases/{reference}/approve", {"number": 0})
    world.work()
    assert world.case().state == "following_up"
    assert reference not in world.browser().get("/").text
    return reference


def _get_stuck(world: World, table: type[Message] | type[MakeGood]) -> None:
    with world.context.database.transaction() as session:
        row: Any = session.scalars(select(table).order_by(table.id.desc())).first()
        assert row is not None
        row.state = "unknown" if table is Message else "refused"
        history.note(session, row.case, "needs_attention", at=world.clock.now())


def test_case_waits_when_the_outcome_of_its_message_is_unknown(world: World) -> None:
    reference = _followed_up(world)

    _get_stuck(world, Message)

    assert reference in world.browser().get("/").text
    assert "Leave it unsent" in world.browser().get(f"/cases/{reference}").text


def test_closed_case_waits_when_its_make_good_got_stuck(world: World) -> None:
    reference = _followed_up(world)
    world.browser().post(f"/cases/{reference}/close", {"reason": "tes"})
    assert world.case().state == "closed"

    _get_stuck(world, MakeGood)

    assert reference in world.browser().get("/").text


def test_case_waits_no_more_when_its_message_is_left_unsent(world: World) -> None:
    reference = _followed_up(world)
    _get_stuck(world, Message)
    number = world.case().messages[-1].id

    world.browser().post(f"/cases/{reference}/messages/{number}/leave-out", {})

    assert world.case().messages[-1].state == "stopped"
    assert reference not in world.browser().get("/").text


def test_paused_connection_is_named_with_the_reason(world: World) -> None:
    with world.context.database.transaction() as session:
        connection = session.get_one(Connection, world.connection_id)
        problem, now = Text("the sandbox is busy"), world.clock.now()
        move(session, connection, ConnectionMove.PAUSE, at=now, problem=problem)

    page = text_of(world.browser().get("/"))

    assert "Mend a connection" in page
    assert "Sandbox ✗ The sandbox is busy." in page


def test_empty_list_says_what_to_do_next(world: World) -> None:
    assert "First steps" in text_of(world.browser().get("/"))


def test_row_says_for_when_it_was_promised_and_when_that_is_over(world: World) -> None:
    world.rate(1, "Barang pecah")
    world.work()
    assert "hari ini pukul 14.00 WIB" in world.ledger()["messages"][-1]["text"]
    reference, browser = world.case().reference, world.browser()

    for address in ("/", f"/cases/{reference}"):
        assert "promised for Nov 24, 14:00" in text_of(browser.get(address))
        assert "late:" not in text_of(browser.get(address))
    world.clock.move(hours=5)
    for address in ("/", f"/cases/{reference}"):
        assert "late: promised for Nov 24, 14:00" in text_of(browser.get(address))

    browser.post(f"/cases/{reference}/approve", {"number": 0})
    assert "promised for" not in text_of(browser.get(f"/cases/{reference}"))


def test_nothing_is_late_that_was_not_promised(world: World) -> None:
    own = {"subject": "Halo", "text": "Halo {buyer},\n\n{shop}"}
    world.set_shop(texts={"receipt": {"id": own}})
    world.rate(1, "Barang pecah")
    world.work()

    assert world.case().look_by is None
    assert "promised for" not in text_of(world.browser().get("/"))


def test_waiting_page_can_be_of_one_shop(world: World) -> None:
    world.rate(1, "Barang pecah")
    world.work()
    alone = text_of(world.browser().get("/"))
    other_id = connections.add_shop(world.context, world.owner, "Toko Dua", zone="UTC")
    browser, reference = world.browser(), world.case().reference

    assert "Toko Dua" not in alone
    assert "Toko Dua" in text_of(browser.get("/"))
    assert reference in browser.get(f"/?shop={world.shop_id}").text
    assert reference not in browser.get(f"/?shop={other_id}").text
    assert browser.get(f"/?shop={'9' * 40}").status_code == 200


def test_row_says_why_one_may_not_approve_it(world: World) -> None:
    agent = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": Limit(1)})
    world.rate(1, "Barang pecah")
    world.work()

    page = text_of(world.browser(agent).get("/"))

    assert "Approve:" not in page
    assert "Above your limit" in page
