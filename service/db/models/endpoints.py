"""Programs of a shop that are told what happens to its cases, and what each was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn, state_column
from service.domain.endpoints.events import EventKind, EventState


class Endpoint(Base):
    """Where the events of one shop are sent to, in a lane of its own."""

    __tablename__ = "endpoint"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"), unique=True)
    name: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]]
    """Which kinds it is told of."""
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted JSON: {secrets: those that its calls are signed with, newest first}."""
    overlap_until: Mapped[datetime | None]
    """Until when calls are signed with the secret before the newest, too."""
    active: Mapped[bool] = mapped_column(default=True)
    problem: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why Makegood switched it off."""
    failing_since: Mapped[datetime | None]
    """When the first of the calls failed since it last took one; None: the last one was taken."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class EndpointEvent(Base):
    """One event for one endpoint, written with the change it tells of."""

    __tablename__ = "endpoint_event"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "key", name="uq_endpoint_event_key"),
        Index("ix_endpoint_event_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("endpoint.id"))
    key: Mapped[str]
    """The `webhook-id`: the same for all endpoints that are told of it, and each time it is sent."""
    kind: Mapped[EventKind] = state_column(EventKind)
    reference: Mapped[str] = mapped_column(default="")
    """The reference of its case; '' for a test."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is sent: ids, states and amounts, nothing that tells of the buyer."""
    state: Mapped[EventState] = state_column(EventState, default=EventState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime | None]
    """When it was last begun to be sent."""
    status: Mapped[int | None]
    """What the endpoint last answered; None: nothing."""
    answer: Mapped[str] = mapped_column(default="")
    """The beginning of its last answer."""
    error: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why the last try failed."""
    next_at: Mapped[datetime | None]
    """When it is tried next, while it waits."""
    created_at: Mapped[datetime]

    @property
    def waits(self) -> bool:
        """It is yet to be sent, or sent again."""
        return self.state is EventState.WAITING
