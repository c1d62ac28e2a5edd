"""Tokens with which programs of sellers sign in. Only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from integrations.sentence import Text
from integrations.text import line
from service.db.models import ApiToken, Seller
from service.domain.errors import NotFound, WrongInput
from service.domain.staff.authority import OF_PROGRAMS, Actor, ActorKind, Permission
from service.operations.context import Context
from service.operations.staff import members
from service.operations.staff.permits import memberships_of

LONGEST_NAME = 100
USUAL = frozenset({Permission.LOOK, Permission.DECIDE})
"""What a token may do where nothing else is said."""
LONGEST_LIFE = timedelta(days=365)
LIFE = timedelta(days=90)
NOTED_EACH = timedelta(minutes=15)
"""How often at most the last use of a token is written down."""


def add_token(
    context: Context,
    actor: Actor,
    name: str,
    scopes: Collection[Permission] = USUAL,
    life: timedelta = LIFE,
) -> str:
    """Make a bearer token, shown once, that may do `scopes` of what its seller may, for `life`.
    Raises `WrongInput` naming the field, `NotPermitted`."""
    token, now = f"mg_{secrets.token_urlsafe(32)}", context.clock.now()
    called = line(name)[:LONGEST_NAME]
    if not called:
        raise _wrong("name", Text("Name the program."))
    if not scopes or not set(scopes) <= OF_PROGRAMS:
        raise _wrong("scopes", Text("Choose what the program may do."))
    if not timedelta() < life <= LONGEST_LIFE:
        raise _wrong("days", Text("Choose how long the token is good."))
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        session.add(
            ApiToken(
                name=called,
                hash=_hash(token),
                seller_id=seller.id,
                scopes=sorted(scopes),
                created_at=now,
                expires_at=now + life,
            )
        )
    return token


def _wrong(field: str, sentence: Text) -> WrongInput:
    return WrongInput(sentence, fields={field: sentence})


def revoke_token(context: Context, token_id: int, actor: Actor) -> None:
    """End a token, one's own or that of a seller one may change; raises `NotFound`,
    `NotPermitted`."""
    with context.database.transaction() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotFound("there is no such token")
        members.permit_person(session, actor, token.seller_id)
        token.revoked_at = token.revoked_at or context.clock.now()


def actor_of_token(context: Context, token: str) -> Actor | None:
    """Who acts by a token that has not ended, of a seller who may sign in; else None."""
    now = context.clock.now()
    with context.database.reading() as session:
        row = session.scalar(
            select(ApiToken)
            .join(Seller, Seller.id == ApiToken.seller_id)
            .where(ApiToken.hash == _hash(token), ApiToken.revoked_at.is_(None))
            .where(or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now))
            .where(Seller.active.is_(True))
        )
        if row is None:
            return None
        shops = memberships_of(session, row.seller_id)
    if row.used_at is None or row.used_at <= now - NOTED_EACH:
        _note_use(context, row.id, now)
    scopes = frozenset(map(Permission, row.scopes))
    return Actor(ActorKind.PROGRAM, row.id, row.seller_id, shops, scopes)


def _note_use(context: Context, token_id: int, now: datetime) -> None:
    with context.database.transaction() as session:
        session.get_one(ApiToken, token_id).used_at = now


def _hash(token: str) -> str:
    # A long random token needs no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
