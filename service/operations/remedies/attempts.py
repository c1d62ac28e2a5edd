"""Carries out approved make-goods, each once and one at a time for an order. Look, act, look again;
no blind retry.

Permission to act is fenced by the claim. A fact (it was done) is recorded whoever learns it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from integrations.contract import Action, ActionRequest, ActionResult, Capabilities
from integrations.errors import AdapterError, Permanent, Rejected, Temporary
from integrations.money import Money
from integrations.sentence import N_, Said, Text, Words
from service.db import queries
from service.db.models import Attempt, Connection, Kind, MakeGood
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.domain.cases.states import CASES, CaseState, Move
from service.operations.cases import history
from service.operations.cases.orders import order_from_data
from service.operations.context import Context
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.remedies import balance
from service.operations.remedies.make_goods import capabilities_of, settle

NOT_YET = Text(
    "It may still be under way at the shop: it is looked up again before it is tried again."
)
ONE_AT_A_TIME = Text("Another make-good of this order is under way. This one follows it.")
NOT_FOUND = Text("The shop does not know of it now.")
GONE = N_("The shop had noted it and does not know of it any more")
IN_TURN = timedelta(seconds=2)
"""How long a make-good waits before it looks again whether it is its turn."""


def begin_make_good(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Carry out one make-good, or find out that it was: the attempt is written before the call.

    A call that may be under way since an attempt of before is looked up first. One that a person
    has in hand is only looked up.
    """
    make_good = session.get_one(MakeGood, held.ref_id)
    unclear = make_good.open_attempts
    can = capabilities_of(session, make_good)
    if make_good.state == "needs_attention" and unclear and can.look_up:
        return _look_up(context, session, held, make_good)
    if make_good.state != "approved":
        claims.finish(session, held, now)
        return None
    for one in unclear:
        # One still open belongs to a worker that died or was overtaken.
        one.outcome = "seen" if one.outcome == "seen" else "unknown"
        one.ended_at = one.ended_at or now
    if not unclear:
        return _first_act(context, session, held, make_good, now)
    if can.look_up:
        return _look_up(context, session, held, make_good)
    if can.idempotent:
        return _act(context, session, held, make_good, now)
    return Permanent("the shop cannot be asked what it did", outcome="unknown")


def _first_act(
    context: Context, session: Session, held: Claim, make_good: MakeGood, now: datetime
) -> Next:
    """Act where nothing of this make-good can be under way: in its turn, and within what is left.

    The shop's lock is held (service.operations.outbox.runner), so no other make-good of the order
    begins or is approved meanwhile.
    """
    turn = _turn(session, make_good, now)
    if turn > now:
        claims.put_off(session, held, turn, note=ONE_AT_A_TIME, tries=held.tries)
        return None
    if make_good.action != Action.RESEND:
        left = balance.left_of(session, make_good.case, without=make_good)
        if not Money(make_good.amount_minor, make_good.currency) <= left:
            return Rejected(
                "only %(left)s of this order is left beside its other make-goods: change the amount",
                left=left,
            )
    return _act(context, session, held, make_good, now)


def _turn(session: Session, make_good: MakeGood, now: datetime) -> datetime:
    """When no other make-good of the order is under way: now, or when to look again."""
    turn = now
    for one in queries.make_goods_of(session, make_good.connection_id, make_good.order_id):
        if one is make_good or not one.open_attempts:
            continue
        if one.state == "approved":
            turn = max(turn, now + IN_TURN)
        elif one.state == "needs_attention":
            turn = max(turn, _settled_at(one, capabilities_of(session, one), now))
    return turn


def _settled_at(make_good: MakeGood, can: Capabilities, now: datetime) -> datetime:
    """When what was asked of the platform can no longer come true. Counted from when a call was
    given up, because it may have been sent at the last moment."""
    ended = max((one.ended_at or now for one in make_good.open_attempts), default=now)
    return ended + can.settles_after


