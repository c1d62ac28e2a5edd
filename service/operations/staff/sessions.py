"""Sign-ins: kept in the database, so that signing out ends them wherever their cookie was copied to."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select, update

from service.db import audit
from service.db.models import Seller, SignIn
from service.db.staff import attempts
from service.domain.staff.authority import ActorKind
from service.operations.context import Context

LASTS = timedelta(days=14)
"""Without use; each day of use begins it anew."""
RENEWED_AFTER = timedelta(days=1)


def begin(context: Context, seller_id: int) -> str:
    """Sign a seller in; the key is for the browser's cookie and kept nowhere else."""
    key, now = secrets.token_urlsafe(32), context.clock.now()
    with context.database.transaction() as session:
        session.add(
            SignIn(
                key_hash=_hash(key),
                seller_id=seller_id,
                session_version=session.get_one(Seller, seller_id).session_version,
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


def note_refused(context: Context, email: str) -> None:
    """Tell the audit that tries to sign in as this seller were too many; once in an hour."""
    with context.database.reading() as session:
        seller = session.scalar(select(Seller).where(Seller.email == email.strip().lower()))
    if seller is None:
        return
    key, now = f"refused {seller.id}", context.clock.now()
    if attempts.attempt(context.database, key, most=1, within=attempts.COUNTED_FOR, now=now):
        with context.database.transaction() as session:
            subject = f"{ActorKind.SELLER}:{seller.id}"
            audit.note(session, "seller.refused", subject=subject, about=seller.name)


def end(context: Context, key: str) -> None:
    """Sign out."""
    with context.database.transaction() as session:
        session.execute(delete(SignIn).where(SignIn.key_hash == _hash(key)))


def _hash(key: str) -> str:
    # A long random key needs no slow hash.
    return hashlib.sha256(key.encode()).hexdigest()
