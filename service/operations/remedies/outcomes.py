"""Records what came of a call: what a platform did, found, refused, or goes on with."""

from __future__ import annotations

from integrations.contract import ByHand, Done, Pending
from integrations.errors import Permanent, Temporary, may_have_acted, reason_of
from integrations.sentence import Said, Text
from service.db.models import Attempt, Kind, MakeGood
from service.db.outbox import claims
from service.domain.remedies.states import (
    UNDER_WAY,
    AttemptOutcome,
    MakeGoodMove,
    MakeGoodState,
)
from service.domain.staff.authority import PLATFORM
from service.operations.outbox.handler import HeldRow
from service.operations.remedies import moves
from service.operations.remedies.make_goods import capabilities_of, settle
from service.operations.remedies.turns import let_others_follow, settles_at

NOT_YET = Text(
    "It may still be under way at the shop: it is looked up again before it is tried again."
)
NOT_FOUND = Text("The shop does not know of it now.")


def is_left_to_person(row: HeldRow, error: Exception) -> bool:
    """The look-up failed: a person who has it in hand already needs no second task."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    if make_good.state in UNDER_WAY or isinstance(error, Temporary):
        return False
    row.finish(getattr(error, "text", NOT_FOUND))
    return True


def found(row: HeldRow, result: Done | ByHand) -> None:
    """It was done; what is only noted so far is looked at again when it is settled there."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    settled_at = settles_at(make_good, capabilities_of(row.session, make_good), row.now)
    noted = isinstance(result, ByHand)
    if noted and row.now < settled_at and make_good.open_attempts:
        row.postpone(settled_at, note=NOT_YET)
        for attempt in make_good.open_attempts:
            attempt.outcome = AttemptOutcome.SEEN
        return
    for attempt in make_good.open_attempts:
        attempt.outcome, attempt.ended_at = AttemptOutcome.FOUND, row.now
    _done(row, make_good, result)


def found_pending(row: HeldRow, result: Pending) -> None:
    """The platform has taken it up, and goes on; also where a person was asked to find out."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    for attempt in make_good.open_attempts:
        attempt.outcome, attempt.ended_at = AttemptOutcome.TAKEN_UP, row.now
    _go_on(row, make_good, result)


def refused(row: HeldRow, reason: Said) -> bool:
    """The platform had taken it up and has refused it since: nothing was done. True where it was
    still to be carried out."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    for attempt in make_good.open_attempts:
        attempt.outcome, attempt.ended_at = AttemptOutcome.REFUSED, row.now
        attempt.note = reason
    _refuse_what_was_taken_up(make_good)
    if make_good.state in UNDER_WAY:
        return True
    if make_good.state is MakeGoodState.UNKNOWN:
        moves.move(row.session, make_good, MakeGoodMove.REFUSE, at=row.now, note=reason)
    row.finish(reason)
    return False


def is_gone(row: HeldRow) -> bool:
    """The platform has noted it once and says now that it does not know of it."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    noted = any(attempt.outcome is AttemptOutcome.SEEN for attempt in make_good.open_attempts)
    return noted and make_good.state in UNDER_WAY


def may_act(row: HeldRow) -> bool:
    """Surely not done: where the platform does not know a key not before an earlier call has run out;
    and not by itself where a person has it in hand."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    can, unclear = capabilities_of(row.session, make_good), make_good.open_attempts
    if make_good.state not in UNDER_WAY:
        row.finish(NOT_FOUND)
        return False
    settled_at = settles_at(make_good, can, row.now)
    if row.now < settled_at and not can.idempotent:
        row.postpone(settled_at, note=NOT_YET)
        return False
    for attempt in unclear:
        attempt.outcome = AttemptOutcome.NOT_DONE
    return True


def acted(row: HeldRow, result: Done | ByHand) -> None:
    """The call did it, or had done it before."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.outcome = AttemptOutcome.FOUND if result.already else AttemptOutcome.DONE
    attempt.ended_at = row.now
    _done(row, make_good, result)


def acted_in_part(row: HeldRow, result: Pending) -> None:
    """A step went well; the next one follows when the platform, or the buyer, is ready for it. Whoever
    has taken this over meanwhile looks it up."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.outcome, attempt.ended_at = AttemptOutcome.TAKEN_UP, row.now
    _go_on(row, make_good, result)
    let_others_follow(row.session, make_good, row.now)


def left_to_person(row: HeldRow, text: Said) -> None:
    """The platform cannot do it and has done nothing: a person does it by hand."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.outcome, attempt.ended_at, attempt.note = AttemptOutcome.NOT_DONE, row.now, text
    if make_good.state in UNDER_WAY:
        moves.move(row.session, make_good, MakeGoodMove.BY_HAND, at=row.now, note=text)
    row.finish(text)
    let_others_follow(row.session, make_good, row.now)


def not_acted(row: HeldRow, error: Exception) -> Exception:
    """Note what is known of the attempt; gives the error as the outbox is to take it.

    Nothing but an adapter's own word says that it was not done: after any other failure the platform
    may have acted. Trying again then needs somebody to ask, or a key the platform knows.
    """
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.ended_at = row.now
    attempt.note = reason_of(error)
    is_unknown = may_have_acted(error)
    if is_unknown:
        attempt.outcome = AttemptOutcome.UNKNOWN
    elif isinstance(error, Temporary):
        attempt.outcome = AttemptOutcome.NOT_DONE
    else:
        attempt.outcome = AttemptOutcome.REFUSED
        _refuse_what_was_taken_up(make_good)
    let_others_follow(row.session, make_good, row.now)
    can = capabilities_of(row.session, make_good)
    if isinstance(error, Temporary) and is_unknown and not (can.look_up or can.idempotent):
        return Permanent(error.text, outcome="unknown")
    return error


def _refuse_what_was_taken_up(make_good: MakeGood) -> None:
    """Nothing was done, says the platform: that is so of the steps before, too."""
    for attempt in make_good.attempts:
        if attempt.outcome is AttemptOutcome.TAKEN_UP:
            attempt.outcome = AttemptOutcome.REFUSED


def _attempt_of(row: HeldRow, make_good: MakeGood) -> Attempt:
    """The attempt made under this claim: there is one at most."""
    token = row.claim.token
    return next(attempt for attempt in make_good.attempts if attempt.claim_token == token)


def _go_on(row: HeldRow, make_good: MakeGood, result: Pending) -> None:
    """Keep how far it is, and come back when the platform said."""
    row.postpone(result.until, note=result.text)
    buyer = result.buyer_until is not None
    state = MakeGoodState.WAITING_FOR_BUYER if buyer else MakeGoodState.IN_PROGRESS
    if make_good.state is not state or make_good.note != result.text:
        how = MakeGoodMove.ASK_BUYER if buyer else MakeGoodMove.TAKEN_UP
        moves.move(row.session, make_good, how, at=row.now, note=result.text)
    make_good.progress, make_good.waits_until = dict(result.progress), result.buyer_until


def _done(row: HeldRow, make_good: MakeGood, result: Done | ByHand) -> None:
    """Record that it was done. No claim is asked for: it is true whoever holds the row."""
    settle(row.context, row.session, make_good, result, actor=PLATFORM, now=row.now)
    claims.end(row.session, Kind.MAKE_GOOD, make_good.id, row.now, Text("done"))
    let_others_follow(row.session, make_good, row.now)
