"""A choice among remedies all the way: rated, let choose, told, chosen on the page or not, carried out
once, confirmed. Sellers and buyers use pages only."""

from __future__ import annotations

import re

import pytest
import requests

from service.domain.messages.kinds import Step
from tests.operations.steps import work_for
from tests.operations.test_offers import PAID, ours, playbook, refunded_elsewhere
from tests.web.pages import text_of
from tests.world import World

DAY = 24


def _let_choose(world: World, without_pick: str = "first") -> tuple[int, str]:
    """A low rating whose buyer may choose; gives the order, and the address the buyer was sent."""
    world.set_shop(playbook=playbook(without_pick))
    order_id = world.rate(1, "Barang rusak")
    world.work()
    answer = world.browser().post(f"/cases/{world.case().reference}/offer", {})
    assert "The buyer may choose until" in text_of(answer)
    world.work()
    return order_id, _links(world)[0]


def _links(world: World) -> list[str]:
    texts = "\n".join(message["text"] for message in world.ledger()["messages"])
    return re.findall(rf"{world.url}/b/choose/\S+", texts)


def _pick(link: str, option: str = "1") -> requests.Response:
    page = requests.get(link, timeout=10)
    assert f'value="{option}"' in page.text
    return requests.post(link, {"option": option}, timeout=10)


def _told(world: World) -> list[str | None]:
    """Which steps reached the buyer, in order."""
    sent = [message for message in world.case().messages if message.sent_at]
    return [message.step for message in sorted(sent, key=lambda each: (str(each.sent_at), each.id))]


def _desk(world: World) -> str:
    return text_of(world.browser().get(f"/cases/{world.case().reference}"))


def test_choice_made_is_carried_out_once_and_confirmed_with_its_code(world: World) -> None:
    _, link = _let_choose(world)

    picked = _pick(link)
    world.work()

    [made] = world.ledger()["made"]
    assert (picked.status_code, made["action"], made["amount_minor"]) == (200, "voucher", PAID // 2)
    assert made["code"] in world.ledger()["messages"][-1]["text"]
    assert _told(world) == [Step.RECEIPT, Step.OFFER, Step.CONFIRMATION]
    assert "✓ Voucher IDR 129,500" in _desk(world)
    work_for(world, 8 * DAY)
    assert (ours(world), len(_links(world))) == (["voucher"], 1)


def test_choice_not_made_gives_the_default_after_one_reminder(world: World) -> None:
    _, link = _let_choose(world)
    work_for(world, 6 * DAY)
    assert (len(_links(world)), ours(world)) == (2, [])

    work_for(world, 2 * DAY)

    assert ours(world) == ["refund"]
    assert _told(world)[:4] == [
        Step.RECEIPT,
        Step.OFFER,
        Step.OFFER_REMINDER,
        Step.CONFIRMATION,
    ]
    late = requests.post(link, {"option": "1"}, timeout=10)
    assert (late.status_code, ours(world)) == (409, ["refund"])
    assert "Dana Rp103.600 dikembalikan ke Kakak." in text_of(late)


def test_choice_not_made_goes_back_to_the_seller(world: World) -> None:
    _, link = _let_choose(world, "seller")

    work_for(world, 8 * DAY)

    assert (world.case().state, ours(world)) == ("awaiting_approval", [])
    assert "The buyer did not choose in time." in _desk(world)
    assert "Waktu memilih sudah berakhir." in text_of(requests.get(link, timeout=10))


def test_choice_made_twice_is_carried_out_once(world: World) -> None:
    _, link = _let_choose(world)

    first, second = _pick(link), requests.post(link, {"option": "0"}, timeout=10)
    world.work()

    assert (first.status_code, second.status_code, ours(world)) == (200, 409, ["voucher"])
    for page in (second, requests.get(link, timeout=10)):
        assert "Sudah kami atur." in text_of(page)
        assert "Kakak mendapat voucher Rp129.500" in text_of(page)


@pytest.mark.parametrize("is_open", [False, True], ids=["fetched anew", "page was open"])
def test_choice_made_after_a_refund_elsewhere_gives_nothing(world: World, is_open: bool) -> None:
    order_id, link = _let_choose(world)
    refunded_elsewhere(world, order_id, PAID)

    page = (
        requests.post(link, {"option": "1"}, timeout=10)
        if is_open
        else requests.get(link, timeout=10)
    )
    work_for(world, 8 * DAY)

    assert "sudah diselesaikan dengan cara lain" in text_of(page)
    assert 'name="option"' not in page.text
    assert (world.case().state, ours(world)) == ("awaiting_approval", [])
    assert "can be given any more" in _desk(world)
