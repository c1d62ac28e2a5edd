"""The outbox, the one queue, and the lanes that keep its connections apart."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

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
    END_HOLD = "end_hold"
    LOOK = "look"
    POLL = "poll"
    CHECK = "check"
    LOOK_AT_VOUCHERS = "look_at_vouchers"
    SEND_EVENT = "send_event"
    SEND_NOTICE = "send_notice"
    SEND_REPORT = "send_report"
    READ_MAILBOX = "read_mailbox"


class Rate(Base):
    """A bucket of calls, filled by `per_minute`: that of one connection, or of all connections for
    which their platform counts together. A row pays for one call when it is claimed and for the
    others when it has made them, so it may be below 0 for a while."""

    __tablename__ = "rate"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """What it is counted for: one connection, or one app of an adapter."""
    per_minute: Mapped[int]
    allowance: Mapped[float] = mapped_column(Float)
    """Calls that may be made, as of `allowance_at`."""
    allowance_at: Mapped[datetime]
    last_lane_id: Mapped[int] = mapped_column(BigId, default=0)
    """The lane that it let go last; 0: none."""


class Lane(Base):
    """Work of one connection, endpoint or address of notices that must not hold up the others.

    Inward lanes only read what is stored. Outward lanes call the platform: at most `concurrency`
    rows at once, as many calls as its `rate` lets, none before `quiet_until` or while the connection
    is paused.
    """

    __tablename__ = "lane"
    __table_args__ = (UniqueConstraint("connection_id", "outward"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    """None: it is that of an endpoint, an address of notices or a reader of reports."""
    outward: Mapped[bool]
    concurrency: Mapped[int]
    rate_id: Mapped[int | None] = mapped_column(ForeignKey("rate.id"), index=True)
    """None: its platform sets no limit."""
    quiet_until: Mapped[datetime | None]
    """The platform has asked us to slow down."""

    rate: Mapped[Rate | None] = relationship()


class LaneCalls(Base):
    """How many calls of a lane were made within an hour, and how many of them failed in one way."""

    __tablename__ = "lane_calls"

    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning."""
    reason: Mapped[str] = mapped_column(primary_key=True)
    """'' for all calls; the kind of error (integrations.errors) for those that ended so."""
    number: Mapped[int]
    last_at: Mapped[datetime]


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
