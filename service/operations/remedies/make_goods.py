"""Carries out approved make-goods, each once. Look, act, look again; no blind retry.

Permission to act is fenced by the claim. A fact (it was done) is recorded whoever learns it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, ActionRequest, ActionResult, Capabilities
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary
from integrations.money import Money
from integrations.sentence import Said, Text, Words, said
from service.db import queries
from service.db.models import Attempt, Case, Connection, Kind, MakeGood
from service.db.outbox import claims
from service.db.outbox.claims import Claim
from service.domain.cases.states import CaseState, Move, allows
from service.domain.errors import NotFound, WrongInput, WrongState
from service.operations.cases import history
from service.operations.cases.orders import order_from_data
from service.operations.context import Context
from service.operations.messages import follow_ups
from service.operations.outbox.calls import Call, Next, Outcome
from service.operations.remedies.decisions import REMEDIES

THE_REMEDY = {
    Action.RESEND: Text("the resend"),
    Action.REFUND: Text("the refund"),
    Action.VOUCHER: Text("the voucher"),
}
SAID_BY_SELLER = Text("says the seller")
NOT_YET = Text(
    "It may still be under way at the shop: it is looked up again before it is tried again."
)


def begin_make_good(context: Context, session: Session, held: Claim, now: datetime) -> Next:
    """Carry out one make-good, or find out that it was: the attempt is written before the call.

    A call that may be under way since an attempt of before is looked up first.
    """
    make_good = session.get_one(MakeGood, held.ref_id)
    if make_good.state != "approved":
        claims.finish(session, held, now)
        return None
    unclear = open_attempts(make_good)
    for one in unclear:
        # One still open belongs to a worker that died or was overtaken.
        one.outcome, one.ended_at = "unknown", one.ended_at or now
    if not unclear:
        return _act(context, session, held, make_good, now)
    can = _capabilities(session, make_good)
    if can.look_up:
        return _look_up(context, session, held, make_good)
    if can.idempotent:
        return _act(context, session, held, make_good, now)
    return Permanent(_unsure(make_good))


def open_attempts(make_good: MakeGood) -> list[Attempt]:
    """Attempts whose outcome is not known."""
    return [one for one in make_good.attempts if one.outcome in ("open", "unknown")]


def _capabilities(session: Session, make_good: MakeGood) -> Capabilities:
    return registry.get(session.get_one(Connection, make_good.connection_id).adapter).capabilities


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


def _unsure(make_good: MakeGood) -> Text:
    return Text(
        "The shop did not say whether %(what)s was carried out, and it cannot be asked."
        " Look in the shop for the reference %(reference)s, then mark it as done or try again.",
        what=THE_REMEDY[Action(make_good.action)],
        reference=make_good.reference,
    )


def _look_up(context: Context, session: Session, held: Claim, make_good: MakeGood) -> Call:
    adapter = context.adapter(session.get_one(Connection, make_good.connection_id))
    request, make_good_id = _request(make_good), make_good.id

    def found(session: Session, outcome: Outcome) -> Next:
        make_good = session.get_one(MakeGood, make_good_id)
        if outcome.error is not None:
            return outcome.error
        if outcome.value is not None:
            for one in open_attempts(make_good):
                one.outcome, one.ended_at = "found", outcome.now
            _done(context, session, make_good, outcome.value, outcome.now)
            return None
        return _not_found(context, session, held, make_good, outcome) if outcome.ours else None

    return Call(
        held,
        context.http.now(),
        lambda: adapter.find(request),
        found,
        is_fact=True,
        case=make_good.reference,
    )


def _not_found(
    context: Context, session: Session, held: Claim, make_good: MakeGood, outcome: Outcome
) -> Next:
    """Act, but where the platform does not know a key not before an earlier call has run out."""
    can, now = _capabilities(session, make_good), outcome.now
    if make_good.state != "approved":
        claims.finish(session, held, now)
        return None
    unclear = open_attempts(make_good)
    # Counted from when a call was given up, because it may have been sent at the last moment.
    sure_at = max((one.ended_at or now for one in unclear), default=now) + can.settles_after
    if now < sure_at and not can.idempotent:
        claims.put_off(session, held, sure_at, note=NOT_YET, tries=held.tries)
        return None
    for one in unclear:
        one.outcome = "not_done"
    return _act(context, session, held, make_good, now)


def _act(
    context: Context, session: Session, held: Claim, make_good: MakeGood, now: datetime
) -> Call:
    """Write the attempt; the call follows when this is committed."""
    adapter = context.adapter(session.get_one(Connection, make_good.connection_id))
    attempt = Attempt(claim_token=held.token, started_at=now)
    make_good.attempts.append(attempt)
    request, make_good_id = _request(make_good), make_good.id

    def acted(session: Session, outcome: Outcome) -> Next:
        make_good = session.get_one(MakeGood, make_good_id)
        one = next(one for one in make_good.attempts if one.id == attempt.id)
        one.ended_at = outcome.now
        if outcome.error is not None:
            return _not_acted(session, make_good, one, outcome.error)
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


def _not_acted(
    session: Session, make_good: MakeGood, attempt: Attempt, error: Exception
) -> Exception:
    """Note what is known of the attempt; gives what the outbox has to deal with."""
    attempt.note = error.text if isinstance(error, AdapterError) else Words(type(error).__name__)
    if isinstance(error, Temporary):
        attempt.outcome = error.outcome
        can = _capabilities(session, make_good)
        if error.outcome == "unknown" and not (can.look_up or can.idempotent):
            return Permanent(_unsure(make_good))
    elif isinstance(error, AdapterError):
        attempt.outcome = "not_done" if isinstance(error, Misconfigured) else "refused"
    else:
        # A fault of the adapter after the call: the platform may have acted.
        attempt.outcome = "unknown"
    return error


def _done(
    context: Context, session: Session, make_good: MakeGood, result: ActionResult, now: datetime
) -> None:
    """Record that it was done. No claim is asked for: it is true whoever holds the row."""
    settle(context, session, make_good, result, actor=history.PLATFORM, now=now)
    claims.end(session, Kind.MAKE_GOOD, make_good.id, now, Text("done"))


def settle(
    context: Context,
    session: Session,
    make_good: MakeGood,
    result: ActionResult,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Bring a carried-out make-good into its case (locked), once, and plan what follows."""
    case = make_good.case
    if make_good.state == "done":
        return
    make_good.state, make_good.done_at = "done", now
    make_good.vendor_id, make_good.code = result.vendor_id, result.code
    make_good.task = said(result.task)
    case.advice = make_good.task
    if make_good.action == Action.REFUND:
        case.order = {**case.order, "left": case.order["left"] - make_good.amount_minor}
    amount = Money(make_good.amount_minor, make_good.currency)
    how = Move.MADE_WITH_TASK if result.task else Move.MADE
    detail = Text(
        "%(what)s %(amount)s %(reference)s",
        what=REMEDIES[Action(make_good.action)],
        amount=amount,
        reference=make_good.reference,
    )
    if allows(CaseState(case.state), how):
        history.move(session, case, how, at=now, actor=actor, detail=detail)
    else:
        history.note(session, case, how.value, at=now, actor=actor, detail=detail)
    if not result.task:
        follow_ups.plan_follow_ups(context, session, case, make_good, now=now)


