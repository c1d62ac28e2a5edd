"""Shopee all the way, over HTTP: reviews polled, orders and returns pushed, a refund that waits for the
buyer's return, a voucher by API, an item sent again by hand, chat that a person releases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.contract import Role
from service.db.models import Case, Connection, Delivery, MakeGood
from service.domain.tasks.kinds import TaskKind
from service.operations.shops import connections, disconnect
from service.operations.shops.connections import NewConnection
from tests.operations.test_offers import open_tasks
from tests.platforms.shopee import PARTNER_ID, PARTNER_KEY, PUSH_KEY, SHOP_ID, ShopeeStandIn
from tests.web.pages import text_of
from tests.world import Browser, World

ORDERS, RETURNS = 3, 29
CONFIRM = "/api/v2/returns/confirm"
TAKEN = 202
SOLD = {
    "refund": {"action": "refund", "whole_line": True},
    "voucher": {"action": "voucher", "percent": 50, "expires_days": 60},
    "resend": {"action": "resend"},
}


class Market:
    """A shop at Shopee whose owner has allowed the app in the browser, and nothing else connected."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shop = ShopeeStandIn(world.clock.now)
        disconnect.disconnect(world.context, world.connection_id, world.owner)
        self.id = connections.connect(
            world.context,
            world.shop_id,
            world.owner,
            NewConnection("shopee", "Toko Shopee", list(Role), self._entries()),
        )
        self.browser: Browser = world.browser()
        self._allow()
        self.shop.callback_url = f"{world.url}/webhooks/{self.connection().public_id}"
        # What stood there before opens no case.
        world.work()

    def _entries(self) -> dict[str, str]:
        return {
            "base_url": self.shop.url,
            "partner_id": PARTNER_ID,
            "partner_key": PARTNER_KEY,
            "shop_id": SHOP_ID,
            "webhook_secret": PUSH_KEY,
        }

    def _allow(self) -> None:
        away = self.browser.get(f"/connections/{self.id}/permission").url
        [back] = parse_qs(urlsplit(away).query)["redirect"]
        page = back.removeprefix(self.world.url)
        self.browser.press(page, page, {"code": "the-code", "shop_id": SHOP_ID})

    def connection(self) -> Connection:
        with self.world.context.database.reading() as session:
            return session.get_one(Connection, self.id)

    def rated(self, remedy: str, rule: dict[str, Any] | None = None) -> str:
        """A low rating that the next poll brings in; gives the order."""
        rule = rule or {"name": "Own", "remedies": [SOLD[remedy]]}
        self.world.set_shop(playbook={"name": "Own", "rules": [rule]})
        order_sn = self.shop.sell()
        self.shop.rate(order_sn, 1, "Barang rusak")
        self.world.clock.move(minutes=10)
        self.world.work()
        return order_sn

    def approved(self, remedy: str) -> str:
        """The owner approves what is proposed."""
        order_sn = self.rated(remedy)
        self.press("approve", number="0")
        self.world.work()
        return order_sn

    def press(self, verb: str, **form: str) -> str:
        """Press a button of the newest case; gives what the page says."""
        return text_of(self.browser.post(f"/cases/{self.case.reference}/{verb}", form))

    def push(self, code: int, order_sn: str, return_sn: str = "", key: str = PUSH_KEY) -> int:
        data = {"order_sn": order_sn, "return_sn": return_sn}
        return self.shop.push(code, {name: value for name, value in data.items() if value}, key)

    @property
    def case(self) -> Case:
        return self.world.cases()[-1]

    @property
    def made(self) -> MakeGood:
        return self.case.make_goods[-1]

    def deliveries(self) -> int:
        with self.world.context.database.reading() as session:
            return session.query(Delivery).count()


@pytest.fixture(name="market")
def _market(world: World) -> Iterator[Market]:
    made = Market(world)
    yield made
    made.shop.close()


def test_polled_review_opens_a_case_whose_first_answer_a_person_releases(market: Market) -> None:
    order_sn = market.rated("refund")

    [draft] = market.case.messages
    assert (market.case.order_id, market.case.state) == (order_sn, "awaiting_approval")
    assert (draft.state, market.shop.messages) == ("draft", [])

    market.press(f"messages/{draft.id}/release")
    market.world.work()

    [sent] = market.shop.messages
    assert sent["to_id"] == 9193214
    assert "Halo Kak sari" in sent["content"]["text"]


def test_refund_waits_for_the_buyer_and_goes_on_when_the_return_is_pushed(market: Market) -> None:
    order_sn = market.approved("refund")
    last_day = market.world.clock.now() - timedelta(minutes=10) + timedelta(days=20)
    assert (market.made.state, market.made.waits_until) == ("waiting_for_buyer", last_day)
    assert open_tasks(market.world) == [TaskKind.READ_DRAFT]

    return_sn = market.shop.open_return(order_sn)
    asked = len(market.shop.calls)
    assert market.push(RETURNS, order_sn, return_sn) == TAKEN
    market.world.work()

    assert (market.made.state, market.made.vendor_id) == ("done", return_sn)
    assert market.shop.returns[return_sn]["status"] == "ACCEPTED"
    assert market.shop.calls[asked:].count(CONFIRM) == 1


def test_order_that_is_pushed_is_looked_at_once_too(market: Market) -> None:
    order_sn = market.approved("refund")
    market.shop.open_return(order_sn)

    assert market.push(ORDERS, order_sn) == TAKEN
    market.world.work()
    market.push(ORDERS, order_sn)
    market.world.work()

    assert market.made.state == "done"
    assert market.shop.calls.count(CONFIRM) == 1


