"""Gives a make-good that cannot go on by itself to a person."""

from __future__ import annotations

from integrations.remedies import Spends
from integrations.sentence import Said, Text
from service.db import queries
from service.db.models import Kind, MakeGood
from service.db.outbox import claims
from service.domain.cases.states import CASES, CaseState, Move
from service.operations.cases import history
from service.operations.outbox.handler import HeldRow
from service.operations.remedies.make_goods import capabilities_of
from service.operations.remedies.turns import IN_TURN, settles_at


def give_up(row: HeldRow, advice: Said) -> None:
    """Show the seller that only a person can go on, and why. What may have been done is looked up
    once more when the platform has settled it."""
    session, now = row.session, row.now
    make_good = session.get_one(MakeGood, row.ref_id)
    case = queries.locked_case(session, make_good.case_id)
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
        due = max(settles_at(make_good, can, now), now + IN_TURN)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=row.claim.lane_id, due_at=due)


def unsure(make_good: MakeGood, why: Said) -> Text:
    """What a person has to find out, and where: money is seen where it was paid from."""
    if make_good.remedy.kind.spends is Spends.MONEY:
        return Text(
            "It is not known whether this refund was paid (%(why)s). Look at the payment provider of"
            " the shop for %(amount)s on order %(number)s: money may have moved though the shop"
            " shows nothing.",
            why=why,
            amount=make_good.remedy.amount or "",
            number=str(make_good.case.order["number"]),
        )
    return Text(
        "It is not known whether this was carried out (%(why)s). Look in the shop for the reference"
        " %(reference)s, then say what you saw.",
        why=why,
        reference=make_good.reference,
    )
