"""A problem that is not solved twice is the owner's: nobody else decides the case then."""

from __future__ import annotations

from datetime import datetime

from integrations.sentence import Text
from service.db.models import Case
from service.domain.cases.states import CaseState
from service.domain.errors import NotPermitted
from service.domain.messages.kinds import UNSOLVED
from service.domain.staff.authority import Actor, Permission, may

UNTIL_OWNER = 2
"""After how many answers "not solved" the owner decides."""
WITH_OWNER = Text("The buyer has said twice that it is not solved: the owner decides.")


def is_with_owner(case: Case) -> bool:
    """Whether only an owner may decide this case: it waits for a decision that the buyer's word, not
    the first of its kind, has called for."""
    answers = case.answers
    if case.state is not CaseState.AWAITING_APPROVAL or not answers:
        return False
    # An answer on which nobody acted before the next came was changed by it.
    counted = [answer for answer in answers[:-1] if answer.handled_at is not None]
    unsolved = [answer for answer in [*counted, answers[-1]] if answer.answer in UNSOLVED]
    return answers[-1].answer in UNSOLVED and len(unsolved) >= UNTIL_OWNER


def refusal(case: Case, actor: Actor) -> Text | None:
    """Why this actor may not decide the case although they decide others; None where they may."""
    if is_with_owner(case) and not may(actor, Permission.MANAGE, case.shop_id):
        return WITH_OWNER
    return None


def check(case: Case, actor: Actor) -> None:
    """Raises `NotPermitted` for who may not decide a case that is with the owner."""
    reason = refusal(case, actor)
    if reason is not None:
        raise NotPermitted(reason)


def answers_acted_on(case: Case, now: datetime) -> None:
    """A person has decided: what the buyer says from now on is another word on it."""
    for answer in case.answers:
        if answer.sent_at is None or answer.sent_at <= now:
            answer.handled_at = answer.handled_at or now


def decision_undone(case: Case, decided_at: datetime) -> None:
    """Nobody has acted on what the buyer said after all."""
    for answer in case.answers:
        if answer.handled_at == decided_at:
            answer.handled_at = None
