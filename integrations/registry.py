"""The one list of platforms. Nothing is scanned; an adapter is imported when first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, cast

from integrations.contract import (
    Adapter,
    MessageChannel,
    NoWebhooks,
    ReplyTarget,
    Role,
    WebhookSource,
)

ADAPTERS: dict[str, str] = {
    "woocommerce": "integrations.woocommerce",
    "standard": "integrations.standard",
    "shopee": "integrations.shopee",
    "sandbox": "integrations.sandbox",
    "email": "integrations.email",
    "whatsapp": "integrations.whatsapp",
    "sms": "integrations.sms",
    "sandbox-nokey": "integrations.sandbox",
    "sandbox-nolookup": "integrations.sandbox",
    "sandbox-blind": "integrations.sandbox",
}
HIDDEN = frozenset({"sandbox-nokey", "sandbox-nolookup", "sandbox-blind"})
"""Sandboxes that can do less, for proving what happens then; not offered to sellers."""
REHEARSAL, MAIL = "sandbox", "email"
"""Where one tries things, and what writes to any buyer with an address."""
REHEARSALS = HIDDEN | {REHEARSAL}
"""Pretend shops: nobody buys there, and no money moves."""


@cache
def get(name: str) -> type[Adapter]:
    """The adapter class of that name; raises `KeyError` for an unknown one."""
    module = import_module(ADAPTERS[name])
    adapter: type[Adapter] = getattr(module, "VARIANTS", {}).get(name, module.ADAPTER)
    return adapter


def webhooks(name: str) -> type[WebhookSource]:
    """What verifies and reads the deliveries of this platform; one that sends none refuses them."""
    adapter = get(name)
    return cast(type[WebhookSource], adapter) if adapter.sends_webhooks else NoWebhooks


def channel(name: str) -> type[MessageChannel]:
    """The channel of this platform; raises `TypeError` where it writes to nobody."""
    adapter = get(name)
    if Role.MESSAGES not in adapter.roles:
        raise TypeError(f"{name} sends no messages")
    return cast(type[MessageChannel], adapter)


def replies(name: str) -> type[ReplyTarget]:
    """What takes public replies at this platform; raises `TypeError` where nothing does."""
    adapter = get(name)
    if Role.REPLIES not in adapter.roles:
        raise TypeError(f"{name} takes no public replies")
    return cast(type[ReplyTarget], adapter)


def reply_rules(name: str) -> type[ReplyTarget]:
    """What holds for a public reply at this platform, also where a person posts it."""
    adapter = get(name)
    return cast(type[ReplyTarget], adapter) if Role.REPLIES in adapter.roles else ReplyTarget


def posts_replies(name: str, values: Mapping[str, str]) -> bool:
    """Whether Makegood can post a public reply there, from what was entered for the connection."""
    return Role.REPLIES in get(name).roles and replies(name).takes_replies(values)


def names() -> list[str]:
    """All platforms, in the order shown to the seller."""
    return [name for name in ADAPTERS if name not in HIDDEN]


@cache
def policy(name: str) -> dict[str, Any]:
    """What the platform itself permits, from its folder's policy.toml; empty when there is none."""
    # By its place: asking the package for its files would load the adapter.
    package, _, folder = ADAPTERS[name].rpartition(".")
    path = files(package).joinpath(folder, "policy.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
