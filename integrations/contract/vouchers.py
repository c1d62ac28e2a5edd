"""Vouchers after they were given: what is asked of a platform, and what it says of their use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.money import Money


@dataclass(frozen=True, slots=True)
class GivenVoucher:
    """A voucher that a buyer was given. `vendor_id`: the platform's own id, '' where a person made it;
    `key`: that of its make-good."""

    code: str
    vendor_id: str
    key: str


@dataclass(frozen=True, slots=True)
class VoucherUse:
    """What became of a voucher: `at`, `order_number` and `saved` where the platform says when, for which
    order, and how much its buyer paid less."""

    used: bool
    at: datetime | None = None
    order_number: str = ""
    saved: Money | None = None
