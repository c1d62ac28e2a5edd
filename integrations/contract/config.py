"""What a seller entered for a connection, as its adapter is given it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Config:
    """What the seller entered: plain values, secrets in clear, webhook secrets newest first.

    `webhook_url` is where deliveries to this connection go, '' where that is not known.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    webhook_secrets: tuple[str, ...] = ()
    webhook_url: str = ""
