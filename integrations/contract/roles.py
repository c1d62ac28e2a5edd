"""What each role has to do, as small protocols; an adapter plays the roles whose protocols it
inherits. What has a body here may be left out: it is asked for only where a capability promises it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from integrations import entries
from integrations.contract.actions import ActionRequest, ActionResult, Found
from integrations.contract.config import Config
from integrations.contract.events import Inbound, InboundEvent, PollResult
from integrations.contract.messages import (
    Channel,
    Contact,
    OutgoingMessage,
    PublicReply,
    Reach,
    SentMessage,
)
from integrations.contract.orders import Buyer, Order, OrderQuery
from integrations.contract.vouchers import GivenVoucher, VoucherUse
from integrations.errors import BadSignature, Unreadable, Unsupported
from integrations.sentence import Text


class Role(StrEnum):
    """The part a connection plays for its shop."""

    REVIEWS = "reviews"
    ORDERS = "orders"
    MESSAGES = "messages"
    REPLIES = "replies"


class WebhookSource(Protocol):
    """Sends signed deliveries. No call goes out of either method."""

    @classmethod
    def check_webhook_secret(cls, secret: str) -> None:
        """Refuse a secret with which no delivery could be verified. Raises `entries.WrongEntry`."""
        entries.check_visible(entries.WEBHOOK_SECRET, secret)

    @classmethod
    @abstractmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        """Give the delivery's key, the same for the same delivery; None for a ping to be answered
        200 and not stored. Raises `BadSignature`. Runs in the web request."""

    @classmethod
    def challenge(cls, query: Mapping[str, str], config: Config) -> str | None:
        """What a platform is answered that tries the address by GET before it sends anything; None:
        such a request is refused."""
        return None

    @classmethod
    @abstractmethod
    def read(cls, request: Inbound) -> Sequence[InboundEvent]:
        """Read a verified delivery; an empty list is of no interest. Raises `Unreadable`. What must
        be looked up is returned as `SomethingChanged`."""


class NoWebhooks(WebhookSource):
    """For a platform that sends no webhooks."""

    @classmethod
    def verify(cls, request: Inbound, secrets: Sequence[str], now: datetime) -> str | None:
        raise BadSignature("this platform sends no webhooks")

    @classmethod
    def read(cls, request: Inbound) -> Sequence[InboundEvent]:
        raise Unreadable("this platform sends no webhooks")


class ReviewSource(Protocol):
    """Brings reviews."""

    @abstractmethod
    def look(self, subject: str) -> Sequence[InboundEvent]:
        """Read again what `SomethingChanged` named; `review:<id>` always works."""

    def poll(self, cursor: str, now: datetime) -> PollResult:
        """Read one bounded page of changes; an empty cursor starts from the beginning."""
        raise Unsupported("reviews of this platform cannot be polled")

    @classmethod
    def review_page(cls, values: Mapping[str, str], review_id: str) -> str:
        """Where the seller sees this review at the platform, from what was entered for the connection;
        '' where no stable address is documented."""
        return ""

    def edit_link(self, order_id: str, review_id: str) -> str:
        """Where the buyer of this order can change this very review, '' where there is no such
        page. A secret of the buyer: never logged, never kept."""
        return ""


class OrderStore(Protocol):
    """Has the orders, and carries out make-goods."""

    @abstractmethod
    def orders_for(self, query: OrderQuery) -> list[Order]:
        """Candidates, likeliest first; empty when none is found."""

    @abstractmethod
    def order(self, order_id: str) -> Order:
        """The order of this id as it is now. Raises `Permanent` when there is none."""

    @classmethod
    def order_page(cls, values: Mapping[str, str], order_id: str) -> str:
        """Where the seller sees this order at the platform, from what was entered for the connection;
        '' where no stable address is documented."""
        return ""

    def order_by_number(self, number: str) -> Order:
        """The order that sellers and buyers see under this number, which may be no id. Raises
        `Permanent` when there is none or several."""
        return self.order(number)

    def act(self, request: ActionRequest) -> ActionResult:
        """Carry out one make-good, or its next step. After an error whose outcome is "unknown" it
        is looked up."""
        raise Unsupported("no %(action)s by API", action=request.remedy.kind.name)

    def find(self, request: ActionRequest) -> Found | None:
        """Was it done? None: surely not. Raises `Permanent` where its terms differ or nobody can tell."""
        raise Unsupported("a %(action)s cannot be looked up", action=request.remedy.kind.name)

    def voucher_use(self, voucher: GivenVoucher) -> VoucherUse | None:
        """Whether a voucher was used. None: the platform does not know it, or does not say."""
        raise Unsupported("this platform does not say whether a voucher was used")


class MessageChannel(Protocol):
    """Writes to buyers. `reach` names all that has to be known of a buyer to reach them."""

    channel: ClassVar[Channel] = Channel.PLATFORM
    reach: ClassVar[frozenset[Reach]] = frozenset({Reach.ORDER})

    @abstractmethod
    def message(self, message: OutgoingMessage) -> str:
        """Send a message, give its id at the platform ('' if it has none)."""

    @classmethod
    def reaches(cls, buyer: Buyer, order_id: str) -> bool:
        """True where a message about this order ('' for none) gets to the buyer. What a platform
        only accepts, and nobody gets, is no message: silence after it is no answer."""
        has = {
            Reach.ADDRESS: "@" in buyer.email,
            Reach.TELEPHONE: bool(buyer.phone),
            Reach.ORDER: bool(order_id),
        }
        return all(has[need] for need in cls.reach)

    @classmethod
    def closed(cls, values: Mapping[str, str], contact: Contact) -> Text | None:
        """Why this message cannot go by this connection now though the buyer is known; None: it can.
        `values`: what was entered for the connection, without secrets. No call goes out."""
        return None

    @classmethod
    def size_note(cls, text: str) -> Text | None:
        """What a message of this text costs there, where that goes by its length; for the seller."""
        return None

    @classmethod
    def chat_page(cls, values: Mapping[str, str], buyer: Buyer, order_id: str) -> str:
        """Where the seller sees the chat with the buyer of this order at the platform, from what was
        entered for the connection; '' where no stable address is documented."""
        return ""

    def find_message(self, sent: SentMessage) -> str | None:
        """The id at the platform of the message that holds its mark. None: surely none was sent."""
        raise Unsupported("a message cannot be looked up")


class ReplyTarget(Protocol):
    """Takes a public reply under a review. `reply_rules`: what the platform allows and what a reply
    locks, for the seller, who reads it beside the button."""

    longest_reply: ClassVar[int] = 500
    reply_rules: ClassVar[Text] = Text(
        "One reply for each review, for good. Everybody can read it."
    )

    @classmethod
    def takes_replies(cls, values: Mapping[str, str]) -> bool:
        """Whether what was entered for the connection, without secrets, is enough to post one; where it
        is not, a person posts it by hand."""
        return True

    @abstractmethod
    def reply(self, reply: PublicReply) -> str:
        """Post it, give its id at the platform ('' if it has none). Raises `Rejected` where there
        is one already."""


PROTOCOLS: dict[Role, type] = {
    Role.REVIEWS: ReviewSource,
    Role.ORDERS: OrderStore,
    Role.MESSAGES: MessageChannel,
    Role.REPLIES: ReplyTarget,
}
