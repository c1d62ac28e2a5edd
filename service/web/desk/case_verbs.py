"""What a seller does with a case: one address for each verb, a refusal shown on the case itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as lazy
from werkzeug.wrappers import Response

from service.db.cases import case_queries
from service.db.models import Case
from service.domain.cases.root_causes import RootCause
from service.domain.errors import DomainError, WrongInput
from service.domain.staff.authority import Permission
from service.operations.cases import (
    assign,
    causes,
    confirm,
    notes,
    order_choice,
    reopen,
    root_cause,
)
from service.operations.messages import by_seller
from service.operations.remedies import decisions, holds
from service.web.auth import may, own_path
from service.web.desk import undo
from service.web.desk.case_forms import CaseForm, OtherForm
from service.web.desk.cases import case_page
from service.web.errors import status_of
from service.web.request_context import actor, context

blueprint = Blueprint("case_verbs", __name__, url_prefix="/cases/<reference>")
Answer = Response | tuple[str, int]


def verb(
    sentence: Any, form_class: type[CaseForm] | None = None
) -> Callable[[Callable[..., None]], Callable[..., Answer]]:
    """For those who may decide: does one thing to a case, then says `sentence`. `form_class`: of the
    form that it reads, which it gets as `form` once its entries are right."""

    def decorated(act: Callable[..., None]) -> Callable[..., Answer]:
        @may(Permission.DECIDE)
        @wraps(act)
        def acted(reference: str, **rest: Any) -> Answer:
            with context().database.reading() as session:
                case = case_queries.case_by_reference(session, reference)
            form = None if form_class is None else form_class(case, request.form)
            try:
                if form is not None:
                    form.check()
                    rest["form"] = form
                act(case, **rest)
            except DomainError as error:
                return case_page(reference, error, form), status_of(error)
            undo.tell(sentence, [case.reference])
            at_case = url_for("admin.case", reference=case.reference)
            return redirect(own_path(request.form.get("next", ""), at_case), 303)

        return acted

    return decorated


@blueprint.post("/approve")
@verb(undo.APPROVED)
def approve(case: Case) -> None:
    """Approve a proposed make-good."""
    form = request.form
    decisions.approve(
        context(),
        case.id,
        actor(),
        number=form.get("number", -1, type=int),
        seen=form.get("proposal", type=int),
    )


@blueprint.post("/approve-other")
@verb(undo.APPROVED, OtherForm)
def approve_other(case: Case, form: OtherForm) -> None:
    """Approve another make-good than the proposed ones."""
    reason = form.reason.data or ""
    decisions.approve(context(), case.id, actor(), changed=form.remedy, reason=reason)


@blueprint.post("/undo")
@verb(undo.UNDONE)
def undo_approval(case: Case) -> None:
    """Take back what was just approved."""
    holds.undo(context(), case.id, actor())


@blueprint.post("/offer")
@verb(lazy("The buyer is told that there is a choice."))
def offer(case: Case) -> None:
    """Let the buyer choose among the proposed make-goods."""
    seen = request.form.get("proposal", type=int)
    decisions.offer(context(), case.id, actor(), seen=seen)


@blueprint.post("/decline")
@verb(lazy("Declined. The case stays open a while, in case the rating changes."))
def decline(case: Case) -> None:
    """Decide against a make-good."""
    decisions.decline(context(), case.id, actor(), request.form.get("reason", ""))


@blueprint.post("/close")
@verb(lazy("The case is closed."))
def close(case: Case) -> None:
    """Close the case, with the root cause where one was tapped."""
    reason = request.form.get("reason", "")
    decisions.close_case(context(), case.id, actor(), reason, _root_cause())


@blueprint.post("/reopen")
@verb(lazy("The case is open again."))
def reopen_case(case: Case) -> None:
    """Open a closed case again."""
    reopen.reopen(context(), case.id, actor(), request.form.get("reason", ""))


@blueprint.post("/root-cause")
@verb(lazy("Noted."))
def record_root_cause(case: Case) -> None:
    """Say where the complaint comes from."""
    root_cause.record(context(), case.id, actor(), _root_cause())


def _root_cause() -> RootCause | None:
    tapped = request.form.get("root_cause", "")
    if tapped and tapped not in set(RootCause):
        raise WrongInput("Press one of the buttons of the page.")
    return RootCause(tapped) if tapped else None


@blueprint.post("/candidate")
@verb(lazy("The order is set."))
def take_candidate(case: Case) -> None:
    """Take one of the orders that fit."""
    candidate = request.form.get("candidate", "")
    order_choice.choose_order(context(), case.id, candidate, actor=actor(), is_candidate=True)


@blueprint.post("/order")
@verb(lazy("The order is set."))
def choose_order(case: Case) -> None:
    """Take the order of a typed number."""
    number = request.form.get("order_id", "")
    order_choice.choose_order(context(), case.id, number, actor=actor())


@blueprint.post("/cause")
@verb(lazy("Noted. It counts from now on."))
def correct_cause(case: Case) -> None:
    """Say what the case is about."""
    causes.correct(context(), case.id, actor(), request.form.get("cause", ""))


@blueprint.post("/confirm")
@verb(lazy("Noted: you have looked. The buyer is answered as usual."))
def confirm_case(case: Case) -> None:
    """Say that one has looked at what speaks against the case."""
    confirm.confirm(context(), case.id, actor())


@blueprint.post("/hand-over")
@verb(lazy("Handed over."))
def hand_over(case: Case) -> None:
    """Give the case to somebody, or to nobody in particular."""
    form = request.form
    assign.hand_over(context(), case.id, actor(), form.get("to", type=int), form.get("reason", ""))


@blueprint.post("/note")
@verb(lazy("Noted, for you and your staff only."))
def note(case: Case) -> None:
    """Write a note for staff."""
    notes.add(context(), case.id, actor(), request.form.get("text", ""))


@blueprint.post("/ask-owner")
@verb(lazy("The owner is asked."))
def ask_owner(case: Case) -> None:
    """Ask the owner to decide."""
    notes.ask_owner(context(), case.id, actor(), request.form.get("text", ""))


@blueprint.post("/answer-staff")
@verb(lazy("Answered. Whoever asked decides."))
def answer_staff(case: Case) -> None:
    """Answer what the owner was asked, without deciding."""
    notes.answer(context(), case.id, actor(), request.form.get("text", ""))


@blueprint.post("/stop-messages")
@verb(lazy("No more messages to this buyer about this case."))
def stop_messages(case: Case) -> None:
    """Send this buyer nothing more about this case."""
    by_seller.stop_messages(context(), case.id, actor())
