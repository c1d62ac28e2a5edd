"""Make-goods and messages of one's own shop, each kind of refusal, and the check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
import time_machine
from requests import ConnectionError, PreparedRequest
from standardwebhooks import Webhook

from integrations.contract import Buyer, OutgoingMessage, PublicReply
from integrations.entries import WrongEntry
from integrations.errors import (
    AdapterError,
    Misconfigured,
    Permanent,
    Rejected,
    Temporary,
    Unsupported,
)
from integrations.remedies import RESEND, VOUCHER
from integrations.sentence import Words
from integrations.standard import Standard
from tests.integrations.reading import left
from tests.integrations.standard.samples import (
    BASE,
    NOW,
    ORDER,
    OUTGOING,
    RECORDED,
    adapter,
    refund,
)

MAKE_GOODS = f"{BASE}/make-goods"
RECORD = f"{MAKE_GOODS}/MG-7F3K2Q-1"
NOTHING = {"message": "none"}


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        wire.get(f"{BASE}/orders/1007", json=ORDER)
        yield wire


def sent(wire: responses.RequestsMock, number: int = 0) -> PreparedRequest:
    """A request, the look at the order before a refund apart."""
    found = [call.request for call in wire.calls if call.request.url != f"{BASE}/orders/1007"]
    request: PreparedRequest = found[number]
    return request


def test_make_good_is_signed_and_keyed_when_asked_for(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json=RECORDED, status=201)

    result = adapter().act(refund())

    request = sent(wire)
    body = request.body
    assert isinstance(body, bytes)
    with time_machine.travel(NOW, tick=False):
        asked = Webhook(OUTGOING).verify(body, dict(request.headers))
    assert request.headers["Idempotency-Key"] == "MG-7F3K2Q-1"
    assert asked["amount"] == {"minor": 1095, "currency": "EUR"}
    assert (asked["action"], asked["order_id"], asked["line_ids"]) == ("refund", "1007", ["1"])
    assert (result.vendor_id, result.already, left(result)) == ("rf-1", False, None)


def test_message_id_is_the_same_when_the_same_key_is_tried_again(
    wire: responses.RequestsMock,
) -> None:
    wire.post(MAKE_GOODS, json=RECORDED)

    adapter().act(refund())
    adapter().act(refund())

    assert sent(wire, 0).headers["webhook-id"] == sent(wire, 1).headers["webhook-id"]


def test_signature_covers_the_address_when_there_is_no_body(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/orders/10%2F07", json={**ORDER, "id": "10/07"})

    adapter().order("10/07")

    with time_machine.travel(NOW, tick=False):
        Webhook(OUTGOING).verify(
            "/makegood/orders/10/07?", dict(sent(wire).headers), json_parse=False
        )


def test_conflict_is_success_when_the_terms_are_the_same(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={}, status=409)
    wire.get(RECORD, json=RECORDED)

    result = adapter().act(refund())

    assert (result.vendor_id, result.already) == ("rf-1", True)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"amount": {"minor": 1096, "currency": "EUR"}}, "amount"),
        ({"amount": {"minor": 1095, "currency": "JPY"}}, "amount"),
        ({"order_id": "9"}, "order"),
        ({"action": "voucher"}, "action"),
        ({"line_ids": ["2"]}, "lines"),
    ],
    ids=str,
)
def test_conflict_is_permanent_when_the_terms_differ(
    wire: responses.RequestsMock, other: dict[str, Any], said: str
) -> None:
    wire.post(MAKE_GOODS, json={}, status=409)
    wire.get(RECORD, json={**RECORDED, **other})

    with pytest.raises(Permanent, match=said):
        adapter().act(refund())


def test_conflict_is_permanent_when_the_key_is_not_found(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={"message": "order locked"}, status=409)
    wire.get(RECORD, json=NOTHING, status=404)

    with pytest.raises(Permanent, match="order locked"):
        adapter().act(refund())


def test_nothing_is_found_when_the_shop_says_so_in_json(wire: responses.RequestsMock) -> None:
    wire.get(RECORD, json=NOTHING, status=404)

    assert adapter().find(refund()) is None


def test_not_found_proves_nothing_when_a_proxy_answers(wire: responses.RequestsMock) -> None:
    wire.get(RECORD, body="<html>404</html>", status=404)

    with pytest.raises(Misconfigured, match="JSON"):
        adapter().find(refund())


def test_outcome_stays_unknown_when_the_shop_is_still_at_it(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "status": "pending"}, status=202)
    wire.get(RECORD, json={**RECORDED, "status": "pending"})

    for call in (adapter().act, adapter().find):
        with pytest.raises(Temporary) as raised:
            call(refund())
        assert raised.value.outcome == "unknown"


def test_refusal_is_permanent_when_recorded_as_refused(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "status": "refused", "message": "too\nlate"})

    with pytest.raises(Permanent, match="too late"):
        adapter().act(refund())


def test_task_is_handed_on_when_the_shop_leaves_work(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "task": "Pay it at the bank"})

    assert left(adapter().act(refund())) == Words("Pay it at the bank")


def test_voucher_has_its_code_when_made(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "action": "voucher", "code": "TEA-5"})

    assert adapter().act(refund(kind=VOUCHER)).code == "TEA-5"


def test_outcome_is_unknown_when_a_voucher_lacks_its_code(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "action": "voucher"})
    wire.get(RECORD, json={**RECORDED, "action": "voucher"})

    with pytest.raises(Temporary):
        adapter().act(refund(kind=VOUCHER))
    with pytest.raises(Permanent, match="code"):
        adapter().find(refund(kind=VOUCHER))


def test_worth_does_not_matter_when_a_resend_is_recorded(wire: responses.RequestsMock) -> None:
    free = {**RECORDED, "action": "resend", "amount": {"minor": 0, "currency": "EUR"}}
    wire.get(RECORD, json=free)

    assert adapter().find(refund(kind=RESEND)) is not None


@pytest.mark.parametrize("body", ["ok", "{}", "[]", '{"id": 5, "status": "perhaps"}'])
def test_outcome_is_unknown_when_a_good_status_has_a_wrong_body(
    wire: responses.RequestsMock, body: str
) -> None:
    wire.post(MAKE_GOODS, body=body, status=200)

    with pytest.raises(Temporary) as raised:
        adapter().act(refund())

    assert raised.value.outcome == "unknown"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Permanent),
        (404, Permanent),
        (410, Permanent),
        (422, Permanent),
        (401, Misconfigured),
        (403, Misconfigured),
        (302, Misconfigured),
        (501, Unsupported),
    ],
)
def test_error_is_of_its_kind_when_the_shop_refuses(
    wire: responses.RequestsMock, status: int, kind: type[AdapterError]
) -> None:
    wire.post(MAKE_GOODS, json={"message": "Closed\x1b[31m " + "x" * 500}, status=status)

    with pytest.raises(kind) as raised:
        adapter().act(refund())

    assert len(raised.value.message) < 400
    assert raised.value.message.isprintable()


@pytest.mark.parametrize(
    ("status", "known"),
    [(429, "not_done")] + [(status, "unknown") for status in (500, 502, 503, 408)],
)
def test_named_wait_is_kept_when_the_shop_is_busy(
    wire: responses.RequestsMock, status: int, known: str
) -> None:
    wire.post(MAKE_GOODS, status=status, headers={"Retry-After": "17"})

    with pytest.raises(Temporary) as raised:
        adapter().act(refund())

    assert (raised.value.retry_after, raised.value.outcome) == (17.0, known)


def test_outcome_is_unknown_when_the_line_breaks(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, body=ConnectionError("cut"))

    with pytest.raises(Temporary) as raised:
        adapter().act(refund())

    assert raised.value.outcome == "unknown"


def test_message_is_keyed_when_sent(wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/messages", json={"id": 5})
    message = OutgoingMessage(
        "k1", "MG-1", Buyer("b-9"), "Halo", "Teks", stop_url="https://s.test/x"
    )

    assert adapter().message(message) == "5"
    assert sent(wire).headers["Idempotency-Key"] == "k1"
    assert json.loads(sent(wire).body or "")["stop_url"] == "https://s.test/x"


def test_message_counts_as_sent_when_its_key_is_known(wire: responses.RequestsMock) -> None:
    wire.post(f"{BASE}/messages", json={"id": "m-1"}, status=409)

    assert adapter().message(OutgoingMessage("k1", "MG-1", Buyer(), "Halo", "Teks")) == "m-1"


@pytest.mark.parametrize(
    "base", ["", "shop.example", "ftp://shop.example", "https://", "https://a/?x=1", "https://[x"]
)
def test_address_is_misconfigured_when_it_is_none(base: str) -> None:
    with pytest.raises(Misconfigured):
        adapter(base=base).order("1")


def test_secret_is_misconfigured_and_not_repeated_when_it_is_none() -> None:
    with pytest.raises(Misconfigured) as raised:
        adapter(outgoing="hunter2").order("1")

    assert "hunter2" not in raised.value.message


def test_each_endpoint_is_tried_when_checked(wire: responses.RequestsMock) -> None:
    wire.get(f"{BASE}/check", json={})
    wire.get(f"{BASE}/orders", json={"orders": "none"})
    wire.get(f"{MAKE_GOODS}/makegood-check", json=NOTHING, status=404)
    wire.get(f"{BASE}/reviews", json=NOTHING, status=501)

    found = {str(each.name): each for each in adapter().check()}

    assert [name for name, each in found.items() if not each.ok] == ["Orders"]
    assert "orders: " in str(found["Orders"].advice)
    assert "task" in str(found["Reviews"].advice)
    assert {str(call.request.method) for call in wire.calls} == {"GET"}


def test_advice_is_given_when_the_secret_is_refused(wire: responses.RequestsMock) -> None:
    wire.get("http://shop.example/check", status=401)

    found = adapter(base="http://shop.example").check()

    assert [(str(each.name), each.ok) for each in found] == [
        ("Webhook secret", True),
        ("Encryption", False),
        ("Address and secret", False),
    ]


def _left(wire: responses.RequestsMock, minor: int, currency: str = "EUR") -> None:
    amount = {"minor": minor, "currency": currency}
    lines = [{**ORDER["lines"][0], "paid": amount}]
    wire.replace(
        "GET", f"{BASE}/orders/1007", json={**ORDER, "left": amount, "paid": amount, "lines": lines}
    )


@pytest.mark.parametrize(("minor", "currency"), [(1094, "EUR"), (0, "EUR"), (9999, "USD")])
def test_nothing_is_asked_for_when_less_is_left_by_now(
    wire: responses.RequestsMock, minor: int, currency: str
) -> None:
    _left(wire, minor, currency)
    wire.get(RECORD, json=NOTHING, status=404)
    asked = wire.post(MAKE_GOODS, json=RECORDED)

    with pytest.raises(Permanent, match=r"can still be refunded|the order is in"):
        adapter().act(refund())

    assert asked.call_count == 0


def test_own_earlier_refund_counts_as_done_when_nothing_is_left(
    wire: responses.RequestsMock,
) -> None:
    _left(wire, 0)
    wire.get(RECORD, json=RECORDED)

    assert adapter().act(refund()).already


def test_order_is_not_read_again_when_a_voucher_is_asked_for(wire: responses.RequestsMock) -> None:
    wire.post(MAKE_GOODS, json={**RECORDED, "action": "voucher", "code": "c"})

    adapter().act(refund(kind=VOUCHER))

    assert wire.assert_call_count(f"{BASE}/orders/1007", 0)


@pytest.mark.parametrize(
    ("status", "answer", "posted"),
    [
        (200, {"id": "c-1"}, "c-1"),
        (200, {}, ""),
        (409, {"id": "c-1", "key": "k"}, "c-1"),
        (409, {"message": "answered"}, None),
    ],
)
def test_public_reply_is_posted_once(
    wire: responses.RequestsMock, status: int, answer: dict[str, Any], posted: str | None
) -> None:
    wire.post(f"{BASE}/replies", json=answer, status=status)
    reply = PublicReply("k", "r-81", "Mohon maaf, Kak.")

    if posted is None:
        with pytest.raises(Rejected, match="has a reply already"):
            adapter().reply(reply)
    else:
        assert adapter().reply(reply) == posted
    body = {"key": "k", "review_id": "r-81", "text": "Mohon maaf, Kak."}
    assert json.loads(sent(wire).body or b"") == body
    assert sent(wire).headers["idempotency-key"] == "k"


def test_pages_of_order_and_chat_are_filled_in_or_none() -> None:
    admin = "https://shop.example/admin"
    values = {"order_page": f"{admin}/orders/{{id}}", "chat_page": f"{admin}/chats?with={{id}}"}

    assert Standard.order_page(values, "A 7&x") == f"{admin}/orders/A%207%26x"
    assert Standard.chat_page(values, Buyer(id="b/9"), "7") == f"{admin}/chats?with=b%2F9"
    assert Standard.chat_page(values, Buyer(), "7") == ""
    assert (Standard.order_page({}, "7"), Standard.chat_page({}, Buyer(id="b"), "7")) == ("", "")


def test_reviews_page_is_filled_in_and_replies_are_switched_on() -> None:
    values = {"review_page": "https://shop.example/admin/reviews/{id}", "replies": "yes"}

    assert Standard.review_page(values, "r/8") == "https://shop.example/admin/reviews/r%2F8"
    assert (Standard.review_page({}, "r-8"), Standard.takes_replies(values)) == ("", True)
    assert not Standard.takes_replies({})
    with pytest.raises(WrongEntry):
        Standard.check_entries(
            {"base_url": BASE, "outgoing_secret": OUTGOING, "review_page": "admin/{id}"}
        )
