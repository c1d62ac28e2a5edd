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
}


@cache
def get(name: str) -> type[BaseAdapter]:
    """The adapter class of that name; raises `KeyError` for an unknown one."""
    adapter: type[BaseAdapter] = import_module(ADAPTERS[name]).ADAPTER
    return adapter


def names() -> list[str]:
    """All platforms, in the order shown to the seller."""
    return list(ADAPTERS)


@cache
def policy(name: str) -> dict[str, Any]:
    """What the platform itself permits, from its folder's policy.toml; empty when there is none."""
    path = files(ADAPTERS[name]).joinpath("policy.toml")
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
