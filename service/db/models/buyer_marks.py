"""What identifies the buyers of a shop: ids, addresses, numbers, names."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base
from service.db.types import BigId


class BuyerMark(Base):
    """One thing that tells the buyer of a case apart: an address, a telephone number, an id at one
    connection (service.domain.cases.buyers). Cases of a shop that share one are of one buyer. A name
    is kept beside them, and joins nobody."""

    __tablename__ = "buyer_mark"
    __table_args__ = (Index("ix_buyer_mark_shop_mark", "shop_id", "mark"),)

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))


class SharedMark(Base):
    """An address or number of so many buyers of a shop that it joins none of them: a placeholder, or
    the shop's own."""

    __tablename__ = "shared_mark"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
