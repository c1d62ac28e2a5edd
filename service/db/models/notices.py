"""How people are told of what waits for them."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Time
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn, state_column
from service.domain.notices.notices import NoticeState


class NoticeChoices(Base):
    """What one person has chosen (service.domain.notices.notices.Choices); none: the usual."""

    __tablename__ = "notice_choices"

    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), primary_key=True)
    when: Mapped[dict[str, str]] = mapped_column("told_when", default=dict)
    zone: Mapped[str]
    digest_at: Mapped[time] = mapped_column(Time)
    quiet_from: Mapped[time] = mapped_column(Time)
    quiet_to: Mapped[time] = mapped_column(Time)
    urgent_anyway: Mapped[bool] = mapped_column(default=False)
    next_digest_at: Mapped[datetime] = mapped_column(index=True)
    """Moved ahead in the transaction that writes the digest."""


class NoticeAddress(Base):
    """Where one person is told, in a lane of its own."""

    __tablename__ = "notice_address"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"), unique=True)
    name: Mapped[str]
    is_mail: Mapped[bool]
    """To the address that the person signs in with."""
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted JSON: {address: that of a chat service; '' for mail}."""
    problem: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why the last notice did not get there."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Notice(Base):
    """One notice to one address: of all that is named and still waits when it goes out."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_address_id", "address_id", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("notice_address.id"))
    task_ids: Mapped[list[int]] = mapped_column(JSON)
    is_test: Mapped[bool] = mapped_column(default=False)
    state: Mapped[NoticeState] = state_column(NoticeState, default=NoticeState.WAITING)
    error: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
