"""Gives a make-good that cannot go on by itself to a person."""

from __future__ import annotations

from integrations.sentence import Said
from service.db.cases import case_queries
from service.db.models import Kind, MakeGood
from service.db.outbox import claims
from service.domain.remedies.states import UNDER_WAY, AttemptOutcome, MakeGoodMove
from service.operations.outbox.handler import HeldRow
from service.operations.remedies import moves
from service.operations.remedies.make_goods import capabilities_of
from service.operations.remedies.turns import IN_TURN, settles_at


def give_up(row: HeldRow, reason: Said) -> None:
    """Show the seller that only a person can go on, and why. What may have been done is looked up
    once more when the platform has settled it."""
    session, now = row.session, row.now
    make_good = session.get_one(MakeGood, row.ref_id)
    case_queries.locked_case(session, make_good.case_id)
    if make_good.state not in UNDER_WAY:
        return
    for attempt in make_good.attempts:
        # Nobody knows how the platform went on with what it had taken up.
        if attempt.outcome is AttemptOutcome.TAKEN_UP:
            attempt.outcome = AttemptOutcome.UNKNOWN
    how = MakeGoodMove.LOSE_SIGHT if make_good.open_attempts else MakeGoodMove.REFUSE
    moves.move(session, make_good, how, at=now, note=reason)
    can = capabilities_of(session, make_good)
    if make_good.open_attempts and can.look_up:
        due = max(settles_at(make_good, can, now), now + IN_TURN)
        claims.put(session, Kind.MAKE_GOOD, make_good.id, lane_id=row.claim.lane_id, due_at=due)
