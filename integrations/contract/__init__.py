"""The one contract between Makegood and a platform: reviews in, orders and messages out.

Plain frozen values go in and come out, protocols say what each role has to do, and errors are those
of `integrations.errors`. Nothing here does anything: it may be imported from everywhere.
"""

from integrations.contract.actions import (
    ActionRequest,
    ActionResult,
    ByHand,
    Done,
    Found,
    Pending,
    Progress,
    Refused,
    done_unless,
)
from integrations.contract.adapter import (
    Adapter,
    Capabilities,
    CheckResult,
    Field,
    Pace,
    Way,
)
from integrations.contract.config import Config
from integrations.contract.credentials import Access, TokenHolder, Tokens
from integrations.contract.events import (
    EventKind,
    Inbound,
    InboundEvent,
    MessageReceived,
    MessageStatus,
    MessageStatusEvent,
    OrderChanged,
    PollResult,
    ReturnChanged,
    ReturnStatus,
    ReviewEvent,
    SomethingChanged,
    UnreadRow,
)
from integrations.contract.messages import (
    Channel,
    Contact,
    OutgoingMessage,
    PublicReply,
    Reach,
    SentMessage,
)
from integrations.contract.orders import Buyer, Order, OrderLine, OrderQuery
from integrations.contract.roles import (
    PROTOCOLS,
    MessageChannel,
    NoWebhooks,
    OrderStore,
    ReplyTarget,
    ReviewSource,
    Role,
    WebhookSource,
)

__all__ = [
    "PROTOCOLS",
    "Access",
    "ActionRequest",
    "ActionResult",
    "Adapter",
    "Buyer",
    "ByHand",
    "Capabilities",
    "Channel",
    "CheckResult",
    "Config",
    "Contact",
    "Done",
    "EventKind",
    "Field",
    "Found",
    "Inbound",
    "InboundEvent",
    "MessageChannel",
    "MessageReceived",
    "MessageStatus",
    "MessageStatusEvent",
    "NoWebhooks",
    "Order",
    "OrderChanged",
    "OrderLine",
    "OrderQuery",
    "OrderStore",
    "OutgoingMessage",
    "Pace",
    "Pending",
    "PollResult",
    "Progress",
    "PublicReply",
    "Reach",
    "Refused",
    "ReplyTarget",
    "ReturnChanged",
    "ReturnStatus",
    "ReviewEvent",
    "ReviewSource",
    "Role",
    "SentMessage",
    "SomethingChanged",
    "TokenHolder",
    "Tokens",
    "UnreadRow",
    "Way",
    "WebhookSource",
    "done_unless",
]
