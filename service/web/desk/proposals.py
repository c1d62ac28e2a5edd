"""What the case page shows of a proposal: cost, part of the order, and who may approve it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import Remedy, remedy_from_data
from integrations.sentence import Said, Text, from_data
from service.db.models import Case, Connection
from service.db.remedies import remedy_queries
from service.domain.remedies import offers
from service.domain.remedies.offers import OfferTerms
from service.domain.remedies.states import MakeGoodState
from service.domain.staff.authority import Actor
from service.operations.cases import escalation
from service.operations.context import Context
from service.operations.messages.preview import Preview, before_approval
from service.operations.remedies.decisions import NOT_REACHED
from service.operations.remedies.grants import way_of
from service.operations.staff import permits
from service.web.i18n import translate


@dataclass(frozen=True, slots=True)
class ProposedRemedy:
    """One remedy of the newest proposal. `refused`: why this seller may not approve it; '' when they
    may. `part`: of what was paid for the order, in percent."""

    proposal: int
    number: int
    remedy: Remedy
    items: str
    reason: Said | str
    by_hand: bool
    refused: str
    capped: bool
    part: int | None


def proposed(session: Session, case: Case, actor: Actor, now: datetime) -> list[ProposedRemedy]:
    """The newest proposal, best first; empty when nothing was proposed."""
    proposal = remedy_queries.proposal(session, case.id)
    if proposal is None or not case.order:
        return []
    connection = session.get(Connection, case.order_connection_id or 0)
    names = {line["id"]: line["name"] for line in case.order["lines"]}
    options = []
    for number, row in enumerate(proposal.remedies):
        remedy = remedy_from_data(row)
        by_call = connection is not None and way_of(connection, remedy.kind).is_called
        options.append(
            ProposedRemedy(
                proposal.id,
                number,
                remedy,
                items=", ".join(names.get(line, line) for line in remedy.line_ids),
                reason=from_data(row["reason"]),
                by_hand=not by_call,
                refused=translate(
                    escalation.refusal(case, actor)
                    or permits.over_limit(session, actor, case.shop_id, remedy.amount, now=now)
                ),
                capped=row.get("capped", True),
                part=_part(case, remedy.amount),
            )
        )
    # What the platform has just refused comes last.
    tried = {
        make_good.kind for make_good in case.make_goods if make_good.state is MakeGoodState.REFUSED
    }
    return sorted(options, key=lambda option: option.remedy.kind.name in tried)


@dataclass(frozen=True, slots=True)
class ProposedChoice:
    """The newest proposal as a choice for the buyer. `most`: what it costs at most; `refused`: why this
    actor may not offer it; '' when they may."""

    proposal: int
    promises: list[Text]
    terms: OfferTerms
    most: Text
    refused: str


def choice(
    session: Session, case: Case, actor: Actor, now: datetime, *, reached: bool
) -> ProposedChoice | None:
    """What the proposal lets the buyer choose among; None where it does not. `reached`: whether the
    buyer can be written to."""
    proposal = remedy_queries.proposal(session, case.id)
    if proposal is None or proposal.offer is None or not case.order:
        return None
    remedies = [remedy_from_data(row) for row in proposal.remedies]
    dearest = offers.dearest(remedies)
    over = escalation.refusal(case, actor) or permits.over_limit(
        session, actor, case.shop_id, dearest.amount, now=now
    )
    if not reached:
        over = over or Text(NOT_REACHED)
    return ProposedChoice(
        proposal.id,
        [remedy.described for remedy in remedies],
        offers.terms_from_data(proposal.offer),
        dearest.described,
        translate(over),
    )


def parts(
    context: Context, session: Session, case: Case, actor: Actor, *, reached: bool
) -> dict[str, Any]:
    """What the page of a case says of its newest proposal. `reached`: whether the buyer can be written
    to; `refused_alike`: why this actor may approve nothing of it, where that is the same of all."""
    now = context.clock.now()
    choices = choice(session, case, actor, now, reached=reached)
    options = proposed(session, case, actor, now)
    reasons = {option.refused for option in options}
    return {
        "choice": choices,
        "proposed": options,
        "refused_alike": reasons.pop() if len(reasons) == 1 else "",
        "will_read": will_read(context, session, case, now),
    }


def will_read(
    context: Context, session: Session, case: Case, now: datetime
) -> Callable[[int | None], Preview]:
    """What the buyer would read of the proposed remedy of this number, or with None of the choice."""
    proposal = remedy_queries.proposal(session, case.id)

    def preview_of(number: int | None) -> Preview:
        assert proposal is not None
        remedies = [remedy_from_data(row) for row in proposal.remedies]
        if number is not None:
            return before_approval(context, session, case, remedies[number], None, now=now)
        terms = offers.terms_from_data(proposal.offer or {})
        return before_approval(context, session, case, offers.dearest(remedies), terms, now=now)

    return preview_of


def _part(case: Case, amount: Money | None) -> int | None:
    paid: int = case.order["paid"]
    if amount is None or not paid or amount.currency != case.order["currency"]:
        return None
    return round(100 * amount.amount_minor / paid)
