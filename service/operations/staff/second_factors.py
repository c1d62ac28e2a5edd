"""Second factors of sellers: set up, asked for at sign-in, removed, reset, required of owners."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from sqlalchemy import delete, update

from integrations.errors import Misconfigured
from integrations.sentence import Text
from service.db import audit
from service.db.models import RecoveryCode, SecondFactor, Seller
from service.db.staff import seller_queries
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import Actor, ActorKind, Permission, seller_name
from service.domain.staff.second_factor import (
    GROUP,
    GROUPS,
    RECOVERY_CODES,
    app_address,
    code_in,
    is_recovery_code,
    matching_step,
    recovery_code,
)
from service.operations.context import Context
from service.operations.shops import settings
from service.operations.staff import accounts, members
from service.operations.staff.permits import permit

DOOR_OPEN = timedelta(minutes=10)
"""Between the password, or the link, and the code."""
WRONG_CODE = Text(
    "This code is not right, or was used before. Wait for the next one and check the clock of your phone."
)


@dataclass(frozen=True, slots=True)
class Setup:
    """A second factor that is being set up; nothing of it is kept. `sealed`: its secret, encrypted,
    for the form that comes back."""

    secret: str
    app_address: str
    sealed: str


def begin_setup(context: Context, seller: Seller) -> Setup:
    """A fresh secret to be read by an authenticator app."""
    secret = pyotp.random_base32()
    sealed = context.vault.encrypt({"seller": seller.id, "secret": secret}).decode()
    return Setup(secret, app_address(secret, seller.email), sealed)


def resume_setup(context: Context, seller: Seller, sealed: str) -> Setup:
    """The same secret once more, of a form that comes back; raises `WrongInput` for another's."""
    try:
        begun = context.vault.decrypt(sealed.encode())
    except Misconfigured:
        begun = {}
    if begun.get("seller") != seller.id:
        raise WrongInput("This page was open too long. Begin again.")
    return Setup(begun["secret"], app_address(begun["secret"], seller.email), sealed)


def set_up(
    context: Context, actor: Actor, sealed: str, code: str, *, present: str
) -> tuple[Seller, list[str]]:
    """Keep the second factor once the app shows its codes; gives the seller and the recovery codes,
    which are shown this once. All sessions end, the one at hand too. Raises `WrongInput` naming the
    field, `WrongState` where there is one already."""
    accounts.confirm_password(context, actor, present)
    now = context.clock.now()
    with context.database.transaction() as session:
        seller = members.self_of(session, actor, lock=True)
        setup = resume_setup(context, seller, sealed)
        if session.get(SecondFactor, seller.id) is not None:
            raise WrongState("You have a second factor already. Take it off first.")
        step = matching_step(setup.secret, code, now)
        if step is None:
            raise _wrong_code()
        kept = context.vault.encrypt({"secret": setup.secret})
        session.add(SecondFactor(seller_id=seller.id, secret=kept, last_step=step, created_at=now))
        seller.session_version += 1
        return seller, _new_codes(session, seller.id)


