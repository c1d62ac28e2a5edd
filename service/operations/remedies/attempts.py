"""Carries out approved make-goods, each once and one at a time for an order. Look, act, look again;
no blind retry.

Permission to act is fenced by the claim. A fact (it was done) is recorded whoever learns it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from integrations.contract import ActionRequest, ByHand, Capabilities, OrderStore, Pending, Refused
from integrations.errors import Permanent, Rejected
from integrations.money import Money
from integrations.remedies import Spends
from integrations.sentence import N_, Text
from service.db.models import Attempt, Case, Connection, Kind, MakeGood
from service.domain.remedies.states import UNDER_WAY, AttemptOutcome, MakeGoodState
from service.operations.cases.orders import order_from_data
from service.operations.outbox.handler import Call, Handler, HeldRow, Phase, Steps, Work
from service.operations.remedies import balance, outcomes, to_person
from service.operations.remedies.make_goods import capabilities_of
from service.operations.remedies.turns import ONE_AT_A_TIME, turn_of

GONE = N_("The shop had noted it and does not know of it any more")


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known of a make-good that is to be carried out, or only looked up."""

    can: Capabilities
    maybe_done: bool
    """A call may be under way since an attempt of before."""
    taken_up: bool
    """The platform has taken it up, and it goes on with its next step."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is asked of which platform."""

    adapter: OrderStore
    request: ActionRequest


def _carry_out(work: Work) -> Steps[None]:
    """Carry out one make-good, or find out that it was: the attempt is written before the call.

    A call that may be under way since an attempt of before is looked up first. One that a person
    has in hand is only looked up.
    """
    begun = work.write(_begin)
    if begun is None:
        return
    if begun.maybe_done and begun.can.look_up:
        if not (yield from _look_up(work)):
            return
    elif begun.maybe_done and not begun.can.idempotent:
        raise Permanent("the shop cannot be asked what it did", outcome="unknown")
    elif not (begun.maybe_done or begun.taken_up):
        if not work.write(_is_its_turn):
            return
        left = work.write(_too_little_left)
        if left is not None:
            raise Rejected(
                "only %(left)s of this order is left beside its other make-goods: change the amount",
                left=left,
            )
    yield from _act(work)


def _begin(row: HeldRow) -> _Begun | None:
    make_good = row.session.get_one(MakeGood, row.ref_id)
    unclear, state = make_good.open_attempts, make_good.state
    taken_up = state in UNDER_WAY and state is not MakeGoodState.APPROVED
    begun = _Begun(capabilities_of(row.session, make_good), bool(unclear), taken_up)
    if state is MakeGoodState.UNKNOWN and unclear and begun.can.look_up:
        return begun
    if state not in UNDER_WAY:
        row.finish()
        return None
    for attempt in unclear:
        # One still open belongs to a worker that died or was overtaken.
        if attempt.outcome is not AttemptOutcome.SEEN:
            attempt.outcome = AttemptOutcome.UNKNOWN
        attempt.ended_at = attempt.ended_at or row.now
    return begun


def _is_its_turn(row: HeldRow) -> bool:
    """Nothing of this make-good can be under way: it waits until no other of its order is.

    The shop's lock is held (`MAKE_GOOD.adds_up_money`), so no other make-good of the order
    begins or is approved meanwhile.
    """
    turn = turn_of(row.session, row.session.get_one(MakeGood, row.ref_id), row.now)
    if turn > row.now:
        row.postpone(turn, note=ONE_AT_A_TIME)
    return turn <= row.now


def _too_little_left(row: HeldRow) -> Money | None:
    """What is left of the order, where the make-good needs more."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    remedy = make_good.remedy
    if make_good.is_thanks or remedy.amount is None or remedy.kind.spends is Spends.GOODS:
        return None
    left = balance.left_of(row.session, make_good.case, without=make_good)
    return None if remedy.amount <= left else left


def _errand(row: HeldRow, make_good: MakeGood) -> _Errand:
    connection = row.session.get_one(Connection, make_good.connection_id)
    request = ActionRequest(
        make_good.remedy,
        make_good.key,
        make_good.reference,
        order_from_data(make_good.case.order),
        make_good.progress,
    )
    return _Errand(row.context.orders(connection), request)


def _look_up(work: Work) -> Steps[bool]:
    """Ask the platform what became of it. True: it was not done, and is to be done now."""
    errand = work.write(_looking)
    try:
        result = yield Call(errand.adapter.find, errand.request, is_fact=True)
    except Exception as error:
        if work.write(outcomes.is_left_to_person, error):
            return False
        raise
    if result is None:
        if work.write(outcomes.is_gone):
            raise Permanent(GONE, outcome="unknown")
        return work.write(outcomes.may_act)
    if isinstance(result, Pending):
        work.write(outcomes.found_pending, result)
    elif not isinstance(result, Refused):
        work.write(outcomes.found, result)
    elif work.write(outcomes.refused, result.text):
        raise Rejected(result.text)
    return False


def _looking(row: HeldRow) -> _Errand:
    return _errand(row, row.session.get_one(MakeGood, row.ref_id))


def _act(work: Work) -> Steps[None]:
    errand = work.write(_new_attempt)
    try:
        result = yield Call(errand.adapter.act, errand.request, is_fact=True)
    except Exception as error:
        raise work.write(outcomes.not_acted, error) from error
    if isinstance(result, Pending):
        work.write(outcomes.acted_in_part, result)
    elif isinstance(result, ByHand) and not result.vendor_id:
        work.write(outcomes.left_to_person, result.text)
    else:
        work.write(outcomes.acted, result)


def _new_attempt(row: HeldRow) -> _Errand:
    """Write the attempt; the call follows when this is committed."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    errand = _errand(row, make_good)
    attempt = Attempt(
        make_good_id=make_good.id,
        claim_token=row.claim.token,
        started_at=row.now,
        outcome=AttemptOutcome.OPEN,
        note=None,
    )
    make_good.attempts.append(attempt)
    row.session.add(attempt)
    return errand


MAKE_GOOD = Handler(
    kind=Kind.MAKE_GOOD,
    label=Text("a make-good"),
    about=MakeGood,
    loads=(selectinload(Case.make_goods).joinedload(MakeGood.attempts),),
    adds_up_money=Phase.BEGIN,
    # What a limit has just allowed is begun in the commit that allows it.
    follows=Kind.FIND_ORDER,
    carry_out=_carry_out,
    give_up=to_person.give_up,
)
