"""Who wanted no messages may let one shop write again: by their own press, and for this shop alone."""

from __future__ import annotations

import re

import pytest
import requests
from sqlalchemy import select, update

from integrations.sandbox.ledger import add_order
from integrations.sandbox.seed import SCARF
from service.db.models import Audit, Case
from service.domain.staff.authority import OPERATOR
from service.operations.messages import do_not_contact, opt_out
from service.operations.shops import connections
from tests.operations.steps import CHECK, helped, message_of
from tests.world import World


def _stop(world: World) -> str:
    """The address of the page behind the stop link."""
    return world.context.links.buyer("stop", message_of(world, CHECK).id)


def _is_silent(world: World, case: Case) -> bool:
    with world.context.database.reading() as session:
        return opt_out.is_opted_out(world.context, session, session.get_one(Case, case.id))


def test_way_back_is_on_the_page_and_needs_a_press(world: World) -> None:
    helped(world)
    stopped = requests.post(_stop(world), timeout=10).text
    [link] = re.findall(r'href="(/b/stop/[^"]+/allow)"', stopped)
    later = requests.get(_stop(world), timeout=10).text

    asked = requests.get(world.url + link, timeout=10)
    requests.head(world.url + link, timeout=10)
    before = _is_silent(world, world.case())
    allowed = requests.post(world.url + link, timeout=10)
    again = requests.post(world.url + link, timeout=10)

    assert link in later
    assert "<button" in asked.text
    assert before
    assert (allowed.status_code, again.status_code) == (200, 200)
    assert not _is_silent(world, world.case())
    assert [line.what for line in world.case().history].count("allowed_again") == 1
    with world.context.database.reading() as session:
        [line] = session.scalars(
            select(Audit).where(Audit.what == "do_not_contact.allowed_again")
        ).all()
    assert (line.shop_id, line.actor, line.about) == (
        world.shop_id,
        "buyer",
        world.case().reference,
    )


def test_buyer_is_written_to_again_by_this_shop_only(world: World) -> None:
    helped(world)
    other = connections.add_shop(world.context, OPERATOR, "Toko Lain", zone="Asia/Jakarta")
    requests.post(_stop(world), timeout=10)
    requests.post(f"{_stop(world)}/allow", timeout=10)
    said = len(world.ledger()["messages"])
    for _ in range(2):
        with world.sandbox.ledger.write() as connection:
            order_id = add_order(connection, 1, SCARF, world.clock.now())
        world.rate(1, "rusak", order_id)
        world.work()
    with world.context.database.transaction() as session:
        session.execute(update(Case).where(Case.id == world.cases()[-1].id).values(shop_id=other))

    first, here, there = world.cases()
    assert len(world.ledger()["messages"]) > said
    assert [_is_silent(world, case) for case in (first, here, there)] == [False, False, True]


def test_stop_after_that_is_a_stop(world: World) -> None:
    helped(world)
    for path in ("", "/allow", ""):
        assert requests.post(f"{_stop(world)}{path}", timeout=10).status_code == 200

    assert _is_silent(world, world.cases()[0])
    assert [line.what for line in world.cases()[0].history].count("opted_out") == 2
    # And allowed once more.
    requests.post(f"{_stop(world)}/allow", timeout=10)
    assert not _is_silent(world, world.cases()[0])


@pytest.mark.parametrize("by", ["list", "case"])
def test_what_the_shop_has_stopped_is_not_the_buyers_to_allow(world: World, by: str) -> None:
    helped(world)
    if by == "list":
        do_not_contact.put_buyer(world.context, world.case().id, world.owner, "Asked by phone")
    else:
        world.browser().press(
            f"/cases/{world.case().reference}",
            f"/cases/{world.case().reference}/stop-messages",
        )

    page = requests.get(_stop(world), timeout=10).text
    pressed = requests.post(f"{_stop(world)}/allow", timeout=10)

    assert "/allow" not in page
    assert pressed.status_code == 409
    assert _is_silent(world, world.case())
