"""How buyers were thanked once a problem was solved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db.models.base import Base
from service.db.models.cases import Case
from service.db.models.messages import Message
from service.db.models.remedies import MakeGood
from service.db.types import BigId, state_column
from service.domain.remedies.thanks import Gesture


class Thanks(Base):
    """One step further, given by a person. A voucher is a make-good, which is carried out once like
    any other; early access and the code of a voucher are told by a message."""

    __tablename__ = "thanks"
    __table_args__ = (Index("ix_thanks_shop_buyer", "shop_id", "buyer_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    buyer_key: Mapped[str] = mapped_column(default="")
    """As the case has it; '' once the buyer was erased."""
    gesture: Mapped[Gesture] = state_column(Gesture)
    make_good_id: Mapped[int | None] = mapped_column(ForeignKey("make_good.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    actor: Mapped[str]
    given_at: Mapped[datetime]

    case: Mapped[Case] = relationship()
    make_good: Mapped[MakeGood | None] = relationship()
    message: Mapped[Message | None] = relationship()
