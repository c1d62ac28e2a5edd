"""The shop printed in docs/platforms/standard.md is run as it stands."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from werkzeug.serving import make_server

from integrations.contract import (
    Buyer,
    Config,
    Done,
    EventKind,
    OrderQuery,
    OutgoingMessage,
)
from integrations.errors import Misconfigured, Permanent, Unsupported
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import VOUCHER
from integrations.standard import ADAPTER, Standard
from tests.integrations.reading import review
from tests.integrations.standard.samples import BASE, OTHER, SECRET, adapter, delivery, refund

PAGE = Path(__file__).parents[3] / "docs" / "platforms" / "standard.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(name="shop")
def _shop() -> Iterator[dict[str, Any]]:
    (source,) = blocks("python")
    names: dict[str, Any] = {"__name__": "documented_shop"}
    exec(compile(source, str(PAGE), "exec"), names)  # noqa: S102
    server = make_server("127.0.0.1", 0, names["app"], threaded=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield {**names, "base": f"http://127.0.0.1:{server.server_port}"}
    server.shutdown()
    thread.join(5)
    server.server_close()


def connected(shop: dict[str, Any], secret: str = "") -> Standard:
    values = {"base_url": shop["base"], "outgoing_secret": secret or shop["SECRET"]}
    # The library in the shop reads its own clock.
    return ADAPTER(Config(values, (SECRET,)), Http(), lambda: datetime.now(UTC))


def test_refund_is_done_once_when_asked_twice(shop: dict[str, Any]) -> None:
    adapter = connected(shop)
    request = replace(refund(), order=adapter.order("1007"))

    before = adapter.find(request)
    first = adapter.act(request)
    second = adapter.act(request)

    assert before is None
    assert (first.already, second.already, first.vendor_id) == (False, True, second.vendor_id)
    assert adapter.find(request) == second
    assert adapter.order("1007").left == Money(2590 - 1095, "EUR")


def test_other_terms_are_refused_when_the_key_was_used(shop: dict[str, Any]) -> None:
    adapter = connected(shop)
    adapter.act(refund())

    with pytest.raises(Permanent, match="amount"):
        adapter.act(refund(minor=500))


def test_refund_is_refused_when_less_is_left(shop: dict[str, Any]) -> None:
    with pytest.raises(Permanent, match="can still be refunded"):
        connected(shop).act(refund(minor=2591))
    assert shop["DONE"] == {}


def test_shop_itself_refuses_what_was_refunded_between_look_and_call(
    shop: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = connected(shop)
    seen = adapter.order("1007")
    shop["ORDERS"]["1007"]["left"]["minor"] = 0
    monkeypatch.setattr(Standard, "order", lambda *_: seen)

    with pytest.raises(Permanent, match="More than is left"):
        adapter.act(refund())


def test_voucher_is_unsupported_when_the_shop_only_refunds(shop: dict[str, Any]) -> None:
    with pytest.raises(Unsupported, match="only refunds"):
        connected(shop).act(refund(kind=VOUCHER))


def test_message_goes_out_once_when_sent_twice(shop: dict[str, Any]) -> None:
    adapter = connected(shop)
    message = OutgoingMessage("k1", "MG-1", Buyer("b-9"), "Maaf", "Kami perbaiki ✓")

    assert adapter.message(message) == adapter.message(message) == "m-k1"
    assert [each["text"] for each in shop["SENT"].values()] == ["Kami perbaiki ✓"]


def test_order_is_found_when_only_the_buyer_is_known(shop: dict[str, Any]) -> None:
    query = OrderQuery("r-81", product_id="p-4", buyer=Buyer("b-9"))

    assert [order.id for order in connected(shop).orders_for(query)] == ["1007"]


def test_call_is_refused_when_signed_with_another_secret(shop: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured):
        connected(shop, OTHER).order("1007")


def test_only_what_the_shop_lacks_is_named_when_checked(shop: dict[str, Any]) -> None:
    found = connected(shop).check()

    assert [str(each.name) for each in found if not each.ok] == ["Reviews"]


def test_every_printed_sample_is_what_is_spoken() -> None:
    event, order, asked, made = map(json.loads, blocks("json"))
    with responses.RequestsMock() as wire:
        wire.get(f"{BASE}/orders/{order['id']}", json=order)
        wire.post(f"{BASE}/make-goods", json=made)
        wire.get(f"{BASE}/make-goods/{asked['key']}", json=made)
        shop = adapter()
        request = replace(refund(asked["key"], asked["amount"]["minor"]), order=shop.order("1007"))
        done, found = shop.act(request), shop.find(request)
        sent = json.loads(wire.calls[2].request.body or b"")

    read = review(Standard.read(delivery(event)))
    assert (read.kind, read.review_id, read.rating) == (EventKind.ADDED, "r-81", 2)
    assert (read.buyer.zone, read.order_ids) == ("Asia/Jakarta", ("1007",))
    assert (request.order.left, request.order.lines[0].name) == (Money(2590, "EUR"), "Teapot")
    assert request.order.edit_link == order["edit_link"]
    assert sent == asked
    assert isinstance(done, Done)
    assert isinstance(found, Done)
    assert (done.vendor_id, found.vendor_id, found.already) == (made["id"], made["id"], True)
