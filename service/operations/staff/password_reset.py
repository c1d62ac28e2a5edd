"""A new password for whoever has forgotten theirs, by a link in a mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from integrations.sentence import Text
from service.db import audit
from service.db.models import Connection, Seller, Shop
from service.db.staff import seller_queries
from service.domain.errors import NotFound
from service.domain.staff.authority import Actor, ActorKind
from service.operations.context import Context
from service.operations.notices.mail import send_staff_mail, staff_channel
from service.operations.staff import accounts, members
from service.sentences import say

LASTS = timedelta(hours=1)
PURPOSE = "reset-password"
SUBJECT = Text("Makegood: set a new password")
BODY = Text(
    "Somebody, most likely you, asked for a new password for Makegood. Set it here within an hour:"
)
NOT_YOU = Text(
    "If it was not you, do nothing: your password stays as it is. The link works once, and your"
    " second factor stays, where you have one."
)


def can_mail(context: Context) -> bool:
    """Whether anything here carries mail; said to everybody, whoever they are."""
    with context.database.reading() as session:
        shop_ids = session.scalars(select(Shop.id).join(Connection).distinct()).all()
        return staff_channel(context, session, shop_ids) is not None


def mail_to(context: Context, email: str) -> Callable[[], None] | None:
    """What sends the link, to be called outside of a request, so that the answer takes as long
    whether the address is known or not; it raises an `AdapterError`. None where there is nobody to
    send it to, or nothing that carries it."""
    with context.database.reading() as session:
        seller = seller_queries.seller_by_email(session, email)
        if seller is None or not seller.active:
            return None
        shop_ids = [row.shop_id for row in seller_queries.memberships(session, seller.id)]
        channel = staff_channel(context, session, shop_ids)
        if channel is None:
            return None
        first = session.get_one(Shop, shop_ids[0]).language if shop_ids else "en"
    language = seller.language or first
    address = f"{context.links.public_url}/reset-password/{_key(context, seller)}"
    return partial(
        send_staff_mail,
        channel,
        key=f"password-{seller.id}-{secrets.token_hex(8)}",
        to=seller.email,
        subject=say(SUBJECT, language),
        text="\n\n".join([say(BODY, language), address, say(NOT_YOU, language)]),
        language=language,
    )


def _key(context: Context, seller: Seller) -> str:
    return context.links.token(PURPOSE, [seller.id, seller.session_version])


def owner_of(context: Context, key: str) -> Seller:
    """Whose password the link sets; raises `NotFound` once it was used, is too old or was ended."""
    seller_id, session_version = context.links.read(PURPOSE, key, LASTS)
    with context.database.reading() as session:
        seller = session.get(Seller, seller_id)
    return _good(seller, session_version)


def set_by_link(context: Context, key: str, password: str) -> Seller:
    """Use a link up: all sessions and unused links end. Raises `NotFound` as above, and `WrongInput`
    naming the field, after which the link is as good as before."""
    seller_id, session_version = context.links.read(PURPOSE, key, LASTS)
    password_hash = accounts.hashed(password)
    with context.database.transaction() as session:
        seller = _good(members.get_seller(session, seller_id, lock=True), session_version)
        audit.acting(session, Actor(ActorKind.SELLER, seller.id, seller.id))
        return accounts.put_password(seller, password_hash)


def _good(seller: Seller | None, session_version: int) -> Seller:
    # A new password raises the version: of those who use a link at once, it is good for the first.
    if seller is None or not seller.active or seller.session_version != session_version:
        raise NotFound("this link was used or has ended: ask for a new one")
    return seller
