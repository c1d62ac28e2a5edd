"""The words by which cases are found."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base
from service.db.types import BigId


class SearchEntry(Base):
    """The words by which a case is found, separated by spaces (service.domain.search).

    Both databases index them by themselves: PostgreSQL as an expression, SQLite in the full-text
    table `search_index`, which triggers keep in line.
    """

    __tablename__ = "search_entry"

    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("cases.id"), primary_key=True, autoincrement=False
    )
    words: Mapped[str]
