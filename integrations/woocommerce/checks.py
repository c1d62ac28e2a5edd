"""What the seller's test button tries; nothing in the shop changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from integrations.base.checks import tried
from integrations.base.loading import Loaded
from integrations.base.loose import PhpSchema
from integrations.contract import CheckResult
from integrations.errors import AdapterError
from integrations.sentence import N_, Text
from integrations.woocommerce.client import Client, Connected
from integrations.woocommerce.schemas import WebhookIn

MAKEGOOD = re.compile(r"/webhooks/([\w-]{24})/*(?:\?.*)?$")
"""The end of a webhook address of any Makegood, with its id, which is no other connection's; other
receivers are none of our business."""
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
NOT_HIDDEN = Text("requests are signed, but not hidden: use https:// where you can")
COUPONS_UNKNOWN = Text("could not read whether coupons are switched on")
NO_COUPONS = Text("coupons are switched off: no vouchers are proposed")
SWITCHED_OFF = Text("it is off: set it to active again")
POLLED = N_(
    "no active webhook for %(topics)s: reviews are polled every ten minutes. Install the Makegood"
    " plugin and add a webhook for each, to hear of them at once. Webhooks of the shop that go to"
    " an earlier connection or another Makegood: %(strangers)s."
)


class Checks(Connected):
    """The seller's test button: wp-api-v3/orders.md, wp-api-v3/product-reviews.md ("Batch update")."""

    def check(self) -> list[CheckResult]:
        """Address and key first; the rest only when they work."""
        try:
            client = self.client
            client.orders(per_page="1")
        except AdapterError as error:
            advice = _cause(self) or error.text
            return [CheckResult(Text("Address and key"), False, advice, blocking=True)]
        # An empty batch changes nothing, yet needs the permission to write.
        write = partial(client.post, "orders/batch", PhpSchema, {})
        read = partial(client.reviews, per_page="1")
        encrypted = client.shop.startswith("https:")
        return [
            CheckResult(
                Text("Address and key"), True, DROPPED_HEADER if client.keys_in_address else None
            ),
            CheckResult(Text("Encryption"), True, None if encrypted else NOT_HIDDEN),
            tried(Text("Permission to write"), write),
            tried(Text("Reviews"), read),
            _coupons(client),
            *_webhooks(client, self.config.webhook_url),
        ]


def _cause(adapter: Connected) -> Text | None:
    """What the root of WordPress's API says of a shop that cannot be called, None for nothing."""
    try:
        apis = adapter.client.apis_at("/?rest_route=/")
        if "wp/v2" not in apis:
            return None
        if "wc/v3" not in apis:
            return NO_WOOCOMMERCE
        return None if adapter.client.apis_at("/wp-json/") else PLAIN_PERMALINKS
    except AdapterError:
        return None


def _coupons(client: Client) -> CheckResult:
    coupons = client.takes_coupons()
    if coupons:
        return tried(Text("Coupons"), partial(client.post, "coupons/batch", PhpSchema, {}))
    return CheckResult(Text("Coupons"), True, COUPONS_UNKNOWN if coupons is None else NO_COUPONS)


def _webhooks(client: Client, address: str) -> list[CheckResult]:
    """WooCommerce switches a webhook off after seven failures and tells nobody
    (wp-api-v3/webhooks.md)."""
    try:
        rows = client.page("webhooks", WebhookIn, {}).rows
    except AdapterError as error:
        return [CheckResult(Text("Webhooks"), False, error.text)]
    to_makegood = [row for row in rows if MAKEGOOD.search(row["delivery_url"])]
    our_id = MAKEGOOD.findall(address)
    our_webhooks = [row for row in to_makegood if MAKEGOOD.findall(row["delivery_url"]) == our_id]
    off = [
        CheckResult(Text("Webhook %(name)s", name=row["name"] or row["topic"]), False, SWITCHED_OFF)
        for row in our_webhooks
        if row["status"] != "active"
    ]
    return [*off, _topics(our_webhooks, strangers=len(to_makegood) - len(our_webhooks))]


def _topics(our_webhooks: Sequence[Loaded], *, strangers: int) -> CheckResult:
    active = {row["topic"] for row in our_webhooks if row["status"] == "active"}
    missing = [topic for topic in TOPICS if topic not in active]
    hint = Text(POLLED, topics=", ".join(missing), strangers=strangers) if missing else None
    return CheckResult(Text("Review webhooks"), True, hint)
