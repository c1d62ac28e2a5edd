"""Who changed what of settings, connections, texts, people and tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn


class Audit(Base):
    """One change outside a case, written with it; only added to. Cases have `History`."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_shop_id", "shop_id", "id"),
        Index("ix_audit_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """As history names actors, such as `seller:3`."""
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    """None: it is about a person, whatever their shops."""
    what: Mapped[str]
    """A stable word the pages translate: a table and its column, `added` or `removed`, or an event."""
    subject: Mapped[str]
    """What was changed, as a stable name: `shop:1`, `connection:2`, `seller:3`."""
    about: Mapped[str] = mapped_column(default="")
    """What people call it, and what of it: `Sandbox`, `IDR.each`."""
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    """Both are empty for secrets: that one was changed is told, never which."""
    detail: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