def _request(make_good: MakeGood) -> ActionRequest:
    return ActionRequest(
        Action(make_good.action),
        make_good.key,
        make_good.reference,
        order_from_data(make_good.case.order),
        Money(make_good.amount_minor, make_good.currency),
        tuple(make_good.line_ids),
        make_good.expires_at,
    )


def _look_up(context: Context, session: Session, held: Claim, make_good: MakeGood) -> Call:
    adapter = context.adapter(session.get_one(Connection, make_good.connection_id))
    request, make_good_id = _request(make_good), make_good.id

    def looked_up(session: Session, outcome: Outcome) -> Next:
        make_good = session.get_one(MakeGood, make_good_id)
        if outcome.error is not None:
            return _look_up_failed(session, held, make_good, outcome)
        if outcome.value is not None:
            return _found(context, session, held, make_good, outcome)
        return _not_found(context, session, held, make_good, outcome) if outcome.ours else None

    return Call(
        held,
        context.http.now(),
        lambda: adapter.find(request),
        looked_up,
        is_fact=True,
        case=make_good.reference,
    )


def _look_up_failed(session: Session, held: Claim, make_good: MakeGood, outcome: Outcome) -> Next:
    """A person who has it in hand already needs no second task."""
    if make_good.state == "approved" or isinstance(outcome.error, Temporary):
        return outcome.error
    if outcome.ours:
        note = getattr(outcome.error, "text", NOT_FOUND)
        claims.finish(session, held, outcome.now, note)
    return None


def _found(
    context: Context, session: Session, held: Claim, make_good: MakeGood, outcome: Outcome
) -> Next:
    """It was done; what is only noted so far is looked at again when it is settled there."""
    result: ActionResult = outcome.value
    if result.refused:
        why = result.refused or NOT_FOUND
        return _refused(session, held, make_good, why, outcome)
    settled_at = _settled_at(make_good, capabilities_of(session, make_good), outcome.now)
    if result.task and outcome.now < settled_at and make_good.open_attempts:
        if outcome.ours:
            for one in make_good.open_attempts:
                one.outcome = "seen"
            claims.put_off(session, held, settled_at, note=NOT_YET, tries=held.tries)
        return None
    for one in make_good.open_attempts:
        one.outcome, one.ended_at = "found", outcome.now
    _done(context, session, make_good, result, outcome.now)
    return None


def _refused(
    session: Session, held: Claim, make_good: MakeGood, why: Said, outcome: Outcome
) -> Next:
    """The platform had taken it up and has refused it since: nothing was done."""
    for one in make_good.open_attempts:
        one.outcome, one.ended_at, one.note = "refused", outcome.now, why
    if make_good.state == "needs_attention":
        make_good.task = make_good.case.advice = why
    if make_good.state == "approved":
        return Rejected(why) if outcome.ours else None
    if outcome.ours:
        claims.finish(session, held, outcome.now, why)
    return None


def _not_found(
    context: Context, session: Session, held: Claim, make_good: MakeGood, outcome: Outcome
) -> Next:
    """Act, but where the platform does not know a key not before an earlier call has run out; and
    not by itself where a person has it in hand, or where the platform's word has changed."""
    can, now = capabilities_of(session, make_good), outcome.now
    if make_good.state != "approved":
        claims.finish(session, held, now, NOT_FOUND)
        return None
    unclear = make_good.open_attempts
    if any(one.outcome == "seen" for one in unclear):
        return Permanent(GONE, outcome="unknown")
    settled_at = _settled_at(make_good, can, now)
    if now < settled_at and not can.idempotent:
        claims.put_off(session, held, settled_at, note=NOT_YET, tries=held.tries)
        return None
    for one in unclear:
        one.outcome = "not_done"
    return _act(context, session, held, make_good, now)


