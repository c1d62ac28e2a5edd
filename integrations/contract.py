"""The one contract between Makegood and a platform: reviews in, orders and messages out.

Plain frozen values go in and come out; errors are those of `integrations.errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from integrations import entries, text
from integrations.entries import Field as Field
from integrations.errors import BadSignature, Unreadable, Unsupported
from integrations.money import Money
from integrations.sentence import Said, Text

if TYPE_CHECKING:
    from integrations.http import Http


class Role(StrEnum):
    """The part a connection plays for its shop."""

    REVIEWS = "reviews"
    ORDERS = "orders"
    MESSAGES = "messages"


class Way(StrEnum):
    """How a platform does one thing. TASK: a person does it by hand, told what to do."""

    API = "api"
    ON_BUYER_RETURN = "on_buyer_return"
    TASK = "task"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as data. Nothing absent is ever called."""

    push: bool = False
    poll: bool = False
    refund: Way = Way.NONE
    resend: Way = Way.NONE
    voucher: Way = Way.NONE
    message: bool = False
    reply: bool = False
    edit_link: bool = False
    """`edit_link` may know where a buyer changes the very review."""
    edit_review: bool = False
    """Buyers can change a review where they wrote it. Elsewhere they can only write another one,
    which counts as the change."""
    idempotent: bool = False
    """Acting twice with one key has one effect, so trying again needs no look-up."""
    look_up: bool = False
    """`find` can tell whether an action was done."""
    look_up_message: bool = False
    """`find_message` can tell whether a message was sent."""
    settles_after: timedelta = timedelta(minutes=5)
    """How long after a call was begun its effect may still appear. Where the platform knows no key,
    nothing is done again before that, however often `find` says that nothing is there."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard the platform may be called: calls at once, and calls a minute (None: no limit)."""

    concurrency: int = 4
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One webhook request as it came: header names in lower case, raw bytes."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class Action(StrEnum):
    """The three make-goods."""

    RESEND = "resend"
    REFUND = "refund"
    VOUCHER = "voucher"


class EventKind(StrEnum):
    """What an adapter read. POKE: something changed, look again (`subject` says where)."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    POKE = "poke"
    UNKNOWN = "unknown"


def _clean(value: object, clean: Callable[[str], str], *names: str) -> None:
    """Read the fields of a frozen value as all text from outside is read."""
    for name in names:
        object.__setattr__(value, name, clean(getattr(value, name)))


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought. Everything may be unknown; `country` is ISO 3166 alpha-2, `zone` an IANA name,
    `region` the state or province, as ISO 3166-2 code or name.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    country: str = ""
    language: str = ""
    zone: str = ""
    region: str = ""

    def __post_init__(self) -> None:
        _clean(self, text.line, "name", "region")
        _clean(self, text.address, "email", "country", "language", "zone")


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One change of one review. ADDED and CHANGED carry the whole latest review.

    `rating` is 1 to 5, None where the buyer did not rate. `text` is plain text.
    `sequence` grows with each change of this review where the sender counts or dates them;
    None: the order is unknown, and a contradiction is settled by looking again.
    `written_at` is aware UTC, when the review was first published; None if unknown.
    `order_ids`: orders the platform itself names for this review, likeliest first.
    """

    kind: EventKind
    review_id: str = ""
    rating: int | None = None
    text: str = ""
    sequence: int | None = None
    written_at: datetime | None = None
    product_id: str = ""
    product_name: str = ""
    buyer: Buyer = Buyer()
    order_ids: tuple[str, ...] = ()
    subject: str = ""

    def __post_init__(self) -> None:
        _clean(self, text.paragraphs, "text")
        _clean(self, text.line, "product_name")


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row of a list that could not be read, in the form of a delivery that `read` would take.

    `key` is the same whenever this row is met; `problem` says what is wrong, for the seller.
    """

    key: str
    headers: Mapping[str, str]
    body: bytes
    problem: Said


@dataclass(frozen=True, slots=True)
class Page:
    """One bounded step of polling: events, where to go on, and whether more waits right now.

    Rows are read one by one: what could not be read is in `unread` and hides no other.
    """

    events: Sequence[ReviewEvent]
    cursor: str
    more: bool = False
    unread: Sequence[UnreadRow] = ()


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
        _clean(self, text.line, "name")


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the platform has it now. `left` is what can still be refunded.

    `step`: the smallest amount the platform books, in minor units; 100 where it knows whole units
    only. `unavailable`: make-goods the platform cannot give for this order, never proposed.
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
    unavailable: frozenset[Action] = frozenset()


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One make-good to carry out.

    `key` is the same on every try. `reference` (such as MG-7F3K2Q-1) is put where `find` can read
    it back. `amount`: what to refund, or the worth of the voucher; for a resend what the line was
    paid. `line_ids`: the lines concerned. `expires_at`: last moment of a voucher.
    """

    action: Action
    key: str
    reference: str
    order: Order
    amount: Money
    line_ids: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What the platform did. `vendor_id` is its own id, `code` a voucher code.

    `already`: it had been done before this call. `task`: what is left for the seller to do by
    hand (the refund is only recorded, say). `refused`: why, only from `find`, it will never be done.
    """

    vendor_id: str
    already: bool = False
    code: str = ""
    task: Said | None = None
    refused: Said | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to one buyer. `html` may be empty. `stop_url` is the one-click address of RFC 8058."""

    key: str
    reference: str
    to: Buyer
    subject: str
    text: str
    html: str = ""
    order_id: str = ""
    stop_url: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a connection test; `blocking`: nothing at all works there while it is not `ok`."""

    name: Text
    ok: bool
    advice: Said | None = None
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """What the seller entered: plain values, secrets in clear, webhook secrets newest first.

    `webhook_url` is where deliveries to this connection go, '' where that is not known.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    webhook_secrets: tuple[str, ...] = ()
    webhook_url: str = ""


