"""All tables. Import them from here."""

from service.db.models.access import ApiAnswer, Attempted, Invitation, Membership, SignIn
from service.db.models.audit import Audit
from service.db.models.base import Base
from service.db.models.cases import Case, History
from service.db.models.causes import CauseLabel
from service.db.models.credentials import Credential
from service.db.models.messages import Message, MessageAttempt
from service.db.models.offers import Offer, OfferOption
from service.db.models.outbox import Kind, Lane, OutboxRow, Periodic, Rate
from service.db.models.remedies import Attempt, Decision, MakeGood, Proposal
from service.db.models.replies import Reply
from service.db.models.reviews import Delivery, Review, ReviewVersion
from service.db.models.search import SearchEntry
from service.db.models.shops import ApiToken, Connection, DoNotContact, Seller, Shop
from service.db.models.tasks import Task
from service.db.types import UtcTime

__all__ = [
    "ApiAnswer",
    "ApiToken",
    "Attempt",
    "Attempted",
    "Audit",
    "Base",
    "Case",
    "CauseLabel",
    "Connection",
    "Credential",
    "Decision",
    "Delivery",
    "DoNotContact",
    "History",
    "Invitation",
    "Kind",
    "Lane",
    "MakeGood",
    "Membership",
    "Message",
    "MessageAttempt",
    "Offer",
    "OfferOption",
    "OutboxRow",
    "Periodic",
    "Proposal",
    "Rate",
    "Reply",
    "Review",
    "ReviewVersion",
    "SearchEntry",
    "Seller",
    "Shop",
    "SignIn",
    "Task",
    "UtcTime",
]
