"""What the seller's test button tries; nothing in the shop changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from integrations.contract import Config, Finding
from integrations.errors import AdapterError
from integrations.sentence import Said, Text
from integrations.woocommerce.client import Client, base_url
from integrations.woocommerce.schemas import AnythingIn, OrderIn, ReviewIn, WebhookIn
from integrations.woocommerce.shop import coupons_on

MAKEGOOD = re.compile(r"/webhooks/[\w-]{24}$")
"""The end of a webhook address of any Makegood; other receivers are none of our business."""
TOPICS = ("review.created", "review.updated", "review.deleted")
PLAIN_PERMALINKS = Text(
    "WordPress answers, but not at /wp-json: choose any permalink structure but 'plain' in"
    " Settings > Permalinks"
)
NO_WOOCOMMERCE = Text("WordPress answers, but WooCommerce is not active there: activate it")
DROPPED_HEADER = Text(
    "the host drops the Authorization header, so the keys go in the address of each call: it works,"
    " but they are then kept in the server's own log. Let the host pass the header on (Apache:"
    " CGIPassAuth On)"
)


def findings(config: Config, client: Callable[[], Client]) -> list[Finding]:
    """Address and key first; the rest only when they work."""
    try:
        calls = client()
        calls.page("orders", OrderIn, {"per_page": "1"})
    except AdapterError as error:
        advice = _cause(client) or error.text
        return [Finding(Text("Address and key"), False, advice, blocking=True)]
    return [
        Finding(Text("Address and key"), True, DROPPED_HEADER if calls.keys_in_address else None),
        _encrypted(config),
        # An empty batch changes nothing, yet needs the permission to write.
        _tried(Text("Permission to write"), lambda: calls.post("orders/batch", AnythingIn, {})),
        _tried(
            Text("Reviews"), lambda: calls.page("products/reviews", ReviewIn, {"per_page": "1"})
        ),
        _coupons(calls),
        *_webhooks(calls, config.webhook_url),
    ]


def _cause(client: Callable[[], Client]) -> Text | None:
    """What the root of WordPress's API says of a shop that cannot be called, None for nothing."""
    try:
        calls = client()
        index = calls.index(pretty=False)
        if index is None or "wp/v2" not in index["namespaces"]:
            return None
        if "wc/v3" not in index["namespaces"]:
            return NO_WOOCOMMERCE
        return None if calls.index(pretty=True) else PLAIN_PERMALINKS
    except AdapterError:
        return None


def _encrypted(config: Config) -> Finding:
    fine = base_url(config).startswith("https:")
    hint = Text("requests are signed, but not hidden: use https:// where you can")
    return Finding(Text("Encryption"), True, None if fine else hint)


def _tried(name: Text, call: Callable[[], object]) -> Finding:
    try:
        call()
    except AdapterError as error:
        return Finding(name, False, error.text)
    return Finding(name, True)


def _coupons(calls: Client) -> Finding:
    coupons = coupons_on(calls)
    if coupons is None:
        return Finding(
            Text("Coupons"), True, Text("whether coupons are switched on could not be read")
        )
    if not coupons:
        return Finding(
            Text("Coupons"), True, Text("coupons are switched off: no vouchers are proposed")
        )
    return _tried(Text("Coupons"), lambda: calls.post("coupons/batch", AnythingIn, {}))


def _webhooks(calls: Client, address: str) -> list[Finding]:
    """WooCommerce switches a webhook off after seven failures and tells nobody."""
    try:
        rows = calls.page("webhooks", WebhookIn, {}).rows
    except AdapterError as error:
        return [Finding(Text("Webhooks"), False, error.text)]
    to_makegood = [one for one in rows if MAKEGOOD.search(_target(one["delivery_url"]))]
    ours = [one for one in to_makegood if _same_receiver(one["delivery_url"], address)]
    off = [
        Finding(
            Text("Webhook %(name)s", name=one["name"] or one["topic"]),
            False,
            Text("it is off: set it to active again"),
        )
        for one in ours
        if one["status"] != "active"
    ]
    return [*off, _topics(ours, strangers=len(to_makegood) - len(ours))]


def _target(address: str) -> str:
    return address.split("?")[0].rstrip("/")


def _same_receiver(delivery_url: str, address: str) -> bool:
    """Whether a webhook goes to this connection: its id in the address is no other's."""
    return _target(delivery_url).rpartition("/")[2] == _target(address).rpartition("/")[2]


def _topics(ours: Sequence[dict[str, Any]], *, strangers: int) -> Finding:
    active = {one["topic"] for one in ours if one["status"] == "active"}
    missing = [one for one in TOPICS if one not in active]
    if not missing:
        return Finding(Text("Review webhooks"), True)
    hint: Said = Text(
        "no active webhook for %(topics)s: reviews are polled every ten minutes. Install the Makegood"
        " plugin and add a webhook for each, to hear of them at once. Webhooks of the shop that go to"
        " an earlier connection or another Makegood: %(strangers)s.",
        topics=", ".join(missing),
        strangers=strangers,
    )
    return Finding(Text("Review webhooks"), True, hint)
