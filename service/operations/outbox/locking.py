"""Locks what outbox rows are about, before the rows themselves are renewed and locked."""

from __future__ import annotations

from collections.abc import Sequence

from service.db.cases import case_queries
from service.db.outbox.claims import Claim
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.operations.outbox.registry import HANDLERS


def lock(session: Transaction, ended: Sequence[Claim], to_begin: Sequence[Claim]) -> None:
    """Lock the cases of these rows, then the shops of those that decide about money; their
    connections are read at once, and of what has ended, which will be written down, all that the
    tasks of its case follow from."""
    rows = [*ended, *to_begin]
    handlers = {claim.kind: HANDLERS[claim.kind] for claim in rows}
    cases: set[int] = set()
    deciding: set[int] = set()
    for handler in handlers.values():
        ids = [claim.ref_id for claim in rows if claim.kind is handler.kind]
        of_kind = case_queries.cases_of(session, handler.about, ids).values()
        cases.update(of_kind)
        if handler.decides_about_money:
            deciding.update(of_kind)
    loads = [option for handler in handlers.values() for option in handler.loads]
    if ended:
        loads += case_queries.TASKS_FOLLOW_FROM
    case_queries.lock_cases(session, cases, loads)
    shops = {case_queries.case(session, case_id).shop_id for case_id in deciding}
    shop_queries.lock_shops(session, shops)
    if rows:
        shop_queries.read_places(session, {claim.lane_id for claim in rows})