def test_push_that_shopee_did_not_sign_changes_nothing(market: Market) -> None:
    order_sn = market.approved("refund")
    return_sn = market.shop.open_return(order_sn)
    before = market.deliveries()

    assert market.push(RETURNS, order_sn, return_sn, key="another-key") == 401
    market.world.work()

    assert (market.deliveries(), market.made.state) == (before, "waiting_for_buyer")


def test_push_about_another_order_brings_nothing_forward(market: Market) -> None:
    order_sn = market.approved("refund")
    market.shop.open_return(order_sn)
    other = market.shop.sell()

    assert market.push(ORDERS, other) == TAKEN
    market.world.work()

    assert market.made.state == "waiting_for_buyer"


def test_token_is_renewed_by_a_refresh_token_that_is_good_once(market: Market) -> None:
    for _ in range(3):
        market.world.clock.move(hours=4)
        market.rated("refund")

    assert len(market.world.cases()) == 3
    assert market.shop.tokens.refreshes == market.shop.tokens.given - 1 >= 3
    assert len(market.shop.tokens.refresh) == 1


def test_voucher_is_made_by_api_and_its_code_goes_out_by_a_persons_hand(market: Market) -> None:
    market.approved("voucher")

    [voucher] = market.shop.vouchers
    assert (market.made.state, market.made.code) == ("done", voucher["voucher_code"])
    confirmation = next(
        message for message in market.case.messages if message.step == "confirmation"
    )
    market.world.work()
    assert market.shop.messages == []

    market.press(f"messages/{confirmation.id}/release")
    market.world.work()

    assert voucher["voucher_code"] in market.shop.messages[-1]["content"]["text"]


def test_item_is_sent_again_by_a_person_who_says_that_it_was_done(market: Market) -> None:
    market.approved("resend")
    assert market.made.state == "by_hand"
    assert TaskKind.CARRY_OUT in open_tasks(market.world)

    market.press(f"make-goods/{market.made.id}/done")
    market.world.work()

    assert (market.made.state, market.case.state) == ("done", "following_up")
    assert TaskKind.CARRY_OUT not in open_tasks(market.world)
    [told] = [entry for entry in market.case.history if entry.what == "made"]
    assert told.actor == f"seller:{market.world.owner.id}"


def test_choice_ends_at_once_when_a_refund_made_elsewhere_is_pushed(market: Market) -> None:
    """Nothing is left of the order, though nobody has opened the buyer's page."""
    rule: dict[str, Any] = {
        "name": "Own",
        "offer": {"days": 7},
        "remedies": [SOLD["refund"], SOLD["voucher"]],
    }
    order_sn = market.rated("refund", rule)
    market.press("offer")
    market.world.work()
    assert market.made.state == "offered"
    market.push(ORDERS, order_sn)
    market.world.work()
    assert market.made.state == "offered"

    market.shop.returns[market.shop.open_return(order_sn)]["status"] = "ACCEPTED"
    market.world.clock.move(minutes=1)
    market.push(ORDERS, order_sn)
    market.world.work()

    assert (market.made.state, market.case.state) == ("cancelled", "awaiting_approval")
    assert TaskKind.DECIDE in open_tasks(market.world)


def test_public_reply_is_posted_once_by_a_persons_click(market: Market) -> None:
    market.rated("refund")
    case, page = market.case, f"/cases/{market.case.reference}"
    shown = text_of(market.browser.get(page))
    assert "Shopee takes one reply for each review" in shown
    assert "At most 500 letters" in shown
    text = "Mohon maaf atas barang yang rusak, Kak. Kami sudah membereskannya lewat chat."

    assert "The draft is kept." in market.press("public-reply", text=text)
    assert TaskKind.POST_REPLY in open_tasks(market.world)
    assert market.shop.replies == {}
    assert "Posted" in market.press("public-reply/post", text=text, confirmed="yes")
    again = market.press("public-reply/post", text="Sekali lagi", confirmed="yes")

    assert market.shop.replies == {case.review.platform_id: text}
    assert "posted" in again
    assert TaskKind.POST_REPLY not in open_tasks(market.world)


@pytest.mark.parametrize(
    "words", ["", "x" * 501, "Hubungi 0812-3456-7890 ya Kak.", "{order}", "Ubah jadi bintang 5 ya"]
)
def test_public_reply_with_what_may_not_stand_there_is_refused(market: Market, words: str) -> None:
    order_sn = market.rated("refund")

    market.press("public-reply/post", text=words.replace("{order}", f"Pesanan {order_sn} beres."))

    assert (market.shop.replies, market.case.reply) == ({}, None)


def test_reply_that_shopee_has_already_is_no_second_one(market: Market) -> None:
    market.rated("refund")
    market.shop.replies[market.case.review.platform_id] = "Dari Seller Centre"

    told = market.press("public-reply/post", text="Mohon maaf, Kak.", confirmed="yes")

    assert "replied this comment already" in told
    assert market.case.reply is not None
    assert market.case.reply.state == "refused"
    assert TaskKind.POST_REPLY in open_tasks(market.world)


def test_reply_whose_answer_was_lost_is_for_a_person_to_look_at(market: Market) -> None:
    market.rated("refund")
    market.shop.break_after.add("/api/v2/product/reply_comment")

    market.press("public-reply/post", text="Mohon maaf, Kak.", confirmed="yes")
    market.press("public-reply/post", text="Mohon maaf, Kak.", confirmed="yes")
    market.world.work()

    assert market.case.reply is not None
    assert market.case.reply.state == "unknown"
    assert market.shop.calls.count("/api/v2/product/reply_comment") == 1
    market.press("public-reply/stands-there")
    assert market.case.reply.state == "posted"
    assert TaskKind.POST_REPLY not in open_tasks(market.world)
