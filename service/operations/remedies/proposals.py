"""Proposes make-goods by the shop's playbook; what the owner's limit covers goes by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from integrations.contract import Order, OrderLine, Way
from integrations.money import Money
from integrations.remedies import KINDS, RemedyKind, remedy_from_data, remedy_to_data
from integrations.sentence import Said, to_data
from service.db.models import Case, Proposal, Shop
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, Move
from service.domain.remedies import proposing
from service.domain.remedies.offers import terms_from_data, terms_to_data
from service.domain.remedies.proposing import Facts, propose
from service.domain.remedies.ready_made import playbook_of
from service.operations.cases import history, search
from service.operations.cases.orders import lines_of, seen_order
from service.operations.context import Context
from service.operations.remedies import automatic, balance
from service.operations.remedies.grants import order_connection, way_of

LONGEST_COMPLAINT = 20_000
"""Characters in which a rule's words are looked for, as the proposal is made in a transaction."""


def propose_remedies(session: Transaction, case: Case, *, now: datetime) -> Mapping[str, Any]:
    """Propose by the shop's playbook, for a person to decide; gives the proposal as a row."""
    shop = shop_queries.shop(session, case.shop_id)
    proposal, rule = _worked_out(session, case, shop, now)
    session.later(_write).append(proposal)
    history.move(session, case, Move.PROPOSE, at=now, detail=rule)
    return proposal


def propose_or_approve(
    context: Context, session: Transaction, case: Case, *, now: datetime
) -> None:
    """Propose by the shop's playbook; what the owner's limit covers is approved at once, unless
    something speaks against it."""
    proposal = propose_remedies(session, case, now=now)
    if proposal["remedies"] and not case.doubt:
        remedies = [remedy_from_data(row) for row in proposal["remedies"]]
        terms = proposal["offer"] and terms_from_data(proposal["offer"])
        automatic.approve(context, session, case, remedies, terms or None, now=now)


def refresh_proposal(session: Transaction, case: Case, *, now: datetime) -> None:
    """The buyer edited the review before the decision: propose for what it says now. A person
    decides, because one may be looking at the case."""
    if case.state != CaseState.AWAITING_APPROVAL:
        return
    fresh, rule = _worked_out(session, case, shop_queries.shop(session, case.shop_id), now)
    newest = remedy_queries.proposal(session, case.id)
    latest = None if newest is None else (newest.rule, newest.remedies, newest.offer)
    if latest != (fresh["rule"], fresh["remedies"], fresh["offer"]):
        session.later(_write).append(fresh)
        history.move(session, case, Move.PROPOSE, at=now, detail=rule)


_ADD = insert(Proposal.__table__)


def _write(session: Transaction, proposals: list[dict[str, Any]]) -> None:
    """All proposals of a transaction in one statement: nothing in it refers to them."""
    session.connection().execute(_ADD, proposals)


def _worked_out(
    session: Session, case: Case, shop: Shop, now: datetime
) -> tuple[dict[str, Any], Said]:
    """What the playbook says to the case as it is now, as a row, and what its rule is called."""
    seen = seen_order(case)
    left = balance.left_of(session, case, seen=seen)
    situation = situation_of(session, case, seen.order, left)
    answer = propose(playbook_of(shop.playbook), situation.facts, situation.available)
    options = answer.options if isinstance(answer, proposing.Proposal) else ()
    terms = answer.offer if isinstance(answer, proposing.Proposal) else None
    proposal = {
        "case_id": case.id,
        "rule": answer.rule,
        "created_at": now,
        "reason": None if isinstance(answer, proposing.Proposal) else answer.reason,
        "offer": None if terms is None else terms_to_data(terms),
        "remedies": [
            {
                **remedy_to_data(option.remedy),
                "reason": to_data(option.reason),
                "capped": option.capped,
            }
            for option in options
        ],
    }
    return proposal, answer.label


@dataclass(frozen=True, slots=True)
class Situation:
    """A case as the rules see it, and the remedies that its platform, or a person for it, can give."""

    facts: Facts
    available: Sequence[RemedyKind]


def situation_of(session: Session, case: Case, order: Order, left: Money) -> Situation:
    """The situation of a case, with so much left of its order; raises `WrongState` where the order's
    platform is not connected any more."""
    connection = order_connection(session, case)
    available = [
        kind
        for kind in KINDS.values()
        if way_of(connection, kind) is not Way.NONE and kind not in order.unavailable
    ]
    return Situation(_facts(session, case, order, left), available)


def _facts(session: Session, case: Case, order: Order, left: Money) -> Facts:
    lines = lines_of(order, case.review.product_id)
    return Facts(
        stars=case.review.rating or 1,
        left=left,
        text=case.review.text[:LONGEST_COMPLAINT],
        cause=case.cause,
        product_ids=frozenset(line.product_id for line in lines),
        order_value=order.paid,
        line_ids=tuple(line.id for line in lines),
        line_paid=_paid(lines, order.paid.currency) if lines else None,
        earlier_cases=lambda: search.number_of_earlier_cases(session, case),
        grave=case.grave,
        country=order.buyer.country,
        step=order.step,
    )


def _paid(lines: Sequence[OrderLine], currency: str) -> Money:
    return Money(sum(line.paid.amount_minor for line in lines), currency)
