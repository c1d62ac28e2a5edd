"""Memberships, sign-ins, and counts of attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base
from service.db.types import BigId, state_column
from service.domain.staff.authority import SellerRole


class Membership(Base):
    """What a seller is in one shop (service.domain.staff.authority)."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_seller_id", "seller_id"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), primary_key=True)
    role: Mapped[SellerRole] = state_column(SellerRole)
    limits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Currency -> {each, week}: minor units approved alone; `week` None is not bounded."""
    created_at: Mapped[datetime]


class SignIn(Base):
    """A browser in which a seller is signed in. Only a hash of what its cookie holds is kept."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    session_version: Mapped[int]
    """The seller's at the time: a new password ends this sign-in."""
    device: Mapped[str] = mapped_column(default="")
    """What the browser called itself."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]


class SecondFactor(Base):
    """What an authenticator app of a seller shows codes by (service.domain.staff.second_factor)."""

    __tablename__ = "second_factor"

    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted JSON: {secret}."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The time step of the last code that was used: none of it or before is good any more."""
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code that is good once, for whoever has lost the app. Only a hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody joins shops, once. Only a hash of what stands in it is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """For whom it is, in the words of whoever made it."""
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    """Who made it, and must still own the shops when it is used."""
    shops: Mapped[dict[str, Any]]
    """{shop id: {role, limits}}, as a membership has them."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used or taken back."""


class Attempted(Base):
    """One try at something that may be tried so often only; `key_hash` says by whom."""

    __tablename__ = "attempted"
    __table_args__ = (Index("ix_attempted_key_hash_at", "key_hash", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class SentForm(Base):
    """A form of the desk that was sent, so that it makes once what it makes; `made_at` '': it is being
    carried out."""

    __tablename__ = "sent_form"
    __table_args__ = (UniqueConstraint("seller_id", "key", name="uq_sent_form_seller_id_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    key: Mapped[str]
    """As its page had it."""
    made_at: Mapped[str] = mapped_column(default="")
    """The address of what was made, without a host."""
    begun_at: Mapped[datetime] = mapped_column(index=True)


class ApiAnswer(Base):
    """What a writing call of a program was answered, so that the same call made again is not carried
    out again; `status` 0: it is being carried out."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("token_id", "key", name="uq_api_answer_token_id_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"))
    key: Mapped[str]
    """The program's own, from the header `Idempotency-Key`."""
    request_hash: Mapped[str]
    """A hash of method, address and body."""
    reference: Mapped[str] = mapped_column(default="", index=True)
    """The case that the answer is about; the answer is deleted when its buyer is erased."""
    status: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = mapped_column(default="")
    begun_at: Mapped[datetime] = mapped_column(index=True)
