"""The sandbox and its lesser variants hold to what every adapter must."""

from __future__ import annotations

import json

from integrations.contract import Config, Inbound
from integrations.sandbox import VARIANTS
from integrations.sandbox.codec import sign
from tests.adapter_cases import NOW, AdapterCases

SECRET = "secret-of-the-callbacks"
REVIEW = {
    "id": "31",
    "rating": 2,
    "text": "Pecah",
    "version": 1,
    "withdrawn": False,
    "written_at": "2026-11-24T08:10:00+00:00",
    "product_id": "10",
    "product_name": "Teapot",
    "buyer": {"id": "2", "name": "Sari"},
    "order_ids": ["13"],
}


class TestSandbox(AdapterCases):
    platform = VARIANTS["sandbox"]
    hidden = ("key-of-the-sandbox", SECRET)
    config = Config({"base_url": "http://127.0.0.1:9/sandbox", "api_key": hidden[0]}, (SECRET,))
    body = json.dumps({"event": "review.created", "review": REVIEW}).encode()

    @staticmethod
    def sign(body: bytes) -> Inbound:
        at = str(int(NOW.timestamp()))
        headers = {
            "x-sandbox-delivery": "d1",
            "x-sandbox-timestamp": at,
            "x-sandbox-signature": sign(SECRET, "d1", at, body),
        }
        return Inbound(headers, body, NOW)


class TestWithoutKey(TestSandbox):
    variant = True
    platform = VARIANTS["sandbox-nokey"]


class TestWithoutLookUp(TestSandbox):
    variant = True
    platform = VARIANTS["sandbox-nolookup"]


class TestBlind(TestSandbox):
    variant = True
    platform = VARIANTS["sandbox-blind"]
