"""Playbooks of shops: every version that was in effect, and the draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.types import BigId, TextColumn


class PlaybookVersion(Base):
    """A playbook that took effect, by whom and when; only added to. `Shop.playbook` is the newest.

    A shop that never changed its rules has none.
    """

    __tablename__ = "playbook_version"
    __table_args__ = (UniqueConstraint("shop_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    number: Mapped[int]
    """From 1 in each shop."""
    playbook: Mapped[dict[str, Any]]
    """As service.domain.remedies.playbook_data reads it."""
    actor: Mapped[str]
    """As history names actors."""
    origin: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Where it came from, where not from the forms: a file, a shipped playbook, an older version."""
    created_at: Mapped[datetime]


class PlaybookDraft(Base):
    """The playbook that a shop's owners are changing; nothing goes by it until it takes effect."""

    __tablename__ = "playbook_draft"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    playbook: Mapped[dict[str, Any]]
    actor: Mapped[str]
    """Who changed it last."""
    origin: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    changed_at: Mapped[datetime]
