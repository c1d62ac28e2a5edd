"""The public reply under a review."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.sentence import Said, Text
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.types import BigId, TextColumn, state_column
from service.domain.messages.replies import OPEN, REPLIES, ReplyState


class Reply(Base):
    """One for each case, for all to read. Its key is the same on every try."""

    __tablename__ = "reply"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[ReplyState] = state_column(ReplyState, default=REPLIES.first)
    text: Mapped[str]
    reason: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why it does not stand there, or is not known to."""
    vendor_id: Mapped[str] = mapped_column(default="")
    posted_at: Mapped[datetime | None]

    @property
    def label(self) -> Text:
        """Its state in words."""
        return REPLIES.labels[self.state]

    @property
    def is_open(self) -> bool:
        """Its words may be changed, and it may be posted."""
        return self.state in OPEN

    @property
    def is_by_hand(self) -> bool:
        """A person posts it, and says then that it stands there."""
        return self.state is ReplyState.BY_HAND

    @property
    def is_unknown(self) -> bool:
        """A person has to look whether it stands there."""
        return self.state is ReplyState.UNKNOWN

    case: Mapped[Case] = relationship(back_populates="reply")
