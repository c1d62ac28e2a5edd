"""Buyers who want no messages: one list over all channels and shops here, looked at before anything is
sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from integrations.contract import Reach
from integrations.sentence import Said, Text
from service.db.cases import buyer_marks
from service.db.messages import message_queries
from service.db.models import AllowedAgain, Case, DoNotContact
from service.db.transaction import Transaction
from service.domain.cases.buyers import mark_of_number as mark_of_known_number
from service.domain.messages.do_not_contact import MarkKind
from service.domain.reviews.versions import NO_ID
from service.domain.staff.authority import BUYER, Actor, Permission
from service.operations.cases import history
from service.operations.cases.orders import buyer_of
from service.operations.cases.search import buyer_marks_of
from service.operations.context import Context
from service.operations.messages.stopping import stop_planned
from service.operations.staff.permits import permit

NO_MESSAGES = Text("The buyer does not want any messages.")
BY_CHANNEL = Text("The buyer told the channel that they want no more messages.")
BY_MESSAGE = Text("The buyer wrote that they want no more messages.")
BY_LINK = Text("The buyer used the stop link.")


KINDS_BY_REACH = {Reach.ADDRESS: MarkKind.EMAIL, Reach.TELEPHONE: MarkKind.TELEPHONE}


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells a buyer apart in the list without being an address: a keyed hash, and the few letters
    by which a seller knows it again."""

    kind: MarkKind
    hash: str
    hint: str = ""


def mark_of_email(context: Context, email: str) -> Mark:
    """The mark of an e-mail address."""
    local, _, domain = email.strip().partition("@")
    return Mark(MarkKind.EMAIL, context.vault.fingerprint(email), f"{local[:1]}…@{domain}")


def mark_of_number(context: Context, number: str) -> Mark:
    """The mark of a telephone number as E.164 has it."""
    hint = f"{number[:3]}…{number[-3:]}"
    return Mark(MarkKind.TELEPHONE, context.vault.fingerprint(f"tel:{number}"), hint)


def marks_of(context: Context, case: Case) -> list[Mark]:
    """All by which this buyer is known."""
    buyer = buyer_of(case)
    marks = [mark_of_email(context, buyer.email)] if buyer.email else []
    if buyer.phone:
        marks.append(mark_of_number(context, buyer.phone))
    if case.buyer_key.startswith("id:"):
        fingerprint = context.vault.fingerprint(f"{case.shop_id}/{case.buyer_key}")
        marks.append(Mark(MarkKind.BUYER, fingerprint, buyer.name[:1]))
    return marks


def opt_out(context: Context, message_id: int, actor: Actor) -> None:
    """The buyer wants no more messages: kept for all shops here, and all that is planned stops."""
    with context.database.transaction() as session:
        case = message_queries.locked_message(session, message_id).case
        permit(session, actor, Permission.ANSWER, case.shop_id)
        silence(context, session, case, BY_LINK, now=context.clock.now(), actor=actor)


def silence(
    context: Context,
    session: Transaction,
    case: Case,
    reason: Said,
    *,
    now: datetime,
    actor: Actor = BUYER,
) -> None:
    """List all by which the buyer of a case is known, and stop what is planned; what they must know
    all the same becomes a person's task. A second time changes nothing."""
    listed = [
        add(session, mark, case.shop_id, reason, now=now, actor=actor)
        for mark in marks_of(context, case)
    ]
    if case.messages_stopped and not any(listed):
        return
    case.messages_stopped = True
    stop_planned(session, case, NO_MESSAGES, at=now, with_own_words=True)
    history.note(session, case, "opted_out", at=now, actor=actor, detail=reason)


