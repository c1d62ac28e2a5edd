"""The one question each verb asks before it changes anything: may this actor do this to this shop,
and for money, up to this amount. What a seller is in a shop is read anew each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.sentence import Text
from service.db import audit
from service.db.models import Membership as MembershipRow
from service.db.shops import shop_queries
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotPermitted
from service.domain.staff import authority
from service.domain.staff.authority import (
    OF_KIND,
    Actor,
    ActorKind,
    Limit,
    Membership,
    Permission,
    SellerRole,
)

WEEK = timedelta(days=7)
OWN_DECISION = Text("by an owner, whom no limit binds")
NO_AMOUNT = Text("it has no amount that a limit could bind")


def seller_actor(session: Session, seller_id: int) -> Actor:
    """A seller with all their shops."""
    return Actor(ActorKind.SELLER, seller_id, seller_id, memberships_of(session, seller_id))


def memberships_of(session: Session, seller_id: int) -> dict[int, Membership]:
    """What a seller is in each of their shops."""
    return {
        row.shop_id: membership_of(row) for row in seller_queries.memberships(session, seller_id)
    }


def membership_of(row: MembershipRow) -> Membership:
    """A row as the rules read it."""
    return Membership(row.role, {code: Limit(**limit) for code, limit in row.limits.items()})


def permit(session: Session, actor: Actor, permission: Permission, shop_id: int) -> None:
    """Raises `NotFound` for a shop the actor does not belong to, `NotPermitted` for what the actor
    may not do there."""
    authority.check(_in_shop(session, actor, shop_id), permission, shop_id)
    audit.acting(session, actor)


def permit_amount(
    session: Transaction,
    actor: Actor,
    shop_id: int,
    amount: Money | None,
    *,
    now: datetime,
    again: int | None = None,
) -> Text:
    """Raises `OverLimit` where the actor may not approve this amount alone; else gives the limit
    under which they do. `again`: the make-good that it is for, where that was approved before.

    The shop stays locked, so that of two decisions made at once the second counts the first.
    """
    if actor.kind in OF_KIND:
        raise NotPermitted("Only people approve make-goods.")
    shop_queries.lock_shops(session, [shop_id])
    session.flush()
    here = _in_shop(session, actor, shop_id)
    authority.check(here, Permission.DECIDE, shop_id)
    member = here.memberships[shop_id]
    spent = _spent(session, actor, shop_id, amount, now=now, again=again)
    authority.check_amount(member, amount, spent)
    if member.role is SellerRole.OWNER:
        return OWN_DECISION
    if amount is None:
        return NO_AMOUNT
    return Text(
        "within their limit of %(each)s for one decision",
        each=Money(member.limits[amount.currency].each, amount.currency),
    )


def permit_upkeep(actor: Actor) -> None:
    """Raises `NotPermitted` for whoever is neither Makegood itself nor runs it."""
    if Permission.UPKEEP not in OF_KIND.get(actor.kind, ()):
        raise NotPermitted(authority.REFUSALS[Permission.UPKEEP])


def permit_keeping(session: Session, actor: Actor, shop_id: int | None) -> None:
    """Deleting by age: of one shop for who manages it, of all for Makegood itself. Raises
    `NotPermitted`, `NotFound`."""
    if shop_id is None:
        permit_upkeep(actor)
    else:
        permit(session, actor, Permission.MANAGE, shop_id)


def permit_operator(session: Session, actor: Actor) -> None:
    """Raises `NotPermitted` for whoever does not run this installation."""
    if actor.kind is not ActorKind.OPERATOR:
        raise NotPermitted("This is done by a command on the machine.")
    audit.acting(session, actor)


def permit_new_shop(session: Session, actor: Actor) -> None:
    """Owners of a shop may add another; the first one anybody who may sign in. Raises
    `NotPermitted`."""
    if not may_add_shop(session, actor):
        raise NotPermitted("Only the owner may do this.")
    audit.acting(session, actor)


def may_add_shop(session: Session, actor: Actor) -> bool:
    """The same as an answer, for pages."""
    if actor.seller_id is None:
        return actor.kind is ActorKind.OPERATOR
    shops = memberships_of(session, actor.seller_id)
    owns_one = any(member.role is SellerRole.OWNER for member in shops.values())
    return Permission.MANAGE in actor.scopes and (owns_one or not seller_queries.has_shops(session))


def over_limit(
    session: Session, actor: Actor, shop_id: int, amount: Money | None, *, now: datetime
) -> Text | None:
    """Why the actor may not approve an amount alone, for a page; None where they may."""
    here = _in_shop(session, actor, shop_id)
    if not authority.may(here, Permission.DECIDE, shop_id):
        return authority.REFUSALS[Permission.DECIDE]
    spent = _spent(session, actor, shop_id, amount, now=now)
    return authority.over_limit(here.memberships[shop_id], amount, spent)


class Allowance:
    """What one actor may still approve, asked for many cases of a page: what they are in their shops
    and what was spent is read once."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        seller_id = actor.seller_id or 0
        self._actor = replace(actor, memberships=memberships_of(session, seller_id))
        self._spent = seller_queries.approved(
            session, seller_id, self._actor.memberships, since=now - WEEK
        )

    def refusal(self, shop_id: int, amount: Money | None) -> Text | None:
        """As `over_limit`."""
        if not authority.may(self._actor, Permission.DECIDE, shop_id):
            return authority.REFUSALS[Permission.DECIDE]
        spent = 0 if amount is None else self._spent.get((shop_id, amount.currency), 0)
        return authority.over_limit(self._actor.memberships[shop_id], amount, spent)


def _spent(
    session: Session,
    actor: Actor,
    shop_id: int,
    amount: Money | None,
    *,
    now: datetime,
    again: int | None = None,
) -> int:
    if amount is None:
        return 0
    spent = seller_queries.approved(
        session, actor.seller_id or 0, [shop_id], since=now - WEEK, without=again
    )
    return spent.get((shop_id, amount.currency), 0)


def _in_shop(session: Session, actor: Actor, shop_id: int) -> Actor:
    if actor.kind in OF_KIND:
        return actor
    row = seller_queries.membership(session, shop_id, actor.seller_id or 0)
    return replace(actor, memberships={} if row is None else {shop_id: membership_of(row)})
