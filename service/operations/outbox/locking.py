"""Locks what outbox rows are about, before the rows themselves are renewed and locked."""

from __future__ import annotations

from collections.abc import Sequence

from service.db.cases import case_queries
from service.db.outbox.claims import Claim
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.operations.outbox.handler import Phase
from service.operations.outbox.registry import HANDLERS


def adds_up_money(claim: Claim, phase: Phase) -> bool:
    """Whether this row, in this phase, is one for which its shop is locked."""
    return HANDLERS[claim.kind].adds_up_money is phase


def lock(session: Transaction, ended: Sequence[Claim], to_begin: Sequence[Claim]) -> None:
    """Lock the cases of these rows, then the shops of those that add up money; their connections are
    read at once, and of what has ended, which will be written down, all that the tasks of its case
    follow from."""
    rows = [*ended, *to_begin]
    adding_up = {claim.id for claim in ended if adds_up_money(claim, Phase.SETTLE)}
    adding_up |= {claim.id for claim in to_begin if adds_up_money(claim, Phase.BEGIN)}
    handlers = {claim.kind: HANDLERS[claim.kind] for claim in rows}
    cases: set[int] = set()
    deciding: set[int] = set()
    for handler in handlers.values():
        of_kind = [claim for claim in rows if claim.kind is handler.kind]
        ref_ids = [claim.ref_id for claim in of_kind]
        cases_by_ref = case_queries.cases_of(session, handler.about, ref_ids)
        cases.update(cases_by_ref.values())
        spending = {claim.ref_id for claim in of_kind if claim.id in adding_up}
        deciding.update(case_id for ref_id, case_id in cases_by_ref.items() if ref_id in spending)
    loads = [option for handler in handlers.values() for option in handler.loads]
    if ended:
        loads += case_queries.TASKS_FOLLOW_FROM
    case_queries.lock_cases(session, cases, loads)
    shops = {case_queries.case(session, case_id).shop_id for case_id in deciding}
    shop_queries.lock_shops(session, shops)
    if rows:
        shop_queries.read_places(session, {claim.lane_id for claim in rows})