def give_up_make_good(session: Session, held: Claim, advice: Said, *, now: datetime) -> None:
    """Show the seller that only a person can go on, and why."""
    make_good = session.get_one(MakeGood, held.ref_id)
    case = queries.case(session, make_good.case_id, lock=True)
    if make_good.state != "approved":
        return
    make_good.state, make_good.task = "needs_attention", advice
    case.advice = advice
    if allows(CaseState(case.state), Move.FAIL):
        history.move(session, case, Move.FAIL, at=now, detail=advice)
    else:
        history.note(session, case, Move.FAIL.value, at=now, detail=advice)


def try_again(context: Context, make_good_id: int, *, actor: str, surely_not_done: bool) -> None:
    """Let a stuck make-good be carried out after all; raises `WrongState`.

    `surely_not_done`: the seller looked in the shop and says so, where the shop cannot be asked.
    """
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good, case = _stuck(session, make_good_id)
        connection = session.get_one(Connection, make_good.connection_id)
        if registry.get(connection.adapter).capabilities.look_up is False and not surely_not_done:
            unclear = open_attempts(make_good)
            if unclear and not registry.get(connection.adapter).capabilities.idempotent:
                raise WrongState(_unsure(make_good))
        if surely_not_done:
            for one in open_attempts(make_good):
                one.outcome, one.note, one.ended_at = "not_done", SAID_BY_SELLER, now
        make_good.state, make_good.task, case.advice = "approved", None, None
        if case.state == CaseState.NEEDS_ATTENTION:
            case.state = CaseState.APPROVED
        history.note(session, case, "try_again", at=now, actor=actor, new=case.state)
        lane = queries.lane(session, connection.id, outward=True)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=lane, due_at=now, now=now)


def done_by_hand(context: Context, make_good_id: int, *, actor: str, code: str = "") -> None:
    """Record that the seller did it, with a tracking number or voucher code; raises `WrongState`,
    `WrongInput`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good, case = _stuck(session, make_good_id, also_task=True)
        if make_good.action == Action.VOUCHER and not (code.strip() or make_good.code):
            raise WrongInput("Enter the voucher code, so that the buyer can be told.")
        if make_good.state == "done":
            make_good.task, case.advice = None, None
            make_good.code = code.strip() or make_good.code
            if allows(CaseState(case.state), Move.TASK_DONE):
                history.move(session, case, Move.TASK_DONE, at=now, actor=actor)
            follow_ups.plan_follow_ups(context, session, case, make_good, now=now)
            return
        for one in open_attempts(make_good):
            one.outcome, one.note, one.ended_at = "found", SAID_BY_SELLER, now
        result = ActionResult(vendor_id="", code=code.strip())
        settle(context, session, make_good, result, actor=actor, now=now)
        claims.end(session, Kind.MAKE_GOOD, make_good.id, now)


def cancel(context: Context, make_good_id: int, *, actor: str) -> None:
    """Take back a stuck make-good that was surely not carried out; the case awaits a decision
    again. Raises `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good, case = _stuck(session, make_good_id)
        make_good.state, make_good.task, case.advice = "cancelled", None, None
        if allows(CaseState(case.state), Move.REOPEN):
            history.move(session, case, Move.REOPEN, at=now, actor=actor, detail=Text("taken back"))
        else:
            history.note(session, case, "cancelled", at=now, actor=actor)


def _stuck(
    session: Session, make_good_id: int, *, also_task: bool = False
) -> tuple[MakeGood, Case]:
    make_good = session.get(MakeGood, make_good_id)
    if make_good is None:
        raise NotFound("there is no such make-good")
    case = queries.case(session, make_good.case_id, lock=True)
    session.refresh(make_good)
    task_left = also_task and make_good.state == "done" and bool(make_good.task)
    if make_good.state != "needs_attention" and not task_left:
        raise WrongState("This make-good needs nothing from you now. Look at the case again.")
    return make_good, case
