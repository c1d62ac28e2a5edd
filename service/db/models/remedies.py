"""What was proposed, decided and done for a case."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.money import Money
from integrations.remedies import KINDS, Remedy
from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.types import BigId, TextColumn, state_column
from service.domain.remedies.states import (
    CARRIED_OUT,
    MAKE_GOODS,
    MAYBE_DONE,
    AttemptOutcome,
    DecisionKind,
    MakeGoodMove,
    MakeGoodState,
)
from service.domain.remedies.todo import MadeFor, todo
from service.domain.remedies.vouchers import VoucherUsage

if TYPE_CHECKING:
    from service.db.models.offers import Offer


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
    offer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The terms on which the buyer chooses among them (service.domain.remedies.offers); None: the
    seller does."""
    created_at: Mapped[datetime]


class Decision(Base):
    """Who decided what, when, within which limit."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_seller", "seller_id", "decided_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[DecisionKind] = state_column(DecisionKind)
    actor: Mapped[str]
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"))
    """Whose limit of seven days it counts against; None: no person's."""
    reason: Mapped[str] = mapped_column(default="")
    limit: Mapped[Said | None] = mapped_column(
        "within_limit", TextColumn, default=None, nullable=False
    )
    """Within which limit, as it was then; None: of a decision that spends nothing."""
    doubt: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What spoke against the case, and whoever decided had looked at."""
    decided_at: Mapped[datetime]


LOOKED_AT = text("voucher_look_at IS NOT NULL")


class MakeGood(Base):
    """An approved remedy with its idempotency key."""

    __tablename__ = "make_good"
    __table_args__ = (
        Index("ix_make_good_decided", "shop_id", "currency", "decided_at"),
        Index("ix_make_good_order", "connection_id", "order_id"),
        Index(
            "ix_make_good_voucher_look",
            "voucher_look_at",
            "connection_id",
            sqlite_where=LOOKED_AT,
            postgresql_where=LOOKED_AT,
        ),
        CheckConstraint("voucher_usage IS NULL OR done_at IS NOT NULL", name="voucher_given"),
        CheckConstraint(
            "coalesce(voucher_usage, '') = 'used' OR (used_at IS NULL AND used_order = '' AND saved_minor IS NULL)",
            name="voucher_used",
        ),
        CheckConstraint(
            "voucher_look_at IS NULL OR coalesce(voucher_usage, '') IN ('open', 'unknown')",
            name="voucher_looked_at",
        ),
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
    is_thanks: Mapped[bool] = mapped_column(default=False)
    """Given beyond putting things right (service.db.models.thanks): its case goes on as it stands."""
    state: Mapped[MakeGoodState] = state_column(MakeGoodState, default=MAKE_GOODS.first)
    """Changed by service.operations.remedies.moves only."""
    vendor_id: Mapped[str] = mapped_column(default="")
    code: Mapped[str] = mapped_column(default="")
    note: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What was last said of it: why it was refused, or nobody knows, what the platform is at, what is
    left to do by hand."""
    waits_until: Mapped[datetime | None]
    """The last moment the buyer has, while it waits for them."""
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What its adapter wants to know at the next step (integrations.contract.Pending)."""
    decided_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    """Until when whoever decided could undo it; None: it began at once."""
    done_at: Mapped[datetime | None]
    voucher_usage: Mapped[VoucherUsage | None] = state_column(VoucherUsage, nullable=True)
    """Of a voucher that was given; None: it is none, or was not given yet. Changed, with what follows, by
    service.operations.remedies.voucher_looks only."""
    voucher_look_at: Mapped[datetime | None]
    """When its platform is next asked whether it was used; None: not any more."""
    voucher_seen_at: Mapped[datetime | None]
    """When its platform last said whether it was."""
    used_at: Mapped[datetime | None]
    used_order: Mapped[str] = mapped_column(default="")
    """The number of the order for which it was used."""
    saved_minor: Mapped[int | None] = mapped_column(BigInteger)
    """What its buyer paid less by it, in its currency; None, like both before: the platform does not say."""

    case: Mapped[Case] = relationship(viewonly=True)
    decision: Mapped[Decision] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(order_by="Attempt.id", viewonly=True)
    offer: Mapped[Offer | None] = relationship(back_populates="make_good")
    """What the buyer may choose among, or could; None where the seller chose."""

    @property
    def remedy(self) -> Remedy:
        """What is given, with its last moment."""
        amount = None if self.amount_minor is None else Money(self.amount_minor, self.currency)
        return Remedy(KINDS[self.kind], amount, tuple(self.line_ids), self.expires_at)

    @property
    def saved(self) -> Money | None:
        """What the buyer paid less by the voucher, where the platform says."""
        return None if self.saved_minor is None else Money(self.saved_minor, self.currency)

    @property
    def cost(self) -> Money | None:
        """What it has cost once it is done: a voucher only where it was used."""
        unused = self.voucher_usage not in (None, VoucherUsage.USED)
        return None if unused else self.saved or self.remedy.amount

    @property
    def open_attempts(self) -> list[Attempt]:
        """Attempts that may have done it, or may still do it: money may have moved."""
        return [attempt for attempt in self.attempts if attempt.outcome in MAYBE_DONE]

    @property
    def outcome_unknown(self) -> bool:
        """Nobody knows whether it was carried out."""
        return self.state not in CARRIED_OUT and bool(self.open_attempts)

    @property
    def todo(self) -> Said | None:
        """What a person is asked to do about it; None where nothing is."""
        order = self.case.order
        names = [line["name"] for line in order.get("lines", ()) if line["id"] in self.line_ids]
        number = str(order.get("number", self.order_id))
        made_for = MadeFor(self.remedy, number, ", ".join(names), self.reference)
        return todo(self.state, made_for, self.note)

    def may(self, move: str) -> bool:
        """Whether this move is possible now, by its word in MakeGoodMove."""
        return MAKE_GOODS.allows(self.state, MakeGoodMove(move))


class Attempt(Base):
    """One try, written before the call. `ended_at` None: the outcome is not known (yet)."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    make_good_id: Mapped[int] = mapped_column(ForeignKey("make_good.id"), index=True)
    claim_token: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[AttemptOutcome] = state_column(AttemptOutcome, default=AttemptOutcome.OPEN)
    note: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
