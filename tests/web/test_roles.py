"""Who may do what: owner, agent, viewer, and those who are shut out."""

from __future__ import annotations

from service.domain.staff.authority import OPERATOR, Actor, Limit, Membership, SellerRole
from service.operations.staff import members
from tests.web.pages import people, post_anyway, text_of
from tests.world import World


def _agent(world: World, each: int) -> Actor:
    return world.seller("limited@example.test", SellerRole.AGENT, {"IDR": Limit(each)})


def test_viewer_sees_no_button_that_decides(world: World) -> None:
    world.rate(1)
    world.work()
    viewer = world.browser(people(world)[SellerRole.VIEWER])

    page = viewer.get(f"/cases/{world.case().reference}").text

    assert "/approve" not in page
    assert "You may look at cases, not decide them." in page


def test_agent_is_told_before_pressing_who_may_approve(world: World) -> None:
    world.rate(1)
    world.work()
    agent = world.browser(_agent(world, 10_000_000))
    address = f"/cases/{world.case().reference}"

    page = agent.get(address)
    answer = post_anyway(agent, f"{address}/approve", {"number": "0"})

    assert "Above your limit of IDR 100,000: the owner has to approve." in text_of(page)
    assert 'name="proposal"' not in page.text
    assert (answer.status_code, world.case().state) == (403, "awaiting_approval")


def test_agent_approves_below_the_limit(world: World) -> None:
    world.rate(1)
    world.work()
    agent = world.browser(_agent(world, 25_900_000))

    agent.post(f"/cases/{world.case().reference}/approve", {"number": "0"})

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
        f"/shops/{world.shop_id}/sellers/{world.owner.id}", {"role": "agent"}
    )

    assert answer.status_code == 409
    assert "At least one owner must stay." in text_of(answer)


def test_message_of_another_case_is_not_touched(world: World) -> None:
    for _ in range(2):
        world.rate(1)
        world.work()
    first, second = world.cases()
    number = second.messages[0].id

    answer = world.browser().post(f"/cases/{first.reference}/messages/{number}/send-now", {})

    assert answer.status_code == 404
    assert len(world.cases()[1].history) == len(second.history)
