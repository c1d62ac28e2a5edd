"""The buyer's page of a choice: GET shows, POST picks, in the buyer's language and amounts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import requests

from service.domain.messages.kinds import Step
from service.operations.remedies import offers
from tests.operations.steps import message_of
from tests.operations.test_offers import (
    PAID,
    offered,
    ours,
    proposed,
    refunded_elsewhere,
    the_offer,
)
from tests.web.pages import refusals_of, text_of
from tests.world import World


def _link(world: World) -> str:
    return world.context.links.buyer("choose", message_of(world, Step.OFFER).id)


def _options(page: requests.Response) -> list[str]:
    return re.findall(r'name="option" value="(\d)"', page.text)


def test_opening_the_page_changes_nothing_and_shows_what_may_be_chosen(world: World) -> None:
    offered(world)
    before = len(world.case().history)

    page = requests.get(_link(world), timeout=10)

    text = text_of(page)
    assert (page.status_code, _options(page)) == (200, ["0", "1", "2"])
    assert "Dana Rp103.600 dikembalikan ke Kakak." in text
    assert "Kakak mendapat voucher Rp129.500 untuk toko kami." in text
    assert "Barang yang sudah Kakak terima tetap milik Kakak: tidak perlu dikirim balik." in text
    assert "Kakak bisa memilih sampai 1 Desember 2026" in text
    assert "Set-Cookie" not in page.headers
    assert (len(world.case().history), world.case().state, ours(world)) == (before, "offered", [])


def test_pick_is_carried_out_and_stays_on_the_page(world: World) -> None:
    offered(world)

    picked = requests.post(_link(world), {"option": "0"}, timeout=10)
    world.work()
    again = requests.post(_link(world), {"option": "1"}, timeout=10)

    assert (picked.status_code, _options(picked), again.status_code) == (200, [], 409)
    for page in (picked, again):
        assert "Sudah kami atur." in text_of(page)
        assert "Dana Rp103.600 dikembalikan ke Kakak." in text_of(page)
    assert ours(world) == ["refund"]


def test_what_can_no_longer_be_given_is_not_shown(world: World) -> None:
    order_id = proposed(world)
    browser, reference = world.browser(), world.case().reference
    browser.post(f"/cases/{reference}/offer", {})
    world.work()
    refunded_elsewhere(world, order_id, PAID * 55 // 100)

    page = requests.get(_link(world), timeout=10)
    gone = requests.post(_link(world), {"option": "2"}, timeout=10)

    assert _options(page) == _options(gone) == ["0"]
    assert (gone.status_code, the_offer(world).state) == (409, "open")
    assert "Ini sudah tidak bisa diberikan." in text_of(gone)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (lambda world: world.clock.move(days=8), "Waktu memilih sudah berakhir."),
        (
            lambda world: offers.withdraw(
                world.context, the_offer(world).make_good_id, world.owner
            ),
            "Ini sudah tidak bisa dipilih.",
        ),
        (
            lambda world: refunded_elsewhere(world, int(world.case().order_id), PAID),
            "sudah diselesaikan dengan cara lain",
        ),
    ],
    ids=["late", "taken back", "refunded"],
)
def test_buyer_is_told_why_there_is_nothing_to_choose(
    world: World, happens: Callable[[World], None], told: str
) -> None:
    offered(world)
    happens(world)

    page = requests.get(_link(world), timeout=10)
    pressed = requests.post(_link(world), {"option": "0"}, timeout=10)

    for answer in (page, pressed):
        assert (_options(answer), told in text_of(answer)) == ([], True)
    assert ours(world) == []


@pytest.mark.parametrize(
    ("option", "status"),
    [("", 422), ("9", 422), ("x", 422), ("9" * 5000, 422), ("\0", 422), ("²", 422)],
)
def test_odd_pick_changes_nothing(world: World, option: str, status: int) -> None:
    offered(world)

    answer = requests.post(_link(world), {"option": option}, timeout=10)

    assert (answer.status_code, the_offer(world).state) == (status, "open")
    assert "Pilih salah satu." in refusals_of(answer)["option"]
    assert _options(answer) == ["0", "1", "2"]


def test_link_of_another_message_or_a_forged_one_opens_nothing(world: World) -> None:
    offered(world)
    other = world.context.links.buyer("choose", message_of(world, Step.RECEIPT).id)

    for address in (other, _link(world)[:-3]):
        assert requests.get(address, timeout=10).status_code == 404


def test_seller_sees_the_choice_before_and_after(world: World) -> None:
    proposed(world)
    browser, reference = world.browser(), world.case().reference
    address = f"/cases/{reference}"
    before = text_of(browser.get(address))
    assert "Proposal: the buyer chooses" in before
    assert "Without a pick the first one is given." in before
    assert "Costs you at most: Send again IDR 259,000." in before

    after = text_of(browser.post(f"{address}/offer", {}))

    assert "The buyer may choose until Dec 1" in after
    assert "Take the choice back" in after
    made = world.case().make_goods[0]
    back = browser.post(f"{address}/make-goods/{made.id}/withdraw", {})
    assert "Taken back." in text_of(back)
    assert world.case().state == "awaiting_approval"


def test_page_is_for_a_phone_and_for_no_search_engine(world: World) -> None:
    offered(world)
    page = requests.get(_link(world), timeout=10)

    assert 'name="viewport"' in page.text
    assert "noindex" in page.text
