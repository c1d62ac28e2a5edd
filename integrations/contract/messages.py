"""What is said to a buyer, and by which kind of way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integrations.contract.orders import Buyer


class Channel(StrEnum):
    """The kinds of ways that policies and laws tell apart."""

    PLATFORM = "platform"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    TELEPHONE = "telephone"
    """A person calls: no adapter speaks."""


class Reach(StrEnum):
    """What a channel has to know of a buyer to reach them."""

    ADDRESS = "address"
    TELEPHONE = "telephone"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to one buyer. `html` may be empty. `stop_url` is the one-click address of RFC 8058.
    `reply_token`: letters, digits and hyphens by which an answer finds its case; '' for none.
    `kind` and `written_at` are those of `Contact`."""

    key: str
    reference: str
    to: Buyer
    subject: str
    text: str
    html: str = ""
    order_id: str = ""
    stop_url: str = ""
    language: str = "en"
    reply_token: str = ""
    kind: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What a channel is told before a message is handed to it.

    `kind`: which message it is, such as `confirmation`; '' for a person's own words. `written_at`:
    when this buyer last wrote by this very connection, None for never.
    """

    buyer: Buyer
    now: datetime
    order_id: str = ""
    kind: str = ""
    language: str = "en"
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that was handed over, and of which nobody knows whether it went out. `mark`: text
    in it that no other message has. `begun_at`: not sent before that."""

    to: Buyer
    mark: str
    begun_at: datetime
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class PublicReply:
    """A reply under a review, for all to read; `key` is the same on every try."""

    key: str
    review_id: str
    text: str
