"""Our answer to a low review: the case, and what happened to it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.reviews import Review
from service.db.models.shops import Shop
from service.db.types import BigId, TextColumn, state_column
from service.domain.cases.root_causes import RootCause
from service.domain.cases.states import CASES, CaseState, CloseReason, Move
from service.domain.messages.editable import Editable
from service.domain.remedies.thanks import Profile

if TYPE_CHECKING:
    from service.db.models.calls import Call
    from service.db.models.messages import Message
    from service.db.models.remedies import Decision, MakeGood, Proposal
    from service.db.models.replies import Reply

IS_ASSIGNED = text("assignee_id IS NOT NULL")


class Case(Base):
    """One answer to one low review. States are those of service.domain.cases.states."""

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_open_review",
            "review_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        # Serve the list of cases, which goes by id: of a state, and of one shop.
        Index("ix_cases_state_id", "state", "id"),
        Index("ix_cases_shop_id", "shop_id", "id"),
        Index("ix_cases_shop_buyer", "shop_id", "buyer_key"),
        Index("ix_cases_shop_opened", "shop_id", "opened_at"),
        Index("ix_cases_product", "product_key"),
        Index("ix_cases_order", "order_connection_id", "order_id"),
        Index("ix_cases_paid", "paid_currency", "paid_minor", "id"),
        Index(
            "ix_cases_assignee_id",
            "assignee_id",
            "id",
            sqlite_where=IS_ASSIGNED,
            postgresql_where=IS_ASSIGNED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[CaseState] = state_column(CaseState)
    """Changed by service.operations.cases.history.change_state alone."""
    close_reason: Mapped[CloseReason | None] = state_column(CloseReason, nullable=True)
    """Why it was closed. Of an open case what became of its review before a person opened it again;
    None: nothing did."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    look_by: Mapped[datetime | None]
    """By when somebody will have looked, as the buyer was told; None: nothing was promised."""
    buyer_key: Mapped[str] = mapped_column(default="")
    """What tells one buyer of a shop from another: platform id, else a hash of the address."""
    product_key: Mapped[str] = mapped_column(default="")
    """The product of its review (service.db.reviews.products); '' where that is unknown."""
    older_review_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Reviews of the same buyer and product that its review took the place of, oldest first."""
    review_changed_at: Mapped[datetime | None]
    """When its review was last another than before, in its rating or its words; None: never."""
    rating_changed_at: Mapped[datetime | None]
    """When the rating was last another."""
    editable: Mapped[Editable] = state_column(Editable, default=Editable.ASSUMED)
    """Whether the buyer could still change the review when the case was opened."""
    order_id: Mapped[str] = mapped_column(default="")
    order: Mapped[dict[str, Any]] = mapped_column("order_seen", default=dict)
    """The order as last seen (service.operations.cases.orders); empty until it is known."""
    paid_minor: Mapped[int | None] = mapped_column(BigInteger)
    paid_currency: Mapped[str] = mapped_column(default="")
    """What was paid for the order as last seen, by which lists are narrowed and sorted."""
    order_connection_id: Mapped[int | None] = mapped_column(ForeignKey("connection.id"))
    """Where the order is; its make-goods are carried out there."""
    courier: Mapped[str] = mapped_column(default="")
    """Who carried the order (service.domain.cases.couriers); '' where nobody says."""
    candidates: Mapped[list[Any]] = mapped_column(default=list)
    advice: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why a person is asked about the case itself: which order it is, or to decide once more."""
    doubt: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What speaks against this order or against an automatic answer; None: nothing. Until a
    person has confirmed, nothing is said to the buyer and nothing goes by itself."""
    grave: Mapped[bool] = mapped_column(default=False)
    """The review once spoke of health, injury or law: this buyer is never invited."""
    cause: Mapped[str] = mapped_column(default="")
    """What the complaint is about (service.domain.complaints.causes), `unclear` where the model is not
    sure enough; '' before it was read."""
    cause_read: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the model read last: {name, confidence, also, places, model}, see `Cause`."""
    cause_corrected: Mapped[bool] = mapped_column(default=False)
    """A seller has said what it is about; that counts."""
    root_cause: Mapped[RootCause | None] = state_column(RootCause, nullable=True)
    """Where the complaint comes from, as a person said; None: nobody has."""
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("seller.id"))
    """Who looks after it; None: whoever comes first."""
    asked_owner: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """What its owner is asked to decide, by staff who may not; None: nothing."""
    profile: Mapped[Profile | None] = state_column(Profile, nullable=True)
    """What the buyer likes, as a person noted it or the buyer said; None: unknown. Never guessed."""
    messages_stopped: Mapped[bool] = mapped_column(default=False)
    erased_at: Mapped[datetime | None]
    """When all that tells of the buyer was removed (service.operations.privacy.erasure)."""

    def may(self, move: str) -> bool:
        """Whether this move is possible now, by its word in Move."""
        return CASES.allows(self.state, Move(move))

    @validates("order")
    def _paid_follows(self, _name: str, order: dict[str, Any]) -> dict[str, Any]:
        self.paid_minor, self.paid_currency = order.get("paid"), order.get("currency", "")
        return order

    review: Mapped[Review] = relationship()
    shop: Mapped[Shop] = relationship(viewonly=True)
    proposals: Mapped[list[Proposal]] = relationship(order_by="Proposal.id", viewonly=True)
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.id", viewonly=True)
    make_goods: Mapped[list[MakeGood]] = relationship(order_by="MakeGood.id", viewonly=True)
    messages: Mapped[list[Message]] = relationship(order_by="Message.id", viewonly=True)
    calls: Mapped[list[Call]] = relationship(order_by="Call.id", viewonly=True)
    reply: Mapped[Reply | None] = relationship(
        back_populates="case", lazy="joined", cascade="save-update, merge, delete-orphan, delete"
    )
    """What was said, or is to be said, under the review for all to read."""
    history: Mapped[list[History]] = relationship(order_by="History.id", viewonly=True)

    @property
    def answers(self) -> list[Message]:
        """What the buyer said to resolution checks, the last word last."""
        return [message for message in self.messages if message.answer is not None]


class History(Base):
    """What happened to a case and who did it; only added to."""

    __tablename__ = "history"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """Such as `seller:3` (service.domain.staff.authority.Actor)."""
    what: Mapped[str]
    """A stable word that the pages translate (service.web.words.DEEDS): a move, or what was done."""
    old: Mapped[str] = mapped_column(default="")
    new: Mapped[str] = mapped_column(default="")
    """Of a move the states of the case, '' where it stays; of a message its step; else what `what`
    names, such as both ratings or who looks after the case now."""
    detail: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
