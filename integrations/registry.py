"""The one list of platforms. Nothing is scanned; an adapter is imported when first asked for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from integrations.contract import BaseAdapter

ADAPTERS: dict[str, str] = {
    "woocommerce": "integrations.woocommerce",
    "standard": "integrations.standard",
    "sandbox": "integrations.sandbox",
    "email": "integrations.email",
    "sandbox-nokey": "integrations.sandbox",
    "sandbox-nolookup": "integrations.sandbox",
    "sandbox-blind": "integrations.sandbox",
}
HIDDEN = frozenset({"sandbox-nokey", "sandbox-nolookup", "sandbox-blind"})
"""Sandboxes that can do less, for proving what happens then; not offered to sellers."""


@cache
def get(name: str) -> type[BaseAdapter]:
    """The adapter class of that name; raises `KeyError` for an unknown one."""
    module = import_module(ADAPTERS[name])
    adapter: type[BaseAdapter] = getattr(module, "VARIANTS", {}).get(name, module.ADAPTER)
    return adapter


def names() -> list[str]:
    """All platforms, in the order shown to the seller."""
    return [name for name in ADAPTERS if name not in HIDDEN]


@cache
def policy(name: str) -> dict[str, Any]:
    """What the platform itself permits, from its folder's policy.toml; empty when there is none."""
    path = files(ADAPTERS[name]).joinpath("policy.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
