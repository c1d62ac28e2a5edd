"""Sign-ins: kept in the database, so that signing out ends them wherever their cookie was copied to."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from integrations.text import line
from service.db import audit
from service.db.models import Seller, SignIn
from service.db.staff import attempts, seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound
from service.domain.staff.authority import Actor, seller_name
from service.operations.context import Context
from service.operations.staff import members

LASTS = timedelta(days=14)
"""Without use; each day of use begins it anew."""
RENEWED_AFTER = timedelta(days=1)
LONGEST_DEVICE = 300


@dataclass(frozen=True, slots=True)
class Seen:
    """A browser in which a seller is signed in; `used_at` is right to a day."""

    id: int
    device: str
    begun_at: datetime
    used_at: datetime
    is_this: bool


def begin(context: Context, seller_id: int, device: str = "") -> str:
    """Sign a seller in; the key is for the browser's cookie and kept nowhere else. `device`: what the
    browser calls itself."""
    key, now = secrets.token_urlsafe(32), context.clock.now()
    with context.database.transaction() as session:
        session.add(
            SignIn(
                key_hash=_hash(key),
                seller_id=seller_id,
                session_version=session.get_one(Seller, seller_id).session_version,
                device=line(device)[:LONGEST_DEVICE],
                expires_at=now + LASTS,
                created_at=now,
            )
        )
    return key


def seller_of(context: Context, key: str) -> Seller | None:
    """The active seller who is signed in under this key, else None."""
    now = context.clock.now()
    with context.database.reading() as session:
        row = session.execute(
            select(Seller, SignIn.expires_at)
            .join(SignIn, SignIn.seller_id == Seller.id)
            .where(SignIn.key_hash == _hash(key), SignIn.expires_at > now)
            .where(SignIn.session_version == Seller.session_version, Seller.active.is_(True))
        ).one_or_none()
    if row is None:
        return None
    seller, expires_at = row
    if expires_at < now + LASTS - RENEWED_AFTER:
        with context.database.transaction() as session:
            this_sign_in = update(SignIn).where(SignIn.key_hash == _hash(key))
            session.execute(this_sign_in.values(expires_at=now + LASTS))
    return seller


def of_seller(context: Context, actor: Actor, key: str) -> list[Seen]:
    """Where the seller who acts is signed in, the newest first; `key` is that of this browser."""
    now = context.clock.now()
    with context.database.reading() as session:
        seller = members.self_of(session, actor)
        rows = session.scalars(
            select(SignIn)
            .where(SignIn.seller_id == seller.id, SignIn.expires_at > now)
            .where(SignIn.session_version == seller.session_version)
            .order_by(SignIn.id.desc())
        )
        return [
            Seen(
                row.id,
                row.device,
                row.created_at,
                row.expires_at - LASTS,
                row.key_hash == _hash(key),
            )
            for row in rows
        ]


def end_one(context: Context, actor: Actor, sign_in_id: int) -> None:
    """End a sign-in of one's own in another browser; raises `NotFound`, `NotPermitted`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        row = session.get(SignIn, sign_in_id)
        if row is None or row.seller_id != seller.id:
            raise NotFound("There is no such sign-in.")
        session.delete(row)
        _note_end(session, seller, row.device)


def end_others(context: Context, actor: Actor, key: str) -> int:
    """End all sign-ins of one's own but that of this browser; gives how many."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor)
        others = select(SignIn).where(SignIn.seller_id == seller.id, SignIn.key_hash != _hash(key))
        rows = session.scalars(others).all()
        for row in rows:
            session.delete(row)
            _note_end(session, seller, row.device)
        return len(rows)


def _note_end(session: Transaction, seller: Seller, device: str) -> None:
    subject = seller_name(seller.id)
    audit.note(session, "sign_in.ended", subject=subject, about=seller.name, new=device)


def note_refused(context: Context, email: str) -> None:
    """Tell the audit that tries to sign in as this seller were too many; once in an hour."""
    with context.database.reading() as session:
        seller = seller_queries.seller_by_email(session, email)
    if seller is None:
        return
    key, now = f"refused {seller.id}", context.clock.now()
    if attempts.attempt(context.database, key, most=1, within=attempts.COUNTED_FOR, now=now):
        with context.database.transaction() as session:
            subject = seller_name(seller.id)
            audit.note(session, "seller.refused", subject=subject, about=seller.name)


def end(context: Context, key: str) -> None:
    """Sign out."""
    with context.database.transaction() as session:
        session.execute(delete(SignIn).where(SignIn.key_hash == _hash(key)))


def _hash(key: str) -> str:
    # A long random key needs no slow hash.
    return hashlib.sha256(key.encode()).hexdigest()
