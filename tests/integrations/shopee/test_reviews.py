"""Reviews in pages and one by one, the public reply, chat, and pushes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from integrations.contract import (
    Buyer,
    EventKind,
    Inbound,
    OrderChanged,
    OutgoingMessage,
    PublicReply,
    ReturnChanged,
    ReturnStatus,
    SomethingChanged,
)
from integrations.errors import BadSignature, Rejected, Unreadable
from integrations.shopee import ADAPTER
from tests.adapter_cases import NOW
from tests.integrations.reading import review, reviews
from tests.integrations.shopee.conftest import URL, Trial
from tests.platforms.shopee import SHOP_ID, sign

DOCUMENTED = (
    '{"code":3,"shop_id":727720655,"timestamp":1660123127,'
    '"data":{"ordersn":"220810QSK8S7BX","status":"PROCESSED"}}'
)


def _poll(trial: Trial) -> list[str]:
    numbers, cursor, more = [], "", True
    while more:
        page = trial.adapter.poll(cursor, trial.clock.now())
        numbers += [event.review_id for event in reviews(page.events)]
        cursor, more = page.cursor, page.more
    assert cursor == ""
    return numbers


def test_review_carries_its_order_and_buyer(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    number = trial.shop.rate(order_sn, 2, "Pecah 😢")

    event = review(trial.adapter.poll("", trial.clock.now()).events)

    assert (event.review_id, event.rating, event.text) == (number, 2, "Pecah 😢")
    assert (event.order_ids, event.product_id) == ((order_sn,), "2600144043")
    assert (event.buyer.name, event.written_at) == ("sari", trial.clock.now())


def test_all_that_is_shown_is_read_and_no_more(trial: Trial) -> None:
    for number in range(620):
        trial.shop.rate(f"order-{number}", 1)

    assert len(_poll(trial)) == 500
    trial.entries["review_pages"] = "2"
    assert len(_poll(trial)) == 200


def test_odd_review_hides_no_other(trial: Trial) -> None:
    for number in range(3):
        trial.shop.rate(f"order-{number}", 1)
    trial.shop.comments[1]["rating_star"] = "five"

    page = trial.adapter.poll("", trial.clock.now())

    assert len(page.events) == 2
    assert [row.key for row in page.unread] == ["row:120590835"]
    assert "rating_star" in str(page.unread[0].problem)


def test_review_is_read_again_and_one_that_is_gone_is_withdrawn(trial: Trial) -> None:
    number = trial.shop.rate(trial.shop.sell(), 1)
    trial.shop.rate(next(iter(trial.shop.orders)), 5, "Sudah beres")

    kept = review(trial.adapter.look(f"review:{number}"))
    trial.shop.comments.clear()
    gone = review(trial.adapter.look(f"review:{number}"))

    assert (kept.rating, kept.text) == (5, "Sudah beres")
    assert gone.kind is EventKind.WITHDRAWN


def test_reply_is_posted_once(trial: Trial) -> None:
    number = trial.shop.rate(trial.shop.sell(), 1)
    trial.adapter.reply(PublicReply("k", number, "Maaf, Kak."))

    with pytest.raises(Rejected, match="duplicate_request"):
        trial.adapter.reply(PublicReply("k2", number, "Sekali lagi"))
    assert trial.shop.replies == {number: "Maaf, Kak."}


def test_message_goes_to_the_buyer_of_the_order(trial: Trial) -> None:
    buyer = trial.adapter.order(trial.shop.sell()).buyer
    message = OutgoingMessage("k", "MG-1", buyer, "Halo", "Maaf, Kak.", order_id="1")

    assert trial.adapter.message(message) == "1"
    assert trial.shop.messages == [
        {"to_id": 9193214, "message_type": "text", "content": {"text": "Maaf, Kak."}}
    ]
    with pytest.raises(Rejected, match="no buyer"):
        trial.adapter.message(OutgoingMessage("k", "MG-1", Buyer(), "Halo", "x"))


def test_push_is_signed_with_the_address_and_the_push_key() -> None:
    url = "https://example.test/webhooks/shopee"
    signature = "892ec9dc7959cf698d03caf7c5df8573ff54af67fae37823ed851aafbcf49b9c"
    genuine = Inbound({"authorization": signature}, DOCUMENTED.encode(), NOW, url)

    assert ADAPTER.verify(genuine, ["older", "push_key_abc"], NOW)
    assert ADAPTER.read(genuine) == [OrderChanged("220810QSK8S7BX")]
    for other in ("https://www.example.test/webhooks/shopee", f"{url}/", ""):
        moved = Inbound(genuine.headers, genuine.body, NOW, other)
        with pytest.raises(BadSignature):
            ADAPTER.verify(moved, ["push_key_abc"], NOW)


def test_same_push_has_one_key_however_late_it_comes() -> None:
    signature = sign("k", f"{URL}|{DOCUMENTED}")
    keys = {
        ADAPTER.verify(
            Inbound({"authorization": signature}, DOCUMENTED.encode(), at, URL), ["k"], at
        )
        for at in (NOW, NOW + timedelta(hours=3))
    }

    assert len(keys) == 1


@pytest.mark.parametrize("body", [b"", b" ", b"{}", b'{"code": 0, "timestamp": 1}'])
def test_push_that_tries_the_address_is_answered_and_not_stored(body: bytes) -> None:
    assert ADAPTER.verify(Inbound({}, body, NOW, URL), ["k"], NOW) is None


@pytest.mark.parametrize(
    ("code", "data", "events"),
    [
        (29, {"order_sn": "A", "return_sn": "B"}, [ReturnChanged("B", "A", ReturnStatus.CHANGED)]),
        (29, {"ordersn": "A", "return_sn": 7}, [ReturnChanged("7", "A", ReturnStatus.CHANGED)]),
        (29, {"return_sn": "B"}, [SomethingChanged("return:B")]),
        (29, {}, []),
        (10, {"type": "message", "content": {"message_id": "1"}}, []),
        (99, ["anything"], []),
    ],
)
def test_pushes_are_hints(code: int, data: object, events: list[object]) -> None:
    body = json.dumps({"code": code, "shop_id": int(SHOP_ID), "data": data, "new": 1}).encode()

    assert ADAPTER.read(Inbound({}, body, NOW)) == events


def test_push_without_a_code_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="code"):
        ADAPTER.read(Inbound({}, b'{"shop_id": 1, "data": {}}', NOW))


def test_return_that_names_no_order_is_looked_up(trial: Trial) -> None:
    order_sn = trial.shop.sell()
    return_sn = trial.shop.open_return(order_sn)

    assert trial.adapter.look(f"return:{return_sn}") == [
        ReturnChanged(return_sn, order_sn, ReturnStatus.CHANGED)
    ]
