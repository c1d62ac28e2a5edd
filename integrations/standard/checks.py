"""What the seller's test button tries; nothing at the shop changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

from integrations.base.checks import tried
from integrations.base.client import path_of
from integrations.contract import CheckResult
from integrations.errors import AdapterError
from integrations.sentence import Text
from integrations.standard.client import Connected
from integrations.standard.schemas import OrdersIn, RecordedMakeGoodIn, ReviewPageIn
from integrations.standard_webhooks import WrongSecret, key_of

PROBE = "makegood-check"
"""An id no shop has."""


class Checks(Connected):
    """The seller's test button: GET /check, and each endpoint that only reads."""

    def check(self) -> list[CheckResult]:
        """Try the entries first, then each endpoint that only reads."""
        findings = [_webhook_secrets(self.config.webhook_secrets)]
        try:
            client = self.client
            findings.append(_encrypted(client.base))
            client.ask("GET", "/check")
        except AdapterError as error:
            return [
                *findings,
                CheckResult(Text("Address and secret"), False, error.text, blocking=True),
            ]
        orders = partial(client.get, "/orders", OrdersIn, {"buyer_id": PROBE})
        record = partial(client.get_or_none, path_of("make-goods", PROBE), RecordedMakeGoodIn)
        reviews = partial(client.get, "/reviews", ReviewPageIn, {"limit": "1"})
        return [
            *findings,
            CheckResult(Text("Address and secret"), True),
            tried(Text("Orders"), orders),
            tried(Text("Looking up a make-good"), record),
            tried(Text("Reviews"), reviews),
        ]


def _webhook_secrets(secrets: Sequence[str]) -> CheckResult:
    for secret in secrets:
        try:
            key_of(secret)
        except WrongSecret as error:
            return CheckResult(Text("Webhook secret"), False, error.text)
    advice = (
        None if secrets else Text("make a secret and enter it in the program that sends the events")
    )
    return CheckResult(Text("Webhook secret"), bool(secrets), advice)


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
