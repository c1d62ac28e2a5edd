"""Access tokens of connections, which expire and are refreshed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base


class Credential(Base):
    """The tokens of one connection, and whether they are being renewed.

    `renewing_since` is written before the refresh token is used: as long as it stands, that token may
    have been used up. `refused`: the platform takes it no more, so a seller has to allow it again.
    """

    __tablename__ = "credential"

    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    tokens: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted JSON: {access, refresh}."""
    access_until: Mapped[datetime]
    refresh_until: Mapped[datetime | None]
    granted_until: Mapped[datetime | None]
    renewing_since: Mapped[datetime | None]
    refused: Mapped[bool] = mapped_column(default=False)
