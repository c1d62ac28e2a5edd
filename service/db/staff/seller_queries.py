"""Named reads of sellers, the shops they belong to, and what they decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from service.db.models import (
    ApiToken,
    Decision,
    MakeGood,
    Membership,
    RecoveryCode,
    SecondFactor,
    Seller,
    Shop,
)
from service.domain.remedies.states import MakeGoodState
from service.domain.staff.authority import OF_ROLE, ActorKind, Permission, SellerRole, seller_name


def seller_by_email(session: Session, email: str) -> Seller | None:
    """The seller who signs in with this address, however it is typed."""
    return session.scalar(select(Seller).where(Seller.email == email.strip().lower()))


def memberships(session: Session, seller_id: int) -> Sequence[Membership]:
    """The shops of a seller who may sign in; none of one who may not."""
    return session.scalars(
        select(Membership)
        .join(Seller, Seller.id == Membership.seller_id)
        .where(Membership.seller_id == seller_id, Seller.active.is_(True))
        .order_by(Membership.shop_id)
    ).all()


def membership(session: Session, shop_id: int, seller_id: int) -> Membership | None:
    """What a seller who may sign in is in one shop now."""
    return session.scalar(
        select(Membership)
        .join(Seller, Seller.id == Membership.seller_id)
        .where(Membership.shop_id == shop_id, Membership.seller_id == seller_id)
        .where(Seller.active.is_(True))
        .execution_options(populate_existing=True)
    )


def members(session: Session, shop_ids: Collection[int]) -> Sequence[tuple[Membership, Seller]]:
    """Who belongs to these shops, in the order in which they came."""
    rows = session.execute(
        select(Membership, Seller)
        .join(Seller, Seller.id == Membership.seller_id)
        .where(Membership.shop_id.in_(shop_ids))
        .order_by(Seller.id, Membership.shop_id)
    )
    return [(row.Membership, row.Seller) for row in rows]


def tokens(session: Session, shop_ids: Collection[int]) -> Sequence[tuple[ApiToken, str]]:
    """The tokens of those who belong to these shops that were not ended, each with its seller's name."""
    sellers = select(Membership.seller_id).where(Membership.shop_id.in_(shop_ids))
    rows = session.execute(
        select(ApiToken, Seller.name)
        .join(Seller, Seller.id == ApiToken.seller_id)
        .where(ApiToken.revoked_at.is_(None), ApiToken.seller_id.in_(sellers))
        .order_by(ApiToken.id)
    )
    return [(row.ApiToken, row.name) for row in rows]


def approved(
    session: Session,
    seller_id: int,
    shop_ids: Collection[int],
    *,
    since: datetime,
    without: int | None = None,
) -> Mapping[tuple[int, str], int]:
    """By shop and currency: minor units of the make-goods that this seller approved after `since`,
    `without` one of them; what was taken back does not count."""
    totals = (
        select(MakeGood.shop_id, MakeGood.currency, func.sum(MakeGood.amount_minor))
        .join(Decision, Decision.id == MakeGood.decision_id)
        .where(Decision.seller_id == seller_id, Decision.decided_at > since)
        .where(MakeGood.shop_id.in_(shop_ids), MakeGood.state != MakeGoodState.CANCELLED)
        .group_by(MakeGood.shop_id, MakeGood.currency)
    )
    if without is not None:
        totals = totals.where(MakeGood.id != without)
    return {
        (shop_id, currency): int(minor or 0) for shop_id, currency, minor in session.execute(totals)
    }


def deciders(session: Session, shop_id: int) -> Sequence[tuple[Seller, SellerRole]]:
    """Who may decide in a shop and sign in, by name."""
    rows = session.execute(
        select(Seller, Membership.role)
        .join(Membership, Membership.seller_id == Seller.id)
        .where(Membership.shop_id == shop_id, Seller.active.is_(True))
        .order_by(Seller.name, Seller.id)
    )
    return [
        (row.Seller, row.role) for row in rows if Permission.DECIDE in OF_ROLE[SellerRole(row.role)]
    ]


def other_owners(session: Session, shop_id: int, seller_id: int) -> int:
    """How many owners who may sign in a shop has beside this one."""
    others = (
        select(func.count())
        .select_from(Membership)
        .join(Seller, Seller.id == Membership.seller_id)
        .where(Membership.shop_id == shop_id, Membership.seller_id != seller_id)
        .where(Membership.role == SellerRole.OWNER, Seller.active.is_(True))
    )
    return session.scalar(others) or 0


def lacks_second_factor(session: Session, seller_id: int, *, of_all_owners: bool) -> bool:
    """Whether this seller owns a shop that wants a second factor of its owners (`of_all_owners`: each
    does) and has none."""
    owned = exists().where(
        Membership.seller_id == seller_id,
        Membership.role == SellerRole.OWNER,
        Shop.id == Membership.shop_id,
    )
    if not of_all_owners:
        owned = owned.where(Shop.second_factor.is_(True))
    has_one = exists().where(SecondFactor.seller_id == seller_id)
    return bool(session.scalar(select(owned & ~has_one)))


def recovery_codes_left(session: Session, seller_id: int) -> int:
    """How many were not used yet."""
    unused = (RecoveryCode.seller_id == seller_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def with_second_factor(session: Session) -> set[int]:
    """The sellers who have one."""
    return set(session.scalars(select(SecondFactor.seller_id)))


def actor_names(session: Session) -> dict[str, str]:
    """What people call the sellers and programs that history and audit name."""
    sellers = {
        seller_name(seller_id): name
        for seller_id, name in session.execute(select(Seller.id, Seller.name))
    }
    programs = {
        f"{ActorKind.PROGRAM}:{token_id}": name
        for token_id, name in session.execute(select(ApiToken.id, ApiToken.name))
    }
    return sellers | programs


def has_shops(session: Session) -> bool:
    """Whether there is any shop yet."""
    return session.scalar(select(Shop.id).limit(1)) is not None