def new_recovery_codes(context: Context, actor: Actor, code: str) -> list[str]:
    """Ten others, after which those before are good no longer. Raises `WrongInput`, `WrongState`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor, lock=True)
        _use(context, session, seller, code)
        session.flush()
        subject = seller_name(seller.id)
        audit.note(session, "second_factor.new_codes", subject=subject, about=seller.name)
        return _new_codes(session, seller.id)


def take_off(context: Context, actor: Actor, code: str) -> None:
    """Sign in without one from now on; a code of it is asked for, so that nobody at a browser that
    was left open does it. Raises `WrongInput`, `WrongState`."""
    with context.database.transaction() as session:
        seller = members.self_of(session, actor, lock=True)
        _use(context, session, seller, code)
        _remove(session, seller)


def reset(context: Context, seller_id: int, actor: Actor) -> None:
    """Take the second factor of somebody off who has lost it, which ends their sessions. Raises
    `NotFound`, `NotPermitted`, `WrongState`."""
    with context.database.transaction() as session:
        seller = members.permit_person(session, actor, seller_id)
        if actor.kind is not ActorKind.OPERATOR and str(actor) == seller_name(seller_id):
            raise WrongState("Take your own second factor off on your own page, with a code.")
        if session.get(SecondFactor, seller_id) is None:
            raise WrongState("This seller has no second factor.")
        seller.session_version += 1
        _remove(session, seller)


def require(context: Context, shop_id: int, actor: Actor, *, required: bool) -> None:
    """Let owners of a shop in only with a second factor, or without, too. Raises `NotPermitted`,
    `NotFound`."""
    with context.database.transaction() as session:
        permit(session, actor, Permission.MANAGE, shop_id)
        settings.get(session, shop_id).second_factor = required


def is_set_up(context: Context, seller_id: int) -> bool:
    """Whether this seller is asked for a code."""
    with context.database.reading() as session:
        return session.get(SecondFactor, seller_id) is not None


def codes_left(context: Context, seller_id: int) -> int:
    """How many recovery codes were not used yet."""
    with context.database.reading() as session:
        return seller_queries.recovery_codes_left(session, seller_id)


def door_key(context: Context, seller: Seller) -> str:
    """What a browser holds between password and code: it lets nobody in by itself."""
    return context.links.token("second-factor", [seller.id, seller.session_version])


def at_the_door(context: Context, key: str) -> Seller:
    """Who has given a password, or used a link, and is asked for a code; raises `NotFound` once that
    is too long ago."""
    seller_id, session_version = context.links.read("second-factor", key, DOOR_OPEN)
    with context.database.reading() as session:
        seller = session.get(Seller, seller_id)
    if seller is None or not seller.active or seller.session_version != session_version:
        raise NotFound("Sign in again.")
    return seller


def sign_in(context: Context, key: str, code: str) -> Seller:
    """Who is at the door, with a code that is good and is used up by this. Raises `NotFound`,
    `WrongInput`."""
    seller_id = at_the_door(context, key).id
    with context.database.transaction() as session:
        seller = members.get_seller(session, seller_id, lock=True)
        if session.get(SecondFactor, seller_id) is not None:
            _use(context, session, seller, code)
        return seller


def _use(context: Context, session: Transaction, seller: Seller, code: str) -> None:
    """Use a code up; each is good once, however often it is sent at once: the seller is locked."""
    factor = session.get(SecondFactor, seller.id, populate_existing=True)
    if factor is None:
        raise WrongState("You have no second factor.")
    if is_recovery_code(code):
        _use_recovery_code(context, session, seller, code)
        return
    try:
        secret = context.vault.decrypt(factor.secret)["secret"]
    except Misconfigured as error:
        raise WrongState(error.text) from error
    step = matching_step(secret, code, context.clock.now())
    if step is None or step <= factor.last_step:
        raise _wrong_code()
    factor.last_step = step


def _use_recovery_code(context: Context, session: Transaction, seller: Seller, code: str) -> None:
    used = (
        update(RecoveryCode)
        .where(RecoveryCode.seller_id == seller.id, RecoveryCode.used_at.is_(None))
        .where(RecoveryCode.code_hash == _hash(code))
        .values(used_at=context.clock.now())
        .returning(RecoveryCode.id)
    )
    if session.scalar(used) is None:
        raise _wrong_code()
    subject = seller_name(seller.id)
    audit.note(session, "second_factor.recovery_code", subject=subject, about=seller.name)


def _new_codes(session: Transaction, seller_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.seller_id == seller_id))
    codes = [recovery_code(_letters()) for _number in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(seller_id=seller_id, code_hash=_hash(code)) for code in codes)
    return codes


def _remove(session: Transaction, seller: Seller) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.seller_id == seller.id))
    session.delete(session.get_one(SecondFactor, seller.id))


def _letters() -> str:
    return b32encode(secrets.token_bytes(GROUPS * GROUP * 5 // 8)).decode().lower()


def _wrong_code() -> WrongInput:
    return WrongInput(WRONG_CODE, fields={"code": WRONG_CODE})


def _hash(code: str) -> str:
    # Eighty random bits need no slow hash.
    return hashlib.sha256(code_in(code).encode()).hexdigest()
