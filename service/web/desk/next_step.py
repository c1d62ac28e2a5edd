"""Why a case stands where it stands: what comes next, when, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from integrations.sentence import Text
from service.db.models import Case, Kind, Message, OutboxRow
from service.db.outbox import backlog
from service.domain.cases.states import CaseState
from service.domain.messages.states import STUCK, MessageState
from service.domain.remedies.states import UNDER_WAY, MakeGoodState
from service.domain.staff.authority import Actor, Permission, may
from service.operations.cases import escalation
from service.web.i18n import translate
from service.web.words import word

NOT_DUE = Text("It is not due yet.")


@dataclass(frozen=True, slots=True)
class NextStep:
    """`due` is None where a person must act first."""

    what: str
    due: datetime | None = None
    blocked_by: str = ""


def next_step(session: Session, case: Case, actor: Actor) -> NextStep:
    """The next step of a case, as it is for this actor; what got stuck comes first, whatever the case's
    state."""
    stuck = _stuck(case)
    if stuck is not None:
        return stuck
    state = case.state
    if state is CaseState.CLOSED:
        return NextStep(_("Nothing: %(why)s.", why=word(case.close_reason or "")))
    held = [each for each in case.make_goods if each.state is MakeGoodState.HELD]
    if held:
        return NextStep(_("What was approved begins, unless it is undone."), held[0].held_until)
    if case.doubt:
        return NextStep(translate(case.doubt), blocked_by=_("a person"))
    if state is CaseState.AWAITING_APPROVAL and not may(actor, Permission.DECIDE, case.shop_id):
        return NextStep(_("Somebody decides who may."))
    if escalation.is_with_owner(case):
        return NextStep(_("Approve, change or decline."), blocked_by=_("the owner"))
    if state is CaseState.AWAITING_APPROVAL:
        return NextStep(_("Approve, change or decline."))
    if state is CaseState.AWAITING_ORDER:
        return NextStep(translate(case.advice) or word(state), blocked_by=_("a person"))
    if state is CaseState.OFFERED:
        return _offered(session, case)
    if state is CaseState.OPENED:
        return _of_row(session, Kind.FIND_ORDER, case.id, _("The order is looked for."))
    for make_good in case.make_goods:
        if make_good.state in UNDER_WAY:
            summary = translate(make_good.note) or _("The make-good is carried out.")
            return _of_row(session, Kind.MAKE_GOOD, make_good.id, summary)
    planned = [message for message in case.messages if message.state == MessageState.PLANNED]
    if planned:
        return min((_of_message(session, message) for message in planned), key=_turn)
    return _of_row(session, Kind.END_CASE, case.id, _("It closes if the rating stays."))


def _of_message(session: Session, message: Message) -> NextStep:
    summary = _("To the buyer: %(what)s.", what=word(message.step or "message"))
    step = _of_row(session, Kind.SEND_MESSAGE, message.id, summary)
    waits = step.blocked_by or translate(message.reason)
    # The time stands there already.
    return replace(step, blocked_by="" if waits == translate(NOT_DUE) else waits)


def _turn(step: NextStep) -> tuple[bool, datetime | None, bool]:
    """Sort key: of two that are due at once, one may wait for the other."""
    return step.due is None, step.due, bool(step.blocked_by)


def _offered(session: Session, case: Case) -> NextStep:
    """The newest choice is the open one."""
    summary = _("The buyer chooses, till then nothing is carried out.")
    offer = case.make_goods[-1].offer
    return (
        NextStep(summary) if offer is None else _of_row(session, Kind.END_OFFER, offer.id, summary)
    )


def _stuck(case: Case) -> NextStep | None:
    """What only a person can settle: a make-good, else a message."""
    for make_good in case.make_goods:
        if make_good.todo:
            return NextStep(translate(make_good.todo), blocked_by=_("a person"))
    for message in case.messages:
        if message.state in STUCK:
            summary = _("To the buyer: %(what)s.", what=word(message.step or "message"))
            return NextStep(f"{summary} {translate(message.reason)}", blocked_by=_("a person"))
    return None


def _of_row(session: Session, kind: Kind, ref_id: int, summary: str) -> NextStep:
    row: OutboxRow | None = backlog.row_for(session, kind, ref_id)
    if row is None or row.done_at is not None:
        return NextStep(summary)
    paused = backlog.problem_of_paused(session, row.lane_id)
    return NextStep(summary, row.due_at, translate(paused or row.note))
