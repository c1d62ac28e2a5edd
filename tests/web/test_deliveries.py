"""Deliveries that could not be read: read again, set aside, and the task that tells of them."""

from __future__ import annotations

from sqlalchemy import update

from integrations.sandbox.ledger import leave_review
from integrations.sandbox.seed import sell
from service.db.models import Delivery
from service.domain.staff.authority import SellerRole
from tests.web.pages import people, post_anyway, post_unreadable, text_of
from tests.world import World

TASK = "Look at what could not be read"


def _unreadable(world: World) -> int:
    post_unreadable(world)
    world.work()
    with world.context.database.reading() as session:
        return session.query(Delivery.id).filter_by(key="odd").scalar()  # type: ignore[no-any-return]


def _delivery(world: World, number: int) -> Delivery:
    with world.context.database.reading() as session:
        return session.get_one(Delivery, number)


def test_page_says_which_connection_and_what_is_wrong(world: World) -> None:
    number = _unreadable(world)

    page = text_of(world.browser().get("/deliveries"))

    assert f"#{number}" in page
    assert "Sandbox" in page
    assert str(_delivery(world, number).note)[1:] in page


def test_delivery_is_read_when_read_again_after_an_update(world: World) -> None:
    number = _unreadable(world)
    order_id = sell(world.sandbox.ledger, 1, world.clock.now())[0]
    leave_review(world.sandbox.ledger, order_id, 1, "Rusak", world.clock.now())
    body = world.sandbox.ledger.rows("SELECT body FROM callback ORDER BY id DESC")[0]["body"]
    with world.context.database.transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == number).values(body=bytes(body)))

    world.browser().post(f"/deliveries/{number}/read-again", {})
    world.work()

    assert _delivery(world, number).state == "read"
    assert world.case().review.rating == 1


def test_delivery_comes_back_when_it_still_cannot_be_read(world: World) -> None:
    number = _unreadable(world)

    world.browser().post(f"/deliveries/{number}/read-again", {})
    waiting = _delivery(world, number).state
    world.work()

    assert (waiting, _delivery(world, number).state) == ("waiting", "needs_attention")


def test_task_goes_away_when_a_delivery_is_set_aside(world: World) -> None:
    number, browser = _unreadable(world), world.browser()
    before = text_of(browser.get("/"))

    browser.post(f"/deliveries/{number}/set-aside", {})

    assert TASK in before
    assert TASK not in text_of(browser.get("/"))
    found = _delivery(world, number)
    assert found.state == "set_aside"
    assert "Set aside by owner" in str(found.note)


def test_deleted_body_cannot_be_read_again(world: World) -> None:
    number = _unreadable(world)
    with world.context.database.transaction() as session:
        session.execute(update(Delivery).where(Delivery.id == number).values(body=b""))

    answer = world.browser().post(f"/deliveries/{number}/read-again", {})

    assert answer.status_code == 409
    assert _delivery(world, number).state == "needs_attention"


def test_viewer_changes_no_delivery(world: World) -> None:
    number = _unreadable(world)
    viewer = world.browser(people(world)[SellerRole.VIEWER])

    answers = [
        post_anyway(viewer, f"/deliveries/{number}/{what}", {}).status_code
        for what in ("read-again", "set-aside")
    ]

    assert answers == [403, 403]
    assert _delivery(world, number).state == "needs_attention"