def _act(
    context: Context, session: Session, held: Claim, make_good: MakeGood, now: datetime
) -> Call:
    """Write the attempt; the call follows when this is committed."""
    adapter = context.adapter(session.get_one(Connection, make_good.connection_id))
    attempt = Attempt(claim_token=held.token, started_at=now, outcome="open", note=None)
    make_good.attempts.append(attempt)
    request, make_good_id = _request(make_good), make_good.id

    def acted(session: Session, outcome: Outcome) -> Next:
        make_good = session.get_one(MakeGood, make_good_id)
        one = next(one for one in make_good.attempts if one.id == attempt.id)
        one.ended_at = outcome.now
        if outcome.error is not None:
            _not_acted(one, outcome.error)
            _let_others_follow(session, make_good, outcome.now)
            return _for_outbox(session, make_good, outcome.error)
        one.outcome = "found" if outcome.value.already else "done"
        _done(context, session, make_good, outcome.value, outcome.now)
        return None

    return Call(
        held,
        context.http.now(),
        lambda: adapter.act(request),
        acted,
        is_fact=True,
        case=make_good.reference,
    )


def _not_acted(attempt: Attempt, error: Exception) -> None:
    """Note what is known of the attempt. Nothing but an adapter's own word says that it was not
    done: after any other failure the platform may have acted."""
    attempt.note = error.text if isinstance(error, AdapterError) else Words(type(error).__name__)
    if getattr(error, "outcome", "unknown") == "unknown":
        attempt.outcome = "unknown"
    else:
        attempt.outcome = "not_done" if isinstance(error, Temporary) else "refused"


def _for_outbox(session: Session, make_good: MakeGood, error: Exception) -> Exception:
    """Trying again needs somebody to ask, or a key the platform knows."""
    can = capabilities_of(session, make_good)
    unknown = getattr(error, "outcome", "unknown") == "unknown"
    if isinstance(error, Temporary) and unknown and not (can.look_up or can.idempotent):
        return Permanent(error.text, outcome="unknown")
    return error


def _done(
    context: Context, session: Session, make_good: MakeGood, result: ActionResult, now: datetime
) -> None:
    """Record that it was done. No claim is asked for: it is true whoever holds the row."""
    settle(context, session, make_good, result, actor=history.PLATFORM, now=now)
    claims.end(session, Kind.MAKE_GOOD, make_good.id, now, Text("done"))
    _let_others_follow(session, make_good, now)


def _let_others_follow(session: Session, make_good: MakeGood, now: datetime) -> None:
    """Those of the same order that wait for their turn look again at once."""
    others = queries.make_goods_of(session, make_good.connection_id, make_good.order_id)
    waiting = [one.id for one in others if one is not make_good and one.state == "approved"]
    claims.bring_forward(session, Kind.MAKE_GOOD, waiting, now, note=ONE_AT_A_TIME)


def give_up_make_good(session: Session, held: Claim, advice: Said, *, now: datetime) -> None:
    """Show the seller that only a person can go on, and why. What may have been done is looked up
    once more when the platform has settled it."""
    make_good = session.get_one(MakeGood, held.ref_id)
    case = queries.case(session, make_good.case_id, lock=True)
    if make_good.state != "approved":
        return
    task = unsure(make_good, advice) if make_good.open_attempts else advice
    make_good.state, make_good.task = "needs_attention", task
    case.advice = task
    if CASES.allows(CaseState(case.state), Move.FAIL):
        history.move(session, case, Move.FAIL, at=now, detail=task)
    else:
        history.note(session, case, Move.FAIL.value, at=now, detail=task)
    can = capabilities_of(session, make_good)
    if make_good.open_attempts and can.look_up:
        due = max(_settled_at(make_good, can, now), now + IN_TURN)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=held.lane_id, due_at=due)


def unsure(make_good: MakeGood, why: Said) -> Text:
    """What a person has to find out, and where: money is seen where it was paid from."""
    if make_good.action == Action.REFUND:
        return Text(
            "It is not known whether this refund was paid (%(why)s). Look at the payment provider of"
            " the shop for %(amount)s on order %(number)s: money may have moved though the shop"
            " shows nothing.",
            why=why,
            amount=Money(make_good.amount_minor, make_good.currency),
            number=str(make_good.case.order["number"]),
        )
    return Text(
        "It is not known whether this was carried out (%(why)s). Look in the shop for the reference"
        " %(reference)s, then say what you saw.",
        why=why,
        reference=make_good.reference,
    )
