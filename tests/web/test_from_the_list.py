"""Deciding from the waiting page: one tap for one case, three for many like ones, then the next one."""

from __future__ import annotations

import re

import pytest

from service.domain.staff.authority import Limit, SellerRole
from service.operations.messages import do_not_contact
from service.operations.remedies import decisions
from tests.operations.steps import rated
from tests.operations.test_offers import proposed
from tests.web.pages import text_of
from tests.world import World

QUICK = re.compile(r'<form method="post" class="quick" action="([^"]+)">')


def _two(world: World) -> None:
    world.rate(1, "Barang datang pecah")
    world.work()
    world.clock.move(minutes=5)
    world.rate(1, "Barang datang pecah juga")
    world.work()


def test_row_approves_what_its_case_proposes_and_comes_back_with_undo(world: World) -> None:
    rated(world)
    world.set_shop(hold_seconds=20)
    browser = world.browser()
    [address] = QUICK.findall(browser.get("/").text)
    proposal = world.case().proposals[-1].id

    form = {"proposal": proposal, "number": 0, "next": "/?mine="}
    came_back = browser.press("/", address, form)

    assert came_back.url == f"{world.url}/?mine="
    assert "Approved. Till 10:00:20 you can undo it." in text_of(came_back)
    assert f"/cases/{world.case().reference}/undo" in came_back.text
    assert "Nothing waits for you." in text_of(came_back)


@pytest.mark.parametrize("each", [25_900_000, 25_899_999])
def test_row_offers_no_approval_above_the_limit(world: World, each: int) -> None:
    rated(world, text="Barang datang pecah")
    seller = world.seller("agent@example.test", SellerRole.AGENT, {"IDR": Limit(each)})

    page = world.browser(seller).get("/").text

    assert bool(QUICK.findall(page)) == (each == 25_900_000)


def test_viewer_is_offered_no_approval(world: World) -> None:
    _two(world)
    page = world.browser(world.seller("v@example.test", SellerRole.VIEWER)).get("/").text

    assert QUICK.findall(page) == []
    assert "Like cases" not in page


def test_like_cases_are_reviewed_with_number_and_total_before_any_is_decided(world: World) -> None:
    _two(world)
    world.rate(1, "Warna salah, pesan biru dapat merah")
    world.work()
    browser = world.browser()
    [group] = re.findall(r'href="(/together\?like=[^"]+)"', browser.get("/").text)
    chosen = re.findall(r'name="case" value="([^"]+)" checked', browser.get(group).text)
    assert len(chosen) == 2

    review = browser.get("/together/review?" + "&".join(f"case={case}" for case in chosen))
    assert "Approve 2 cases?" in text_of(review)
    assert "IDR 518,000" in text_of(review)
    assert "Kami kirim ulang Electric kettle" in text_of(review)
    assert f"Shown for {chosen[0]}" in text_of(review)
    assert {case.state for case in world.cases()} == {"awaiting_approval"}

    pairs = re.findall(r'name="case" value="([^"]+)"', review.text)
    wrong = browser.press("/me", "/together/approve", {"case": pairs, "number": "3"})
    assert wrong.status_code == 422
    assert "Type the number of cases, 2, to confirm." in text_of(wrong)
    done = browser.press("/me", "/together/approve", {"case": pairs, "number": "2"})
    world.work()

    assert "2 approved." in text_of(done)
    assert len(world.ledger()["made"]) == 2
    assert world.cases()[-1].state == "awaiting_approval"


def test_what_is_left_of_many_is_said_with_its_reason(world: World) -> None:
    _two(world)
    pairs = [f"{case.reference} {case.proposals[-1].id}" for case in world.cases()]
    first = world.cases()[0]
    decisions.decline(world.context, first.id, world.owner, "no")

    answer = world.browser().press("/me", "/together/approve", {"case": pairs, "number": "2"})

    assert f"{first.reference} is left: " in text_of(answer)
    assert "Approved. It is carried out now." in text_of(answer)


def test_next_case_follows_in_the_order_of_the_waiting_page(world: World) -> None:
    _two(world)
    first, second = (case.reference for case in world.cases())
    browser = world.browser()

    assert browser.get(f"/cases/{first}/next").url.endswith(second)
    assert browser.get(f"/cases/{second}/next").url.endswith(first)
    for case in world.cases():
        decisions.decline(world.context, case.id, world.owner, "no")

    assert browser.get(f"/cases/{first}/next").url == f"{world.url}/"


def test_page_shows_before_approving_what_the_buyer_will_read_and_when(world: World) -> None:
    rated(world)

    before = len(world.case().messages)

    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))

    assert "What the buyer will read about Nov 24, " in page
    assert "Rp259.000" in page
    assert len(world.case().messages) == before


def test_choice_is_shown_as_the_buyer_will_read_it(world: World) -> None:
    proposed(world)

    page = text_of(world.browser().get(f"/cases/{world.case().reference}"))

    assert "https://…" in page
    assert "Let the buyer choose" in page


def test_nobody_who_wants_no_messages_is_let_choose(world: World) -> None:
    proposed(world)
    before = QUICK.findall(world.browser().get("/").text)
    address = world.case().order["buyer"]["email"]
    do_not_contact.put(world.context, world.shop_id, world.owner, address, "minta lewat telepon")
    browser = world.browser()
    page = browser.get(f"/cases/{world.case().reference}")

    assert before == [f"/cases/{world.case().reference}/offer"]
    assert QUICK.findall(browser.get("/").text) == []
    assert "The buyer cannot be written to, so choose the make-good yourself." in text_of(page)
    assert "/offer" not in page.text
    assert "/approve" in page.text
