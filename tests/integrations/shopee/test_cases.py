"""Shopee holds to what every adapter must."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from integrations.contract import Config, Inbound
from integrations.http import Http
from integrations.shopee import ADAPTER
from tests.adapter_cases import NOW, AdapterCases
from tests.platforms.shopee import PARTNER_ID, PARTNER_KEY, PUSH_KEY, SHOP_ID, sign

URL = "https://makegood.example/webhooks/abc"
PUSHED = {
    "code": 29,
    "shop_id": int(SHOP_ID),
    "timestamp": 1660123127,
    "data": {"order_sn": "220810QSK8S7BX", "return_sn": "2208110VT13E3MQ"},
}


class TestShopee(AdapterCases):
    platform = ADAPTER
    hidden = (PARTNER_KEY, PUSH_KEY, "access-token-of-tests")
    config = Config(
        {
            "base_url": "http://127.0.0.1:9",
            "partner_id": PARTNER_ID,
            "partner_key": PARTNER_KEY,
            "shop_id": SHOP_ID,
            "refunded_at": "ACCEPTED, REFUND_PAID",
        },
        (PUSH_KEY,),
        URL,
    )
    body = json.dumps(PUSHED).encode()

    def made(self) -> Any:
        access: Callable[[str], str] = lambda refused: "access-token-of-tests"  # noqa: E731
        return self.platform(self.config, Http(), lambda: NOW, access)

    @staticmethod
    def sign(body: bytes) -> Inbound:
        headers = {"authorization": sign(PUSH_KEY, f"{URL}|".encode() + body)}
        return Inbound(headers, body, NOW, URL)
