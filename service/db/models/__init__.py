"""All tables. Import them from here."""

from service.db.models.access import (
    ApiAnswer,
    Attempted,
    Invitation,
    Membership,
    RecoveryCode,
    SecondFactor,
    SentForm,
    SignIn,
)
from service.db.models.audit import Audit
from service.db.models.base import Base
from service.db.models.buyer_marks import BuyerMark, SharedMark
from service.db.models.calls import Call
from service.db.models.cases import Case, History
from service.db.models.causes import CauseLabel
from service.db.models.credentials import Credential
from service.db.models.endpoints import Endpoint, EndpointEvent
from service.db.models.messages import Message, MessageAttempt
from service.db.models.notices import Notice, NoticeAddress, NoticeChoices
from service.db.models.offers import Offer, OfferOption
from service.db.models.outbox import Kind, Lane, LaneCalls, OutboxRow, Periodic, Rate
from service.db.models.playbooks import PlaybookDraft, PlaybookVersion
from service.db.models.remedies import Attempt, Decision, MakeGood, Proposal
from service.db.models.replies import Reply
from service.db.models.reports import ReportMail, ReportMark, ReportSubscription, ReportTotals
from service.db.models.reviews import Delivery, RefusedDeliveries, Review, ReviewVersion, VoiceName
from service.db.models.search import SearchEntry
from service.db.models.shops import (
    AllowedAgain,
    ApiToken,
    Connection,
    DoNotContact,
    SavedFilter,
    Seller,
    Shop,
)
from service.db.models.tasks import Task
from service.db.models.texts import TextVersion
from service.db.models.thanks import Thanks
from service.db.types import UtcTime

__all__ = [
    "AllowedAgain",
    "ApiAnswer",
    "ApiToken",
    "Attempt",
    "Attempted",
    "Audit",
    "Base",
    "BuyerMark",
    "Call",
    "Case",
    "CauseLabel",
    "Connection",
    "Credential",
    "Decision",
    "Delivery",
    "DoNotContact",
    "Endpoint",
    "EndpointEvent",
    "History",
    "Invitation",
    "Kind",
    "Lane",
    "LaneCalls",
    "MakeGood",
    "Membership",
    "Message",
    "MessageAttempt",
    "Notice",
    "NoticeAddress",
    "NoticeChoices",
    "Offer",
    "OfferOption",
    "OutboxRow",
    "Periodic",
    "PlaybookDraft",
    "PlaybookVersion",
    "Proposal",
    "Rate",
    "RecoveryCode",
    "RefusedDeliveries",
    "Reply",
    "ReportMail",
    "ReportMark",
    "ReportSubscription",
    "ReportTotals",
    "Review",
    "ReviewVersion",
    "SavedFilter",
    "SearchEntry",
    "SecondFactor",
    "Seller",
    "SentForm",
    "SharedMark",
    "Shop",
    "SignIn",
    "Task",
    "TextVersion",
    "Thanks",
    "UtcTime",
    "VoiceName",
]
