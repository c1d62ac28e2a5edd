"""What is said to a buyer, and by which kind of way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from integrations.contract.orders import Buyer


class Channel(StrEnum):
    """The kinds of ways that policies and laws tell apart."""

    PLATFORM = "platform"
    EMAIL = "email"
    WHATSAPP = "whatsapp"


class Reach(StrEnum):
    """What a channel has to know of a buyer to reach them."""

    ADDRESS = "address"
    TELEPHONE = "telephone"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to one buyer. `html` may be empty. `stop_url` is the one-click address of RFC 8058.
    `reply_token`: letters, digits and hyphens by which an answer finds its case; '' for none."""

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


@dataclass(frozen=True, slots=True)
class PublicReply:
    """A reply under a review, for all to read; `key` is the same on every try."""

    key: str
    review_id: str
    text: str
