"""Tries a playbook on the newest cases of a shop, beside the one in effect, by the code that proposes.
Nothing is written, nothing is locked, no platform is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import Spends
from integrations.sentence import Said
from service.db.models import Case, MakeGood
from service.db.remedies import playbook_queries
from service.domain.errors import WrongState
from service.domain.remedies.offers import dearest
from service.domain.remedies.playbook import Playbook
from service.domain.remedies.proposing import NoProposal, Proposal, propose
from service.domain.remedies.states import MakeGoodState
from service.operations.cases.orders import order_from_data
from service.operations.remedies import balance
from service.operations.remedies.proposals import situation_of

SIZES = (50, 200)
"""How many cases may be chosen to try a playbook on."""
LONGEST_SECONDS = 4.0
Proposed = Proposal | NoProposal


@dataclass(frozen=True, slots=True)
class Compared:
    """A case with what is proposed for it in effect, and by the tried playbook."""

    reference: str
    opened_at: datetime
    complaint: str
    today: Proposed
    tried: Proposed


@dataclass(slots=True)
class RuleUse:
    """How often a rule decides, and what that costs by currency in minor units: today, and tried."""

    label: Said
    cases_today: int = 0
    cases_tried: int = 0
    cost_today: Counter[str] = field(default_factory=Counter)
    cost_tried: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class DryRun:
    """What came of it. `left_out`: cases whose order is not known; `is_cut`: there was no time for all
    of them. Costs are of the first remedy, of a choice the dearest; what is sent again counts as paid."""

    looked_at: int = 0
    left_out: int = 0
    is_cut: bool = False
    rules: dict[str, RuleUse] = field(default_factory=dict)
    cost_today: Counter[str] = field(default_factory=Counter)
    cost_tried: Counter[str] = field(default_factory=Counter)
    differing: list[Compared] = field(default_factory=list)

    @property
    def costs(self) -> list[tuple[Money, Money, Money]]:
        """Today, tried, and the difference, for each currency."""
        return [
            (
                Money(self.cost_today[currency], currency),
                Money(self.cost_tried[currency], currency),
                Money(self.cost_tried[currency] - self.cost_today[currency], currency),
            )
            for currency in sorted({*self.cost_today, *self.cost_tried})
        ]


def dry_run(
    session: Session, shop_id: int, in_effect: Playbook, tried: Playbook, *, most: int
) -> DryRun:
    """Try a playbook on so many cases, newest first."""
    result, end = DryRun(rules=_rules(tried, in_effect)), monotonic() + LONGEST_SECONDS
    for case in playbook_queries.latest_cases(session, shop_id, most=most):
        if monotonic() > end:
            result.is_cut = True
            break
        try:
            compared = _compare(session, case, in_effect, tried) if case.order else None
        except WrongState:
            compared = None
        if compared is None:
            result.left_out += 1
        else:
            _count(result, compared)
    return result


def _rules(*playbooks: Playbook) -> dict[str, RuleUse]:
    """All rules of both, those of the tried one first in their order; '' stands for no rule."""
    rules = {rule.name: RuleUse(rule.label) for book in playbooks[::-1] for rule in book.rules}
    ordered = dict.fromkeys(rule.name for book in playbooks for rule in book.rules)
    return {name: rules[name] for name in ordered}


def _compare(session: Session, case: Case, in_effect: Playbook, tried: Playbook) -> Compared:
    order = order_from_data(case.order)
    situation = situation_of(session, case, order, _left_before(session, case))
    return Compared(
        case.reference,
        case.opened_at,
        case.review.text,
        propose(in_effect, situation.facts, situation.available),
        propose(tried, situation.facts, situation.available),
    )


def _left_before(session: Session, case: Case) -> Money:
    """What was left of the order when nothing was given for this case yet."""
    left = balance.left_of(session, case)
    granted = sum(_took(make_good, left.currency) for make_good in case.make_goods)
    return Money(min(int(case.order["paid"]), left.amount_minor + granted), left.currency)


def _took(make_good: MakeGood, currency: str) -> int:
    if make_good.state is MakeGoodState.REFUSED or make_good.currency != currency:
        return 0
    return 0 if make_good.remedy.kind.spends is Spends.GOODS else make_good.amount_minor or 0


def _count(result: DryRun, compared: Compared) -> None:
    result.looked_at += 1
    for answer, is_tried in ((compared.today, False), (compared.tried, True)):
        cost = cost_of(answer)
        result_cost = result.cost_tried if is_tried else result.cost_today
        result_cost.update(cost)
        use = result.rules.get(answer.rule)
        if use is not None and is_tried:
            use.cases_tried += 1
            use.cost_tried.update(cost)
        elif use is not None:
            use.cases_today += 1
            use.cost_today.update(cost)
    if _given(compared.today) != _given(compared.tried):
        result.differing.append(compared)


def _given(answer: Proposed) -> tuple[object, ...]:
    if isinstance(answer, NoProposal):
        return ()
    return tuple(option.remedy for option in answer.options), answer.offer


def cost_of(answer: Proposed) -> Mapping[str, int]:
    """What an answer costs by currency, in minor units."""
    if isinstance(answer, NoProposal):
        return {}
    remedies = [option.remedy for option in answer.options]
    amount = (dearest(remedies) if answer.offer else remedies[0]).amount
    return {} if amount is None else {amount.currency: amount.amount_minor}
