"""Tokens with which programs of sellers sign in. Only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select

from service.db.models import ApiToken, Seller
from service.domain.errors import NotFound
from service.domain.staff.authority import Actor, ActorKind
from service.operations.context import Context
from service.operations.staff import members
from service.operations.staff.permits import memberships_of


def add_token(context: Context, actor: Actor, name: str) -> str:
    """Make a bearer token that may do what its seller may; shown once. Raises `NotPermitted`."""
    token = f"mg_{secrets.token_urlsafe(32)}"
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        session.add(
            ApiToken(
                name=name.strip() or "token",
                hash=_hash(token),
                seller_id=seller.id,
                created_at=context.clock.now(),
            )
        )
    return token


def revoke_token(context: Context, token_id: int, actor: Actor) -> None:
    """End a token, one's own or that of a seller one may change; raises `NotFound`,
    `NotPermitted`."""
    with context.database.transaction() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotFound("there is no such token")
        members.permit_person(session, actor, token.seller_id)
        token.revoked_at = context.clock.now()


def actor_of_token(context: Context, token: str) -> Actor | None:
    """Who acts by a token that is not revoked, of a seller who may sign in; else None."""
    with context.database.reading() as session:
        row = session.scalar(
            select(ApiToken)
            .join(Seller, Seller.id == ApiToken.seller_id)
            .where(ApiToken.hash == _hash(token), ApiToken.revoked_at.is_(None))
            .where(Seller.active.is_(True))
        )
        if row is None:
            return None
        shops = memberships_of(session, row.seller_id)
        return Actor(ActorKind.PROGRAM, row.id, row.seller_id, shops)


def _hash(token: str) -> str:
    # A long random token needs no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
