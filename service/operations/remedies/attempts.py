"""Carries out approved make-goods, each once and one at a time for an order. Look, act, look again;
no blind retry.

Permission to act is fenced by the claim. A fact (it was done) is recorded whoever learns it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import selectinload

from integrations.contract import (
    ActionRequest,
    ByHand,
    Capabilities,
    Done,
    OrderStore,
    Refused,
)
from integrations.errors import AdapterError, Permanent, Rejected, Temporary, Unsupported
from integrations.money import Money
from integrations.remedies import Spends
from integrations.sentence import N_, Said, Text, Words
from service.db.models import Attempt, Case, Connection, Kind, MakeGood
from service.db.outbox import claims
from service.domain.staff.authority import PLATFORM
from service.operations.cases.orders import order_from_data
from service.operations.outbox.handler import Call, Handler, HeldRow, Steps, Work
from service.operations.remedies import balance, to_person
from service.operations.remedies.make_goods import capabilities_of, settle
from service.operations.remedies.turns import (
    ONE_AT_A_TIME,
    let_others_follow,
    settles_at,
    turn_of,
)

NOT_YET = Text(
    "It may still be under way at the shop: it is looked up again before it is tried again."
)
NOT_FOUND = Text("The shop does not know of it now.")
GONE = N_("The shop had noted it and does not know of it any more")


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known of a make-good that is to be carried out, or only looked up."""

    can: Capabilities
    maybe_done: bool
    """A call may be under way since an attempt of before."""


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
    elif not begun.maybe_done:
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
    unclear = make_good.open_attempts
    begun = _Begun(capabilities_of(row.session, make_good), bool(unclear))
    if make_good.state == "needs_attention" and unclear and begun.can.look_up:
        return begun
    if make_good.state != "approved":
        row.finish()
        return None
    for attempt in unclear:
        # One still open belongs to a worker that died or was overtaken.
        attempt.outcome = "seen" if attempt.outcome == "seen" else "unknown"
        attempt.ended_at = attempt.ended_at or row.now
    return begun


def _is_its_turn(row: HeldRow) -> bool:
    """Nothing of this make-good can be under way: it waits until no other of its order is.

    The shop's lock is held (`MAKE_GOOD.decides_about_money`), so no other make-good of the order
    begins or is approved meanwhile.
    """
    turn = turn_of(row.session, row.session.get_one(MakeGood, row.ref_id), row.now)
    if turn > row.now:
        row.put_off(turn, note=ONE_AT_A_TIME)
    return turn <= row.now


def _too_little_left(row: HeldRow) -> Money | None:
    """What is left of the order, where the make-good needs more."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    remedy = make_good.remedy
    if remedy.amount is None or remedy.kind.spends is Spends.GOODS:
        return None
    left = balance.left_of(row.session, make_good.case, without=make_good)
    return None if remedy.amount <= left else left


def _errand(row: HeldRow, make_good: MakeGood) -> _Errand:
    connection = row.session.get_one(Connection, make_good.connection_id)
    order = order_from_data(make_good.case.order)
    request = ActionRequest(make_good.remedy, make_good.key, make_good.reference, order)
    return _Errand(row.context.orders(connection), request)


def _look_up(work: Work) -> Steps[bool]:
    """Ask the platform what became of it. True: it was not done, and is to be done now."""
    errand = work.write(_looking)
    try:
        result = yield Call(errand.adapter.find, errand.request, is_fact=True)
    except Exception as error:
        if work.write(_is_left_to_person, error):
            return False
        raise
    if result is None:
        if work.write(_is_gone):
            raise Permanent(GONE, outcome="unknown")
        return work.write(_may_act)
    if not isinstance(result, Refused):
        work.write(_found, result)
    elif work.write(_refused, result.text):
        raise Rejected(result.text)
    return False


def _looking(row: HeldRow) -> _Errand:
    return _errand(row, row.session.get_one(MakeGood, row.ref_id))


def _is_left_to_person(row: HeldRow, error: Exception) -> bool:
    """A person who has it in hand already needs no second task."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    if make_good.state == "approved" or isinstance(error, Temporary):
        return False
    row.finish(getattr(error, "text", NOT_FOUND))
    return True


