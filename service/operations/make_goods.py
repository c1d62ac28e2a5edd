"""Carries out approved make-goods, each once. Look, act, look again; no blind retry.

Permission to act is fenced by the claim. A fact (it was done) is recorded whoever learns it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from integrations import registry
from integrations.contract import Action, ActionRequest, ActionResult, BaseAdapter
from integrations.errors import AdapterError, Misconfigured, Permanent, Temporary
from integrations.money import Money
from service.db import claims, queries
from service.db.claims import Claim
from service.db.models import Attempt, Case, Connection, Kind, MakeGood, OutboxRow
from service.domain.case import CaseState, Move, allows
from service.domain.errors import LostClaim, NotFound, WrongInput, WrongState
from service.operations import follow_ups, history
from service.operations.context import Context
from service.operations.orders import order_from_data

CALL_SECONDS = 45.0
"""Calls of one attempt start and end within this, well inside the lease (service.db.claims)."""

UNSURE = (
    "The shop did not say whether {what} was carried out, and it cannot be asked."
    " Look in the shop for the reference {reference}, then mark it as done or try again."
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one try has to do. `attempt_id` None: look up first."""

    make_good_id: int
    adapter: BaseAdapter
    request: ActionRequest
    attempt_id: int | None


def perform_make_good(context: Context, held: Claim) -> None:
    """Carry out one make-good, or find out that it was.

    Raises `Temporary` and `Misconfigured` for the outbox to put off, `Permanent` and `Unsupported`
    for a person to go on, `LostClaim` when another worker has taken over.
    """
    with context.http.within(CALL_SECONDS):
        plan = _begin(context, held)
        if plan is None:
            return
        if plan.attempt_id is None:
            found = plan.adapter.find(plan.request)
            if found is not None:
                _done(context, held, plan, found, "found")
                return
            plan = _begin(context, held, surely_not_done=True)
            if plan is None:
                return
        _act(context, held, plan)


def _begin(context: Context, held: Claim, *, surely_not_done: bool = False) -> _Plan | None:
    """Renew the claim and write the attempt, in one commit before any call."""
    with context.database.transaction() as session:
        now = context.clock.now()
        claims.hold(session, held, now)
        make_good = session.get_one(MakeGood, held.ref_id)
        if make_good.state != "approved":
            claims.finish(session, held, now)
            return None
        unclear = queries.open_attempts(session, make_good.id)
        for one in unclear:
            # One still open belongs to a worker that died or was overtaken.
            one.outcome = "not_done" if surely_not_done else "unknown"
            one.ended_at = one.ended_at or now
        connection = session.get_one(Connection, make_good.connection_id)
        can = registry.get(connection.adapter).capabilities
        request, adapter = _request(session, make_good), context.adapter(connection)
        if unclear and not surely_not_done:
            if can.look_up:
                return _Plan(make_good.id, adapter, request, None)
            if not can.idempotent:
                give_up_make_good(session, held, _unsure(make_good), now=now)
                claims.give_up(session, held, now, _unsure(make_good))
                return None
        attempt = Attempt(make_good_id=make_good.id, claim_token=held.token, started_at=now)
        session.add(attempt)
        session.flush()
        return _Plan(make_good.id, adapter, request, attempt.id)


def _request(session: Session, make_good: MakeGood) -> ActionRequest:
    case = session.get_one(Case, make_good.case_id)
    return ActionRequest(
        Action(make_good.action), make_good.key, make_good.reference, order_from_data(case.order),
        Money(make_good.amount_minor, make_good.currency), tuple(make_good.line_ids),
        make_good.expires_at,
    )  # fmt: skip


def _unsure(make_good: MakeGood) -> str:
    return UNSURE.format(what=f"the {make_good.action}", reference=make_good.reference)


def _act(context: Context, held: Claim, plan: _Plan) -> None:
    try:
        result = plan.adapter.act(plan.request)
    except Temporary as error:
        outcome = "unknown" if error.maybe_done else "not_done"
        _end(context, plan, outcome, error.message)
        can = plan.adapter.capabilities
        if error.maybe_done and not (can.look_up or can.idempotent):
            raise Permanent(
                UNSURE.format(what=f"the {plan.request.action}", reference=plan.request.reference)
            ) from error
        raise
    except Misconfigured as error:
        _end(context, plan, "not_done", error.message)
        raise
    except AdapterError as error:
        _end(context, plan, "refused", error.message)
        raise
    except Exception as error:
        # A fault of the adapter after the call: the platform may have acted.
        _end(context, plan, "unknown", type(error).__name__)
        raise
    _done(context, held, plan, result, "done")


