"""What the seller's test button tries; nothing at the shop changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from integrations.contract import Config, Finding
from integrations.errors import AdapterError, Unsupported
from integrations.sentence import Text
from integrations.standard.client import Client, base_url, path_of
from integrations.standard.schemas import OrdersIn, RecordedMakeGoodIn, ReviewPageIn
from integrations.standard.signing import WrongSecret, key_of

PROBE = "makegood-check"
"""An id no shop has."""


def findings(config: Config, client: Callable[[], Client]) -> list[Finding]:
    """Try the entries first, then each endpoint that only reads."""
    found = [_webhook_secrets(config.webhook_secrets)]
    try:
        calls = client()
        found.append(_encrypted(base_url(config)))
        calls.refuse(calls.ask("/check"))
    except AdapterError as error:
        return [*found, Finding(Text("Address and secret"), False, error.text, blocking=True)]
    found.append(Finding(Text("Address and secret"), True))
    found.append(
        _tried(Text("Orders"), lambda: calls.get("/orders", OrdersIn, {"buyer_id": PROBE}))
    )
    found.append(
        _tried(
            Text("Looking up a make-good"),
            lambda: calls.get_or_none(path_of("make-goods", PROBE), RecordedMakeGoodIn),
        )
    )
    found.append(
        _tried(Text("Reviews"), lambda: calls.get("/reviews", ReviewPageIn, {"limit": "1"}))
    )
    return found


def _webhook_secrets(secrets: Sequence[str]) -> Finding:
    for secret in secrets:
        try:
            key_of(secret)
        except WrongSecret as error:
            return Finding(Text("Webhook secret"), False, error.text)
    advice = (
        None if secrets else Text("make a secret and enter it in the program that sends the events")
    )
    return Finding(Text("Webhook secret"), bool(secrets), advice)


def _encrypted(url: str) -> Finding:
    """Plain http is for one machine or one private network."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        near = ip_address(host).is_private
    except ValueError:
        near = "." not in host
    fine = parts.scheme == "https" or near
    return Finding(
        Text("Encryption"), fine, None if fine else Text("use an address that starts with https://")
    )


def _tried(name: Text, call: Callable[[], object]) -> Finding:
    try:
        call()
    except Unsupported:
        return Finding(name, True, Text("the shop does not offer this; it becomes a task for you"))
    except AdapterError as error:
        return Finding(name, False, error.text)
    return Finding(name, True)
