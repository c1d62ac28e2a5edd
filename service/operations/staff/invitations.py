"""Invitations: a link by which somebody joins shops, with the role and limits that stand in it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from integrations.text import line
from service.db import audit
from service.db.models import Invitation, Seller
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import (
    Actor,
    Limit,
    Membership,
    Permission,
    SellerRole,
    may,
    seller_name,
)
from service.operations.context import Context
from service.operations.staff import accounts, members
from service.operations.staff.permits import permit, seller_actor

LASTS = timedelta(days=7)
LONGEST_NAME = 100


def invite(context: Context, actor: Actor, name: str, shops: Mapping[int, Membership]) -> str:
    """Make a link, shown once, by which one person joins these shops within a week; gives its
    address. Raises `WrongInput` naming the field, `NotPermitted`, `NotFound`."""
    key, now = secrets.token_urlsafe(24), context.clock.now()
    if not shops:
        raise WrongInput("Choose what the person is to be in at least one shop.")
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        for shop_id in shops:
            permit(session, actor, Permission.MANAGE, shop_id)
        session.add(
            Invitation(
                key_hash=_hash(key),
                name=line(name)[:LONGEST_NAME],
                seller_id=seller.id,
                shops={
                    str(shop_id): {"role": member.role, "limits": members.limits_to_data(member)}
                    for shop_id, member in shops.items()
                },
                created_at=now,
                expires_at=now + LASTS,
            )
        )
    return f"{context.links.public_url}/join/{key}"


def open_ones(session: Session, context: Context, actor: Actor) -> Sequence[Invitation]:
    """Links of one's own that may still be used."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.seller_id == actor.seller_id, Invitation.ended_at.is_(None))
        .where(Invitation.expires_at > context.clock.now())
        .order_by(Invitation.id)
    ).all()


def take_back(context: Context, actor: Actor, invitation_id: int) -> None:
    """End a link of one's own that was not used; raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        row = session.get(Invitation, invitation_id)
        if row is None or row.seller_id != seller.id:
            raise NotFound("There is no such invitation.")
        row.ended_at = row.ended_at or context.clock.now()


def offered(context: Context, key: str) -> dict[str, SellerRole]:
    """The shops by name of a link that may be used, with the role in each; raises `NotFound`."""
    with context.database.reading() as session:
        row = session.scalar(select(Invitation).where(Invitation.key_hash == _hash(key)))
        if row is None or row.ended_at is not None or row.expires_at <= context.clock.now():
            raise _ended()
        return {
            shop_queries.shop(session, shop_id).name: member.role
            for shop_id, member in _still_given(session, row).items()
        }


def join_as_new(
    context: Context, key: str, *, email: str, name: str, password: str, language: str
) -> Seller:
    """Use a link up as somebody who is no seller yet. Raises `NotFound`, and `WrongInput` naming the
    field, after which the link is as good as before."""
    seller = accounts.new_seller(email, name=name, language=language, at=context.clock.now())
    seller.password_hash = accounts.hashed(password)
    with context.database.transaction() as session:
        shops = _use(session, context, key)
        accounts.add_row(session, seller)
        _join(session, context, seller, shops)
    return seller


def join_as_seller(context: Context, key: str, actor: Actor) -> None:
    """Use a link up as the seller who is signed in; what they are in a shop already stays. Raises
    `NotFound`, `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        shops = _use(session, context, key)
        new = {
            shop_id: member
            for shop_id, member in shops.items()
            if shop_id not in _shops_of(session, seller)
        }
        if not new:
            raise WrongState("You belong to all of these shops already.")
        _join(session, context, seller, new)


def _shops_of(session: Session, seller: Seller) -> set[int]:
    return {row.shop_id for row in seller_queries.memberships(session, seller.id)}


def _join(
    session: Transaction, context: Context, seller: Seller, shops: Mapping[int, Membership]
) -> None:
    for shop_id, member in shops.items():
        members.join(session, shop_id, seller.id, member, at=context.clock.now())


def _use(session: Transaction, context: Context, key: str) -> dict[int, Membership]:
    """End the link; of those who use it at once, it ends for one. What is changed from here on is
    changed in the name of whoever made it."""
    now = context.clock.now()
    members.lock_staff(session)
    used = (
        update(Invitation)
        .where(Invitation.key_hash == _hash(key), Invitation.ended_at.is_(None))
        .where(Invitation.expires_at > now)
        .values(ended_at=now)
        .returning(Invitation)
    )
    row = session.scalar(used)
    if row is None:
        raise _ended()
    audit.acting(session, seller_actor(session, row.seller_id))
    subject = seller_name(row.seller_id)
    audit.note(session, "invitation.ended_at", subject=subject, about=row.name)
    return _still_given(session, row)


def _still_given(session: Session, row: Invitation) -> dict[int, Membership]:
    """What the link gives of shops that whoever made it still owns; raises `NotFound` for none."""
    inviter = seller_actor(session, row.seller_id)
    given = {
        int(shop_id): Membership(
            SellerRole(membership["role"]),
            {code: Limit(**limit) for code, limit in membership["limits"].items()},
        )
        for shop_id, membership in row.shops.items()
        if may(inviter, Permission.MANAGE, int(shop_id))
    }
    if not given:
        raise _ended()
    return given


def _ended() -> NotFound:
    return NotFound("this invitation was used or has ended: ask for a new one")


def _hash(key: str) -> str:
    # A long random key needs no slow hash.
    return hashlib.sha256(key.encode()).hexdigest()
