"""What came in: deliveries, reviews and their versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn, state_column
from service.domain.reviews.delivery_states import DeliveryState


class Delivery(Base):
    """A webhook we accepted: raw, as signed."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("connection_id", "key"),
        Index("ix_delivery_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    key: Mapped[str]
    headers: Mapped[str]
    """JSON object of lower-case names; only what adapters need, never a signature or a cookie."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    state: Mapped[DeliveryState] = state_column(DeliveryState, default=DeliveryState.WAITING)
    """Moved by service.operations.reviews.deliveries alone."""
    note: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What came of it, or what a person can do."""


class Review(Base):
    """The latest known rating and text."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("connection_id", "platform_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    platform_id: Mapped[str]
    rating: Mapped[int | None]
    text: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int | None] = mapped_column(BigId)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    product_id: Mapped[str] = mapped_column(default="")
    product_name: Mapped[str] = mapped_column(default="")
    order_ids: Mapped[list[str]] = mapped_column(default=list)
    buyer: Mapped[dict[str, str]] = mapped_column(default=dict)

    versions: Mapped[list[ReviewVersion]] = relationship(order_by="ReviewVersion.id")


class ReviewVersion(Base):
    """Every version seen, with the time."""

    __tablename__ = "review_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    rating: Mapped[int | None]
    text: Mapped[str]
    sequence: Mapped[int | None] = mapped_column(BigId)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime]
