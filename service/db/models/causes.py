"""What sellers say a complaint is about: labels for the next training of the model."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base
from service.db.types import BigId


class CauseLabel(Base):
    """One tap on a cause. The words it is about are those of the version; erasing empties them."""

    __tablename__ = "cause_label"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    review_version_id: Mapped[int] = mapped_column(ForeignKey("review_version.id"))
    cause: Mapped[str]
    read: Mapped[str]
    """What the model had read; '' where it had read nothing."""
    model: Mapped[str]
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    created_at: Mapped[datetime]
