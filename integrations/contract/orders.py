"""Orders and who bought, as a platform has them now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations import text
from integrations.contract import pictures
from integrations.money import Money
from integrations.remedies import RemedyKind

NOBODYS_IDS = frozenset(
    ("0", "-1", "null", "none", "nil", "nan", "undefined", "guest", "anonymous", "unknown", "n/a")
)
"""What shops write in place of an id, in lower case: it would name all guests."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought. Everything may be unknown; `country` is ISO 3166 alpha-2, `zone` an IANA name,
    `region` the state or province as ISO 3166-2 code or name, `phone` a number, as E.164 has it where
    the platform says so. `consents`: channels by which this buyer agreed to be written to, as the
    platform keeps it, such as `whatsapp sms`.

    Who has no account has no `id`, whatever a platform writes in its place (`NOBODYS_IDS`).
    """

    id: str = ""
    name: str = ""
    email: str = ""
    country: str = ""
    language: str = ""
    zone: str = ""
    region: str = ""
    phone: str = ""
    consents: str = ""
    address: str = field(default="", repr=False)
    """Where parcels for this buyer go, line by line as on an envelope, without the name. Never logged, never
    in a message or a public text."""

    def __post_init__(self) -> None:
        text.clean(self, text.line, "name", "region")
        text.clean(self, text.paragraphs, "address")
        text.clean(self, text.address, "email", "country", "language", "zone", "phone")
        if self.id.casefold() in NOBODYS_IDS:
            object.__setattr__(self, "id", "")


NOBODY = Buyer()


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """What is known of an order that is looked for: the review, the product and the buyer it is about,
    as this very platform names them, and the orders it names itself (`order_ids`, likeliest first).
    `not_after`: it was placed by then. All may be unknown."""

    review_id: str = ""
    product_id: str = ""
    buyer: Buyer = NOBODY
    order_ids: tuple[str, ...] = ()
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order; `paid` is what was paid for the whole line, tax included.

    `quantity` may be a part of one: 0.5 metres, 1.52 kilograms. `picture`: the address of what the
    product looks like, '' for none.
    """

    id: str
    product_id: str
    name: str
    quantity: Decimal | int
    paid: Money
    variant_id: str = ""
    picture: str = ""

    def __post_init__(self) -> None:
        text.clean(self, text.line, "name")
        object.__setattr__(self, "picture", pictures.address(self.picture))
        number = Decimal(self.quantity)
        whole = number == number.to_integral_value()
        object.__setattr__(self, "quantity", int(number) if whole else number.normalize())


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the platform has it now. `left` is what can still be refunded.

    `promised_by`, `delivered_at`: until when the platform promised the delivery and when it was made;
    `shipped_at`: when the parcel left; `completed_at`: when the platform called the order done, which says
    nothing of the delivery; aware UTC, None where it does not say. `tracking`: carrier and number of each
    parcel, such as `JNE JP1234567890`. `step`: the smallest amount the platform books, in minor units; 100 where it knows whole units
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
    promised_by: datetime | None = None
    delivered_at: datetime | None = None
    shipped_at: datetime | None = None
    completed_at: datetime | None = None
    tracking: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "tracking", tuple(filter(None, map(text.line, self.tracking))))
