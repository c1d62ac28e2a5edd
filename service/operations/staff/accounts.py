"""Sellers, their passwords and roles, and the tokens of their programs."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import ColumnExpressionArgument, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from service.db.models import ApiToken, Seller
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.remedies.limits import SellerRole
from service.operations.context import Context
from service.security.links import SIGN_IN

SHORTEST = 10
# Checked when nobody has the address, so that the answer takes as long as a wrong password.
_NOBODY = generate_password_hash("nobody")


def add_seller(
    context: Context,
    email: str,
    *,
    name: str = "",
    role: SellerRole = SellerRole.OWNER,
    password: str = "",
    language: str = "",
) -> int:
    """Add a seller and give the id; raises `WrongInput` for an address in use or none at all."""
    email = email.strip().lower()
    if "@" not in email or " " in email:
        raise WrongInput("%(email)s is no e-mail address.", email=f"{email!r}")
    if password:
        _check_password(password)
    seller = Seller(
        email=email,
        name=name.strip() or email.partition("@")[0],
        role=role,
        language=language,
        created_at=context.clock.now(),
        password_hash=generate_password_hash(password) if password else "",
    )
    try:
        with context.database.transaction() as session:
            session.add(seller)
    except IntegrityError as error:
        raise WrongInput("%(email)s is a seller here already.", email=email) from error
    return seller.id


def _check_password(password: str) -> None:
    if len(password) < SHORTEST:
        raise WrongInput("A password needs at least %(shortest)s characters.", shortest=SHORTEST)


def set_password(context: Context, seller_id: int, password: str) -> Seller:
    """Set a password; all sessions and unused links end. Raises `WrongInput`."""
    seller = _set_password(context, password, Seller.id == seller_id)
    if seller is None:
        raise NotFound("There is no such seller.")
    return seller


def change_password(context: Context, seller: Seller, *, present: str, new: str) -> Seller:
    """Set one's own password; raises `WrongInput` unless the present one, where there is one, is
    right. All sessions end, the one at hand too."""
    with context.database.reading() as session:
        known = session.get_one(Seller, seller.id).password_hash
    right = not known or check_password_hash(known, present)
    # Of two changes made at once from one present password the first counts.
    unchanged = (Seller.id == seller.id, Seller.password_hash == known)
    changed = _set_password(context, new, *unchanged) if right else None
    if changed is None:
        raise WrongInput("The present password is not right.")
    return changed


def _set_password(
    context: Context, password: str, *which: ColumnExpressionArgument[bool]
) -> Seller | None:
    _check_password(password)
    values = {
        "password_hash": generate_password_hash(password),
        "session_version": Seller.session_version + 1,
    }
    with context.database.transaction() as session:
        return session.scalar(update(Seller).where(*which).values(values).returning(Seller))


def new_link(context: Context, seller_id: int) -> str:
    """A fresh sign-in link for the owner to hand over; raises `NotFound`, `WrongState`."""
    with context.database.transaction() as session:
        seller = session.get(Seller, seller_id)
        if seller is None:
            raise NotFound("There is no such seller.")
        if not seller.active:
            raise WrongState("This seller may not sign in. Allow it first.")
        return sign_in_link(context, seller)


def change_seller(context: Context, seller_id: int, *, role: SellerRole, active: bool) -> None:
    """Change a role or shut a seller out; the last active owner stays. Raises `WrongState`."""
    with context.database.transaction() as session:
        # Locked in one order, so that two owners who shut each other out come one after the other.
        owners = session.scalars(
            select(Seller)
            .where(Seller.role == SellerRole.OWNER, Seller.active.is_(True))
            .order_by(Seller.id)
            .with_for_update()
        ).all()
        seller = session.get(Seller, seller_id, with_for_update=True)
        if seller is None:
            raise NotFound("there is no such seller")
        stays_owner = active and role == SellerRole.OWNER
        if not stays_owner and all(owner.id == seller_id for owner in owners):
            raise WrongState("At least one owner must stay.")
        seller.role, seller.active = role, active
        seller.session_version += 0 if active else 1


def sign_in(context: Context, email: str, password: str) -> Seller | None:
    """The seller with this address and password, else None."""
    with context.database.reading() as session:
        seller = session.scalar(select(Seller).where(Seller.email == email.strip().lower()))
    known = seller.password_hash if seller is not None and seller.password_hash else _NOBODY
    right = check_password_hash(known, password)
    usable = seller is not None and bool(seller.password_hash) and seller.active
    return seller if right and usable else None


def sign_in_link(context: Context, seller: Seller) -> str:
    """The address that signs this seller in once, within half an hour."""
    mark = [seller.id, seller.session_version, seller.links_used]
    return f"{context.links.public_url}/sign-in/{context.links.token('sign-in', mark)}"


def sign_in_by_link(context: Context, token: str) -> Seller:
    """The seller of a link, which is used up with all others of this seller; raises `NotFound` for
    an old or used one."""
    mark = context.links.read("sign-in", token, SIGN_IN)
    seller = None
    if len(mark) == 3:
        seller_id, session_version, links_used = mark
        # One statement: of those who press at once, it changes the row for one.
        used = (
            update(Seller)
            .where(Seller.id == seller_id, Seller.active.is_(True))
            .where(Seller.session_version == session_version, Seller.links_used == links_used)
            .values(links_used=Seller.links_used + 1)
            .returning(Seller)
        )
        with context.database.transaction() as session:
            seller = session.scalar(used)
    if seller is None:
        raise NotFound("this link was used or has ended: ask for a new one")
    return seller


def add_token(context: Context, seller_id: int, name: str) -> str:
    """Make a bearer token that may do what the seller may; shown once, only a hash is kept."""
    token = f"mg_{secrets.token_urlsafe(32)}"
    with context.database.transaction() as session:
        session.add(
            ApiToken(
                name=name.strip() or "token",
                hash=_hash(token),
                seller_id=seller_id,
                created_at=context.clock.now(),
            )
        )
    return token


def revoke_token(context: Context, token_id: int) -> None:
    """End a token; raises `NotFound`."""
    with context.database.transaction() as session:
        token = session.get(ApiToken, token_id)
        if token is None:
            raise NotFound("there is no such token")
        token.revoked_at = context.clock.now()


def seller_of_token(context: Context, token: str) -> Seller | None:
    """The active seller of a token that is not revoked, else None."""
    with context.database.reading() as session:
        return session.scalar(
            select(Seller)
            .join(ApiToken, ApiToken.seller_id == Seller.id)
            .where(ApiToken.hash == _hash(token), ApiToken.revoked_at.is_(None))
            .where(Seller.active.is_(True))
        )


def _hash(token: str) -> str:
    # A long random token needs no slow hash.
    return hashlib.sha256(token.encode()).hexdigest()
