"""Totals for reports, who gets reports by mail, and the mails that were sent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn, state_column
from service.domain.reports.mails import ReportMailState
from service.domain.reports.periods import PeriodKind


class ReportTotals(Base):
    """What the cases of a shop's day, week or month added up to when they were last counted
    (service.domain.reports.totals); right unless one of its days is marked."""

    __tablename__ = "report_totals"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    kind: Mapped[PeriodKind] = state_column(PeriodKind, primary_key=True)
    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    zone: Mapped[str]
    """In which its days were told apart; the row is of no use once the shop has another."""
    data: Mapped[dict[str, Any]]


class ReportMark(Base):
    """A moment of a shop whose day is to be counted anew, because something of it has changed."""

    __tablename__ = "report_mark"
    __table_args__ = (Index("ix_report_mark_shop_at", "shop_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    at: Mapped[datetime]


class ReportSubscription(Base):
    """A person of a shop to whom its reports of one kind of period go by mail, in a lane of its own."""

    __tablename__ = "report_subscription"
    __table_args__ = (UniqueConstraint("shop_id", "seller_id", "kind"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    kind: Mapped[PeriodKind] = state_column(PeriodKind)
    lane_id: Mapped[int] = mapped_column(ForeignKey("lane.id"), unique=True)
    next_at: Mapped[datetime] = mapped_column(index=True)
    """Moved ahead in the transaction that writes the report's row."""
    problem: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why the last one did not get there, or may not have."""
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ReportMail(Base):
    """The report of one period to one person: one row each, so it is sent once."""

    __tablename__ = "report_mail"
    __table_args__ = (UniqueConstraint("subscription_id", "first_day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("report_subscription.id"))
    first_day: Mapped[date] = mapped_column(Date)
    """The first day of the period."""
    zone: Mapped[str]
    state: Mapped[ReportMailState] = state_column(ReportMailState, default=ReportMailState.WAITING)
    tried_at: Mapped[datetime | None]
    """Written before the mail is handed over; none where it surely was not."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
