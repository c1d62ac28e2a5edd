"""Orders and who bought, as a platform has them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations import text
from integrations.money import Money
from integrations.remedies import RemedyKind


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought. Everything may be unknown; `country` is ISO 3166 alpha-2, `zone` an IANA name,
    `region` the state or province as ISO 3166-2 code or name, `phone` a number as E.164 has it.

    Who has no account has no `id`: the "0" that many platforms write would name all guests.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    country: str = ""
    language: str = ""
    zone: str = ""
    region: str = ""
    phone: str = ""

    def __post_init__(self) -> None:
        text.clean(self, text.line, "name", "region")
        text.clean(self, text.address, "email", "country", "language", "zone", "phone")
        if self.id == "0":
            object.__setattr__(self, "id", "")


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order; `paid` is what was paid for the whole line, tax included.

    `quantity` may be a part of one: 0.5 metres, 1.52 kilograms.
    """

    id: str
    product_id: str
    name: str
    quantity: Decimal | int
    paid: Money
    variant_id: str = ""

    def __post_init__(self) -> None:
        text.clean(self, text.line, "name")


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the platform has it now. `left` is what can still be refunded.

    `step`: the smallest amount the platform books, in minor units; 100 where it knows whole units
    only. `unavailable`: kinds of remedies the platform cannot give for this order, never proposed.
    """

    id: str
    number: str
    placed_at: datetime
    status: str
    paid: Money
    left: Money
    lines: tuple[OrderLine, ...]
    buyer: Buyer
    edit_link: str = ""
    """Where this buyer can edit the review; a secret of the buyer: never logged, never public."""
    step: int = 1
    unavailable: frozenset[RemedyKind] = frozenset()