class BaseAdapter:
    """One platform. Refuses everything: an adapter overrides what its capabilities promise."""

    name: ClassVar[str]
    label: ClassVar[str]
    roles: ClassVar[frozenset[Role]]
    capabilities: ClassVar[Capabilities]
    fields: ClassVar[tuple[Field, ...]] = ()
    pace: ClassVar[Pace] = Pace()
    webhook_help: ClassVar[Text | None] = None
    """Where at this platform the webhook address and secret are entered, for the seller."""
    keep_headers: ClassVar[tuple[str, ...]] = ()
    """Beginnings of the headers that are stored with a delivery; never one with a signature."""

    def __init__(self, config: Config, http: Http, now: Callable[[], datetime]) -> None:
        self.config = config
        self.http = http
        self.now = now

    @classmethod
    def check_entries(cls, values: Mapping[str, str]) -> None:
        """Refuse what cannot work before it is saved, as far as that shows without a call. Raises
        `entries.WrongEntry`, which names the field."""
        entries.check_fields(cls.fields, values)

    @classmethod
    def check_webhook_secret(cls, secret: str) -> None:
        """Refuse a secret with which no delivery could be verified. Raises `entries.WrongEntry`."""
        entries.check_visible(entries.WEBHOOK_SECRET, secret)

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """Give the delivery's key, the same for the same delivery; None for a ping to be answered
        200 and not stored. Raises `BadSignature`. Runs in the web request: no call goes out."""
        raise BadSignature("%(label)s sends no webhooks", label=cls.label)

    @classmethod
    def read(cls, request: Inbound) -> list[ReviewEvent]:
        """Read a verified delivery; an empty list is of no interest. Raises `Unreadable`. No call
        goes out: what must be looked up is returned as a POKE."""
        raise Unreadable("%(label)s sends no webhooks", label=cls.label)

    def look(self, subject: str) -> list[ReviewEvent]:
        """Read again what a POKE named (`review:<id>` always works where `poll` does)."""
        raise Unsupported("%(label)s reviews cannot be read again", label=self.label)

    def poll(self, cursor: str, now: datetime) -> Page:
        """Read one bounded page of changes; an empty cursor starts from the beginning."""
        raise Unsupported("%(label)s cannot be polled", label=self.label)

    def orders_for(self, event: ReviewEvent) -> list[Order]:
        """Candidates for a review, likeliest first; empty when none is found."""
        raise Unsupported("%(label)s has no orders", label=self.label)

    def order(self, order_id: str) -> Order:
        """The order of this id as it is now. Raises `Permanent` when there is none."""
        raise Unsupported("%(label)s has no orders", label=self.label)

    def order_by_number(self, number: str) -> Order:
        """The order that sellers and buyers see under this number, which may be no id. Raises
        `Permanent` when there is none or several."""
        return self.order(number)

    def edit_link(self, order_id: str, review_id: str) -> str:
        """Where the buyer of this order can change this very review, '' where there is no such
        page. A secret of the buyer: never logged, never kept."""
        return self.order(order_id).edit_link

    def act(self, request: ActionRequest) -> ActionResult:
        """Carry out one make-good. After an error whose outcome is "unknown" it is looked up."""
        raise Unsupported(
            "%(label)s has no %(action)s by API", label=self.label, action=request.action
        )

    def find(self, request: ActionRequest) -> ActionResult | None:
        """Was it done? None: surely not. Raises `Permanent` where its terms differ or nobody can tell."""
        raise Unsupported(
            "%(label)s cannot look up a %(action)s", label=self.label, action=request.action
        )

    def message(self, message: OutgoingMessage) -> str:
        """Send a message, give its id at the platform ('' if it has none)."""
        raise Unsupported("%(label)s sends no messages", label=self.label)

    @classmethod
    def reaches(cls, buyer: Buyer, order_id: str) -> bool:
        """True where a message about this order ('' for none) gets to the buyer. What a platform
        only accepts, and nobody gets, is no message: silence after it is no answer."""
        return bool(order_id)

    def find_message(self, order_id: str, mark: str) -> str | None:
        """The id of the message on this order that holds `mark`, text no other message has.
        None: surely none was sent."""
        raise Unsupported("%(label)s cannot look up a message", label=self.label)

    def check(self) -> list[Finding]:
        """Try everything the seller's test button should try, without changing anything."""
        return []
