"""Closes cases after a quiet period, in which the rating may still change."""

from __future__ import annotations

from datetime import datetime, timedelta

from integrations.sentence import Text
from service.db.cases import case_queries
from service.db.models import Case, Kind
from service.db.outbox import claims
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, CloseReason
from service.domain.staff.authority import CLOCK
from service.operations.cases import close
from service.operations.outbox.handler import Handler, HeldRow

WAIT_FOR_CHANGE = timedelta(days=30)
"""How long after the last step a case stays open for the rating to change."""


def plan_end(session: Transaction, case: Case, *, now: datetime) -> None:
    """Let the case close by itself when nothing has changed for long; planned anew each time."""
    lane = shop_queries.lane(session, case.review.connection_id, outward=False)
    due = now + WAIT_FOR_CHANGE
    claims.put(session, Kind.END_CASE, case.id, lane_id=lane, due_at=due)


def _end_case(row: HeldRow) -> None:
    """Close a case whose steps have ended and whose rating has not changed."""
    case = case_queries.locked_case(row.session, row.ref_id)
    if case.state in (CaseState.FOLLOWING_UP, CaseState.DECLINED):
        declined = case.state == CaseState.DECLINED
        reason = CloseReason.DECLINED if declined else CloseReason.FINISHED
        close.close(row.session, case, reason, at=row.now, actor=CLOCK)
    row.finish()


END_CASE = Handler(
    kind=Kind.END_CASE,
    label=Text("closing a case"),
    about=Case,
    carry_out=lambda work: work.write(_end_case),
)
