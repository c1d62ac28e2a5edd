"""What came in: deliveries, reviews and their versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint
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
        # Serves what came in last by a connection, and how much in a day.
        Index("ix_delivery_connection_received", "connection_id", "received_at"),
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


class RefusedDeliveries(Base):
    """How many webhooks of a connection were refused within an hour for one reason; nothing of them is
    kept."""

    __tablename__ = "refused_deliveries"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """Its beginning."""
    reason: Mapped[str] = mapped_column(primary_key=True)
    """The sentence of `BadSignature`."""
    number: Mapped[int]
    last_at: Mapped[datetime]


class Review(Base):
    """The latest known rating and text."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("connection_id", "platform_id"),
        # Serves the reports of a shop.
        Index("ix_review_shop_seen", "shop_id", "seen_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
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
    photos: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Addresses of pictures that stand with it; None where the platform does not say."""
    films: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Likewise."""

    voice_version_id: Mapped[int | None] = mapped_column(BigId)
    """The version that its shop chose to show on its own site; another one since is not shown."""

    versions: Mapped[list[ReviewVersion]] = relationship(order_by="ReviewVersion.id")
    voice_name: Mapped[VoiceName | None] = relationship(viewonly=True)


class VoiceName(Base):
    """The name that a buyer wrote to stand beside their review on the shop's own site, and the version
    they agreed for; another one since is shown without a name."""

    __tablename__ = "voice_name"

    review_id: Mapped[int] = mapped_column(BigId, ForeignKey("review.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    agreed_at: Mapped[datetime]


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
