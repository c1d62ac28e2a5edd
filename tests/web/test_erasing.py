"""Owners erase a buyer at the desk: what it does is shown first, and typed once more."""

from __future__ import annotations

from service.domain.staff.authority import SellerRole
from service.operations.remedies import decisions
from tests.operations.steps import rated, refund
from tests.web.pages import text_of
from tests.world import World

BUYER = "sari@example.test"


def _path(world: World) -> str:
    return f"/shops/{world.shop_id}/erase"


def test_page_says_first_which_cases_and_how_much(world: World) -> None:
    rated(world)

    page = text_of(world.browser().post(f"{_path(world)}/look", {"who": BUYER}))

    assert "1 case, 1 review, 1 delivery." in page
    assert "1 of the cases is open and will be closed." in page
    assert world.case().reference in page
    assert world.case().erased_at is None


def test_buyer_is_erased_when_typed_once_more(world: World) -> None:
    rated(world)
    typed = {"who": BUYER, "again": BUYER.upper()}

    page = text_of(world.browser().post(_path(world), typed))

    assert "Erased: 1 case, 1 review" in page
    assert (world.case().erased_at is not None, world.case().review.buyer) == (True, {})


def test_another_word_erases_nothing_and_shows_again_what_would_be(world: World) -> None:
    rated(world)

    answer = world.browser().post(_path(world), {"who": BUYER, "again": "budi@example.test"})

    assert answer.status_code == 422
    assert "Nothing was erased." in text_of(answer)
    assert world.case().reference in text_of(answer)
    assert world.case().erased_at is None


def test_it_refuses_as_the_command_does(world: World) -> None:
    order_id = rated(world)
    decisions.approve(world.context, world.case().id, world.owner, changed=refund(order_id))

    unsettled = world.browser().post(f"{_path(world)}/look", {"who": BUYER})
    stranger = world.browser().post(f"{_path(world)}/look", {"who": "nobody@example.test"})

    assert "is not settled" in text_of(unsettled)
    assert "Nothing is kept here about this buyer" in text_of(stranger)


def test_staff_erase_nobody(world: World) -> None:
    rated(world)
    agent = world.seller("agent@example.test", SellerRole.AGENT)

    answer = world.browser(agent).post(_path(world), {"who": BUYER, "again": BUYER})

    assert answer.status_code == 403
    assert world.case().erased_at is None
