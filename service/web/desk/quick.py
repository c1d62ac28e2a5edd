"""What can be approved at once from the waiting page: each case by itself, and like ones together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from integrations.money import Money
from integrations.remedies import Remedy, remedy_from_data
from integrations.sentence import Said, Text
from service.db.models import Case, Proposal, Task
from service.db.remedies import remedy_queries
from service.domain.cases.states import CaseState
from service.domain.remedies import offers
from service.domain.remedies.shipped_names import shipped_label
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.operations.messages.opt_out import opted_out_among
from service.operations.remedies.decisions import NOT_REACHED
from service.operations.staff.permits import Allowance


@dataclass(frozen=True, slots=True)
class Quick:
    """What the newest proposal of a case gives first. `is_choice`: the buyer chooses, and `remedy` is
    the dearest of the options; `refused`: why this actor may not approve it, None where they may."""

    case: Case
    proposal_id: int
    rule: str
    remedy: Remedy
    is_choice: bool
    refused: Said | None

    @property
    def key(self) -> str:
        """The same for like cases: one shop, one rule, one kind of remedy."""
        kind = "choice" if self.is_choice else self.remedy.kind.name
        return f"{self.case.shop_id}.{kind}.{self.rule}"


@dataclass(frozen=True, slots=True)
class Likes:
    """Like cases that this actor may approve. `totals`: of each currency; what has no amount is in
    none."""

    key: str
    quicks: Sequence[Quick]

    @property
    def label(self) -> Said:
        """What they have in common."""
        return shipped_label(self.quicks[0].rule)

    @property
    def remedy(self) -> Said:
        """What is given."""
        first = self.quicks[0]
        return Text("the buyer chooses") if first.is_choice else first.remedy.kind.label

    @property
    def totals(self) -> list[Money]:
        """What all of them cost."""
        return totals(self.quicks)


def totals(quicks: Iterable[Quick]) -> list[Money]:
    """The sum of each currency."""
    sums: dict[str, int] = {}
    for quick in quicks:
        amount = quick.remedy.amount
        if amount is not None:
            sums[amount.currency] = sums.get(amount.currency, 0) + amount.amount_minor
    return [Money(minor, currency) for currency, minor in sorted(sums.items())]


def quicks_of(
    context: Context, session: Session, tasks: Sequence[Task], actor: Actor
) -> dict[int, Quick]:
    """What can be approved of these decisions, by case."""
    cases = {
        task.case.id: task.case
        for task in tasks
        if task.case is not None and task.case.state is CaseState.AWAITING_APPROVAL
    }
    proposals = remedy_queries.newest_proposals(session, list(cases))
    allowance = Allowance(session, actor, context.clock.now())
    quicks = {
        case_id: _quick(cases[case_id], proposal, allowance)
        for case_id, proposal in proposals.items()
        if proposal.remedies and not cases[case_id].doubt
    }
    choices = [quick.case for quick in quicks.values() if quick.is_choice]
    for case_id in opted_out_among(context, session, choices):
        quicks[case_id] = replace(quicks[case_id], refused=Text(NOT_REACHED))
    return quicks


def _quick(case: Case, proposal: Proposal, allowance: Allowance) -> Quick:
    remedies = [remedy_from_data(row) for row in proposal.remedies]
    is_choice = proposal.offer is not None
    remedy = offers.dearest(remedies) if is_choice else remedies[0]
    refused = allowance.refusal(case.shop_id, remedy.amount)
    return Quick(case, proposal.id, proposal.rule, remedy, is_choice, refused)


def likes_of(quicks: Iterable[Quick]) -> list[Likes]:
    """Groups of two like cases or more that may be approved, the largest first."""
    by_key: dict[str, list[Quick]] = {}
    for quick in quicks:
        if quick.refused is None:
            by_key.setdefault(quick.key, []).append(quick)
    groups = [Likes(key, alike) for key, alike in by_key.items() if len(alike) > 1]
    return sorted(groups, key=lambda group: -len(group.quicks))
