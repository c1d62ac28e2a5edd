"""Who may see and change a seller, and what sellers are in shops: owners stay masters of their own
shops, and of nobody who belongs to another's as well."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from integrations.sentence import N_
from service.db import audit
from service.db.models import Membership as MembershipRow
from service.db.models import Seller
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.db.transaction import Lock, Transaction
from service.domain.errors import NotFound, NotPermitted, WrongState
from service.domain.staff.authority import (
    Actor,
    ActorKind,
    Membership,
    Permission,
    SellerRole,
    seller_name,
)
from service.operations.context import Context
from service.operations.staff.permits import memberships_of, permit

_LOCK = "staff"
NO_MEMBER = N_("This seller does not belong to the shop.")


def set_membership(
    context: Context, shop_id: int, seller_id: int, actor: Actor, member: Membership
) -> None:
    """Change what a seller is in a shop. Only commands let one belong to it without an invitation.
    Raises `NotPermitted`, `NotFound`, and `WrongState` where no owner would be left."""
    with context.database.transaction() as session:
        lock_staff(session)
        shop_queries.lock_shops(session, [shop_id])
        permit(session, actor, Permission.MANAGE, shop_id)
        row = session.get(MembershipRow, (shop_id, seller_id))
        if row is None and actor.kind is not ActorKind.OPERATOR:
            raise NotFound(NO_MEMBER)
        if row is None:
            join(session, shop_id, seller_id, member, at=context.clock.now())
            return
        if member.role is not SellerRole.OWNER:
            _check_owner_left(session, row)
        row.role, row.limits = member.role, limits_to_data(member)


def join(
    session: Session, shop_id: int, seller_id: int, member: Membership, *, at: datetime
) -> None:
    """Let a seller belong to a shop. The caller has asked whether that is permitted."""
    session.add(
        MembershipRow(
            shop_id=shop_id,
            seller_id=seller_id,
            role=member.role,
            limits=limits_to_data(member),
            created_at=at,
        )
    )


def end_membership(context: Context, shop_id: int, seller_id: int, actor: Actor) -> None:
    """Let a seller belong to a shop no longer. Raises `NotPermitted`, `NotFound`, `WrongState`."""
    with context.database.transaction() as session:
        lock_staff(session)
        shop_queries.lock_shops(session, [shop_id])
        permit(session, actor, Permission.MANAGE, shop_id)
        row = session.get(MembershipRow, (shop_id, seller_id))
        if row is None:
            raise NotFound(NO_MEMBER)
        _check_owner_left(session, row)
        session.delete(row)


def set_active(context: Context, seller_id: int, actor: Actor, *, active: bool) -> None:
    """Shut a seller out, which ends their sessions, links and programs, or let them in again. Raises
    `NotPermitted`, `NotFound`, and `WrongState` where a shop would have no owner left."""
    with context.database.transaction() as session:
        lock_staff(session)
        seller = permit_person(session, actor, seller_id)
        if not active:
            for row in seller_queries.memberships(session, seller_id):
                _check_owner_left(session, row)
            seller.session_version += 1
        seller.active = active


def limits_to_data(member: Membership) -> dict[str, dict[str, int | None]]:
    """Limits as a row keeps them."""
    return {
        currency: {"each": limit.each, "week": limit.week}
        for currency, limit in member.limits.items()
    }


def permit_person(session: Session, actor: Actor, seller_id: int) -> Seller:
    """The seller, where the actor owns every shop they belong to, so that nobody reaches a shop
    through its people; raises `NotFound`, `NotPermitted`."""
    seller = get_seller(session, seller_id)
    if actor.kind is ActorKind.OPERATOR or str(actor) == seller_name(seller_id):
        audit.acting(session, actor)
        return seller
    shop_ids = session.scalars(
        select(MembershipRow.shop_id).where(MembershipRow.seller_id == seller_id)
    ).all()
    owned = {
        shop_id
        for shop_id, member in memberships_of(session, actor.seller_id or 0).items()
        if member.role is SellerRole.OWNER
    }
    if not owned & set(shop_ids):
        raise NotFound("There is no such seller.")
    if not set(shop_ids) <= owned:
        raise NotPermitted("This seller also belongs to a shop that is not yours.")
    for shop_id in shop_ids:
        permit(session, actor, Permission.MANAGE, shop_id)
    return seller


def self_of(session: Session, actor: Actor, *, lock: bool = False) -> Seller:
    """The seller who acts, for what one changes about oneself; raises `NotPermitted` for programs
    and whatever is no person."""
    if actor.kind is not ActorKind.SELLER:
        raise NotPermitted("Only the seller may do this, signed in.")
    audit.acting(session, actor)
    return get_seller(session, actor.id, lock=lock)


def get_seller(session: Session, seller_id: int, *, lock: bool = False) -> Seller:
    """A seller by id; raises `NotFound`."""
    seller = session.get(Seller, seller_id, with_for_update=lock or None)
    if seller is None:
        raise NotFound("There is no such seller.")
    return seller


def lock_staff(session: Transaction) -> None:
    """One change of people at a time, so that owners who shut each other out come one after the
    other. SQLite has one writer and needs no lock."""
    if session.to_lock(Lock.STAFF, [0]) and session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))


def _check_owner_left(session: Session, row: MembershipRow) -> None:
    """Raises `WrongState` where this membership is that of a shop's only owner."""
    is_owner = row.role is SellerRole.OWNER
    if is_owner and not seller_queries.other_owners(session, row.shop_id, row.seller_id):
        raise WrongState("At least one owner must stay.")