def _found(row: HeldRow, result: Done | ByHand) -> None:
    """It was done; what is only noted so far is looked at again when it is settled there."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    settled_at = settles_at(make_good, capabilities_of(row.session, make_good), row.now)
    noted = isinstance(result, ByHand)
    if noted and row.now < settled_at and make_good.open_attempts:
        row.put_off(settled_at, note=NOT_YET)
        for attempt in make_good.open_attempts:
            attempt.outcome = "seen"
        return
    for attempt in make_good.open_attempts:
        attempt.outcome, attempt.ended_at = "found", row.now
    _done(row, make_good, result)


def _refused(row: HeldRow, reason: Said) -> bool:
    """The platform had taken it up and has refused it since: nothing was done. True where it was
    still to be carried out."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    for attempt in make_good.open_attempts:
        attempt.outcome, attempt.ended_at, attempt.note = "refused", row.now, reason
    if make_good.state == "needs_attention":
        make_good.task = make_good.case.advice = reason
    if make_good.state != "approved":
        row.finish(reason)
    return make_good.state == "approved"


def _is_gone(row: HeldRow) -> bool:
    """The platform has noted it once and says now that it does not know of it."""
    row.require_claim()
    make_good = row.session.get_one(MakeGood, row.ref_id)
    noted = any(attempt.outcome == "seen" for attempt in make_good.open_attempts)
    return noted and make_good.state == "approved"


def _may_act(row: HeldRow) -> bool:
    """Surely not done: where the platform does not know a key not before an earlier call has run out;
    and not by itself where a person has it in hand."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    can, unclear = capabilities_of(row.session, make_good), make_good.open_attempts
    if make_good.state != "approved":
        row.finish(NOT_FOUND)
        return False
    settled_at = settles_at(make_good, can, row.now)
    if row.now < settled_at and not can.idempotent:
        row.put_off(settled_at, note=NOT_YET)
        return False
    for attempt in unclear:
        attempt.outcome = "not_done"
    return True


def _act(work: Work) -> Steps[None]:
    errand = work.write(_new_attempt)
    try:
        result = yield Call(errand.adapter.act, errand.request, is_fact=True)
        if isinstance(result, ByHand) and not result.vendor_id:
            # Nothing was done of it: all is left for a person.
            raise Unsupported(result.text)
    except Exception as error:
        raise work.write(_not_acted, error) from error
    work.write(_acted, result)


def _new_attempt(row: HeldRow) -> _Errand:
    """Write the attempt; the call follows when this is committed."""
    make_good = row.session.get_one(MakeGood, row.ref_id)
    errand = _errand(row, make_good)
    attempt = Attempt(claim_token=row.claim.token, started_at=row.now, outcome="open", note=None)
    make_good.attempts.append(attempt)
    return errand


def _attempt_of(row: HeldRow, make_good: MakeGood) -> Attempt:
    """The attempt made under this claim: there is one at most."""
    token = row.claim.token
    return next(attempt for attempt in make_good.attempts if attempt.claim_token == token)


def _acted(row: HeldRow, result: Done | ByHand) -> None:
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.outcome, attempt.ended_at = "found" if result.already else "done", row.now
    _done(row, make_good, result)


def _not_acted(row: HeldRow, error: Exception) -> Exception:
    """Note what is known of the attempt; gives the error as the outbox is to take it.

    Nothing but an adapter's own word says that it was not done: after any other failure the platform
    may have acted. Trying again then needs somebody to ask, or a key the platform knows.
    """
    make_good = row.session.get_one(MakeGood, row.ref_id)
    attempt = _attempt_of(row, make_good)
    attempt.ended_at = row.now
    attempt.note = error.text if isinstance(error, AdapterError) else Words(type(error).__name__)
    is_unknown = getattr(error, "outcome", "unknown") == "unknown"
    if is_unknown:
        attempt.outcome = "unknown"
    else:
        attempt.outcome = "not_done" if isinstance(error, Temporary) else "refused"
    let_others_follow(row.session, make_good, row.now)
    can = capabilities_of(row.session, make_good)
    if isinstance(error, Temporary) and is_unknown and not (can.look_up or can.idempotent):
        return Permanent(error.text, outcome="unknown")
    return error


def _done(row: HeldRow, make_good: MakeGood, result: Done | ByHand) -> None:
    """Record that it was done. No claim is asked for: it is true whoever holds the row."""
    settle(row.context, row.session, make_good, result, actor=PLATFORM, now=row.now)
    claims.end(row.session, Kind.MAKE_GOOD, make_good.id, row.now, Text("done"))
    let_others_follow(row.session, make_good, row.now)


MAKE_GOOD = Handler(
    kind=Kind.MAKE_GOOD,
    label=Text("a make-good"),
    about=MakeGood,
    loads=(
        selectinload(Case.make_goods).selectinload(MakeGood.attempts),
        selectinload(Case.messages),
    ),
    decides_about_money=True,
    # What a limit has just allowed is begun in the commit that allows it.
    follows=Kind.FIND_ORDER,
    carry_out=_carry_out,
    give_up=to_person.give_up,
)
