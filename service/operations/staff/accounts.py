"""Sellers, their passwords, and how they sign in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from integrations.sentence import N_, Text
from integrations.text import line
from service.db.models import Seller
from service.db.staff import seller_queries
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import Actor, Membership, Permission
from service.operations.context import Context
from service.operations.staff import members
from service.operations.staff.permits import permit, permit_operator
from service.security.links import SIGN_IN

SHORTEST = 10
LONGEST_NAME = 100
LONGEST_ADDRESS = 254
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
# Checked when nobody has the address, so that the answer takes as long as a wrong password.
_NOBODY = generate_password_hash("nobody")


def add_seller(
    context: Context,
    actor: Actor,
    email: str,
    shops: Mapping[int, Membership],
    *,
    name: str = "",
    password: str = "",
    language: str = "",
) -> int:
    """Add a seller who belongs to these shops and give the id; raises `WrongInput` for an address
    in use or none at all, `NotPermitted`."""
    now = context.clock.now()
    seller = new_seller(email, name=name, language=language, at=now)
    if password:
        seller.password_hash = hashed(password)
    with context.database.transaction() as session:
        _permit_in(session, actor, shops)
        add_row(session, seller)
        for shop_id, member in shops.items():
            members.join(session, shop_id, seller.id, member, at=now)
        return seller.id


def new_seller(email: str, *, name: str, language: str, at: datetime) -> Seller:
    """The row of somebody who is to sign in, not kept yet; raises `WrongInput`."""
    address = email.strip().lower()
    is_one = ADDRESS.fullmatch(address) is not None and address.isprintable()
    if not is_one or len(address) > LONGEST_ADDRESS:
        wrong = Text("%(email)s is no e-mail address.", email=f"{address[:LONGEST_ADDRESS]!r}")
        raise WrongInput(wrong, fields={"email": wrong})
    called = line(name)[:LONGEST_NAME] or address.partition("@")[0]
    return Seller(email=address, name=called, language=language, created_at=at, password_hash="")


def add_row(session: Session, seller: Seller) -> None:
    """Keep a new seller; raises `WrongInput` where the address is in use. The caller has asked
    whether that is permitted."""
    session.add(seller)
    try:
        session.flush()
    except IntegrityError as error:
        taken = Text("%(email)s is a seller here already.", email=seller.email)
        raise WrongInput(taken, fields={"email": taken}) from error


def _permit_in(session: Session, actor: Actor, shop_ids: Collection[int]) -> None:
    """Owners bring people into their own shops; into none, only a command does."""
    if not shop_ids:
        permit_operator(session, actor)
    for shop_id in shop_ids:
        permit(session, actor, Permission.MANAGE, shop_id)


def hashed(password: str) -> str:
    """A password as it is kept; raises `WrongInput` for one that is too short."""
    if len(password) < SHORTEST:
        wrong = Text("A password needs at least %(shortest)s characters.", shortest=SHORTEST)
        raise WrongInput(wrong, fields={"password": wrong})
    return generate_password_hash(password)


def set_password(context: Context, seller_id: int, actor: Actor, password: str) -> Seller:
    """Set somebody's password; all sessions and unused links end. Raises `WrongInput`,
    `NotFound`, `NotPermitted`."""
    password_hash = hashed(password)
    with context.database.transaction() as session:
        permit_operator(session, actor)
        return put_password(members.get_seller(session, seller_id, lock=True), password_hash)


def change_password(context: Context, actor: Actor, *, present: str, new: str) -> Seller:
    """Set one's own password; raises `WrongInput` unless the present one, where there is one, is
    right. All sessions end, the one at hand too."""
    right, present_hash = _is_present(context, actor, present)
    new_hash = hashed(new) if right else ""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor, lock=True)
        # Of two changes made at once from one present password the first counts.
        if not right or seller.password_hash != present_hash:
            raise _wrong_password()
        return put_password(seller, new_hash)


def confirm_password(context: Context, actor: Actor, present: str) -> None:
    """Raises `WrongInput` unless this is the present password of the seller who acts, where there is
    one."""
    right, _hash = _is_present(context, actor, present)
    if not right:
        raise _wrong_password()


def _is_present(context: Context, actor: Actor, typed: str) -> tuple[bool, str]:
    """Whether it is the present password, where there is one, and the hash that it was held against."""
    with context.database.reading() as session:
        present_hash = members.self_of(session, actor).password_hash
    # Hashing takes a while, on purpose: not while others wait to write.
    return not present_hash or check_password_hash(present_hash, typed), present_hash


def _wrong_password() -> WrongInput:
    wrong = Text("The present password is not right.")
    return WrongInput(wrong, fields={"present": wrong})


def put_password(seller: Seller, hashed: str) -> Seller:
    """All sessions end, and links that were not used."""
    seller.password_hash = hashed
    seller.session_version += 1
    return seller


def new_link(context: Context, seller_id: int, actor: Actor) -> str:
    """A fresh sign-in link for the owner to hand over; raises `NotFound`, `NotPermitted`,
    `WrongState`."""
    with context.database.reading() as session:
        seller = members.permit_person(session, actor, seller_id)
        if not seller.active:
            raise WrongState("This seller may not sign in. Allow it first.")
        return sign_in_link(context, seller)


def reset_password(context: Context, seller_id: int, actor: Actor) -> str:
    """Forget a password that its seller has forgotten, which ends their sign-ins; gives a link by
    which they come in to set another. Raises `NotFound`, `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        seller = members.permit_person(session, actor, seller_id)
        if not seller.active:
            raise WrongState("This seller may not sign in. Allow it first.")
        if seller.password_hash:
            put_password(seller, "")
        session.flush()
        return sign_in_link(context, seller)


def sign_in(context: Context, email: str, password: str) -> Seller | None:
    """The seller with this address and password, else None."""
    with context.database.reading() as session:
        seller = seller_queries.seller_by_email(session, email)
    password_hash = seller.password_hash if seller is not None and seller.password_hash else _NOBODY
    right = check_password_hash(password_hash, password)
    usable = seller is not None and bool(seller.password_hash) and seller.active
    return seller if right and usable else None


def sign_in_link(context: Context, seller: Seller) -> str:
    """The address that signs this seller in once, within half an hour."""
    mark = [seller.id, seller.session_version, seller.links_used]
    return f"{context.links.public_url}/sign-in/{context.links.token('sign-in', mark)}"


LINK_ENDED = N_("this link was used or has ended: ask for a new one")


def check_link(context: Context, token: str) -> None:
    """Raises `NotFound` for a link that signs nobody in; one that is good stays so."""
    good = select(Seller.id).where(*_of_link(context, token))
    with context.database.reading() as session:
        if session.scalar(good) is None:
            raise NotFound(LINK_ENDED)


def _of_link(context: Context, token: str) -> list[ColumnElement[bool]]:
    """What holds for the seller of a link while it is good; raises `NotFound` for one we never made."""
    mark = context.links.read("sign-in", token, SIGN_IN)
    if len(mark) != 3:
        raise NotFound(LINK_ENDED)
    seller_id, session_version, links_used = mark
    return [
        Seller.id == seller_id,
        Seller.active.is_(True),
        Seller.session_version == session_version,
        Seller.links_used == links_used,
    ]


def sign_in_by_link(context: Context, token: str) -> Seller:
    """The seller of a link, which is used up with all others of this seller; raises `NotFound` for
    an old or used one."""
    # One statement: of those who press at once, it changes the row for one.
    used = update(Seller).where(*_of_link(context, token))
    with context.database.transaction() as session:
        seller: Seller | None = session.scalar(
            used.values(links_used=Seller.links_used + 1).returning(Seller)
        )
    if seller is None:
        raise NotFound(LINK_ENDED)
    return seller


def set_language(context: Context, actor: Actor, language: str) -> None:
    """The language of one's own pages."""
    with context.database.transaction() as session:
        members.self_of(session, actor).language = language