def add(
    session: Session, mark: Mark, shop_id: int, reason: Said, *, now: datetime, actor: Actor
) -> bool:
    """Whether it was not on the list before, or a shop was let write there again: that ends."""
    ended = session.execute(
        delete(AllowedAgain)
        .where(AllowedAgain.address_hash == mark.hash)
        .returning(AllowedAgain.id)
    ).all()
    listed = select(DoNotContact).where(DoNotContact.address_hash == mark.hash)
    if session.scalar(listed) is not None:
        return bool(ended)
    entry = DoNotContact(
        address_hash=mark.hash,
        kind=mark.kind,
        hint=mark.hint,
        shop_id=shop_id,
        reason=reason,
        listed_by=str(actor),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        return False
    return True


def is_opted_out(context: Context, session: Session, case: Case) -> bool:
    """True when this buyer said so to any shop here. An address or number that many share says nothing
    of this one: it alone gets no messages (`silenced`)."""
    if case.messages_stopped:
        return True
    kinds_by_hash = _kinds_by_hash(context, case)
    kinds = {kinds_by_hash[listed] for listed in _listed(session, kinds_by_hash, case.shop_id)}
    if not kinds or MarkKind.BUYER in kinds:
        return bool(kinds)
    known = buyer_marks_of(case)
    known -= buyer_marks.shared_of(session, case.shop_id, known)
    buyer = buyer_of(case)
    own = {
        MarkKind.EMAIL: f"mail:{buyer.email.strip().casefold()}",
        MarkKind.TELEPHONE: mark_of_known_number(buyer.phone),
    }
    return any(own[kind] in known for kind in kinds)


def opted_out_among(context: Context, session: Session, cases: Collection[Case]) -> set[int]:
    """The ids of those cases whose buyers said so, as `is_opted_out`: one statement for all of whom
    nothing is listed."""
    hashes = {case.id: _kinds_by_hash(context, case).keys() for case in cases}
    listed = _listed(session, set().union(*hashes.values())) if cases else set()
    return {
        case.id
        for case in cases
        if case.messages_stopped
        or (hashes[case.id] & listed and is_opted_out(context, session, case))
    }


def silenced(context: Context, session: Session, case: Case) -> frozenset[Reach]:
    """By which of what a channel knows of this buyer nothing may go out, whoever asked for that."""
    marks = marks_of(context, case)
    listed = _listed(session, {mark.hash for mark in marks}, case.shop_id)
    kinds = {mark.kind for mark in marks if mark.hash in listed}
    return frozenset(reach for reach, kind in KINDS_BY_REACH.items() if kind in kinds)


def wants_no_call(context: Context, session: Session, case: Case) -> bool:
    """True when this buyer, or whoever has the number, asked for silence."""
    is_silent = Reach.TELEPHONE in silenced(context, session, case)
    return is_silent or is_opted_out(context, session, case)


def _kinds_by_hash(context: Context, case: Case) -> dict[str, MarkKind]:
    """All by which this buyer may be listed, also as it was done before."""
    kinds = {mark.hash: mark.kind for mark in marks_of(context, case)}
    return kinds | dict.fromkeys(_earlier_hashes(context, case), MarkKind.BUYER)


def _listed(session: Session, hashes: Collection[str], shop_id: int | None = None) -> set[str]:
    """Those of the hashes that are on the list; of one shop, without those it may write to again."""
    rows = select(DoNotContact.address_hash).where(DoNotContact.address_hash.in_(hashes))
    if shop_id is not None:
        again = select(AllowedAgain.id).where(
            AllowedAgain.address_hash == DoNotContact.address_hash, AllowedAgain.shop_id == shop_id
        )
        rows = rows.where(~again.exists())
    return set(session.scalars(rows))


def listed_of(context: Context, session: Session, case: Case) -> Sequence[DoNotContact]:
    """The entries of the list by which the buyer of a case gets no messages of its shop."""
    hashes = _listed(session, _kinds_by_hash(context, case), case.shop_id)
    return session.scalars(
        select(DoNotContact).where(DoNotContact.address_hash.in_(hashes)).order_by(DoNotContact.id)
    ).all()


def forget_hints(context: Context, session: Session, case: Case) -> None:
    """Keep of an erased buyer no letter by which a person would know them again."""
    hashes = [mark.hash for mark in marks_of(context, case)]
    rows = update(DoNotContact).where(DoNotContact.address_hash.in_(hashes))
    session.execute(rows.values(hint=""))


def _earlier_hashes(context: Context, case: Case) -> list[str]:
    """What was listed before ids were told apart by their connection; kept, because a hash cannot be
    made anew."""
    number = buyer_of(case).id
    if number in NO_ID:
        return []
    return [context.vault.fingerprint(f"{case.shop_id}/id:{number}")]
