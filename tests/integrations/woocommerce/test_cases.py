"""WooCommerce holds to what every adapter must."""

from __future__ import annotations

import json

from integrations.contract import Config, Inbound
from integrations.woocommerce import ADAPTER
from tests.adapter_cases import AdapterCases
from tests.integrations.woocommerce.samples import BASE, CREATED, SECRET, delivery


class TestWooCommerce(AdapterCases):
    platform = ADAPTER
    hidden = ("ck_1a2b3c", "cs_4d5e6f", SECRET)
    config = Config(
        {"base_url": BASE, "consumer_key": hidden[0], "consumer_secret": hidden[1]}, (SECRET,)
    )
    body = json.dumps(CREATED).encode()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        return delivery(body)


class TestWooCommerceOverHttp(TestWooCommerce):
    config = Config({**TestWooCommerce.config.values, "base_url": "http://127.0.0.1:9"}, (SECRET,))
