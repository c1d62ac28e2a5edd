"""What came out of a backup knows nothing of what was done since: whatever may have gone out waits for
a person, or is looked up, before anything goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import CompoundSelect, delete, func, select, union, update
from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db import audit
from service.db.cases import case_queries
from service.db.models import (
    Attempt,
    Audit,
    Case,
    Delivery,
    History,
    Invitation,
    Kind,
    MakeGood,
    Message,
    OutboxRow,
    Periodic,
    Seller,
    Shop,
    SignIn,
)
from service.db.outbox import claims, heartbeat
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.messages.states import HandOverOutcome, MessageMove, MessageState
from service.domain.remedies.offers import OfferMove, OfferState
from service.domain.remedies.states import (
    UNDER_WAY,
    AttemptOutcome,
    MakeGoodMove,
    MakeGoodState,
)
from service.domain.staff.authority import OPERATOR, Actor
from service.operations.cases import doubts, history
from service.operations.context import Context
from service.operations.messages.first_reading import AFTER_RESTORING
from service.operations.messages.moves import move as move_message
from service.operations.remedies import moves, offers
from service.operations.remedies.make_goods import capabilities_of
from service.operations.staff.permits import permit_upkeep

CASES_AT_ONCE = 200
MAYBE_BEGUN = UNDER_WAY | {MakeGoodState.HELD, MakeGoodState.OFFERED}
"""They may have been carried out after the backup."""
SENT_SINCE = (MessageState.PLANNED, MessageState.SENDING)
_NO_CLAIM = "restored"


@dataclass(frozen=True, slots=True)
class MadeSafe:
    """How many rows were looked after; `backup_of` is the time of the newest entry in the backup."""

    backup_of: datetime
    cases: int = 0
    make_goods: int = 0
    messages: int = 0
    sign_ins: int = 0
    invitations: int = 0

    def __add__(self, other: MadeSafe) -> MadeSafe:
        counts = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
            if field.name != "backup_of"
        }
        return replace(self, **counts)


def make_safe(context: Context, actor: Actor) -> MadeSafe:
    """Go through a database that came out of a backup and is at nobody's service yet. Raises
    `NotPermitted`."""
    permit_upkeep(actor)
    now = context.clock.now()
    with context.database.transaction() as session:
        session.actor = actor
        backup_of = _newest_entry(session) or now
        done = MadeSafe(
            backup_of, sign_ins=_end_sign_ins(session), invitations=_end_invitations(session, now)
        )
        _mark_shops(session, backup_of, now)
        # Whoever held rows or was at work then is gone.
        claimed = update(OutboxRow).where(OutboxRow.claim_token.is_not(None))
        session.execute(claimed.values(claim_token=None, due_at=now))
        session.execute(delete(Periodic).where(Periodic.name.in_(heartbeat.ROLES)))
        case_ids: Sequence[int] = session.scalars(_unsettled()).all()
    for first in range(0, len(case_ids), CASES_AT_ONCE):
        with context.database.transaction() as session:
            for case_id in case_ids[first : first + CASES_AT_ONCE]:
                done += _hold(session, case_queries.locked_case(session, case_id), backup_of, now)
    return done


def _newest_entry(session: Session) -> datetime | None:
    """Workers and clock leave one every few seconds while they are at work."""
    beats = select(func.max(Periodic.due_at)).where(Periodic.name.in_(heartbeat.ROLES))
    beat = session.scalar(beats)
    entries = [
        None if beat is None else beat - heartbeat.BEAT_EVERY,
        *(
            session.scalar(select(func.max(time)))
            for time in (History.at, Audit.at, Delivery.received_at, Seller.created_at)
        ),
    ]
    return max((entry for entry in entries if entry is not None), default=None)


def _unsettled() -> CompoundSelect[int]:
    """Cases from which something may still go out, or is open."""
    is_open = select(Case.id).where(Case.closed_at.is_(None))
    begun = select(MakeGood.case_id).where(MakeGood.state.in_(MAYBE_BEGUN))
    written = select(Message.case_id).where(Message.state.in_(SENT_SINCE))
    return union(is_open, begun, written).order_by("id")


def _mark_shops(session: Transaction, backup_of: datetime, now: datetime) -> None:
    for shop in session.scalars(select(Shop).order_by(Shop.id)):
        shop.restored_at, shop.backup_of = now, backup_of
        audit.note(
            session,
            "backup.restored",
            shop_id=shop.id,
            subject=f"shop:{shop.id}",
            detail=Text("as of %(time)s", time=backup_of),
        )


def _end_sign_ins(session: Transaction) -> int:
    """Who was signed out since would be in again, and links used since would open again."""
    number = session.scalar(select(func.count()).select_from(SignIn)) or 0
    session.execute(delete(SignIn))
    session.execute(update(Seller).values(session_version=Seller.session_version + 1))
    return number


def _end_invitations(session: Transaction, now: datetime) -> int:
    """One that was used since would let a second person in."""
    still_open = session.scalars(select(Invitation).where(Invitation.ended_at.is_(None))).all()
    for invitation in still_open:
        invitation.ended_at = now
    return len(still_open)


def _hold(session: Transaction, case: Case, backup_of: datetime, now: datetime) -> MadeSafe:
    done = MadeSafe(backup_of)
    text = doubts.restored(session.get_one(Shop, case.shop_id))
    for make_good in case.make_goods:
        if make_good.state in MAYBE_BEGUN:
            _lose_sight(session, make_good, text, now)
            done += MadeSafe(backup_of, make_goods=1)
    for message in case.messages:
        if message.state in SENT_SINCE:
            _hold_message(session, message, now)
            done += MadeSafe(backup_of, messages=1)
    if case.closed_at is None:
        doubts.set_doubts(case, [text, *([case.doubt] if case.doubt else [])])
        history.note(session, case, "restored", at=now, actor=OPERATOR, detail=text)
        done += MadeSafe(backup_of, cases=1)
    return done


def _lose_sight(session: Transaction, make_good: MakeGood, text: Text, now: datetime) -> None:
    """Nobody knows whether it was carried out: it is looked up where the platform can be asked, and
    never acted again by itself."""
    offer = make_good.offer
    if offer is not None and offer.state is OfferState.OPEN:
        offers.close(session, offer, OfferMove.WITHDRAW, text, now)
    claims.end(session, Kind.END_HOLD, make_good.id, now)
    attempt = Attempt(
        make_good_id=make_good.id,
        claim_token=_NO_CLAIM,
        started_at=now,
        ended_at=now,
        outcome=AttemptOutcome.UNKNOWN,
        note=text,
    )
    make_good.attempts.append(attempt)
    session.add(attempt)
    moves.move(session, make_good, MakeGoodMove.LOSE_SIGHT, at=now, actor=OPERATOR, note=text)
    if capabilities_of(session, make_good).look_up:
        lane = shop_queries.lane(session, make_good.connection_id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=lane, due_at=now)
    else:
        claims.end(session, Kind.MAKE_GOOD, make_good.id, now, text)


def _hold_message(session: Transaction, message: Message, now: datetime) -> None:
    claims.end(session, Kind.SEND_MESSAGE, message.id, now, AFTER_RESTORING)
    lost = message.state == MessageState.SENDING
    if lost:
        for attempt in message.attempts:
            if attempt.outcome is HandOverOutcome.SENDING:
                attempt.outcome, attempt.ended_at = HandOverOutcome.UNKNOWN, now
    how = MessageMove.LOSE if lost else MessageMove.HOLD
    move_message(session, message, how, at=now, actor=OPERATOR, reason=AFTER_RESTORING)
