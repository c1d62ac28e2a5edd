"""A stand-in for Shopee, and the adapter that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from integrations.contract import ActionRequest, Config, Tokens
from integrations.http import Http
from integrations.money import Money
from integrations.remedies import REFUND, VOUCHER, Remedy, RemedyKind
from integrations.shopee import ADAPTER, Shopee
from tests.platforms.shopee import (
    PARTNER_ID,
    PARTNER_KEY,
    PUSH_KEY,
    SHOP_ID,
    ShopeeStandIn,
)
from tests.world import FakeClock

URL = "https://makegood.example/webhooks/abc"


@dataclass
class Trial:
    """The stand-in, its clock, and an adapter with tokens."""

    shop: ShopeeStandIn
    clock: FakeClock
    entries: dict[str, str] = field(default_factory=dict)
    token: str = "access-1"
    asked_for: list[str] = field(default_factory=list)

    @property
    def adapter(self) -> Shopee:
        values = {
            **{entry.name: entry.default for entry in ADAPTER.fields},
            "base_url": self.shop.url,
            "partner_id": PARTNER_ID,
            "partner_key": PARTNER_KEY,
            "shop_id": SHOP_ID,
            **self.entries,
        }
        config = Config(values, (PUSH_KEY,), URL)
        return ADAPTER(config, Http(), self.clock.now, self._access)

    def _access(self, refused: str) -> str:
        self.asked_for.append(refused)
        return self.token

    def asked(
        self, kind: RemedyKind, order_sn: str, amount: int = 150_000, **progress: Any
    ) -> ActionRequest:
        """A make-good of so many rupiah."""
        order = self.adapter.order(order_sn)
        ends = None
        if kind is VOUCHER:
            ends = self.clock.now().replace(month=12, day=20)
        remedy = Remedy(kind, Money.of(amount, "IDR"), (), ends)
        return ActionRequest(remedy, "key-1", "MG-7F3K2Q-1", order, progress)

    def refund(self, order_sn: str, amount: int = 150_000, **progress: Any) -> ActionRequest:
        """A refund of so many rupiah."""
        return self.asked(REFUND, order_sn, amount, **progress)


@pytest.fixture
def trial() -> Iterator[Trial]:
    """A shop that has allowed the app."""
    clock = FakeClock()
    shop = ShopeeStandIn(clock.now)
    made = Trial(shop, clock)
    tokens: Tokens = made.adapter.tokens_for({"code": "the-code", "shop_id": SHOP_ID})
    assert tokens.access == made.token
    yield made
    shop.close()
