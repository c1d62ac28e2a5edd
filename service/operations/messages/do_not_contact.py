"""What sellers do with the list of those who want no messages: put an address or a number on it, and take
one off, each with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.sentence import Words
from integrations.telephone import e164
from service.db import audit
from service.db.cases import case_queries
from service.db.models import DoNotContact
from service.db.transaction import Transaction
from service.domain.errors import NotFound, WrongInput, WrongState
from service.domain.staff.authority import Actor, Permission
from service.operations.context import Context
from service.operations.messages.opt_out import (
    Mark,
    add,
    mark_of_email,
    mark_of_number,
    silence,
)
from service.operations.shops import settings
from service.operations.staff.permits import permit

LONGEST_REASON = 300
MOST = 200
"""Entries on a page."""


def entries(
    session: Session, shop_ids: Collection[int], *, before: int | None = None, most: int = MOST
) -> Sequence[DoNotContact]:
    """Who was put on the list in these shops, the newest first."""
    rows = select(DoNotContact).where(DoNotContact.shop_id.in_(shop_ids))
    if before is not None:
        rows = rows.where(DoNotContact.id < before)
    return session.scalars(rows.order_by(DoNotContact.id.desc()).limit(most)).all()


def put(context: Context, shop_id: int, actor: Actor, typed: str, reason: str) -> None:
    """Put an e-mail address or a telephone number on the list: from now on nothing goes there, from no
    shop here. Raises `NotPermitted`, `NotFound`, `WrongInput`, `WrongState` where it is there already."""
    words = _reason(reason)
    with context.database.transaction() as session:
        permit(session, actor, Permission.DECIDE, shop_id)
        mark = _mark(context, typed, settings.get(session, shop_id).country)
        if not add(session, mark, shop_id, words, now=context.clock.now(), actor=actor):
            raise WrongState("It is on the list already.")
        _note(session, "do_not_contact.added", shop_id, mark.hint, words)


def put_buyer(context: Context, case_id: int, actor: Actor, reason: str) -> None:
    """Put all by which the buyer of a case is known on the list; raises as `put`."""
    words = _reason(reason)
    with context.database.transaction() as session:
        case = case_queries.locked_case(session, case_id)
        permit(session, actor, Permission.DECIDE, case.shop_id)
        silence(context, session, case, words, now=context.clock.now(), actor=actor)
        _note(session, "do_not_contact.added", case.shop_id, case.reference, words)


def take_off(context: Context, entry_id: int, actor: Actor, reason: str) -> None:
    """Let messages go there again; those of cases in which the buyer asked for silence stay stopped.
    Raises `NotPermitted`, `NotFound`, `WrongInput`."""
    words = _reason(reason)
    with context.database.transaction() as session:
        entry = session.get(DoNotContact, entry_id)
        if entry is None or entry.shop_id is None:
            raise NotFound("There is no such entry.")
        permit(session, actor, Permission.MANAGE, entry.shop_id)
        session.delete(entry)
        _note(session, "do_not_contact.removed", entry.shop_id, entry.hint, words)


def _reason(reason: str) -> Words:
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON:
        raise WrongInput(
            "Say why, in %(most)s characters at most.",
            most=LONGEST_REASON,
        )
    return Words(text)


def _mark(context: Context, typed: str, country: str) -> Mark:
    text = typed.strip()
    local, _, domain = text.rpartition("@")
    if local and "." in domain and not any(sign.isspace() for sign in text) and len(text) < 255:
        return mark_of_email(context, text)
    number = e164(text, country)
    if not number:
        raise WrongInput("Enter an e-mail address, or a telephone number such as +6281234567890.")
    return mark_of_number(context, number)


def _note(session: Transaction, what: str, shop_id: int, about: str, reason: Words) -> None:
    audit.note(
        session, what, shop_id=shop_id, subject=f"shop:{shop_id}", about=about, detail=reason
    )
