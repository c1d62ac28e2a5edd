"""What was proposed, decided and done for a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.money import Money
from integrations.remedies import KINDS, Remedy
from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.types import BigId, TextColumn

STUCK = text("state = 'needs_attention'")
"""The few that wait for a person."""
MAYBE_DONE = ("open", "unknown", "seen")
"""Outcomes of an attempt after which the make-good may have been carried out."""


class Proposal(Base):
    """What the playbook suggested; the newest counts."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    rule: Mapped[str]
    reason: Mapped[Said | None] = mapped_column(TextColumn, nullable=False)
    remedies: Mapped[list[Any]]
    """List of remedies (integrations.remedies.remedy_to_data), each with `reason` and `capped`, best
    first."""
    created_at: Mapped[datetime]


class Decision(Base):
    """Who decided what, when, within which limit."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_seller", "seller_id", "decided_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str]
    actor: Mapped[str]
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"))
    """Whose limit of seven days it counts against; None: no person's."""
    reason: Mapped[str] = mapped_column(default="")
    limit: Mapped[str] = mapped_column("within_limit", default="")
    decided_at: Mapped[datetime]


class MakeGood(Base):
    """An approved remedy with its idempotency key."""

    __tablename__ = "make_good"
    __table_args__ = (
        Index("ix_make_good_decided", "shop_id", "currency", "decided_at"),
        Index("ix_make_good_order", "connection_id", "order_id"),
        Index("ix_make_good_stuck", "case_id", sqlite_where=STUCK, postgresql_where=STUCK),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    order_id: Mapped[str] = mapped_column(default="")
    buyer_key: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column("action")
    """One of integrations.remedies.KINDS."""
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    """None, and no currency, for a kind without an amount."""
    currency: Mapped[str]
    line_ids: Mapped[list[str]]
    key: Mapped[str] = mapped_column(unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime | None]
    automatic: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="approved")
    """approved, done, needs_attention, cancelled."""
    vendor_id: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    task: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What is left for the seller to do by hand; None when nothing is."""
    decided_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship(back_populates="make_goods")
    decision: Mapped[Decision] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(order_by="Attempt.id")

    @property
    def remedy(self) -> Remedy:
        """What is given, with its last moment."""
        amount = None if self.amount_minor is None else Money(self.amount_minor, self.currency)
        return Remedy(KINDS[self.kind], amount, tuple(self.line_ids), self.expires_at)

    @property
    def open_attempts(self) -> list[Attempt]:
        """Attempts that may have done it, or may still do it: money may have moved."""
        return [attempt for attempt in self.attempts if attempt.outcome in MAYBE_DONE]

    @property
    def outcome_unknown(self) -> bool:
        """Nobody knows whether it was carried out."""
        return self.state != "done" and bool(self.open_attempts)

    @property
    def refused(self) -> bool:
        """The platform refused it and surely did nothing: another make-good may take its place."""
        tried = self.state == "needs_attention" and bool(self.attempts)
        return tried and not self.open_attempts


class Attempt(Base):
    """One try, written before the call. `ended_at` None: the outcome is not known (yet)."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    make_good_id: Mapped[int] = mapped_column(ForeignKey("make_good.id"), index=True)
    claim_token: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="open")
    """open, done, found, not_done, unknown, seen (the platform has noted it, but it is not settled
    there), refused."""
    note: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
