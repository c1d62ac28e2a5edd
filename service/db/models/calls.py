"""Calls by telephone that a person makes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.types import BigId, state_column
from service.domain.messages.calls import CallState


class Call(Base):
    """One call about a case. States are those of service.domain.messages.calls."""

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    """What is to be told, where the ladder led here; None: a seller asked for the call."""
    state: Mapped[CallState] = state_column(CallState, default=CallState.OPEN)
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """The appointment; None: as soon as somebody can."""
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship(viewonly=True)
