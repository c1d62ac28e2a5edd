"""Approves many like cases, each on its own: what no longer fits is left, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.sentence import Said
from service.db.cases import case_queries
from service.db.remedies import remedy_queries
from service.domain.errors import DomainError, WrongInput, WrongState
from service.domain.staff.authority import Actor
from service.operations.context import Context
from service.operations.remedies import decisions, holds

MOST = 100
"""How many cases can be decided together at most."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case, and which proposal of it was looked at."""

    reference: str
    proposal_id: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of them; `refused` None: it was done."""

    reference: str
    refused: Said | None = None


def approve(
    context: Context, chosen: Sequence[Chosen], actor: Actor, *, counted: int
) -> list[Result]:
    """Approve what each case proposes first, or let its buyer choose where its rule says so, each
    decision by itself within all limits. `counted`: how many the person says there are. Raises
    `WrongInput` where that is not their number, before anything is decided."""
    if not chosen:
        raise WrongInput("Choose at least one case.")
    if len(chosen) > MOST:
        raise WrongInput("Choose at most %(most)s cases at once.", most=MOST)
    if counted != len({each.reference for each in chosen}):
        raise WrongInput("Type the number of cases, %(number)s, to confirm.", number=len(chosen))
    return [_approve(context, each, actor) for each in chosen]


def _approve(context: Context, chosen: Chosen, actor: Actor) -> Result:
    try:
        with context.database.reading() as session:
            case = case_queries.case_by_reference(session, chosen.reference)
            proposal = remedy_queries.proposal(session, case.id)
            if case.doubt:
                raise WrongState("Something speaks against it: look at it first.")
        seen = chosen.proposal_id
        if proposal is not None and proposal.offer is not None:
            decisions.offer(context, case.id, actor, seen=seen)
        else:
            decisions.approve(context, case.id, actor, number=0, seen=seen)
    except DomainError as error:
        return Result(chosen.reference, error.text)
    return Result(chosen.reference)


def undo(context: Context, references: Sequence[str], actor: Actor) -> list[Result]:
    """Undo approvals that are held, each by itself."""
    return [_undo(context, reference, actor) for reference in references[:MOST]]


def _undo(context: Context, reference: str, actor: Actor) -> Result:
    try:
        with context.database.reading() as session:
            case_id = case_queries.case_by_reference(session, reference).id
        holds.undo(context, case_id, actor)
    except DomainError as error:
        return Result(reference, error.text)
    return Result(reference)
