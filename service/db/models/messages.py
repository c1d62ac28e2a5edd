"""Everything said to a buyer or heard from one, and each hand-over to a channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.types import BigId, TextColumn, state_column
from service.domain.messages.kinds import Answer, Step
from service.domain.messages.states import Author, HandOverOutcome, MessageState

STUCK = text("state IN ('refused', 'unknown')")
"""The few that wait for a person."""
HEARD = text("author = 'buyer'")
CAME_IN = text("external_id <> ''")


class Message(Base):
    """One message of a case's thread. States are those of service.domain.messages.states."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("case_id", "step", "round"),
        Index(
            "uq_message_external_id",
            "external_id",
            unique=True,
            sqlite_where=CAME_IN,
            postgresql_where=CAME_IN,
        ),
        Index("ix_message_stuck", "case_id", sqlite_where=STUCK, postgresql_where=STUCK),
        # Serves what was heard by a connection lately.
        Index(
            "ix_message_heard",
            "connection_id",
            "sent_at",
            sqlite_where=HEARD,
            postgresql_where=HEARD,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    author: Mapped[Author] = state_column(Author, default=Author.RULE)
    state: Mapped[MessageState] = state_column(MessageState, default=MessageState.PLANNED)
    step: Mapped[Step | None] = state_column(Step, nullable=True)
    """None: no step of ours, but free words of the seller or the buyer."""
    round: Mapped[int] = mapped_column(default=1)
    """Grows with each make-good of the case: not solved means help, and a check, once more."""
    make_good_id: Mapped[int | None] = mapped_column(ForeignKey("make_good.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """The message that this one answers."""
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    """The author's own words; '' where the shop's text is taken at the moment of sending. What was
    handed over, letter for letter, is in the attempts."""
    language: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime | None]
    by_seller: Mapped[bool] = mapped_column(default=False)
    """Sent now by the seller: waiting times and quiet hours do not hold it, policy does."""
    reason: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why it was stopped, waits, or is for a person."""
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    """The channel it went out by, or came in by; None for the buyer's page."""
    sent_at: Mapped[datetime | None]
    """When it went out, or came in."""
    external_id: Mapped[str] = mapped_column(default="")
    """The channel's id of an inbound message, so that it is taken in once."""
    handled_at: Mapped[datetime | None]
    """When a person answered what the buyer wrote, or said that it needs no answer."""
    answer: Mapped[Answer | None] = state_column(Answer, nullable=True)
    """What the buyer says to a resolution check."""
    stars: Mapped[int | None]
    """One to five, for how the problem was handled."""

    case: Mapped[Case] = relationship(viewonly=True)
    attempts: Mapped[list[MessageAttempt]] = relationship(
        order_by="MessageAttempt.id", viewonly=True
    )

    @property
    def is_unread(self) -> bool:
        """The buyer wrote it in words of their own, and nobody has dealt with it."""
        heard = self.state is MessageState.RECEIVED and self.author is Author.BUYER
        return heard and self.answer is None and self.handled_at is None


class MessageAttempt(Base):
    """One hand-over to a channel, written before the call; at most one per message without a
    person's word."""

    __tablename__ = "message_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    text: Mapped[str]
    """As handed over, without the buyer's secret link to the review."""
    language: Mapped[str]
    outcome: Mapped[HandOverOutcome] = state_column(
        HandOverOutcome, default=HandOverOutcome.SENDING
    )
    wording: Mapped[str] = mapped_column(default="")
    """Which text it was made from (service.operations.messages.texts.wording); '' in older rows."""
    verdict: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What policy said before it was handed over (Verdict.to_data); {} in older rows."""
    passed: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """The rungs before this channel, and why they were passed (ways.passed_from_data)."""
    vendor_id: Mapped[str] = mapped_column(default="", index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    """When it was brought to the buyer, and read, where the channel tells it."""

    @property
    def came_back(self) -> bool:
        """The channel had taken it, and gave it back later."""
        return self.outcome is HandOverOutcome.BOUNCED

    @property
    def was_refused(self) -> bool:
        """The channel does not bring it, for good."""
        return self.outcome is HandOverOutcome.REFUSED
