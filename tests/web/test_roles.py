"""Who may do what: owner, agent, viewer, and those who are shut out."""

from __future__ import annotations

import pytest

from service.domain.staff.authority import OPERATOR, Actor, Limit, Membership, SellerRole
from service.operations.staff import members
from tests.web.pages import people, post_anyway, text_of
from tests.world import World

OWNER_PAGES = (
    "/shops",
    "/shops/1",
    "/shops/1/texts",
    "/shops/1/texts/receipt/id",
    "/connections/1",
    "/shops/1/connect/woocommerce",
    "/sellers",
)
EVERYBODYS_PAGES = ("/", "/cases", "/deliveries", "/me")
VERBS = (
    "approve",
    "change",
    "decline",
    "close",
    "order",
    "send_now",
    "mark_sent",
    "leave",
    "stop",
    "try_again",
    "not_done",
    "done",
    "cancel",
    "",
)
OWNER_POSTS = (
    ("/shops", {"name": "X", "zone": "Asia/Jakarta"}),
    ("/shops/1", {"name": "X"}),
    ("/shops/1/connect/standard", {"name": "X"}),
    ("/connections/1", {"do": "test"}),
    ("/connections/1", {"do": "rotate"}),
    ("/shops/1/texts/receipt/id", {"do": "ship"}),
    ("/sellers", {"do": "add", "email": "x@example.test", "role": "owner"}),
    ("/sellers", {"do": "link", "id": "1"}),
    ("/sellers", {"do": "token", "name": "x"}),
)


def test_viewer_is_refused_every_verb_of_a_case(world: World) -> None:
    world.rate(1)
    world.work()
    viewer = world.browser(people(world)[SellerRole.VIEWER])
    address, before = f"/cases/{world.case().reference}", len(world.case().history)
    form = {"id": "1", "number": "0", "reason": "x", "order_id": "1", "action": "refund"}

    answers = {
        verb: post_anyway(viewer, address, {**form, "do": verb}).status_code for verb in VERBS
    }

    assert answers == dict.fromkeys(VERBS, 403)
    assert (world.case().state, len(world.case().history)) == ("awaiting_approval", before)


def test_viewer_sees_no_button_that_decides(world: World) -> None:
    world.rate(1)
    world.work()
    viewer = world.browser(people(world)[SellerRole.VIEWER])

    page = viewer.get(f"/cases/{world.case().reference}").text

    assert 'name="do"' not in page
    assert "You may look at cases, not decide them." in page


@pytest.mark.parametrize("role", [SellerRole.AGENT, SellerRole.VIEWER])
def test_only_owners_reach_shops_and_sellers(world: World, role: SellerRole) -> None:
    browser = world.browser(people(world)[role])

    pages = {one: browser.get(one).status_code for one in OWNER_PAGES}
    posts = [post_anyway(browser, path, form).status_code for path, form in OWNER_POSTS]
    open_pages = {one: browser.get(one).status_code for one in EVERYBODYS_PAGES}

    assert pages == dict.fromkeys(OWNER_PAGES, 403)
    assert posts == [403] * len(OWNER_POSTS)
    assert open_pages == dict.fromkeys(EVERYBODYS_PAGES, 200)


def test_owner_reaches_every_page(world: World) -> None:
    browser = world.browser()

    pages = {one: browser.get(one).status_code for one in OWNER_PAGES + EVERYBODYS_PAGES}

    assert pages == dict.fromkeys(OWNER_PAGES + EVERYBODYS_PAGES, 200)


def _agent(world: World, each: int) -> Actor:
    return world.seller("limited@example.test", SellerRole.AGENT, {"IDR": Limit(each)})


def test_agent_is_told_before_pressing_who_may_approve(world: World) -> None:
    world.rate(1)
    world.work()
    agent = world.browser(_agent(world, 10_000_000))
    address = f"/cases/{world.case().reference}"

    page = agent.get(address)
    answer = post_anyway(agent, address, {"do": "approve", "number": "0"})

    assert "Above your limit of IDR 100,000: the owner has to approve." in text_of(page)
    assert 'value="approve"' not in page.text
    assert (answer.status_code, world.case().state) == (403, "awaiting_approval")


def test_agent_approves_below_the_limit(world: World) -> None:
    world.rate(1)
    world.work()
    agent = world.browser(_agent(world, 25_900_000))

    agent.post(f"/cases/{world.case().reference}", {"do": "approve", "number": "0"})

    assert world.case().state == "approved"


def test_seller_is_out_at_once_when_shut_out(world: World) -> None:
    seller = people(world)[SellerRole.AGENT]
    browser = world.browser(seller)
    before = browser.get("/").url

    members.set_active(world.context, seller.id, OPERATOR, active=False)

    assert before == f"{world.url}/"
    assert "/sign-in" in browser.get("/").url
    assert "/sign-in" in browser.get("/me").url


def test_agent_may_do_more_at_once_when_made_an_owner(world: World) -> None:
    seller = people(world)[SellerRole.AGENT]
    browser = world.browser(seller)
    before = browser.get("/shops").status_code

    members.set_membership(
        world.context, world.shop_id, seller.id, world.owner, Membership(SellerRole.OWNER)
    )

    assert (before, browser.get("/shops").status_code) == (403, 200)


def test_last_owner_cannot_be_shut_out(world: World) -> None:
    answer = world.browser().post(
        "/sellers", {"do": "member", "id": world.owner.id, "shop": world.shop_id, "role": "agent"}
    )

    assert answer.status_code == 409
    assert "At least one owner must stay." in text_of(answer)


def test_message_of_another_case_is_not_touched(world: World) -> None:
    for _ in range(2):
        world.rate(1)
        world.work()
    first, second = world.cases()
    number = second.messages[0].id

    answer = world.browser().post(f"/cases/{first.reference}", {"do": "send_now", "id": number})

    assert answer.status_code == 422
    assert len(world.cases()[1].history) == len(second.history)
