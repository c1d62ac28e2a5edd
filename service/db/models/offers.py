"""What a buyer may choose among."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.money import Money
from integrations.remedies import KINDS, Remedy
from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.models.remedies import MakeGood
from service.db.types import BigId, TextColumn, state_column
from service.domain.remedies.offers import OFFERS, OfferState, WithoutPick


class Offer(Base):
    """A choice of remedies. What is picked becomes the terms of its make-good, which stands for the
    dearest of them till then: limits and balances count it like any other."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    make_good_id: Mapped[int] = mapped_column(ForeignKey("make_good.id"), unique=True)
    state: Mapped[OfferState] = state_column(OfferState, default=OFFERS.first)
    without_pick: Mapped[WithoutPick] = state_column(WithoutPick)
    ends_at: Mapped[datetime]
    """The last moment to pick."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    make_good: Mapped[MakeGood] = relationship(back_populates="offer")
    options: Mapped[list[OfferOption]] = relationship(order_by="OfferOption.position")

    @property
    def possible(self) -> list[OfferOption]:
        """What may be picked."""
        return [option for option in self.options if option.taken_off is None]

    @property
    def picked(self) -> OfferOption | None:
        """What was picked."""
        return next((option for option in self.options if option.picked), None)


class OfferOption(Base):
    """One remedy of an offer, the recommended one first."""

    __tablename__ = "offer_option"
    __table_args__ = (UniqueConstraint("offer_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"))
    position: Mapped[int]
    kind: Mapped[str]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default="")
    line_ids: Mapped[list[str]]
    expires_days: Mapped[int | None]
    picked: Mapped[bool] = mapped_column(default=False)
    taken_off: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why it can no longer be given."""

    @property
    def remedy(self) -> Remedy:
        """What is given if it is picked."""
        amount = None if self.amount_minor is None else Money(self.amount_minor, self.currency)
        return Remedy.good_for(KINDS[self.kind], amount, tuple(self.line_ids), self.expires_days)