def _end(context: Context, plan: _Plan, outcome: str, note: str) -> None:
    with context.database.transaction() as session:
        session.execute(
            update(Attempt)
            .where(Attempt.id == plan.attempt_id)
            .values(outcome=outcome, note=note[:500], ended_at=context.clock.now())
        )


def _done(context: Context, held: Claim, plan: _Plan, result: ActionResult, outcome: str) -> None:
    """Record that it was done. No claim is asked for: it is true whoever holds the row."""
    with context.database.transaction() as session:
        now = context.clock.now()
        if plan.attempt_id is not None:
            session.execute(
                update(Attempt)
                .where(Attempt.id == plan.attempt_id)
                .values(outcome="found" if result.already else outcome, ended_at=now)
            )
        else:
            for one in queries.open_attempts(session, plan.make_good_id):
                one.outcome, one.ended_at = "found", now
        settle(context, session, plan.make_good_id, result, actor=history.PLATFORM)
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.kind == Kind.MAKE_GOOD, OutboxRow.ref_id == plan.make_good_id)
            .values(done_at=now, claim_token=None, given_up=False, note=outcome)
        )


def settle(
    context: Context, session: Session, make_good_id: int, result: ActionResult, *, actor: str
) -> None:
    """Bring a carried-out make-good into its case, once, and plan what follows."""
    now = context.clock.now()
    make_good = session.get_one(MakeGood, make_good_id)
    case = queries.case(session, make_good.case_id, lock=True)
    session.refresh(make_good)
    if make_good.state == "done":
        return
    make_good.state, make_good.done_at = "done", now
    make_good.vendor_id, make_good.code, make_good.task = (
        result.vendor_id, result.code, result.task,
    )  # fmt: skip
    case.advice = result.task
    if make_good.action == Action.REFUND:
        case.order = {**case.order, "left": case.order["left"] - make_good.amount_minor}
    amount = Money(make_good.amount_minor, make_good.currency)
    how = Move.MADE_WITH_TASK if result.task else Move.MADE
    detail = f"{make_good.action} {amount} {make_good.reference}"
    if allows(CaseState(case.state), how):
        history.move(session, case, how, at=now, actor=actor, detail=detail)
    else:
        history.note(session, case, how.value, at=now, actor=actor, detail=detail)
    if not result.task:
        follow_ups.plan_follow_ups(context, session, case, make_good, now=now)


def give_up_make_good(session: Session, held: Claim, advice: str, *, now: datetime) -> None:
    """Show the seller that only a person can go on, and why."""
    make_good = session.get_one(MakeGood, held.ref_id)
    case = queries.case(session, make_good.case_id, lock=True)
    if make_good.state != "approved":
        raise LostClaim("settled meanwhile")
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
            unclear = queries.open_attempts(session, make_good.id)
            if unclear and not registry.get(connection.adapter).capabilities.idempotent:
                raise WrongState(_unsure(make_good))
        if surely_not_done:
            for one in queries.open_attempts(session, make_good.id):
                one.outcome, one.note, one.ended_at = "not_done", f"says {actor}", now
        make_good.state, make_good.task, case.advice = "approved", "", ""
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
            make_good.task, case.advice = "", ""
            if allows(CaseState(case.state), Move.TASK_DONE):
                history.move(session, case, Move.TASK_DONE, at=now, actor=actor)
            follow_ups.plan_follow_ups(context, session, case, make_good, now=now)
            return
        for one in queries.open_attempts(session, make_good.id):
            one.outcome, one.note, one.ended_at = "found", f"says {actor}", now
        result = ActionResult(vendor_id="", code=code.strip())
        settle(context, session, make_good.id, result, actor=actor)
        row = queries.row_for(session, Kind.MAKE_GOOD, make_good.id)
        if row is not None:
            row.done_at, row.claim_token, row.given_up = now, None, False


def cancel(context: Context, make_good_id: int, *, actor: str) -> None:
    """Take back a stuck make-good that was surely not carried out; the case awaits a decision
    again. Raises `WrongState`."""
    with context.database.transaction() as session:
        now = context.clock.now()
        make_good, case = _stuck(session, make_good_id)
        make_good.state, make_good.task, case.advice = "cancelled", "", ""
        if allows(CaseState(case.state), Move.REOPEN):
            history.move(session, case, Move.REOPEN, at=now, actor=actor, detail="cancelled")
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
