"""Which messages a person reads before they go out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db.models import Message
from service.db.shops import shop_queries
from service.domain.messages.policy_data import Release
from service.operations.cases.doubts import precedes_restoring
from service.operations.messages.ways import Way

BY_A_PERSON = Text("The platform wants a person to send each message: read it, then send it.")
AFTER_RESTORING = Text(
    "A backup was restored: this may have been sent already. Look at the platform, then send it or"
    " leave it out."
)


def to_read_first(session: Session, message: Message, way: Way) -> Text | None:
    """Why a person has to read it first; None: nobody has."""
    if precedes_restoring(message.case, shop_queries.shop(session, message.case.shop_id)):
        return AFTER_RESTORING
    return BY_A_PERSON if way.verdict.release is Release.PERSON else None
