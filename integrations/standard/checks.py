"""What the seller's test button tries; nothing at the shop changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from integrations.base.checks import checked, tried
from integrations.base.client import path_of
from integrations.contract import CheckResult
from integrations.entries import WEBHOOK_SECRET
from integrations.sentence import Text
from integrations.standard.client import Connected
from integrations.standard.schemas import OrdersIn, RecordedMakeGoodIn, ReviewPageIn
from integrations.standard_webhooks import entered_key

ACCESS, SECRET = Text("Address and secret"), Text("Webhook secret")
NO_SECRET = Text("make a secret and enter it in the program that sends the events")
PROBE = "makegood-check"
"""An id no shop has."""


class Checks(Connected):
    """The seller's test button: GET /check, and each endpoint that only reads."""

    def check(self) -> list[CheckResult]:
        """Try the entries first, then each endpoint that only reads: GET /check, GET /orders,
        GET /make-goods/{key}, GET /reviews."""
        return checked(ACCESS, self._lines())

    def _lines(self) -> Iterator[CheckResult]:
        yield _webhook_secrets(self.config.webhook_secrets)
        client = self.client
        yield _encrypted(client.base)
        client.ask("GET", "/check")
        yield CheckResult(ACCESS, True)
        orders = partial(client.get, "/orders", OrdersIn, {"buyer_id": PROBE})
        yield tried(Text("Orders"), orders)
        record = partial(client.get_or_none, path_of("make-goods", PROBE), RecordedMakeGoodIn)
        yield tried(Text("Looking up a make-good"), record)
        reviews = partial(client.get, "/reviews", ReviewPageIn, {"limit": "1"})
        yield tried(Text("Reviews"), reviews)


def _webhook_secrets(secrets: Sequence[str]) -> CheckResult:
    if not secrets:
        return CheckResult(SECRET, False, NO_SECRET)
    return tried(SECRET, lambda: [entered_key(WEBHOOK_SECRET, secret) for secret in secrets])


def _encrypted(url: str) -> CheckResult:
    """Plain http is for one machine or one private network."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        near = ip_address(host).is_private
    except ValueError:
        near = "." not in host
    fine = parts.scheme == "https" or near
    return CheckResult(
        Text("Encryption"), fine, None if fine else Text("use an address that starts with https://")
    )
