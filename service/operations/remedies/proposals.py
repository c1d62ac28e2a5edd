"""Proposes make-goods by the shop's playbook; what the owner's limit covers goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from integrations.contract import Order, OrderLine, Way
from integrations.money import Money
from integrations.remedies import KINDS, remedy_from_data, remedy_to_data
from integrations.sentence import to_data
from service.db.cases import case_queries
from service.db.models import Case, Proposal, Shop
from service.db.remedies import remedy_queries
from service.db.shops import shop_queries
from service.db.transaction import Transaction
from service.domain.cases.states import CaseState, Move
from service.domain.remedies import playbook
from service.domain.remedies.offers import terms_from_data, terms_to_data
from service.domain.remedies.playbook_data import default_playbook, playbook_from_data
from service.domain.remedies.rule_names import rule_label
from service.operations.cases import history
from service.operations.cases.orders import lines_of, order_from_data
from service.operations.remedies import automatic, balance
from service.operations.remedies.grants import order_connection, way_of

LONGEST_COMPLAINT = 20_000
"""Characters in which a rule's words are looked for, as the proposal is made in a transaction."""


def propose_remedies(
    session: Transaction, case: Case, *, now: datetime, by_limit: bool = True
) -> None:
    """Propose by the shop's playbook; what the owner's limit covers is approved at once, unless
    something speaks against it or `by_limit` is False."""
    shop = shop_queries.shop(session, case.shop_id)
    proposal = _worked_out(session, case, shop, now)
    session.add(proposal)
    history.move(session, case, Move.PROPOSE, at=now, detail=rule_label(proposal.rule))
    if proposal.remedies and by_limit and not case.doubt:
        remedies = [remedy_from_data(row) for row in proposal.remedies]
        terms = proposal.offer and terms_from_data(proposal.offer)
        automatic.approve(session, case, shop, remedies, terms or None, now)


def refresh_proposal(session: Transaction, case: Case, *, now: datetime) -> None:
    """The buyer edited the review before the decision: propose for what it says now. A person
    decides, because one may be looking at the case."""
    if case.state != CaseState.AWAITING_APPROVAL:
        return
    fresh = _worked_out(session, case, shop_queries.shop(session, case.shop_id), now)
    newest = remedy_queries.proposal(session, case.id)
    if newest is None or _said(newest) != _said(fresh):
        session.add(fresh)
        history.move(session, case, Move.PROPOSE, at=now, detail=rule_label(fresh.rule))


def _said(proposal: Proposal) -> tuple[object, ...]:
    return proposal.rule, proposal.remedies, proposal.offer


def _worked_out(session: Session, case: Case, shop: Shop, now: datetime) -> Proposal:
    """What the playbook says to the case as it is now."""
    order = order_from_data(case.order)
    lines = lines_of(order, case.review.product_id)
    connection = order_connection(session, case)
    available = [
        kind
        for kind in KINDS.values()
        if way_of(connection, kind) is not Way.NONE and kind not in order.unavailable
    ]
    rules = playbook_from_data(shop.playbook) if shop.playbook else default_playbook()
    answer = playbook.propose(rules, _facts(session, case, order, lines), available)
    options = answer.options if isinstance(answer, playbook.Proposal) else ()
    terms = answer.offer if isinstance(answer, playbook.Proposal) else None
    return Proposal(
        case_id=case.id,
        rule=answer.rule,
        created_at=now,
        reason=None if isinstance(answer, playbook.Proposal) else answer.reason,
        offer=None if terms is None else terms_to_data(terms),
        remedies=[
            {
                **remedy_to_data(option.remedy),
                "reason": to_data(option.reason),
                "capped": option.capped,
            }
            for option in options
        ],
    )


def _facts(
    session: Session, case: Case, order: Order, lines: Sequence[OrderLine]
) -> playbook.Facts:
    return playbook.Facts(
        stars=case.review.rating or 1,
        left=balance.left_of(session, case),
        text=case.review.text[:LONGEST_COMPLAINT],
        cause=case.cause,
        product_ids=frozenset(line.product_id for line in lines),
        order_value=order.paid,
        line_ids=tuple(line.id for line in lines),
        line_paid=_paid(lines, order.paid.currency) if lines else None,
        earlier_cases=case_queries.number_of_earlier_cases(session, case),
        country=order.buyer.country,
        step=order.step,
    )


def _paid(lines: Sequence[OrderLine], currency: str) -> Money:
    return Money(sum(line.paid.amount_minor for line in lines), currency)
