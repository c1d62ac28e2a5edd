"""The outbox, the one queue, and the lanes that keep its connections apart."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn, state_column


class Kind(StrEnum):
    """What is done with an outbox row (service.operations.outbox.registry)."""

    READ_DELIVERY = "read_delivery"
    FIND_ORDER = "find_order"
    MAKE_GOOD = "make_good"
    SEND_MESSAGE = "send_message"
    END_CASE = "end_case"
    END_OFFER = "end_offer"
    LOOK = "look"
    POLL = "poll"
    CHECK = "check"


class Lane(Base):
    """Work of one connection that must not hold up the others.

    Inward lanes only read what is stored. Outward lanes call the platform: at most `concurrency`
    rows at once and `per_minute` a minute, none before `quiet_until` or while the connection is
    paused.
    """

    __tablename__ = "lane"
    __table_args__ = (UniqueConstraint("connection_id", "outward"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    outward: Mapped[bool]
    concurrency: Mapped[int]
    per_minute: Mapped[int | None]
    allowance: Mapped[float] = mapped_column(Float, default=0.0)
    """Calls left in the bucket of `per_minute`."""
    allowance_at: Mapped[datetime]
    quiet_until: Mapped[datetime | None]
    """The platform has asked us to slow down."""


class Periodic(Base):
    """When a periodic job is due next; whoever moves the time ahead runs it (jobs.schedule)."""

    __tablename__ = "periodic"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]


OPEN = text("done_at IS NULL")
PUT_OFF = text("done_at IS NULL AND tries > 0")
CLAIMED = text("done_at IS NULL AND claim_token IS NOT NULL")


class OutboxRow(Base):
    """Work that leaves the database or waits for a time.

    Claiming moves `due_at` to the end of the lease and sets a token, so the work of a dead worker
    is simply due again, and every later write of the first worker finds its token gone.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "ref_id", "step"),
        # Serves claims and the oldest due row, lane by lane.
        Index("ix_outbox_open", "lane_id", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        # Serves counting what a lane has in hand.
        Index("ix_outbox_claimed", "lane_id", sqlite_where=CLAIMED, postgresql_where=CLAIMED),
        # Serves what waits for its shop.
        Index("ix_outbox_put_off", "lane_id", sqlite_where=PUT_OFF, postgresql_where=PUT_OFF),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[Kind] = state_column(Kind)
    ref_id: Mapped[int] = mapped_column(BigId)
    step: Mapped[str] = mapped_column(default="")
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"))
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None]
    done_at: Mapped[datetime | None]
    given_up: Mapped[bool] = mapped_column(default=False)
    note: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why it was last put off or given up, for people."""
