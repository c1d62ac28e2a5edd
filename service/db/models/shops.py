"""Who sells: shops, their connections, sellers, and what programs sign in with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from integrations.sentence import Said
from service.db.models.base import Base
from service.db.models.outbox import Lane
from service.db.types import BigId, TextColumn, state_column
from service.domain.messages.do_not_contact import MarkKind
from service.domain.remedies.holds import HOLD_SECONDS
from service.domain.shops.connection_states import ConnectionState


class Shop(Base):
    """What the seller thinks of as one shop, with what the seller set for it."""

    __tablename__ = "shop"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    zone: Mapped[str]
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    playbook: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The rules in effect (service.domain.remedies.playbook_data); empty: the balanced ones that ship."""
    automatic: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Currency -> {each, shop_day, buyer_day} in minor units; empty: nothing goes by itself."""
    follow_ups: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Changed delays and sending window; empty: the defaults."""
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Changed texts: key -> language -> {subject, text}; what is absent is the default."""
    answering: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How complaints are answered at first (service.domain.messages.answering); empty: the defaults."""
    ladders: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The order of channels by severity (service.domain.messages.ladder); empty: as they were
    connected."""
    asking: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The seller's own switches for messages: resolution_checks, invitations, lawful_basis (a list
    of countries), postal_address (text), region (market of the shop)."""
    hold_seconds: Mapped[int] = mapped_column(default=HOLD_SECONDS)
    """How long what a person approves can be undone before anything of it begins; 0: not at all."""
    second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether owners of the shop need one."""
    thanks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How buyers are thanked (service.domain.remedies.thanks); empty: not at all."""
    voices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How positive voices are shown (service.domain.reviews.voices); empty: not at all."""
    voices_slug: Mapped[str | None] = mapped_column(unique=True)
    """The end of their public address; None: never switched on."""
    guidelines: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """What staff should go by, for each cause of complaints; a cause without one is absent."""
    restored_at: Mapped[datetime | None]
    """When a backup was restored last: what was done about earlier cases after the backup is not
    known here."""
    backup_of: Mapped[datetime | None]
    """The time of the newest entry in that backup."""
    created_at: Mapped[datetime]

    connections: Mapped[list[Connection]] = relationship(
        back_populates="shop", order_by="Connection.id"
    )


class Connection(Base):
    """An adapter with its credentials and the roles it plays for one shop."""

    __tablename__ = "connection"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    """Unguessable; part of the webhook address."""
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), index=True)
    adapter: Mapped[str]
    name: Mapped[str]
    roles: Mapped[list[str]]
    values: Mapped[dict[str, str]] = mapped_column(default=dict)
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
    """Encrypted JSON: secret fields, and `webhook` with the webhook secrets, newest first."""
    threshold: Mapped[int] = mapped_column(default=3)
    cases_from: Mapped[datetime]
    """Reviews written before this and first seen later are taken in as seen, without a case."""
    poll_cursor: Mapped[str] = mapped_column(default="")
    read_through_at: Mapped[datetime | None]
    """When polling last came to the end of what there is; None: what stood there is being read."""
    state: Mapped[ConnectionState] = state_column(ConnectionState, default=ConnectionState.WORKING)
    """Moved by service.operations.shops.states alone."""
    state_since: Mapped[datetime]
    problem: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    """Why it is faulty, away or paused, for the seller to mend; what a check found is a line each."""
    created_at: Mapped[datetime]

    @property
    def works(self) -> bool:
        """Nothing is wrong with it."""
        return self.state is ConnectionState.WORKING

    @property
    def is_paused(self) -> bool:
        """Nothing goes out to its platform until somebody has mended it."""
        return self.state is ConnectionState.PAUSED

    @property
    def is_disconnected(self) -> bool:
        """Its keys are forgotten; what came in by it stays."""
        return self.state is ConnectionState.DISCONNECTED

    shop: Mapped[Shop] = relationship(back_populates="connections")
    lanes: Mapped[list[Lane]] = relationship(order_by="Lane.id")


class Seller(Base):
    """A person who signs in. What they are in each shop is in their memberships."""

    __tablename__ = "seller"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")
    """Empty: signs in by link only, until a password is set."""
    session_version: Mapped[int] = mapped_column(default=1)
    """Raised to end all sessions and unused links of this seller."""
    links_used: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many sign-in links were used: each link names the number it was made at."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SavedFilter(Base):
    """A list of cases that a seller comes back to, under a name of theirs."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("seller_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"))
    name: Mapped[str]
    query: Mapped[str]
    """What stands behind the question mark in the address of the list."""
    created_at: Mapped[datetime]


class ApiToken(Base):
    """What a program signs in with; only a hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    seller_id: Mapped[int] = mapped_column(ForeignKey("seller.id"), index=True)
    scopes: Mapped[list[str]]
    """The permissions it has of those of its seller."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """None: made before tokens had an end."""
    used_at: Mapped[datetime | None]
    """The last use, kept to a quarter of an hour."""
    revoked_at: Mapped[datetime | None]

    seller: Mapped[Seller] = relationship()


class AllowedAgain(Base):
    """What stands on the do-not-contact list, and its buyer has said by their own press that one shop
    may write to them again; it ends when they want no messages once more."""

    __tablename__ = "allowed_again"
    __table_args__ = (UniqueConstraint("address_hash", "shop_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str]
    """As on the list."""
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    created_at: Mapped[datetime]


class DoNotContact(Base):
    """A buyer who wants no messages: by all channels of all shops here. Of an address or a number a
    keyed hash is kept, and the few letters by which a seller knows it again."""

    __tablename__ = "do_not_contact"
    __table_args__ = (UniqueConstraint("address_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_hash: Mapped[str]
    kind: Mapped[MarkKind | None] = state_column(MarkKind, nullable=True)
    """None in older rows."""
    hint: Mapped[str] = mapped_column(default="")
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"), index=True)
    """Where it was put on the list: its owners may take it off. None in older rows."""
    reason: Mapped[Said | None] = mapped_column(TextColumn, default=None, nullable=False)
    listed_by: Mapped[str] = mapped_column(default="")
    """Who brought it about, as history names actors."""
    created_at: Mapped[datetime]
