"""What the seller's test button tries; nothing in the shop changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from integrations.contract import Config, Finding
from integrations.errors import AdapterError
from integrations.woocommerce.client import Client, base_url
from integrations.woocommerce.schemas import AnythingIn, OrderIn, ReviewIn, SettingIn, WebhookIn

OURS = re.compile(r"/webhooks/[\w-]{24}/?$")
"""The end of a webhook address of Makegood; other receivers of the shop are none of our business."""
TOPICS = ("review.created", "review.updated", "review.deleted")


def findings(config: Config, client: Callable[[], Client]) -> list[Finding]:
    """Address and key first; the rest only when they work."""
    try:
        calls = client()
        calls.page("orders", OrderIn, {"per_page": "1"})
    except AdapterError as error:
        return [Finding("Address and key", False, error.message)]
    return [
        Finding("Address and key", True),
        _encrypted(config),
        # An empty batch changes nothing, yet needs the permission to write.
        _tried("Permission to write", lambda: calls.post("coupons/batch", AnythingIn, {})),
        _tried("Reviews", lambda: calls.page("products/reviews", ReviewIn, {"per_page": "1"})),
        _coupons(calls),
        *_webhooks(calls),
    ]


def _encrypted(config: Config) -> Finding:
    fine = base_url(config).startswith("https:")
    advice = "" if fine else "requests are signed, but not hidden: use https:// where you can"
    return Finding("Encryption", True, advice)


def _tried(name: str, call: Callable[[], object]) -> Finding:
    try:
        call()
    except AdapterError as error:
        return Finding(name, False, error.message)
    return Finding(name, True)


def _coupons(calls: Client) -> Finding:
    try:
        setting = calls.get("settings/general/woocommerce_enable_coupons", SettingIn)
    except AdapterError:
        return Finding("Coupons", True, "whether coupons are switched on could not be read")
    if setting["value"] == "no":
        return Finding(
            "Coupons", False, "switch coupons on in WooCommerce > Settings, or propose no vouchers"
        )
    return Finding("Coupons", True)


def _webhooks(calls: Client) -> list[Finding]:
    """WooCommerce switches a webhook off after seven failures and tells nobody."""
    try:
        found, _ = calls.page("webhooks", WebhookIn, {})
    except AdapterError as error:
        return [Finding("Webhooks", False, error.message)]
    ours = [one for one in found if OURS.search(one["delivery_url"] or "")]
    off = [one for one in ours if one["status"] != "active"]
    result = [
        Finding(
            f"Webhook {one['name'] or one['topic']}", False, "it is off: set it to active again"
        )
        for one in off
    ]
    return [*result, _topics(ours)]


def _topics(ours: list[dict[str, Any]]) -> Finding:
    active = {one["topic"] for one in ours if one["status"] == "active"}
    missing = [one for one in TOPICS if one not in active]
    if not missing:
        return Finding("Review webhooks", True)
    return Finding(
        "Review webhooks",
        True,
        f"no active webhook for {', '.join(missing)}: reviews are polled every ten minutes. Install"
        " the Makegood plugin and add a webhook for each, to hear of them at once.",
    )
