"""Where the keys go, and hosts that drop the header they go in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from requests import PreparedRequest

from integrations.errors import Misconfigured
from integrations.remedies import REFUND
from integrations.woocommerce.client import KEYS_IN_ADDRESS
from tests.integrations.woocommerce.samples import PretendShop, adapter, answer, asked

HOST = "https://cgi.example"
STRANGER = answer("key_unknown")


class DroppingShop(PretendShop):
    """Behind a host that drops `Authorization`: only keys in the address reach it."""

    def _answer(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url or "").query)
        if query.get("consumer_key") == ["ck_1"] and query.get("consumer_secret") == ["cs_1"]:
            return super()._answer(request)
        self.requests.append(request)
        return STRANGER["status"], {}, '{"code": "woocommerce_rest_cannot_view", "message": "x"}'


@pytest.fixture(name="wire")
def _wire() -> Iterator[responses.RequestsMock]:
    KEYS_IN_ADDRESS.clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire
    KEYS_IN_ADDRESS.clear()


def test_keys_are_tried_in_the_address_once_and_then_kept_there(
    wire: responses.RequestsMock,
) -> None:
    shop = DroppingShop(wire, HOST)
    adapter(HOST).order("13")
    tried = len([request for request in shop.requests if "consumer_key" not in (request.url or "")])

    adapter(HOST).act(asked(REFUND))

    assert tried == 1
    assert (
        len([request for request in shop.requests if "consumer_key" not in (request.url or "")])
        == 1
    )
    assert shop.posts() == ["orders/13/refunds"]


def test_what_is_lost_is_said_by_the_connection_test(wire: responses.RequestsMock) -> None:
    DroppingShop(wire, HOST)

    findings = {str(each.name): each for each in adapter(HOST).check()}

    assert findings["Address and key"].ok
    assert "server's own log" in str(findings["Address and key"].advice)


def test_unknown_key_is_named_and_its_place_not_kept(wire: responses.RequestsMock) -> None:
    wire.get(f"{HOST}/wp-json/wc/v3/orders/13", **STRANGER)

    with pytest.raises(Misconfigured, match="refused the key"):
        adapter(HOST).order("13")

    assert len(wire.calls) == 2
    assert not KEYS_IN_ADDRESS


def test_keys_never_go_in_an_address_over_plain_http(wire: responses.RequestsMock) -> None:
    wire.get("http://127.0.0.1:9/wp-json/wc/v3/orders/13", **STRANGER)

    with pytest.raises(Misconfigured):
        adapter("http://127.0.0.1:9").order("13")

    [address] = [str(call.request.url) for call in wire.calls]
    assert address.startswith("http://127.0.0.1:9/wp-json/wc/v3/orders/13")
    assert "consumer_secret" not in address


@pytest.mark.parametrize("name", ["key_wrong", "key_read_only"])
def test_refused_key_is_not_tried_elsewhere(wire: responses.RequestsMock, name: str) -> None:
    wire.get(f"{HOST}/wp-json/wc/v3/orders/13", **answer(name))

    with pytest.raises(Misconfigured):
        adapter(HOST).order("13")

    assert len(wire.calls) == 1
