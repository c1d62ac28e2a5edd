"""What comes in: requests as they came, and the events that adapters read in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integrations import text
from integrations.contract import pictures
from integrations.contract.orders import NOBODY, Buyer
from integrations.money import Money
from integrations.sentence import Said


@dataclass(frozen=True, slots=True)
class Inbound:
    """One webhook request as it came: header names in lower case, raw bytes. `url`: the address it
    was sent to, as the platform knows it; '' once it is stored."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    url: str = ""


class EventKind(StrEnum):
    """What became of a review."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One change of one review. ADDED and CHANGED carry the whole latest review.

    `rating` is 1 to 5, None where the buyer did not rate. `text` is plain text.
    `sequence` grows with each change of this review where the sender counts or dates them;
    None: the order is unknown, and a contradiction is settled by looking again.
    `written_at` is aware UTC, when the review was first published; None if unknown.
    `order_ids`: orders the platform itself names for this review, likeliest first. `photos`, `films`:
    addresses of what stands with it, never fetched by reading; None where the platform does not say.
    """

    kind: EventKind
    review_id: str
    rating: int | None = None
    text: str = ""
    sequence: int | None = None
    written_at: datetime | None = None
    product_id: str = ""
    product_name: str = ""
    buyer: Buyer = NOBODY
    order_ids: tuple[str, ...] = ()
    photos: tuple[str, ...] | None = None
    films: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        text.clean(self, text.paragraphs, "text")
        text.clean(self, text.line, "product_name")
        for name in ("photos", "films"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, pictures.addresses(given))


@dataclass(frozen=True, slots=True)
class SomethingChanged:
    """The delivery says that something changed and not what: `look` at the subject, such as
    `review:31`, reads it."""

    subject: str


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order is another than it was: paid, sent, refunded elsewhere. Read it again."""

    order_id: str


class ReturnStatus(StrEnum):
    """How far a return is that a buyer asked for. CLOSED: without a refund."""

    OPENED = "opened"
    CHANGED = "changed"
    REFUNDED = "refunded"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ReturnChanged:
    """A buyer has opened a return (or asked for a refund), or one has gone on.

    `amount`: what is asked for, or was refunded, None where the event does not say it.
    """

    return_id: str
    order_id: str
    status: ReturnStatus
    amount: Money | None = None


class MessageStatus(StrEnum):
    """What became of a message of ours. FAILED: it did not arrive, and this way does not reach the
    buyer. REFUSED: this very message was not taken, another may be."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class MessageStatusEvent:
    """What a channel says later of a message: `vendor_id` is what `message` gave for it, `key` its
    key where the channel gives that back. `opts_out`: the buyer wants nothing more by this way."""

    vendor_id: str
    status: MessageStatus
    at: datetime
    reason: Said | None = None
    key: str = ""
    opts_out: bool = False


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A buyer has written. `thread` groups what belongs together at the channel; `order_id` and
    `review_id` where the channel says what it is about, `answers` the message of ours it answers.
    `opts_out`: the channel took it for a wish to hear nothing more."""

    message_id: str
    text: str
    at: datetime
    buyer: Buyer = NOBODY
    thread: str = ""
    order_id: str = ""
    review_id: str = ""
    answers: str = ""
    opts_out: bool = False

    def __post_init__(self) -> None:
        text.clean(self, text.paragraphs, "text")


InboundEvent = (
    ReviewEvent
    | SomethingChanged
    | OrderChanged
    | ReturnChanged
    | MessageStatusEvent
    | MessageReceived
)


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
class PollResult:
    """One bounded step of polling: events, where to go on, and whether more waits right now.

    Rows are read one by one: what could not be read is in `unread` and hides no other.
    """

    events: Sequence[InboundEvent]
    cursor: str
    more: bool = False
    unread: Sequence[UnreadRow] = ()
