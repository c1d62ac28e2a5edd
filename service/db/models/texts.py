"""What each text to buyers said before, by whom it was changed and when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base
from service.db.types import BigId


class TextVersion(Base):
    """A text to buyers that was used from some time on; only added to. `Shop.texts` holds the newest.

    A text that was never changed has none.
    """

    __tablename__ = "text_version"
    __table_args__ = (UniqueConstraint("shop_id", "key", "language", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    key: Mapped[str]
    language: Mapped[str]
    number: Mapped[int]
    """From 1 for each text in each language."""
    text: Mapped[dict[str, Any]]
    """As `Shop.texts` keeps it: {subject, text, tone}; empty for the shipped text."""
    actor: Mapped[str]
    """As history names actors."""
    created_at: Mapped[datetime]
